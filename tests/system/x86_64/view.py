#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""What a process sees: its page table, dumped while it runs, against a list of what may be in it.

  view.py --machine M --qemu Q [--kpti] --layout LAYOUT_H IMAGE     IMAGE stays in user mode (view.c)

The kernel's half: with KPTI the text of the entry and the pages that the hardware needs, nothing else and
none global; without it the kernel's image by pages, none both writable and executable, its memory and its
devices; and never a page that user code may use. The user's half: only user pages, none of which is the
kernel's memory. And the protections that the processor offers are on. TAP.
"""
import argparse
import re
import sys
from pathlib import Path

import pc
from elf import Elf

PAGE, LARGE, HALF = 0x1000, 0x200000, 1 << 63
LINE = re.compile(r"^([0-9a-f]{16}): ([0-9a-f]{16}) ([-A-Z]{9})\s*$", re.MULTILINE)
CR0_WP, EFER_NX = 1 << 16, 1 << 11
CR4 = {"SMEP": 1 << 20, "SMAP": 1 << 21, "UMIP": 1 << 11, "FSGSBASE": 1 << 16, "OSXSAVE": 1 << 18, "MCE": 1 << 6}


class Page:
    """A line of `info tlb`: X (no execution) G P (large) D A C T U W."""

    def __init__(self, match):
        self.address, self.physical = int(match[1], 16), int(match[2], 16)
        flags = match[3]
        self.size = LARGE if "P" in flags else PAGE
        self.can_execute, self.is_global = "X" not in flags, "G" in flags
        self.is_user, self.can_write = "U" in flags, "W" in flags
        self.is_settled = "A" in flags and ("D" in flags or not self.can_write)
        self.text = match[0]


def layout_of(path):
    text = Path(path).read_text(encoding="utf-8")
    return {name: int(value, 16) for name, value in re.findall(r"#define LAYOUT_(\w+)\s+(0x[0-9A-F]+)", text)}


def pages_between(begin, end):
    return set(range(begin, end, PAGE))


def check_kpti(tap, kernel, symbol):
    text = pages_between(symbol("port_entry_text"), symbol("port_entry_text_end"))
    data = pages_between(symbol("port_entry_pages"), symbol("port_entry_pages") + 2 * PAGE)
    allowed = text | data
    tap.check({page.address for page in kernel} == allowed and len(text) == 1,
              "the kernel's half holds the text of the entry and the entry pages",
              "\n".join(page.text for page in kernel if page.address not in allowed))
    tap.check(all(page.can_execute and not page.can_write for page in kernel if page.address in text),
              "that text cannot be written")
    tap.check(all(page.can_write and not page.can_execute for page in kernel if page.address in data),
              "those pages cannot be executed")
    tap.check(not any(page.is_global for page in kernel), "no page is global")


def check_whole(tap, kernel, symbol, layout):
    text = pages_between(symbol("layout_text_begin"), symbol("layout_text_end"))
    rodata = pages_between(symbol("layout_text_end"), symbol("layout_rodata_end"))
    data = pages_between(symbol("layout_rodata_end"), symbol("layout_boot_begin")) - {symbol("layout_stack_guard")}
    window = layout["KERNEL_WINDOW"]
    rest = {window + layout["BOOT_PAGE"], layout["LOCAL_APIC"], layout["IO_APIC"]}
    memory = {address for begin, size in ((layout["KMEM"], layout["KMEM_BYTES"]),
                                          (layout["GUEST"], layout["GUEST_BYTES"]))
              for address in range(begin, begin + size, LARGE)}
    found = {page.address for page in kernel}
    allowed = text | rodata | data | rest | memory
    tap.check(found == allowed, "the kernel's half is its image, its memory and its devices",
              " ".join(hex(address) for address in sorted(found ^ allowed)[:8]))
    tap.check({page.address for page in kernel if page.can_execute} == text, "only its text can be executed")
    tap.check({page.address for page in kernel if not page.can_write} == text | rodata,
              "only text and constants cannot be written, and the page under the stack is not there")


def check_user(tap, user, layout, boot):
    image = layout["KERNEL_IMAGE"]
    # What runs once, behind the rest, is the user's by now.
    owned = [(image, boot - layout["KERNEL_WINDOW"]),
             (layout["KMEM"] - layout["KERNEL_WINDOW"], layout["KMEM"] - layout["KERNEL_WINDOW"] +
              layout["KMEM_OWN_BYTES"])]
    wrong = [page.text for page in user
             if any(page.physical < end and page.physical + page.size > begin for begin, end in owned)]
    # The window of guests is shared with user level on purpose (docs/memory.md).
    tap.check(user and not wrong, "no page of the user's half is the kernel's memory", "\n".join(wrong))
    tap.check(all(page.is_user for page in user), "and each may be used by user code")
    tap.check(not any(page.is_global for page in user), "none is global")
    tap.check(all(page.is_settled for page in user), "and hardware has nothing to write into an entry")


def check_registers(tap, registers):
    tap.check(registers["CR0"] & CR0_WP, "WP is on")
    tap.check(registers["EFER"] & EFER_NX, "NX is on")
    for name, mask in CR4.items():
        tap.check(registers["CR4"] & mask, f"{name} is on")
    tap.check(registers["RFL"] & 0x3000 == 0, "IOPL is 0")


def main():
    parser = argparse.ArgumentParser()
    pc.add_options(parser)
    parser.add_argument("--kpti", action="store_true")
    parser.add_argument("--layout", required=True)
    parser.add_argument("image")
    options = parser.parse_args()
    layout, elf, tap = layout_of(options.layout), Elf(options.image), pc.Tap()

    def symbol(name):
        return elf.symbol(name).address

    with pc.Pc(options, options.image) as machine:
        if not machine.wait_for(r"^\d+ passed.* skipped") or not machine.stop_in_user_mode():
            tap.check(False, "the image comes to rest in user mode", machine.text)
            return tap.end()
        registers = machine.registers()
        top = symbol("port_boot_top") - layout["KERNEL_WINDOW"]
        lower_half = int(machine.monitor(f"xp /1gx {top:#x}").split(":")[1], 16)
        pages = [Page(match) for match in LINE.finditer(machine.monitor("info tlb").replace("\r", ""))]
    kernel = [page for page in pages if page.address >= HALF]
    tap.check(kernel and not any(page.is_user for page in kernel), "user code may use no page of the kernel's half")
    if options.kpti:
        check_kpti(tap, kernel, symbol)
    else:
        check_whole(tap, kernel, symbol, layout)
    tap.check(lower_half == 0, "the space of boot shows physical memory no more")
    check_user(tap, [page for page in pages if page.address < HALF], layout, symbol("layout_boot_begin"))
    check_registers(tap, registers)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
