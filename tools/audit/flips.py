# SPDX-License-Identifier: Unlicense
"""Every bit flipped in turn: each flip is reported, or proved harmless by decoding what results.

Three kinds of words: those of the boot table in the image, which hold every boot capability; the words that the
kernel makes of them for the hardware, region words or page-table entries. A flip is harmless if nothing is found
and who may do what is exactly what it was; for which words that can be is said here, and anywhere else it is a miss.
"""
from collections import Counter

import mmu
from boot_table import SECTIONS, Refused, Table
from judge import Judge
from mpu import Unpredictable, decode, promised

# Words of the boot table of which bits can mean nothing, and why.
HARMLESS = {
    **{("header", f"{section}.offset"): "the offset of an empty section" for section in SECTIONS},
    ("header", "flags"): "flags that mean nothing",
    ("header", "nowhere"): "a table for visitors, where nobody has a port",
    ("header", "state"): "another place in memory of init alone",
    ("capabilities", "name"): "a name that is only printed",
    ("capabilities", "low"): "the range of a capability that has none",
    ("capabilities", "high"): "the range of a capability that has none",
    ("capabilities", "source"): "bits of an id that init drops",
    ("capabilities", "is_signal"): "a truth that stays true",
    ("captables", "memory"): "another place in kernel memory",
    ("captables", "entries"): "more empty slots",
    ("pagetables", "id"): "bits of an id that init drops",
    ("pagetables", "memory"): "another place in kernel memory",
    ("pagetables", "base"): "the base of a table that shows nothing",
    ("pagetables", "number_order"): "more empty places in a list",
    ("pagetables", "position"): "another place in a list",
    ("pages", "flags"): "whether a region is pinned",
    ("pages", "address"): "bits below the size of a page",
    ("pages", "order"): "the step of a run of one page",
    ("processes", "captable"): "another slot of init's",
    ("processes", "captable_entries"): "more empty slots",
    ("processes", "captable_memory"): "another place in kernel memory",
    ("processes", "load"): "the address of no data",
    ("processes", "data"): "the address of no data",
    ("processes", "zero"): "the address of no data",
    ("processes", "limit"): "numbers of a restart that is none",
    ("processes", "within"): "numbers of a restart that is none",
    ("processes", "back_off"): "numbers of a restart that is none",
    ("processes", "tell"): "numbers of a restart that is none",
    ("processes", "thread"): "the first of no threads",
    ("processes", "port"): "the first of no ports",
    ("signals", "id"): "bits of an id that init drops",
    ("signals", "name"): "a name that is only printed",
    ("threads", "memory"): "another place in kernel memory",
    ("threads", "is_main"): "a truth that stays true",
    ("ports", "memory"): "another place in kernel memory",
    ("ports", "returns_on_fault"): "a truth that stays true",
    ("interrupts", "name"): "a name that is only printed",
    ("texts", "text"): "a name that is only printed, or what pads the texts",
}


class Tally:
    """What became of each flip."""

    def __init__(self):
        self.reported, self.harmless, self.missed = 0, Counter(), []

    @property
    def count(self):
        return self.reported + sum(self.harmless.values()) + len(self.missed)

    def say(self):
        kinds = "".join(f"\n    {count} {kind}" for kind, count in sorted(self.harmless.items()))
        return f"{self.count} flips: {self.reported} reported, {sum(self.harmless.values())} harmless{kinds}"


def flip_table(judged):
    """Each bit of the boot table, the sum of its words made right again."""
    table, tally = judged.table, Tally()
    for word in range(len(table.words)):
        place = table.place_of(word)[:2]
        for bit in range(table.bits):
            try:
                after = Judge(judged.evidence, Table(table.flipped(word, bit), table.word_bytes)).run()
            except Refused:
                tally.reported += 1
                continue
            if after.findings:
                tally.reported += 1
            elif after.relation == judged.relation and place in HARMLESS:
                tally.harmless[f"{'.'.join(place)}: {HARMLESS[place]}"] += 1
            else:
                change = "with the same relation" if after.relation == judged.relation else "and the relation changes"
                tally.missed.append(f"word {word} ({'.'.join(place)} of {table.place_of(word)[2]}), bit {bit}, {change}")
    return tally


# --- an MPU --------------------------------------------------------------------------------------

def field_of(register, bit, enabled):
    """The part of a region word that a bit belongs to."""
    if register == 0:
        return "base of a disabled region" if not enabled else "base"
    if bit in (31, 30, 29, 27, 23, 22, 7, 6):
        return "reserved bit of RASR"
    if not enabled:
        return "disabled region"
    if 24 <= bit <= 26:
        return "AP: the same for the user"
    return "SIZE: over a neighbour of the same access" if 1 <= bit <= 5 else "RASR"


def flip_regions(judged):
    """Each bit of the words of all regions of all processes. What is not as the page tables say is reported."""
    tally = Tally()
    for process in judged.world.processes:
        words = process.space.words()
        wanted = promised(process.space)
        for index, pair in enumerate(words):
            for register in (0, 1):
                for bit in range(32):
                    changed = list(pair)
                    changed[register] ^= 1 << bit
                    try:
                        found = decode(words[:index] + [tuple(changed)] + words[index + 1:])
                    except Unpredictable:
                        found = None
                    field = field_of(register, bit, pair[1] & 1)
                    if found != wanted:
                        tally.reported += 1
                    elif field in ("base", "RASR"):
                        tally.missed.append(f"process {process.name}, region {index}, register {register}, bit {bit}")
                    else:
                        tally.harmless[field] += 1
    return tally


# --- an MMU --------------------------------------------------------------------------------------

IGNORED = {"page": {5: "accessed: hardware sets it", 6: "dirty: hardware sets it"},
           "table": {5: "accessed: hardware sets it", 6: "ignored in an entry for a table",
                     8: "ignored in an entry for a table"}}


def bit_of(bit, kind):
    """Why the hardware may not mind a bit of an entry that is present; None: it has to."""
    if 52 <= bit <= 62:
        return "bits 52 to 62, ignored"
    if 9 <= bit <= 11:
        return "bits 9 to 11, left to software"
    if kind == "table" and bit in (3, 4):
        return "how the next table is cached for the walk"
    return IGNORED[kind].get(bit)


def flip_entries(judged):
    """Each bit of each of the 512 entries of every page table. Entries that are 0 are decoded once for each bit and
    level, because what a bit of them makes depends on nothing else."""
    tally = Tally()
    for process in judged.world.processes:
        known = {table.address: table for table in (process.space, *process.space.tables())}
        for table in known.values():
            used = dict(table.entries)
            if table.is_top:
                used.update({position: None for position in range(256, mmu.ENTRIES)})
            flip_empty(tally, process, table, mmu.ENTRIES - len(used))
            for position, entry in table.entries.items():
                flip_entry(tally, judged, process, known, table, position, entry)
            if table.is_top:
                flip_kernel_half(tally, judged)
    return tally


def flip_empty(tally, process, table, count):
    for bit in range(64):
        found = mmu.meaning(1 << bit, table.size_order)
        if found is None:
            tally.harmless["an entry that is not present"] += count
        elif not found[2]:
            tally.harmless["present, and the kernel's alone"] += count
        else:
            tally.missed += [f"process {process.name}, an entry of 0 of the {mmu.LEVELS[table.size_order]}, bit {bit}"]


def flip_entry(tally, judged, process, known, table, position, entry):
    kind = "table" if position in table.children else "page"
    before = judged.shown[process.name]
    where = f"process {process.name}, {mmu.LEVELS[table.size_order]} entry {position}"
    for bit in range(64):
        changed = entry ^ 1 << bit
        reason = bit_of(bit, kind)
        if mmu.meaning(changed, table.size_order) == mmu.meaning(entry, table.size_order):
            pages, strange = before, ""  # the hardware reads the same from it, whatever else there is
        else:
            pages, strange = mmu.walk(process.space.address, known, {(table.address, position): changed})
        if strange or (pages != before and judged.look_at(process, pages)):
            tally.reported += 1
        elif pages == before and reason:
            tally.harmless[reason] += 1
        else:
            tally.missed.append(f"{where}, bit {bit}")


def flip_kernel_half(tally, judged):
    """Entries 256 to 510 of a top level are 0, the last one leads to the kernel's own tables and has no bit U: what
    is not set stays out of reach of the user, and with that bit the user could walk the kernel's tables."""
    symbols = judged.evidence.image.symbols
    own = symbols.get("view_pointers", symbols["directory_pointers"])  # the first with KPTI
    address = own ^ judged.board.window
    entry = address | mmu.P | mmu.W | mmu.A
    for bit in range(64):
        empty = mmu.meaning(1 << bit, mmu.TOP_ORDER)
        tally.harmless["an entry that is not present" if empty is None else "present, and the kernel's alone"] += 255
        found = mmu.meaning(entry ^ 1 << bit, mmu.TOP_ORDER)
        if found == mmu.meaning(entry, mmu.TOP_ORDER) and bit_of(bit, "table"):
            tally.harmless[bit_of(bit, "table")] += 1
        else:
            tally.reported += 1  # the entry is not the one that every top level has


def flips(judged):
    """(what is flipped, its tally), one after the other."""
    yield "boot table", flip_table(judged)
    if judged.board.has_mmu:
        yield "page-table entries", flip_entries(judged)
    else:
        yield "region words", flip_regions(judged)
