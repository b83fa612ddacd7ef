#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Boot described systems on two machines at once and show what each prints, side by side.

  two_machines.py BOARD,BOARD SYSTEM...

Each system was built before from one description (build/BOARD/systems/SYSTEM). Machines agree if their
transcripts, normalised (tools/normalise.py), are the same line by line; a line in which they differ has
`!` between the columns. Ends with `PASS 2 machines`, or with `FAIL` and what was different.

Exit status: 0 they agree, 1 they do not or a system did not end well, 2 it could not be run.
"""
import argparse
import difflib
import json
import shutil
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boards
import run_qemu
from run_system import END
from transcript import BEGIN, spoken

ROOT = Path(__file__).resolve().parent.parent
SAME, DIFFERENT = " | ", " ! "
NARROWEST = 24  # a column


def pairs(left, right, board_left, board_right):
    """(line or None, line or None, whether they agree), in the order of both."""
    plain = [spoken(left, board_left), spoken(right, board_right)]
    shown = [from_begin(left.lines), from_begin(right.lines)]
    matcher = difflib.SequenceMatcher(None, *plain, autojunk=False)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        for i in range(max(a_end - a, b_end - b)):
            yield (shown[0][a + i] if a + i < a_end else None, shown[1][b + i] if b + i < b_end else None,
                   tag == "equal")


def from_begin(lines):
    begin = next((i for i, line in enumerate(lines) if line.startswith(BEGIN)), len(lines))
    return lines[begin:]


def rows(left, right, agree, width):
    """One pair of lines as lines of the terminal: what is longer than its column goes on below."""
    left, right = (textwrap.wrap(text, width, drop_whitespace=False) or [""] for text in (left or "", right or ""))
    for i in range(max(len(left), len(right))):
        text = f"{left[i] if i < len(left) else '':{width}}{SAME if agree else DIFFERENT}" \
               f"{right[i] if i < len(right) else ''}"
        yield text.rstrip()


def table(system, names, outcomes, columns):
    """The lines to show for one system, and whether its machines agree."""
    width = max(NARROWEST, (columns - len(SAME)) // 2)
    found = list(pairs(*outcomes, *names))
    lines = [f"{system} on {names[0]:{max(0, width - len(system) - 4)}}{SAME}{system} on {names[1]}".rstrip(),
             "-" * width + "-+-" + "-" * width]
    for left, right, agree in found:
        lines += rows(left, right, agree, width)
    # A machine that says nothing agrees with nobody, not even with another one.
    return lines, bool(found) and all(agree for _, _, agree in found)


def boot(board, system):
    """What a system prints on a board, until all its processes have ended."""
    folder = ROOT / "build" / board
    data, _ = boards.load(board)
    qemu = data["qemu"]
    name = json.loads((folder / "systems" / system / "system.json").read_text(encoding="utf-8"))["system"]
    return run_qemu.run(run_qemu.Machine(qemu["machine"], qemu["program"], qemu["args"]), folder / f"{name}.elf",
                        exact=True, echo=False, until=END, silence=30.0)


def judge(names, system, outcomes, columns, out):
    """Show one system; what is wrong with it, one sentence each."""
    lines, agree = table(system, names, outcomes, columns)
    print("\n".join(lines) + "\n", file=out, flush=True)
    wrong = [f"{system} on {name}: {outcome.reason}" for name, outcome in zip(names, outcomes)
             if outcome.status != run_qemu.GOOD]
    if not agree:
        wrong.append(f"{system} does not print the same on {names[0]} and on {names[1]}")
    return wrong


def main(argv, start=boot, out=sys.stdout):
    parser = argparse.ArgumentParser(description="Boot systems on two machines and compare what they print.")
    parser.add_argument("boards", help="two names, with a comma between")
    parser.add_argument("systems", nargs="+")
    options = parser.parse_args(argv)
    names = options.boards.split(",")
    if len(names) != 2:
        parser.error("name two boards")
    columns = shutil.get_terminal_size((120, 24)).columns
    wrong, worst = [], run_qemu.GOOD
    with ThreadPoolExecutor(len(names)) as pool:
        for system in options.systems:
            runs = [pool.submit(start, name, system) for name in names]
            outcomes = [one.result() for one in runs]
            wrong += judge(names, system, outcomes, columns, out)
            worst = max(worst, *(outcome.status for outcome in outcomes))
    for sentence in wrong:
        print(sentence, file=out)
    print("FAIL" if wrong else f"PASS {len(names)} machines", file=out)
    return max(worst, run_qemu.FAILED) if wrong else run_qemu.GOOD


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(1)
