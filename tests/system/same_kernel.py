#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The kernel in the image that is measured is the kernel in the images that are tested, to the byte.

  same_kernel.py MEASURED IMAGE...

All sections of the kernel lie at the same addresses with the same contents. TAP, one case an image.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from elf import Elf  # noqa: E402

NOBITS = 8


def kernel(path):
    """{section: (address, size, contents)}; what is zeroed at boot has no contents."""
    image = Elf(path)
    return {section.name: (section.address, section.size,
                           b"" if section.type == NOBITS
                           else image.image[section.offset:section.offset + section.size])
            for section in image.sections if section.name.startswith(".kernel.") and section.size}


def main(argv):
    measured = kernel(argv[0])
    failed = 0
    if not measured.get(".kernel.text", (0, 0, b""))[2]:
        print(f"{argv[0]} has no kernel", file=sys.stderr)
        return 2
    for number, path in enumerate(argv[1:], 1):
        other = kernel(path)
        wrong = sorted(name for name in measured.keys() | other.keys() if measured.get(name) != other.get(name))
        failed += bool(wrong)
        print(f"{'not ' if wrong else ''}ok {number} - {Path(path).stem} has the kernel of {Path(argv[0]).stem}")
        if wrong:
            print(f"# these differ: {' '.join(wrong)}")
    print(f"1..{len(argv) - 1}\n{len(argv) - 1 - failed} passed, {failed} failed, 0 skipped")
    return failed != 0 or len(argv) < 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
