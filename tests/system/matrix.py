#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The matrix of calls, kernel functions and statuses: which cell has a case on a board, which cannot have one there.

  matrix.py LOG...                            TAP output of the system tests of one board
  matrix.py --machine M --qemu Q IMAGE...     runs the images first

A case is a line `ok N - CALL STATUS`. Cells with a mark in abi/calls.toml need another build or a
second CPU: `n/a: mark`, unless the mark is one that this board has (--mark). Any other empty cell fails.
TAP, one line per call.
"""
import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import run_qemu  # noqa: E402
CASE = re.compile(r"^(not )?ok \d+ - ([A-Z]+_?[A-Z_]*) ([A-Z_]+)(?: # SKIP .*)?$")


def cells():
    out = subprocess.run([sys.executable, ROOT / "tools" / "gen_calls.py", "--matrix"],
                         stdout=subprocess.PIPE, check=True)
    return json.loads(out.stdout)


def lines_of(path, options):
    if not options.machine:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    board = run_qemu.Machine(options.machine, options.qemu, options.arg)
    outcome = run_qemu.run(board, path, exact=True, echo=False, needs_closing=True, silence=30.0)
    if outcome.status != run_qemu.GOOD:
        print(f"# {path}: {outcome.reason}")
    return outcome.lines


def cases(options):
    """{(call, status): whether all of its cases passed}"""
    found = {}
    for path in options.paths:
        for line in lines_of(path, options):
            match = CASE.match(line.strip())
            if match:
                key = match[2], match[3]
                found[key] = found.get(key, True) and not match[1]
    return found


def describe(cell, found, marks):
    key = cell["name"], cell["status"]
    if key in found:
        return "ok" if found[key] else "FAILED"
    return f"n/a: {cell['mark']}" if cell["mark"] and cell["mark"] not in marks else "EMPTY"


def main(argv):
    parser = argparse.ArgumentParser(description="The matrix of calls and statuses of one board.")
    parser.add_argument("--machine", help="run the images on this machine of QEMU")
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--arg", action="append", default=[], help="one more argument for QEMU")
    parser.add_argument("--mark", action="append", default=[], help="cells with this mark are needed here")
    parser.add_argument("paths", nargs="+", help="logs, or images")
    options = parser.parse_args(argv)
    found = cases(options)
    rows = {}
    for cell in cells():
        rows.setdefault(cell["name"], []).append((cell["status"], describe(cell, found, options.mark)))
    failed = 0
    for number, (name, row) in enumerate(rows.items(), 1):
        bad = [status for status, text in row if text in ("EMPTY", "FAILED")]
        failed += bool(bad)
        print(f"{'not ' if bad else ''}ok {number} - {name}")
        print("# " + ", ".join(f"{status} {text}" for status, text in row))
    print(f"1..{len(rows)}")
    print(f"{len(rows) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
