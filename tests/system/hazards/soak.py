#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Random calls of several CPUs on real threads, for as long as one likes (soak.c).

  soak.py IMAGE --seconds 900 [--cpus 4] [--seed N]

IMAGE is system_hazards.elf of preset x86_64-smp. Prints how many calls there were and what they returned, and fails on
a violation: a status that the call does not have, a signal too many or too few, something that cannot be taken apart, free
kernel memory that was written, a fault of the kernel, silence. --seed runs that one run again; on threads no run is
ever quite the same. TAP.
"""
import argparse
import re
import sys
from pathlib import Path

import hazards
import run_qemu

SILENCE_S = 120  # it tells something every 10 s, and a run takes less than one
LEAST_A_SECOND = 20e6 / 900  # calls, on two cores that do nothing else; told, and no reason to fail
END = re.compile(r"^# SOAK (\d+) s, (\d+) CPUs, (\d+) runs, (\d+) calls$")


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--cpus", type=int, default=4)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args(argv)
    boot = hazards.Boot("threads", options.cpus, 0, 1, seed=options.seed)
    board = hazards.machine(options.image, boot)
    board.args[board.args.index("-append") + 1] += f" soak={options.seconds}"
    outcome = run_qemu.run(board, options.image, timeout=0x7FFFFFF, silence=SILENCE_S, echo=True, needs_closing=True)
    ends = [match for line in outcome.lines if (match := END.match(line))]
    if not ends:
        print(f"# {outcome.reason}")
    else:
        seconds, calls = int(ends[0][1]), int(ends[0][4])
        print(f"# {calls / max(seconds, 1):.0f} calls a second; 20 million in 15 minutes are {LEAST_A_SECOND:.0f}")
    return outcome.status != run_qemu.GOOD or not ends or int(ends[0][4]) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
