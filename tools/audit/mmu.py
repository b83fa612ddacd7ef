# SPDX-License-Identifier: Unlicense
"""Page tables of x86-64 with four levels: as the kernel fills them (kernel/pagetable_mmu.c), and as the
hardware walks them (Intel SDM volume 3, 4.5; entries: tables 4-15 to 4-20)."""
from functools import lru_cache

from board import BUFFER, CACHE, EXECUTE, READ, STATIC, WRITE
from boot_table import Refused

P, W, U, PWT, PCD, A, D, PS = (1 << bit for bit in range(8))
SOFT_STATIC, SOFT_DATA, SOFT_PAGE = 1 << 9, 1 << 10, 1 << 11
NX = 1 << 63
ADDRESS = 0x000FFFFFFFFFF000
TABLE_BYTES, ENTRIES, PAGE_ORDER, TOP_ORDER, KERNEL_ENTRY = 4096, 512, 12, 39, 511
LEVELS = {12: "PT", 21: "PD", 30: "PDPT", 39: "PML4"}


class MmuTable:
    """A table as it lies in memory: 512 entries, of which `entries` are not 0."""

    kind = "pagetable"

    def __init__(self, row):
        self.is_top = bool(row.base & 1)
        self.base, self.size_order, self.number_order = row.base & ~1, row.size_order, row.number_order
        orders = self.size_order, self.number_order
        if orders != (TOP_ORDER, 8) if self.is_top else orders[0] not in (12, 21, 30) or orders[1] != 9:
            raise Refused("a page table: the machine has none of these orders")
        if self.base % (1 << sum(orders)):
            raise Refused("a page table is not aligned to what it maps")
        self.address = None  # physical; set when it has its memory
        self.entries, self.children = {}, {}

    def bytes(self):
        return TABLE_BYTES

    def construct(self, position, child):
        if (position >> self.number_order or child.size_order + child.number_order != self.size_order
                or child.base != self.base + (position << self.size_order)):
            raise Refused("a page table does not fit where it is to hang")
        if child.is_top or position in self.entries:
            raise Refused("a page table is a top level, or its place is taken")
        self.entries[position] = child.address | P | W | U | A
        self.children[position] = child

    def add(self, position, flags, source, index):
        base, order, given = source
        if position >> self.number_order or self.size_order > order or index >> (order - self.size_order):
            raise Refused("a page lies outside of its table, or is larger than its source")
        if flags > 63 or flags & ~STATIC & ~given:
            raise Refused("a page has more access than there is")
        if not flags & READ or position in self.entries:
            raise Refused("a page cannot be read, or its place is taken")
        self.entries[position] = page(base + (index << self.size_order), self.size_order, flags)

    def tables(self):
        """All below, with each once."""
        for child in self.children.values():
            yield child
            yield from child.tables()

    def shown(self):
        """Every page that the hardware shows the user: (virtual, physical, bytes, flags)."""
        known = {table.address: table for table in (self, *self.tables())}
        pages, strange = walk(self.address, known, {})
        if strange:
            raise Refused(strange)
        return pages


def page(address, order, flags):
    entry = address | P | U | A | D | SOFT_PAGE
    entry |= W if flags & WRITE else 0
    entry |= 0 if flags & EXECUTE else NX | SOFT_DATA
    entry |= 0 if flags & CACHE else PCD
    entry |= 0 if flags & BUFFER else PWT
    entry |= SOFT_STATIC if flags & STATIC else 0
    return entry | (PS if order != PAGE_ORDER else 0)


# --- the hardware --------------------------------------------------------------------------------

@lru_cache(maxsize=None)
def meaning(entry, order):
    """What the walk makes of an entry whose place has 2^order bytes: None, ("table", address, limits), ("page",
    address, flags, low) or ("reserved",). The width of addresses is that of the entry, 52 bits."""
    if not entry & P:
        return None
    limits = READ | (WRITE if entry & W else 0) | (0 if entry & NX else EXECUTE)
    limits = limits if entry & U else 0
    if order == TOP_ORDER and entry & PS:
        return ("reserved",)
    if order != PAGE_ORDER and not entry & PS:
        return "table", entry & ADDRESS, limits
    kind = (0 if entry & PCD else CACHE) | (0 if entry & PWT else BUFFER)
    pat = entry >> (7 if order == PAGE_ORDER else 12) & 1
    address = entry & ADDRESS & -(1 << order)
    if order != PAGE_ORDER and entry & ADDRESS & ((1 << order) - 1) & ~(1 << 12):
        return ("reserved",)
    if pat:
        return "page", address, limits, ("PAT", kind)
    return "page", address, limits, (kind, "global" if entry >> 8 & 1 else "")


def walk(top, known, changed):
    """Pages that a user has below the table at `top`: [(virtual, physical, bytes, flags)], and a text where the
    walk leaves the tables of the process. `changed`: {(address, position): entry}."""
    pages, strange = [], []

    def descend(address, order, virtual, limits):
        table = known[address]
        entries = table.entries
        for position in sorted(entries):
            entry = changed.get((address, position), entries[position])
            found = meaning(entry, order)
            if found is None:
                continue
            if found[0] == "reserved":
                continue  # a fault for whoever comes here
            allowed = limits & found[2]
            if not allowed & READ:
                continue
            place = virtual + (position << order)
            if found[0] == "page":
                kind, extra = found[3]
                flags = allowed | (kind if kind != "PAT" else extra)
                if kind == "PAT" or extra:
                    strange.append(f"the page at {place:#x} has another memory type, or outlives its space")
                pages.append((place, found[1], 1 << order, flags))
            elif found[1] not in known or known[found[1]].size_order != order - 9 or found[1] == top:
                strange.append(f"the {LEVELS[order]} entry of {place:#x} leads to {found[1]:#x}, where the process "
                               "has no page table")
            else:
                descend(found[1], order - 9, place, allowed)

    descend(top, TOP_ORDER, 0, READ | WRITE | EXECUTE)
    return pages, strange[0] if strange else ""
