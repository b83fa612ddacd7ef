#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The matrix of calls and statuses: which cell has a case on a board, which cannot have one there.

  matrix.py LOG...      TAP output of the system tests of one board

A case is a line `ok N - CALL STATUS`. Cells with a mark in abi/calls.toml need another build or a
second CPU: `n/a: mark`. Cells below NOT_ON_ONE_CPU need two threads that meet, and are listed with the
test that has them. Any other empty cell fails. TAP, one line per call.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASE = re.compile(r"^(not )?ok \d+ - ([A-Z]+_?[A-Z_]*) ([A-Z_]+)$")


def cells():
    out = subprocess.run([sys.executable, ROOT / "tools" / "gen_calls.py", "--matrix"],
                         stdout=subprocess.PIPE, check=True)
    return [cell for cell in json.loads(out.stdout) if cell["kind"] == "call"]


def cases(paths):
    """{(call, status): whether all of its cases passed}"""
    found = {}
    for path in paths:
        for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
            match = CASE.match(line.strip())
            if match:
                key = match[2], match[3]
                found[key] = found.get(key, True) and not match[1]
    return found


def describe(cell, found):
    key = cell["name"], cell["status"]
    if key in found:
        return "ok" if found[key] else "FAILED"
    return f"n/a: {cell['mark']}" if cell["mark"] else "EMPTY"


def main(paths):
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    found = cases(paths)
    rows = {}
    for cell in cells():
        rows.setdefault(cell["name"], []).append((cell["status"], describe(cell, found)))
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
