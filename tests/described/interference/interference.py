#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The interference matrix: what each crime of an attacker adds to what others do, in instructions.

  interference.py FOLDER --board B --machine M --qemu Q [--arg=A ...] --vector V ... --most N [--table FILE | --write FILE]

FOLDER is the build. The plugin sees the marks that the processes read (interference.h). Each figure is the most over
all moments, in comparison with the same moment when the attacker does nothing. With --table they must be those
that stand in FILE, but for a tenth; --write puts them there. TAP.
"""
import argparse
import json
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import plugin  # noqa: E402
import run_qemu  # noqa: E402
from elf import Elf  # noqa: E402

CRIMES = ["nothing", "bad read", "bad write", "bad execute", "stack overflow", "undefined instruction", "endless loop",
          "used budget", "forged capabilities", "flood of signals", "flood of invocations", "flood of faults"]
ENDED_BY_TIMER = ("endless loop", "used budget")
ENDED = CRIMES[1:8] + CRIMES[11:]  # after which the attacker begins anew
STEPS = ["interrupt to thread", "server's answer", "signal to thread"]
MARKS, MOMENTS, LABELS = 7, 40, 64  # as interference.h has them
LAST = "control: "
# Instructions: from an interrupt to the thread above everybody, of the attacker's budget, of lives in a row.
MOST_WOKEN, BUDGET, FAULTS = 1500, 2_500_000, 6
NEAR = 100  # by how much a small figure may differ


def run(options, folder):
    """What was printed, and the plugin's results."""
    image = Elf(options.folder / "interference.elf")
    system = json.loads((options.folder / "systems" / "interference" / "system.json").read_text(encoding="utf-8"))
    marks = next(memory["base"] for memory in system["shared"] if memory["name"] == "marks")
    out = Path(folder, "count.json")
    extra = [f"load={marks + 4 * i:#x}" for i in range(1, MARKS)]
    extra.append(f"label={marks + LABELS:#x}:{marks + LABELS + len(CRIMES) * (MOMENTS + 1):#x}")
    if system["machine"]["mmu"]:
        extra.append("physical=1")
    argument = plugin.arguments(image, out, vectors=options.vector, counter=marks, extra=extra)
    machine = run_qemu.Machine(options.machine, options.qemu, options.arg)
    outcome = run_qemu.run(machine, image.path, exact=True, echo=False, silence=0, timeout=600, until=LAST,
                           extra=["-plugin", argument])
    return outcome, plugin.read(out)


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


def figures(options, results):
    """For each crime the most that is added to each step, what is added to the worker's chunk, and the restart."""
    timer = plugin.address_of(Elf(options.folder / "interference.elf"), options.vector[-1])
    by_label = {}
    for result in results:
        if result["type"] in ("mark", "vector"):
            by_label.setdefault((result["label"], result["type"]), []).append(result)
    steps = [[chain(by_label.get((c * (MOMENTS + 1) + m, "mark"), [])) for m in range(MOMENTS)]
             for c in range(len(CRIMES))]
    chunks = [c * (MOMENTS + 1) + MOMENTS for c in range(len(CRIMES))]
    work = [total(by_label.get((label, "mark"), [])) for label in chunks]
    found = {}
    for c, crime in enumerate(CRIMES):
        whole = all(len(lengths) == len(STEPS) for lengths in steps[c] + steps[0])
        added = [max(steps[c][m][s] - steps[0][m][s] for m in range(MOMENTS)) if whole else None
                 for s in range(len(STEPS))]
        lives = restart(crime, by_label.get((chunks[c], "vector"), []), timer) if crime in ENDED else None
        found[crime] = [*added, work[c] - work[0], lives]
    return found


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


def table(options, found):
    """As it stands in the documents, between two marks."""
    lines = [f"<!-- interference: {options.board} -->",
             "| crime | " + " | ".join(STEPS) + " | worker below | until it lives again |", "|---|--:|--:|--:|--:|--:|"]
    lines += ["| " + " | ".join([crime, *("" if n is None else f"{n:,}" for n in row)]) + " |"
              for crime, row in found.items() if crime != "nothing"]
    return [*lines, "<!-- /interference -->"]


def place_of(lines, options):
    """Where it stands: the first line and the one behind the last."""
    begin = lines.index(f"<!-- interference: {options.board} -->")
    return begin, lines.index("<!-- /interference -->", begin) + 1


def numbers(lines):
    return [[int(cell.strip().replace(",", "") or 0) for cell in line.split("|")[2:-1]] for line in lines
            if re.match(r"\|[^|]*\|[ 0-9,|]*$", line)]


def is_near(told, seen):
    return abs(told - seen) <= seen / 10 + NEAR


def told(options, found):
    """(claim, whether it holds) of each row that the documents have."""
    lines = options.table.read_text(encoding="utf-8").splitlines()
    begin, end = place_of(lines, options)
    rows = numbers(lines[begin:end])
    seen = numbers(table(options, found))
    yield "the documents have every crime", len(rows) == len(seen)
    for crime, row, other in zip(CRIMES[1:], rows, seen):
        yield f"{crime}: as in the documents", len(row) == len(other) and all(map(is_near, row, other))


def write(options, found):
    lines = options.write.read_text(encoding="utf-8").splitlines()
    begin, end = place_of(lines, options)
    lines[begin:end] = table(options, found)
    options.write.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for name in ("--board", "--machine", "--qemu"):
        parser.add_argument(name, required=True)
    parser.add_argument("--arg", action="append", default=[])
    parser.add_argument("--vector", action="append", required=True, help="of faults, and last that of the timer")
    parser.add_argument("--most", type=int, required=True, help="instructions from a fault to the next life")
    parser.add_argument("--table", type=Path)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome, results = run(options, folder)
    found = figures(options, results)
    if options.write:
        write(options, found)
        return 0
    every = [*claims(options, outcome, found), *(told(options, found) if options.table else [])]
    failed = sum(not holds for _, holds in every)
    for number, (name, holds) in enumerate(every, 1):
        print(f"{'' if holds else 'not '}ok {number} - {name}")
    print("".join(f"# {line}\n" for line in table(options, found)[1:-1]), end="")
    if failed:
        print(f"# {outcome.reason}\n" + "".join(f"# {line}\n" for line in outcome.lines[-5:]), end="")
    print(f"1..{len(every)}\n{len(every) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
