#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Boot a described system in QEMU and show what it prints, in the words of its description.

  run_system.py IMAGE --json SYSTEM.json --machine M [--qemu Q] [--arg A ...]

The programs of the processes lie beside SYSTEM.json: an address in a line of init becomes a function and
a line of source. What a debug kernel says of a refusal becomes the names of the description
(tools/names.py). What is typed goes to the serial line. The run ends when init says that every process has
ended.
"""
import argparse
import os
import sys
from pathlib import Path

import run_qemu
from names import Names

END = "init: every process has ended"


def main(argv):
    parser = argparse.ArgumentParser(description="Boot a described system and show what it prints.")
    parser.add_argument("image", type=Path)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--arg", action="append", default=[])
    parser.add_argument("--timeout", type=float, default=86400.0)
    options = parser.parse_args(argv)
    names = Names(options.json)

    def show(line):
        for text in names.feed(line):
            print(text, flush=True)
    # Who types may think as long as it takes.
    keyboard = sys.stdin.fileno() if os.isatty(sys.stdin.fileno()) else None
    outcome = run_qemu.run(run_qemu.Machine(options.machine, options.qemu, options.arg), options.image,
                           timeout=options.timeout, silence=10.0 if keyboard is None else 0.0, exact=True,
                           echo=False, until=END, show=show, keyboard=keyboard)
    for text in names.flush():
        print(text)
    return run_qemu.report(outcome)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(0)
