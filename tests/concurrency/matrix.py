#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The cells of the matrix of calls and statuses that need a second CPU: `n/a: smp` on the boards.

  matrix.py COMMAND...      runs the host's cells (cells.c), in whatever it takes to run it

A case is a line `ok N - CALL STATUS`. Every cell with the mark `smp` in abi/calls.toml must have one
that passes; one that this build skips (raw address spaces have no page tables) says so. TAP, one line
for each call or kernel function.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARK = "smp"
CASE = re.compile(r"^(not )?ok \d+ - ([A-Z0-9_]+) ([A-Z_]+)( # SKIP .*)?$")


def cells():
    out = subprocess.run([sys.executable, ROOT / "tools" / "gen_calls.py", "--matrix"],
                         stdout=subprocess.PIPE, check=True)
    return [cell for cell in json.loads(out.stdout) if cell["mark"] == MARK]


def cases(lines):
    """{(call, status): "ok", "FAILED" or "skipped"}; one bad case spoils the cell"""
    found = {}
    for line in lines:
        match = CASE.match(line.strip())
        if match:
            key = match[2], match[3]
            text = "FAILED" if match[1] else "skipped" if match[4] else "ok"
            found[key] = text if found.get(key, "ok") == "ok" else found[key]
    return found


def main(argv):
    if not argv:
        print(__doc__, file=sys.stderr)
        return 2
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, errors="replace", check=False)
    found = cases(done.stdout.splitlines())
    rows = {}
    for cell in cells():
        text = found.pop((cell["name"], cell["status"]), "EMPTY")
        rows.setdefault(cell["name"], []).append((cell["status"], text))
    for name, status in found:  # the table of calls has lost its mark, or a name is wrong
        rows.setdefault(name, []).append((status, "UNKNOWN"))
    counts = {"ok": 0, "not ok": 0, "skipped": 0}
    for number, (name, row) in enumerate(rows.items(), 1):
        texts = {text for _, text in row}
        result = "not ok" if texts & {"EMPTY", "FAILED", "UNKNOWN"} else \
            "skipped" if "skipped" in texts else "ok"
        counts[result] += 1
        skip = " # SKIP this build lacks what it is about" if result == "skipped" else ""
        print(f"{'not ok' if result == 'not ok' else 'ok'} {number} - {name} with two CPUs{skip}")
        print("# " + ", ".join(f"{status} {text}" for status, text in row))
    if done.returncode and not counts["not ok"]:
        print("# the program failed besides")
    print(f"1..{len(rows)}")
    print(f"{counts['ok']} passed, {counts['not ok']} failed, {counts['skipped']} skipped")
    return counts["not ok"] != 0 or done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
