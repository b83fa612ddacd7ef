#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The size of the kernel in an image: table, largest functions, worst stack; writes size.json.

Every image keeps the kernel in sections of its own, `.kernel.text` and so on, so that the figures
hold for the kernel alone whatever else is linked.

Exit status: 0 good, 1 a stack problem, 2 the image cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from elf import STT_FUNC, Elf, ElfError
from stack import StackError, load_graph, worst_chain

BOOT_PARTS = ("boot_text", "boot_rodata")  # of a kernel that gives them away when user code begins
PARTS = ("text", "rodata", "data", "bss", "kmem", "kmem_bitmap", "irq_table", "stack")
LARGEST = 15


def sizes(image: Elf) -> dict[str, int]:
    """Bytes of each part; a part that the image does not have is 0."""
    found = {part: image.section(f".kernel.{part}") for part in PARTS}
    if not found["text"]:
        raise ElfError(f"{image.path} has no section .kernel.text: no kernel is in it")
    boot = [image.section(f".kernel.{part}") for part in BOOT_PARTS]
    return {**{part: section.size if section else 0 for part, section in found.items()},
            "boot": sum(section.size for section in boot if section)}


def largest(image: Elf, count: int = LARGEST) -> list[tuple[str, int]]:
    """The largest kernel functions; names of one address count once."""
    text = image.section(".kernel.text")
    assert text
    by_address = {s.address: s for s in image.symbols
                  if s.type == STT_FUNC and text.address <= s.address < text.end}
    ordered = sorted(by_address.values(), key=lambda s: (-s.size, s.name))
    return [(s.name, s.size) for s in ordered[:count]]


def print_table(size: dict[str, int], functions: list[tuple[str, int]]) -> None:
    for part, octets in size.items():
        print(f"{part:<12} {octets:>8}")
    print(f"{'ROM':<12} {size['text'] + size['rodata']:>8}  text + rodata")
    print(f"{'static RAM':<12} {size['data'] + size['bss']:>8}  data + bss")
    print(f"\nlargest of {size['text']} bytes of functions:")
    for name, octets in functions:
        print(f"{octets:>8}  {name}")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("elf", type=Path)
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    parser.add_argument("--ci", type=Path, action="append", default=[],
                        help="folder of the kernel's objects, searched for call graphs (*.ci)")
    parser.add_argument("--facts", type=Path, help="data file of stack.py")
    options = parser.parse_args(argv)
    try:
        image = Elf(options.elf)
        size = sizes(image)
        print_table(size, largest(image))
        if options.out:
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(json.dumps(size) + "\n")
    except (ElfError, OSError) as error:
        print(f"size: {error}", file=sys.stderr)
        return 2
    if options.ci:
        try:
            print("\nworst stack:", worst_chain(load_graph(options.ci, options.facts)))
        except StackError as error:
            print(f"size: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
