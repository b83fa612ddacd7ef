#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""What a debug kernel says of refusals, in the words of the description.

  check_refusals.py IMAGE --json FILE --said FILE --machine M [--qemu Q] [--arg A ...]

Each refusal of the system must be told by one sentence of SAID, in this order, and no end of a thread as a fault. TAP.
"""
import argparse
import itertools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import run_qemu  # noqa: E402
from names import Names  # noqa: E402

LAST = "init: every process has ended"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    for name in ("--json", "--said"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--arg", action="append", default=[])
    options = parser.parse_args()
    machine = run_qemu.Machine(options.machine, options.qemu, options.arg)
    outcome = run_qemu.run(machine, options.image, exact=True, echo=False, silence=30.0, until=LAST)
    names = Names(options.json)
    lines = [text for line in outcome.lines for text in names.feed(line)] + names.flush()
    told = [line for line in lines if line.startswith("process `")]
    wanted = options.said.read_text(encoding="utf-8").splitlines()
    claims = [("it ends as it should", outcome.status == run_qemu.GOOD)]
    claims += [(wish or f"not wanted: {found}", wish == found) for wish, found in itertools.zip_longest(wanted, told)]
    claims.append(("nothing is told as a fault", not any(line.lstrip().startswith("fault: ") for line in lines)))
    failed = sum(not holds for _, holds in claims)
    for number, (name, holds) in enumerate(claims, 1):
        print(f"{'' if holds else 'not '}ok {number} - {name.replace('#', '')}")
    if failed:
        print(f"# {outcome.reason}\n" + "".join(f"# {line}\n" for line in lines), end="")
    print(f"1..{len(claims)}\n{len(claims) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
