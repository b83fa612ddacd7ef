#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""What a debug kernel says of refusals, in the words of the description.

  check_refusals.py IMAGE --json FILE --said FILE --machine M [--qemu Q] [--arg A ...]

Each refusal of the system must be told by one sentence of SAID, in this order, and no end of a thread as a fault. Of each
call for which a description grants anything, every status must have been there that abi/calls.toml has, but for those that
stand here. TAP.
"""
import argparse
import itertools
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import run_qemu  # noqa: E402
from claims import of_run, report  # noqa: E402
from names import Names  # noqa: E402

CALLS = ("INV_RET", "INV_ACT", "SIG_SND", "SIG_RCV", "KFN", "THD_SCHED_PRIO", "THD_TIME_XFER", "THD_SWT",
         "THD_SCHED_RCV", "TIMER_SET", "INT_LOCAL_MOD")
LOOKUP = ("RANGE", "TYPE", "FROZEN")  # one of them: init freezes nothing
CANNOT = {
    "INV_ACT RIGHTS": "who may call holds the right", "INV_ACT STATE": "no thread of a description is a guest",
    "INV_ACT FAULT": "it is told as the fault of the port",
    "SIG_SND FULL": "with 64 bits that takes 2^31 calls",
    "SIG_RCV INIT_THREAD": "init's thread is no process's", "SIG_RCV CANCELLED": "its thread begins anew",
    "THD_SCHED_PRIO STATE": "scheduled threads are bound here for good", "THD_SCHED_RCV STATE": "as before",
    "THD_SCHED_RCV NO_EVENT": "an answer and no refusal", "THD_TIME_XFER RIGHTS": "who schedules holds both",
    "TIMER_SET STATE": "the builder grants kernel_send on no other signal",
}
LAST = "init: every process has ended"


REPORT = re.compile(r"^refused: (\w+)(?: (\S+) on \S+)? of thread .*: (\w+)$")


def cells():
    """Each call or kernel function with a status, and the statuses of which one will do."""
    table = tomllib.loads((ROOT / "abi" / "calls.toml").read_text(encoding="utf-8"))
    for call in (*table["call"], *table["function"]):
        if call["name"] not in CALLS:
            continue
        for check in dict.fromkeys(re.split(r"[ :]", check)[0] for check in call["checks"] if ":smp" not in check.split()[0]):
            name = {"lookup": "LOOKUP", "right": "RIGHTS"}.get(check, check)
            yield f"{call['name']} {name}", LOOKUP if check == "lookup" else (name,)


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
    reports = list(filter(None, map(REPORT.match, outcome.lines)))
    seen = {f"{name} {match[3]}" for match in reports for name in match.group(1, 2)}
    for cell, statuses in cells():
        claims.append((f"{cell} was there, or cannot be: {CANNOT.get(cell, 'was')}",
                       (cell in CANNOT) != any(f"{cell.split()[0]} {status}" in seen for status in statuses)))
    claims.append(("nothing is told as a fault", not any(line.lstrip().startswith("fault: ") for line in lines)))
    return report(claims, of_run(outcome, lines))


if __name__ == "__main__":
    sys.exit(main())
