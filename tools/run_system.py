#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Boot a described system in QEMU and show what it prints, in the words of its description.

  run_system.py IMAGE --json SYSTEM.json --machine M [--qemu Q] [--arg A ...]

The programs of the processes lie beside SYSTEM.json: an address in a line of init becomes a function and
a line of source. What a debug kernel says of a refusal becomes the names of the description
(tools/names.py). What is typed goes to the serial line; if standard input is a file, its lines do, each when
the system asks (tools/transcript.py). The run ends when init says that every process has ended.
"""
import argparse
import os
import stat
import sys
from pathlib import Path

import run_qemu
from names import Names
from transcript import Typist

END = "init: every process has ended"


def typist():
    """Who types, and how long the system may be silent meanwhile: who sits there may think as long as it takes."""
    if sys.stdin is None or sys.stdin.closed:
        return Typist(None), 10.0
    if sys.stdin.isatty():
        return Typist(None, sys.stdin.fileno()), 0.0
    is_file = stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    return Typist(Path("/dev/stdin") if is_file else None), 10.0


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

    who, silence = typist()

    def show(line):
        who.see(line)
        for text in names.feed(line):
            print(text, flush=True)
    outcome = run_qemu.run(run_qemu.Machine(options.machine, options.qemu, options.arg), options.image,
                           timeout=options.timeout, silence=silence, exact=True,
                           echo=False, until=END, show=show, keyboard=who.keyboard)
    for text in names.flush():
        print(text)
    return run_qemu.report(outcome)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(0)
