# SPDX-License-Identifier: Unlicense
"""What the hardware lets user code do, decoded from what it is loaded with: the regions of an MPU, the page
tables of x86-64. Written from the manuals, and not from the kernel; needs only a function that reads memory.

  MpuView   Armv7-M Architecture Reference Manual (Arm DDI 0403E), B3.5.8 and B3.5.9
  MmuView   Intel SDM volume 3 (253668), 4.5
"""
import struct
from dataclasses import dataclass

READ, WRITE, EXECUTE = 1, 2, 4


def letters(access):
    return "".join(letter if access >> bit & 1 else "-" for bit, letter in enumerate("rwx"))


@dataclass
class Piece:
    """Neighbouring addresses that may be used alike; `by` is what says so."""

    begin: int
    end: int
    access: int
    physical: int
    by: str


class MpuView:
    """The table of a process begins with the words of its eight regions, RBAR and RASR."""

    REGIONS = 8

    def __init__(self, read):
        self.read = read

    def regions(self, table):
        words = struct.unpack(f"<{2 * self.REGIONS}I", self.read(table, 8 * self.REGIONS))
        return list(zip(words[::2], words[1::2]))

    @staticmethod
    def access(rasr):
        """Of unprivileged code, by AP and XN."""
        access = {2: READ, 3: READ | WRITE, 6: READ, 7: READ}.get(rasr >> 24 & 7, 0)
        return access | EXECUTE if access and not rasr >> 28 & 1 else access

    def at(self, table, address):
        """The piece of an address; None: no access. The highest region that holds the address decides."""
        for index, (rbar, rasr) in reversed(list(enumerate(self.regions(table)))):
            order = (rasr >> 1 & 31) + 1
            base = rbar & ~((1 << max(order, 5)) - 1) & 0xFFFFFFFF
            if not rasr & 1 or not base <= address < base + (1 << order):
                continue
            eighth = 1 << order - 3
            part = (address - base) // eighth
            if order >= 8 and rasr >> 8 + part & 1:
                continue  # this sub-region is disabled: the next region counts
            begin = base + part * eighth if order >= 8 else base
            access = self.access(rasr)
            return Piece(begin, begin + (eighth if order >= 8 else 1 << order), access, address,
                         f"region {index}") if access else None
        return None

    def pieces(self, table):
        """All that may be used, in order: what is alike and hangs together is one."""
        edges = set()
        for rbar, rasr in self.regions(table):
            order = (rasr >> 1 & 31) + 1
            base = rbar & ~((1 << max(order, 5)) - 1) & 0xFFFFFFFF
            if rasr & 1:
                edges |= {base + part * (1 << order - 3) for part in range(9)} if order >= 8 else \
                    {base, base + (1 << order)}
        found = []
        for edge in sorted(edges):
            piece = self.at(table, edge) if edge < 1 << 32 else None
            if piece and found and found[-1].end == piece.begin and found[-1].access == piece.access and \
                    found[-1].by == piece.by:
                found[-1].end = piece.end
            elif piece:
                found.append(piece)
        return found


class MmuView:
    """The table of a process is the top level that CR3 points to, seen through the kernel's window."""

    WINDOW = 0xFFFFFFFF80000000
    ADDRESS = 0x000FFFFFFFFFF000
    PRESENT, WRITABLE, USER, LARGE, NO_EXECUTE = 1, 2, 4, 1 << 7, 1 << 63
    TOP_ORDER, PAGE_ORDER, STEP, USER_ENTRIES = 39, 12, 9, 256

    def __init__(self, read):
        self.read = read

    def entries(self, table):
        return struct.unpack("<512Q", self.read(table, 4096))

    def allow(self, entry, access):
        """What is left of access below an entry: each level can take away."""
        if not entry & self.PRESENT or not entry & self.USER:
            return 0
        access &= ~(0 if entry & self.WRITABLE else WRITE)
        return access & ~(EXECUTE if entry & self.NO_EXECUTE else 0)

    def at(self, table, address):
        access, order = READ | WRITE | EXECUTE, self.TOP_ORDER
        if address >= 1 << self.TOP_ORDER + 8:
            return None
        while True:
            entry = self.entries(table)[address >> order & 511]
            access = self.allow(entry, access)
            if not access:
                return None
            if order == self.PAGE_ORDER or entry & self.LARGE:
                begin = address & ~((1 << order) - 1)
                base = entry & self.ADDRESS & ~((1 << order) - 1)
                return Piece(begin, begin + (1 << order), access, base + address - begin, f"page at {base:#x}")
            table, order = (entry & self.ADDRESS) + self.WINDOW, order - self.STEP

    def pieces(self, table):
        """All that may be used, in order: neighbours that are alike, in both memories, are one."""
        found = []
        for piece in self.pages(table):
            last = found[-1] if found else None
            if last and last.end == piece.begin and last.access == piece.access and \
                    last.physical + last.end - last.begin == piece.physical:
                last.end = piece.end
            else:
                found.append(piece)
        return found

    def pages(self, table, order=TOP_ORDER, begin=0, access=READ | WRITE | EXECUTE):
        found = []
        for index, entry in enumerate(self.entries(table)[:self.USER_ENTRIES if order == self.TOP_ORDER else 512]):
            left = self.allow(entry, access)
            at = begin + (index << order)
            if not left:
                continue
            if order == self.PAGE_ORDER or entry & self.LARGE:
                base = entry & self.ADDRESS & ~((1 << order) - 1)
                found.append(Piece(at, at + (1 << order), left, base, f"page at {base:#x}"))
            else:
                found += self.pages((entry & self.ADDRESS) + self.WINDOW, order - self.STEP, at, left)
        return found
