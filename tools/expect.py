#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Run an image and compare what it prints with a file.

  expect.py IMAGE --machine M [--qemu Q] [--arg=ARG ...] --lines FILE [--rom BYTES] [--ram BYTES]

Each line of FILE must begin a line of the output, in this order; other lines may stand between, as a
debug build has more to say. With --rom and --ram all of the image, kernel and user, must fit. TAP.
"""
import argparse
import sys
from pathlib import Path

import run_qemu
from claims import of_run, report
from elf import Elf

SILENCE_S = 30.0  # a machine may be busy


def lines_found(wanted, lines):
    """(line, whether it came behind the one before)"""
    rest = iter(lines)
    for line in wanted:
        yield line, any(text.startswith(line) for text in rest)


def used(elf):
    """Bytes of ROM up to the end of the user image, of RAM from the kernel's stack to the user's last
    variable, holes included."""
    image = Elf(elf)
    rom = image.symbol("user_image_end").address - image.symbol("kernel_vectors").address
    ram = image.symbol("user_bss_end").address - image.section(".kernel.stack").address
    return rom, ram


def main(argv):
    parser = argparse.ArgumentParser(description="Run an image and compare what it prints with a file.")
    parser.add_argument("image", type=Path)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--arg", action="append", default=[], help="one more argument for QEMU; write --arg=-x")
    parser.add_argument("--lines", type=Path, required=True)
    for memory in ("--rom", "--ram"):
        parser.add_argument(memory, type=lambda text: int(text, 0))
    options = parser.parse_args(argv)
    outcome = run_qemu.run(run_qemu.Machine(options.machine, options.qemu, options.arg), options.image, exact=True, silence=SILENCE_S,
                           needs_closing=True, echo=False)
    claims = [("it ends as it should", outcome.status == 0)]
    claims += lines_found(options.lines.read_text(encoding="utf-8").splitlines(), outcome.lines)
    limits = options.rom, options.ram
    for name, size, limit in zip(("ROM", "RAM"), used(options.image) if outcome.lines else (), limits):
        if limit is not None:
            claims.append((f"{size} bytes of {name} are within {limit}", size <= limit))
    return report(claims, of_run(outcome))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
