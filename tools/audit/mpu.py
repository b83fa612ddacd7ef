# SPDX-License-Identifier: Unlicense
"""Region words of the Armv7-M MPU: as the kernel makes them of page tables (kernel/pagetable_mpu.c), and as the
hardware reads them (Arm DDI 0403E, B3.5.8 to B3.5.10)."""
from board import BUFFER, CACHE, EXECUTE, READ, STATIC, WRITE
from boot_table import Refused

REGIONS, KEPT, DEPTH_MAX, LIST_ORDER_MAX, PAGES_ORDER_MAX, NUMBER_ORDER_MAX = 8, 4, 8, 5, 3, 8
TOP_BYTES, TABLE_BYTES = 124, 16  # before the entries
VALID, ENABLE, XN = 1 << 4, 1, 1 << 28
TEX_NORMAL = 1 << 19
ACCESS_BITS = READ | WRITE | EXECUTE | CACHE | BUFFER


class Unpredictable(Exception):
    """Words of which the manual says that anything may happen, or that leave an old region in force."""


class MpuTable:
    """A page table of the kernel: at most eight pages and one region, or a list of such tables."""

    kind = "pagetable"

    def __init__(self, row):
        self.is_top = bool(row.base & 1)
        self.base, self.size_order, self.number_order = row.base & ~1, row.size_order, row.number_order
        self.top = self if self.is_top else None
        self.depth, self.flags, self.region = 0, 0, None
        self.pages, self.children = {}, {}
        self.owner, self.cursor, self.static_tables, self.dynamic_tables = [None] * REGIONS, 0, 0, 0
        if self.bytes() == 0:
            raise Refused("a page table: the machine has none of these orders")
        whole = self.size_order + self.number_order
        if self.base % (1 << whole):
            raise Refused("a page table is not aligned to what it maps")

    def bytes(self):
        size, number = self.size_order, self.number_order
        fits = 5 <= size < 32 and number <= NUMBER_ORDER_MAX and size + number <= 32
        is_list = self.is_top and size == 32 and number <= LIST_ORDER_MAX
        return (TOP_BYTES if self.is_top else TABLE_BYTES) + (4 << number) if fits or is_list else 0

    @property
    def end(self):
        return self.base + (1 << self.size_order + self.number_order)

    def construct(self, position, child):
        if position >> self.number_order or (self.size_order != 32 and not self._fits(position, child)):
            raise Refused("a page table does not fit where it is to hang")
        taken = position in self.pages or position in self.children
        if self.top is None or child.top is not None or taken or self.depth + 1 >= DEPTH_MAX:
            raise Refused("a page table hangs somewhere else, or its place is taken")
        if self.size_order == 32 and any(child.base < other.end and other.base < child.end
                                         for other in self.children.values()):
            raise Refused("two page tables of one list overlap")
        self.children[position] = child
        child.top, child.depth = self.top, self.depth + 1

    def _fits(self, position, child):
        address = self.base + (position << self.size_order)
        return (child.size_order + child.number_order <= self.size_order
                and child.base >= address and (child.base - address) >> self.size_order == 0)

    def add(self, position, flags, source, index):
        """PGT_ADD from piece `index` of a page of the first process."""
        base, order, given = source
        if position >> self.number_order or self.size_order > order or index >> (order - self.size_order):
            raise Refused("a page lies outside of its table, or is larger than its source")
        if self.base + (position << self.size_order) != base + (index << self.size_order):
            raise Refused("a page shows another address than its own")
        if flags & ~STATIC & ~(given & ACCESS_BITS):
            raise Refused("a page has more access than there is")
        self._map(position, flags)

    def _map(self, position, flags):
        whole = self.size_order + self.number_order
        if position in self.pages or position in self.children or self.number_order > PAGES_ORDER_MAX:
            raise Refused("the place of a page is taken, or its table holds none")
        if (not flags & STATIC and self.size_order < 8) or (self.pages and flags != self.flags) or not flags & READ:
            raise Refused("a page does not go with the others of its table, or cannot be read")
        if whole < 8 and len(self.pages) + 1 != 1 << self.number_order:
            raise Refused("a region below 256 bytes has no sub-regions")
        if not self.pages and self.top and not self.top.has_room(flags):
            raise Refused("a process needs more regions than there are")
        is_first = not self.pages
        self.pages[position], self.flags = flags, flags
        if is_first and self.top:
            self.top.enter(self)

    def has_room(self, flags):
        pinned = bool(flags & STATIC)
        kept = KEPT if not pinned or self.dynamic_tables else 0
        return self.static_tables + pinned + kept <= REGIONS

    def enter(self, table):
        """A table gets its first page: a static one has a region at once, in turn."""
        if not table.flags & STATIC:
            self.dynamic_tables += 1
            return
        self.static_tables += 1
        index = self.cursor
        for _ in range(REGIONS):
            index = (index + 1) % REGIONS
            if self.owner[index] is None:
                break
        self.cursor, self.owner[index], table.region = index, table, index

    def tables(self):
        for child in self.children.values():
            yield child
            yield from child.tables()

    def shown(self):
        """Every page below: (virtual, physical, bytes, flags), by addresses."""
        return sorted((table.base + (position << table.size_order), table.base + (position << table.size_order),
                       1 << table.size_order, flags)
                      for table in (self, *self.tables()) for position, flags in table.pages.items())

    def words(self):
        """(RBAR, RASR) of each region, as the kernel loads them."""
        return [(VALID | index, 0) if table is None else encode(index, table)
                for index, table in enumerate(self.owner)]


def encode(index, table):
    flags = table.flags
    shift = PAGES_ORDER_MAX - table.number_order
    disabled = sum(1 << i for i in range(8) if i >> shift not in table.pages)
    kind = TEX_NORMAL
    if flags & (EXECUTE | CACHE) != EXECUTE:
        kind = (1 << 17 if flags & CACHE else 0) | (1 << 16 if flags & BUFFER else 0)
    rasr = (3 << 24 if flags & WRITE else 6 << 24) | (0 if flags & EXECUTE else XN) | kind | disabled << 8 | ENABLE
    return table.base | VALID | index, rasr | (table.size_order + table.number_order - 1) << 1


# --- the hardware --------------------------------------------------------------------------------

# AP, B3.5.9: what the user may do; None: reserved.
USER_ACCESS = {0: 0, 1: 0, 2: READ, 3: READ | WRITE, 4: None, 5: 0, 6: READ, 7: READ}
# TEX, C, B (B3.5.10, table B3-13) as flags; what is not here is another type than the kernel ever makes.
MEMORY_TYPES = {(0, 0, 0): 0, (0, 0, 1): BUFFER, (0, 1, 0): CACHE, (0, 1, 1): CACHE | BUFFER, (1, 0, 0): "normal"}


def decode_region(rbar, rasr):
    """[(begin, end, access, type)] of one region, as B3.5 has it."""
    if not rasr & ENABLE:
        return []
    order = (rasr >> 1 & 31) + 1
    if order < 5:
        raise Unpredictable("a region of less than 32 bytes")
    base, size, disabled = rbar & ~31, 1 << order, rasr >> 8 & 255
    if base % size:
        raise Unpredictable("the base of a region is not aligned to its size")
    access = USER_ACCESS[rasr >> 24 & 7]
    if access is None:
        raise Unpredictable("a reserved access permission")
    if order < 8 and disabled:
        raise Unpredictable("sub-regions in a region of less than 256 bytes")
    if access and not rasr & XN:
        access |= EXECUTE
    key = (rasr >> 19 & 7, rasr >> 17 & 1, rasr >> 16 & 1)
    kind = (MEMORY_TYPES.get(key, key), rasr >> 18 & 1)
    eighth = size >> 3
    spans = []
    for i in range(8):
        if disabled >> i & 1:
            continue
        begin = base + i * eighth
        if spans and spans[-1][1] == begin:
            spans[-1] = (spans[-1][0], begin + eighth, access, kind)
        else:
            spans.append((begin, begin + eighth, access, kind))
    return spans


def load(words):
    """The registers behind the eight stores of a switch. RNR is 7 from the switch before."""
    registers, number = [None] * REGIONS, 7
    for rbar, rasr in words:
        if rbar & VALID:
            number = rbar & 15
            if number >= REGIONS:
                raise Unpredictable("a region that the hardware does not have")
        registers[number] = (rbar, rasr)
    if None in registers:
        raise Unpredictable(f"region {registers.index(None)} stays as the process before had it")
    return registers


def decode(words):
    """What the user may do: [(begin, end, access, type)], joined. The highest region that has an address
    decides."""
    regions = [decode_region(*pair) for pair in load(words)]
    cuts = sorted({edge for spans in regions for span in spans for edge in span[:2]})
    found = []
    for begin, end in zip(cuts, cuts[1:]):
        for spans in reversed(regions):
            hit = next((span for span in spans if span[0] <= begin and end <= span[1]), None)
            if hit:
                if hit[2]:
                    found.append((begin, end, hit[2], hit[3]))
                break
    return joined(found)


def joined(spans):
    result = []
    for span in spans:
        if result and result[-1][1] == span[0] and result[-1][2:] == span[2:]:
            result[-1] = (result[-1][0], *span[1:])
        else:
            result.append(span)
    return result


def promised(top):
    """The same as the page tables say, of those tables that have a region."""
    spans = []
    for table in (top, *top.tables()):
        kind = "normal" if table.flags & (EXECUTE | CACHE) == EXECUTE else table.flags & (CACHE | BUFFER)
        for position, flags in table.pages.items():
            begin = table.base + (position << table.size_order)
            if table.region is not None:
                spans.append((begin, begin + (1 << table.size_order), flags & (READ | WRITE | EXECUTE), (kind, 0)))
    return joined(sorted(spans))
