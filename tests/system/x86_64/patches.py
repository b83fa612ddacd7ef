#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The kernel's code as it runs: what boot has replaced in it, by processor and by command line.

  patches.py --machine M --qemu Q --offsets OFFSETS_H IMAGE     IMAGE stays in user mode (view.c)

Read back from memory and compared with the image, byte by byte. It differs at the places that the kernel
lists, of those kinds that this processor and these words ask for, and there it jumps or calls where the
list says. LFENCE stands behind SWAPGS on every entry from user code but calls. TAP.
"""
import argparse
import re
import struct
import subprocess
import sys
from pathlib import Path

import pc
from elf import Elf

LFENCE, SWAPGS, VERW = b"\x0f\xae\xe8", b"\x0f\x01\xf8", b"\x0f\x00"
KINDS = {"WITHOUT_BASES", "WITHOUT_SMAP", "WITHOUT_LFENCE", "WITHOUT_IBPB", "WITHOUT_RSB", "VERW", "GUARD",
         "WITHOUT_POINTERS"}
DOORS = 1  # of all that is no call
PATCH_UNIT = 1 << 24  # port/offsets.h
# What QEMU's processors lack (all: barriers of prediction), and what the words ask for.
RUNS = {
    ("max", ""): {"WITHOUT_IBPB", "WITHOUT_RSB"},
    ("max", "mitigations=off"): {"WITHOUT_IBPB", "WITHOUT_RSB", "WITHOUT_LFENCE"},
    ("max", "mitigations=on"): {"WITHOUT_IBPB", "VERW", "GUARD"},
    ("max", "verw=on lfence=off"): {"WITHOUT_IBPB", "WITHOUT_RSB", "VERW", "WITHOUT_LFENCE"},
    ("qemu64", ""): {"WITHOUT_IBPB", "WITHOUT_RSB", "WITHOUT_BASES", "WITHOUT_SMAP"},
    ("Skylake-Client", "rsb=on"): {"WITHOUT_IBPB", "GUARD", "WITHOUT_POINTERS"},
}


class Kernel:
    """Text and list of places of an image."""

    def __init__(self, path, offsets):
        self.elf = Elf(path)
        section = self.elf.section(".kernel.text")
        self.address, self.text = section.address, self.elf.image[section.offset:section.offset + section.size]
        names = {int(number): name for name, number in
                 re.findall(r"#define PATCH_(\w+)\s+(\d+)\b", Path(offsets).read_text(encoding="utf-8"))}
        begin, end = (self.elf.symbol(f"port_patches_{which}").address for which in ("begin", "end"))
        holder = next(section for section in self.elf.sections
                      if section.offset and section.address <= begin < section.address + section.size)
        offset = begin - holder.address + holder.offset
        entries = struct.iter_unpack("<ii", self.elf.image[offset:offset + end - begin])
        # Distances, each from where it stands; the first with why, in the unit.
        self.places = []
        for i, (source, target) in enumerate(entries):
            why = (source + PATCH_UNIT // 2) // PATCH_UNIT
            at = begin + 8 * i
            self.places.append((at + source - why * PATCH_UNIT, at + 4 + target, names[why]))

    def at(self, address, size, text=None):
        return (text or self.text)[address - self.address:address - self.address + size]


def goes_to(code, address):
    """Where an instruction goes, or None if it does not."""
    if code[0] in (0xE8, 0xE9):
        return address + 5 + struct.unpack("<i", code[1:5])[0]
    return address + 2 + struct.unpack("<b", code[1:2])[0] if code[0] == 0xEB else None


def problems_of(kernel, now, expected):
    """What is not as it should be."""
    touched = [False] * len(now)
    for source, target, why in kernel.places:
        code = kernel.at(source, 16, now)
        if why not in expected:
            if code[:5] != kernel.at(source, 5) and not any(
                    source <= other <= source + 4 for other, _, kind in kernel.places if kind in expected):
                yield f"{why} at {source:x} was replaced"
            continue
        if goes_to(code, source) != target or (code[0] == 0xE8) != (why == "GUARD"):
            yield f"{why} at {source:x} does not go to {target:x}: {code[:6].hex()}"
        for i in range(source - kernel.address, source - kernel.address + (9 if why == "GUARD" else 5)):
            touched[i] = True
    wrong = [i for i in range(len(now)) if now[i] != kernel.text[i] and not touched[i]]
    if wrong:
        yield f"{len(wrong)} other bytes differ, the first at {kernel.address + wrong[0]:x}"


def run(options, kernel, processor, words):
    """The text that runs, or None."""
    with pc.Pc(options, options.image, ["-cpu", processor, "-append", words]) as machine:
        if not machine.wait_for(r"^\d+ passed.* skipped"):
            return None
        out = Path(machine.folder.name, "text")
        physical = kernel.address - kernel.window
        machine.command("stop")
        machine.command("pmemsave", val=physical, size=len(kernel.text), filename=str(out))
        return out.read_bytes()


def check_image(tap, kernel):
    found = {why for _, _, why in kernel.places}
    tap.check(found == KINDS, "there are places of every kind", " ".join(found ^ KINDS))
    fences = [source for source, _, why in kernel.places if why == "WITHOUT_LFENCE"]
    tap.check(len(fences) == DOORS and
              all(kernel.at(at - 3, 3) == SWAPGS and kernel.at(at, 3) == LFENCE for at in fences),
              "LFENCE is behind SWAPGS on every entry from user code but calls")
    tails = {target for _, target, why in kernel.places if why == "VERW"}
    tap.check(len(tails) == 3 and all(kernel.at(at, 2) == VERW for at in tails), "ways back begin with VERW")
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-j", ".kernel.text", kernel.elf.path],
                          capture_output=True, check=True, text=True).stdout
    ends = len(re.findall(r"\t(?:sysretq|iretq)", code)) - 1 - len(tails)  # asleep is none
    sources = sum(why == "VERW" for _, _, why in kernel.places)
    tap.check(sources == ends, "there is one for each of them", f"{sources} places, {ends} ways back")


def main():
    parser = argparse.ArgumentParser()
    pc.add_options(parser)
    parser.add_argument("--offsets", required=True)
    parser.add_argument("image")
    options = parser.parse_args()
    kernel, tap = Kernel(options.image, options.offsets), pc.Tap()
    kernel.window = kernel.elf.symbol("layout_text_begin").address & ~0x7FFFFFFF
    check_image(tap, kernel)
    for (processor, words), expected in RUNS.items():
        now = run(options, kernel, processor, words)
        problems = list(problems_of(kernel, now, expected)) if now else ["it did not run"]
        tap.check(not problems, f"{processor} '{words}' runs the code that it needs", "\n".join(problems))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
