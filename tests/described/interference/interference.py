#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The interference matrix: what each crime of an attacker adds to what others do, in instructions.

  interference.py FOLDER --board B --machine M --qemu Q [--arg=A ...] --vector V ... --most N [--table FILE | --write FILE]

FOLDER is the build. The plugin sees the marks that the processes read (interference.h). Each figure is the most over
all moments, in comparison with the same moment when the attacker does nothing; the first row is the least and the
most of what each step takes then. With --table they must be those that stand in FILE, but for a tenth; --write
puts them there. TAP.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import counted  # noqa: E402
import plugin  # noqa: E402
import run_qemu  # noqa: E402

CRIMES = ["nothing", "bad read", "bad write", "bad execute", "stack overflow", "undefined instruction", "endless loop",
          "used budget", "forged capabilities", "flood of signals", "flood of invocations", "flood of faults"]
ENDED_BY_TIMER = ("endless loop", "used budget")
ENDED = CRIMES[1:8] + CRIMES[11:]  # after which the attacker begins anew
STEPS = ["interrupt to thread", "server's answer", "signal to thread"]
MARKS, MOMENTS, LABELS = 7, 40, 64  # as interference.h has them
LAST = "control: "
# Instructions: from an interrupt to the thread above everybody, of the attacker's budget, of lives in a row.
MOST_WOKEN, BUDGET, FAULTS = 1500, 2_500_000, 6


def run(system):
    """How it ended, and the plugin's results."""
    marks = system.shared("marks")
    labels = marks + LABELS
    return system.count([marks + 4 * i for i in range(MARKS)], (labels, labels + len(CRIMES) * (MOMENTS + 1)), LAST)


def chain(intervals):
    """Lengths of intervals each of which begins where the one before has ended."""
    by_begin = {interval["from"]: interval for interval in intervals}
    ends = {interval["to"] for interval in intervals}
    at = next((begin for begin in by_begin if begin not in ends), None)
    lengths = []
    while at in by_begin:
        lengths.append(by_begin[at]["insns"][1])
        at = by_begin.pop(at)["to"]
    return lengths


def total(intervals):
    return sum(interval["insns"][1] for interval in intervals)


def restart(crime, intervals, timer):
    """From the vector to the first instruction of the new life."""
    mine = [i for i in intervals if (int(i["from"], 16) == timer) == (crime in ENDED_BY_TIMER)]
    return max((interval["insns"][2] for interval in mine), default=None)


def figures(system, results):
    """Undisturbed: the least and the most of each step, and of the worker's chunk. For each crime the most that is added
    to each step, what is added to the worker's chunk, and the restart."""
    timer = plugin.address_of(system.image, system.options.vector[-1])
    by_label = {}
    for result in results:
        if result["type"] in ("mark", "vector"):
            by_label.setdefault((result["label"], result["type"]), []).append(result)
    steps = [[chain(by_label.get((c * (MOMENTS + 1) + m, "mark"), [])) for m in range(MOMENTS)]
             for c in range(len(CRIMES))]
    chunks = [c * (MOMENTS + 1) + MOMENTS for c in range(len(CRIMES))]
    work = [total(by_label.get((label, "mark"), [])) for label in chunks]
    found = {}
    for c, crime in enumerate(CRIMES[1:], 1):
        whole = all(len(lengths) == len(STEPS) for lengths in steps[c] + steps[0])
        added = [max(steps[c][m][s] - steps[0][m][s] for m in range(MOMENTS)) if whole else None
                 for s in range(len(STEPS))]
        lives = restart(crime, by_label.get((chunks[c], "vector"), []), timer) if crime in ENDED else None
        found[crime] = [*added, work[c] - work[0], lives]
    calm = [span([lengths[s] for lengths in steps[0] if len(lengths) > s]) for s in range(len(STEPS))]
    return [*calm, f"{work[0]:,}", None], found


def span(values):
    least, most = min(values, default=0), max(values, default=0)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


# --- what must hold ------------------------------------------------------------------------------

def claims(options, outcome, found):
    """(claim, whether it holds)"""
    yield "it ends as it should", outcome.status == run_qemu.GOOD and outcome.reason.endswith(", 0 wrong answers'")
    for crime, (woken, answered, signalled, work, lives) in found.items():
        yield f"{crime}: every step is there, at every moment", woken is not None
        if woken is None:
            continue
        yield f"{crime}: nobody delays a server's answer, or a signal to a thread", answered == 0 and signalled == 0
        yield f"{crime}: {woken} more from interrupt to thread, at the most {MOST_WOKEN}", woken <= MOST_WOKEN
        yield f"{crime}: the attacker {'begins anew' if crime in ENDED else 'lives on'}", (crime in ENDED) == (lives is not None)
        if lives is not None:
            yield f"{crime}: {lives} until it begins anew, at the most {options.most}", lives <= options.most
        limit = BUDGET + FAULTS * options.most
        yield f"{crime}: {work} more for who is below, at the most a budget and {FAULTS} lives", work <= limit


def main():
    options = counted.parser(__doc__).parse_args()
    system = counted.System(options, "interference")
    outcome, results = run(system)
    calm, found = figures(system, results)
    head = ["crime", *STEPS, "worker below", "until it lives again"]
    body = [["nothing: all of it", *calm], *([crime, *row] for crime, row in found.items())]
    table = counted.rows(f"interference: {options.board}", head, body)
    return counted.report(options, claims(options, outcome, found), [table], [outcome])


if __name__ == "__main__":
    sys.exit(main())
