#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Nothing that stays refers to what runs once.

  check_boot.py KERNEL_OBJECT

The kernel's sections .kernel.boot_* are given away when the first process begins (a port that has them
says where). No relocation of another section may lead there, but from the entry of the image to
`start`, and from that of other CPUs.
"""
import struct
import sys

from elf import Elf, ElfError

BOOT = ".kernel.boot_"
ENTRIES = {"start", "port_prepare_other"}  # reached before boot is over: the second by other CPUs
RELA_BYTES = 24


def is_boot(name):
    return name.startswith(BOOT)


def wrong_references(image):
    """Sentences, one for each reference that must not be."""
    for section in image.sections:
        target = section.name.removeprefix(".rela")
        if not section.name.startswith(".rela.kernel.") or is_boot(target):
            continue
        for at in range(section.offset, section.offset + section.size, RELA_BYTES):
            offset, info, addend = struct.unpack_from("<QQq", image.image, at)
            symbol = image.symbols[info >> 32]
            where = image.sections[symbol.section].name if symbol.section < len(image.sections) else ""
            if is_boot(where) and symbol.name not in ENTRIES:
                yield f"{target}+{offset:#x} refers to {symbol.name or where}+{addend:#x}, which only boot has"


def main(argv):
    try:
        image = Elf(argv[0])
    except ElfError as error:
        print(f"check_boot: {error}", file=sys.stderr)
        return 2
    wrong = list(wrong_references(image))
    for text in wrong:
        print(f"{argv[0]}: {text}", file=sys.stderr)
    if not any(is_boot(section.name) for section in image.sections):
        print(f"{argv[0]}: there is no section {BOOT}*", file=sys.stderr)
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
