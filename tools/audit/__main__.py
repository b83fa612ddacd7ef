#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Decode the image of a described system as init, kernel and hardware would, and compare what it grants with
its description and with the claims there (docs/audit.md).

  python3 tools/audit IMAGE --board NAME --description SYSTEM.yaml --programs DIR [--flip] [--tap]
                      [--probe --machine M [--qemu Q] [--arg=ARG ...]]

DIR holds the programs of the processes as they were linked, NAME.elf each. --flip: every bit of the boot table and
of region words or page-table entries is flipped in turn, and each flip is reported or proved harmless. --tap: say it
what it grants with its description and with the claims there (docs/audit.md).
line; 2 it cannot be audited.
"""
import argparse
import json
import sys
from pathlib import Path

import debian

debian.go_on()

# pylint: disable=wrong-import-position
import probes
from board import Board
from boot_table import Refused, Table
from description import Description
from flips import flips
from image import AuditError, File, Image
from judge import Evidence, Judge
from policy import decide


def read(options):
    image = Image(options.image)
    board = Board(options.board, image)
    try:
        description = Description(options.description, board)
    except KeyError as error:
        raise AuditError(f"{options.description}: the builder would refuse this description: {error}") from error
    programs = {name: File(options.programs / f"{name}.elf") for name in description.processes}
    depths = {name: depths_of(options.programs / f"{name}.stack.json") for name in programs}
    return Evidence(image, description, board, programs, depths)


def depths_of(path):
    """What tools/stack.py has told of a program; None: its compiler tells no call graph."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def judge(evidence):
    try:
        return Judge(evidence, Table(evidence.image.table_bytes, evidence.board.word_bytes)).run()
    except Refused as refusal:
        raise AuditError(str(refusal)) from refusal


class Report:
    """Plain lines, or those of a test."""

    def __init__(self, is_tap):
        self.is_tap, self.claims = is_tap, []

    def claim(self, text, problems):
        self.claims.append(not problems)
        if self.is_tap:
            print(f"{'not ' if problems else ''}ok {len(self.claims)} - {text}")
        for problem in problems:
            print(f"{'# ' if self.is_tap else ''}{problem}")
        if not problems and not self.is_tap:
            print(text)

    def note(self, text):
        for line in text.splitlines():
            print(f"{'# ' if self.is_tap else ''}{line}")

    def end(self):
        failed = self.claims.count(False)
        if self.is_tap:
            print(f"1..{len(self.claims)}\n{len(self.claims) - failed} passed, {failed} failed, 0 skipped")
        return 1 if failed else 0


def audit(evidence, report, options):
    judged = judge(evidence)
    report.claim(f"{evidence.image.path.name} grants what its description grants, and nothing else", judged.findings)
    if judged.findings:
        return
    for claim, why in decide(judged):
        report.claim(f"'{claim}' holds", [f"'{claim}' does not hold: {why}"] if why else [])
    if options.flip:
        for what, tally in flips(judged):
            report.claim(f"every flipped bit is reported or harmless: {what}",
                         [f"neither reported nor harmless: {each}" for each in tally.missed])
            report.note(f"{what}: {tally.say()}")
    if options.probe:
        tried, problems = probes.probe(judged, probes.run_qemu.Machine(options.machine, options.qemu, options.arg))
        report.claim("hardware and kernel do in QEMU what the audit says", problems)
        for line in tried:
            report.note(line)


def main(argv):
    parser = argparse.ArgumentParser(description="Compare what an image grants with its description.")
    parser.add_argument("image", type=Path)
    parser.add_argument("--board", required=True)
    parser.add_argument("--description", type=Path, required=True)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--flip", action="store_true", help="flip every bit in turn, too")
    parser.add_argument("--probe", action="store_true", help="try in QEMU what was decoded")
    parser.add_argument("--machine", help="QEMU's name of the machine")
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--arg", action="append", default=[], help="one more argument for QEMU; write --arg=-x")
    parser.add_argument("--tap", action="store_true", help="report as a test")
    options = parser.parse_args(argv)
    report = Report(options.tap)
    try:
        audit(read(options), report, options)
    except AuditError as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2
    return report.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
