#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Run a described system and compare what it prints with a file, line by line.

  transcript.py IMAGE --board B --machine M [--qemu Q] [--arg A ...] --lines FILE --json FILE [--input FILE] [--loose]

The output counts from the line in which init names the system, normalised (tools/normalise.py); the run
is over when the last line of FILE was printed. --input: lines to type, each when the system has asked, by
a line that ends in `?`. --loose: other lines may stand between, as the kernel
of a debug build has more to say. On machines with an MPU no process may waste more than 10 % of its memory.
TAP.
"""
import argparse
import json
import os
import re
import sys
from pathlib import Path

import run_qemu
from claims import of_run, report
from normalise import normalise

BEGIN = "init: system "
WASTE_MAX = 10  # per cent


def differences(wanted, lines, is_loose):
    """(claim, whether it holds) for each line that is wanted, and one about what is too much."""
    rest = iter(lines)
    for i, line in enumerate(wanted):
        holds = any(text == line for text in rest) if is_loose else i < len(lines) and lines[i] == line
        yield line, holds
    if not is_loose:
        yield "nothing else is printed", len(lines) <= len(wanted)


def wastes(path):
    """(claim, whether it holds) for each process of a machine whose protection has no pages."""
    system = json.loads(path.read_text(encoding="utf-8"))
    for process in system["processes"] if not system["machine"]["mmu"] else []:
        own = [block for block in process["blocks"] if block["name"] in ("code", "data")]
        wanted, granted = (sum(block[key] for block in own) for key in ("wanted", "granted"))
        share = 100 * (granted - wanted) / granted
        yield f"process {process['name']} wastes {granted - wanted} bytes, {share:.1f} %", share <= WASTE_MAX


def spoken(outcome, board):
    """The lines from the system's first one on, normalised."""
    begin = next((i for i, line in enumerate(outcome.lines) if line.startswith(BEGIN)), len(outcome.lines))
    return [normalise(line, board) for line in outcome.lines[begin:]]


class Typist:
    """Types the lines of a file, each when the system has asked for one. Without lines: nobody, or whoever
    sits at the file descriptor `keyboard`."""

    def __init__(self, path, keyboard=None):
        self.lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path else []
        self.keyboard, self.keys = os.pipe() if self.lines else (keyboard, None)

    def see(self, line):
        if line.endswith("?") and self.lines:
            os.write(self.keys, self.lines.pop(0).encode())


def main(argv):
    parser = argparse.ArgumentParser(description="Run a system and compare what it prints with a file.")
    parser.add_argument("image", type=Path)
    for name in ("--board", "--machine"):
        parser.add_argument(name, required=True)
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--arg", action="append", default=[])
    parser.add_argument("--lines", type=Path, required=True)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--input", type=Path)
    parser.add_argument("--loose", action="store_true")
    options = parser.parse_args(argv)
    wanted = options.lines.read_text(encoding="utf-8").splitlines()
    # As the expected line may have been normalised, what is waited for is its unchanged beginning.
    last = re.split(r"BOARD|CPU N|ADDRESS", wanted[-1])[0]
    typist = Typist(options.input)
    outcome = run_qemu.run(run_qemu.Machine(options.machine, options.qemu, options.arg), options.image,
                           exact=True, echo=False, until=last, silence=30.0, show=typist.see,
                           keyboard=typist.keyboard)
    lines = spoken(outcome, options.board)
    claims = [("it ends as it should", outcome.status == run_qemu.GOOD)]
    claims += [("all that there was to type was asked for", not typist.lines)] if options.input else []
    claims += differences(wanted, lines, options.loose)
    claims += wastes(options.json)
    return report(claims, of_run(outcome, lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
