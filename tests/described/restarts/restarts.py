#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""What a fault takes, in instructions, from its vector: by each policy of init, and each restart of the kill matrix.

  restarts.py FOLDER --board B --machine M --qemu Q [--arg=A ...] --vector V ... --most N [--table FILE | --write FILE]

FOLDER is the build. Whatever init does after a fault takes N instructions at the most, a back-off and a step of its clock
apart. With --table the figures must be those that stand in FILE, but for a tenth; --write puts them there. TAP.
"""
import itertools
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import counted  # noqa: E402
import plugin  # noqa: E402
import run_qemu  # noqa: E402

# What is seen after the fault of a process of each policy, in this order.
LIVES, TOLD, BELOW, AGAIN = "lives again", "client is told", "who is below goes on", "machine begins again"
POLICIES = {"restart": [LIVES, BELOW], "restart, tell": [LIVES, TOLD, BELOW], "restart, back_off: 1 ms": [BELOW, LIVES],
            "stop": [BELOW], "reboot": [AGAIN]}
MARKS, LABELS = 3, 32  # as restarts.h has them
BACK_OFF, STEP = 1_000_000, 1_000_000  # instructions: of the description, and of init's clock
# The kill matrix: faults that end a life, five of them in a row; those of a timer.
VICTIMS = ["server", "client", "sensor", "worker"]
BY_FAULT, BY_TIMER = 5 + 5, 2
CELL, SURVIVED, CRIMES = re.compile(r"cell: (\w+), ([a-z ]+): (.*)"), "all go on", 12


def by_policy(options):
    """How it ended, and for each policy what was seen and when."""
    system = counted.System(options, "restarts")
    marks = system.shared("marks")
    labels = (marks + LABELS - 1, marks + LABELS + len(POLICIES))  # label 0 is what was before
    timer = plugin.address_of(system.image, options.vector[-1])
    reset = plugin.address_of(system.image, "arch_reboot")
    outcome, results = system.count([marks + 4 * i for i in range(MARKS)], labels, extra=[f"mark={reset:#x}"])
    found = {}
    for label, (policy, order) in enumerate(POLICIES.items(), 1):
        mine = [result for result in results if result.get("label") == label]
        # To the first mark, and from each to the next: the plugin tells them in the order in which they were seen.
        parts = [r["insns"][1] for r in mine if r["type"] == "vector" and int(r["from"], 16) != timer]
        parts += [r["insns"][1] for r in mine if r["type"] == "mark"]
        found[policy] = dict(zip(order, itertools.accumulate(parts))) if len(parts) == len(order) else {}
    return outcome, found


def of_kills(options):
    """How it ended, and how many restarts by a fault, and by a timer, took how much at the most."""
    system = counted.System(options, "kill")
    serial = system.shared("orders") + 2 * system.word()  # which control reads before each crime: label 1
    timer = plugin.address_of(system.image, options.vector[-1])
    outcome, results = system.count([system.shared(f"of_{victim}") for victim in VICTIMS], (serial - 1, serial + 1), "control: ")
    found = []
    for is_timer in (False, True):
        mine = [r for r in results if r["type"] == "vector" and r["label"] == 1
                and (int(r["from"], 16) == timer) == is_timer]
        found.append((sum(r["n"] for r in mine), max((r["insns"][2] for r in mine), default=0)))
    return outcome, found


def matrix(outcome):
    """What the kill matrix says: for each crime, what comes of it by victim."""
    found = {}
    for line in outcome.lines:
        if match := CELL.fullmatch(line):
            found.setdefault(match[2], {})[match[1]] = match[3]
    return found


# --- what must hold ------------------------------------------------------------------------------

def claims(options, outcomes, policies, kills):
    """(claim, whether it holds)"""
    cells = [cell for row in matrix(outcomes[1]).values() for cell in row.values()]
    yield "at last the machine begins again", outcomes[0].reason == "the image ended by itself"
    yield "the kill matrix ends as it should", outcomes[1].status == run_qemu.GOOD
    yield "every cell of it survives", cells == [SURVIVED] * (CRIMES * len(VICTIMS))
    for policy, times in policies.items():
        yield f"{policy}: every step is there, in its order", list(times) == POLICIES[policy]
        for step, time in times.items():
            most = options.most + (BACK_OFF + STEP if "back_off" in policy and step == LIVES else 0)
            yield f"{policy}: {time} until {step}, at the most {most}", time <= most
    waited = policies["restart, back_off: 1 ms"].get(LIVES, 0)
    yield f"a back-off of 1 ms is waited for: {waited}", waited >= BACK_OFF
    for (count, most), each, name in zip(kills, (BY_FAULT, BY_TIMER), ("a fault", "the end of a budget")):
        yield f"the kill matrix has {each} restarts of each victim by {name}: {count}", count == each * len(VICTIMS)
        yield f"each takes {most} at the most, of {options.most}", most <= options.most


def main():
    options = counted.parser(__doc__).parse_args()
    ends = [by_policy(options), of_kills(options)]
    (outcome, policies), (killed, kills) = ends
    head = ["from the fault until", LIVES, TOLD, BELOW, AGAIN]
    body = [[policy, *(times.get(step) for step in head[1:])] for policy, times in policies.items()]
    body += [[f"kill matrix, {name}: the most of {count}", most, None, None, None]
             for (count, most), name in zip(kills, ("faults", "budgets"))]
    table = counted.rows(f"restarts: {options.board}", head, body)
    cells = counted.rows("kill matrix", ["kill matrix", *VICTIMS], [[crime, *(row.get(victim) for victim in VICTIMS)]
                                                                    for crime, row in matrix(killed).items()])
    return counted.report(options, claims(options, [outcome, killed], policies, kills), [table], [outcome, killed], [cells])


if __name__ == "__main__":
    sys.exit(main())
