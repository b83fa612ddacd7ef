# SPDX-License-Identifier: Unlicense
"""Just enough of ELF for our tools: sections and symbols of a little-endian file, 32 or 64 bits."""

from __future__ import annotations

import bisect
import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SHT_SYMTAB = 2
SHT_NOBITS = 8
STT_OBJECT, STT_FUNC = 1, 2
EM_ARM = 40


class ElfError(Exception):
    """The file cannot be read as an ELF file, or lacks what was asked for."""


@dataclass(frozen=True)
class Section:
    name: str
    type: int
    address: int
    offset: int
    size: int
    link: int

    @property
    def end(self) -> int:
        return self.address + self.size


@dataclass(frozen=True)
class Symbol:
    name: str
    address: int
    size: int
    type: int
    section: int


class Elf:
    """An ELF file, read once."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            self.image = self.path.read_bytes()
        except OSError as error:
            raise ElfError(f"cannot read {self.path}: {error.strerror}") from error
        if self.image[:4] != b"\x7fELF" or len(self.image) < 52 or self.image[5] != 1:
            raise ElfError(f"{self.path} is not a little-endian ELF file")
        self.is_64 = self.image[4] == 2
        try:
            self.sections = self._read_sections()
            self.symbols = self._read_symbols()
        except struct.error as error:
            raise ElfError(f"{self.path} is cut short") from error

    def _read_sections(self) -> list[Section]:
        header = "<HHIQQQIHHHHHH" if self.is_64 else "<HHIIIIIHHHHHH"
        fields = struct.unpack_from(header, self.image, 16)
        self.machine, table = fields[1], fields[5]
        entry_size, count, names_index = fields[10:13]
        layout = "<IIQQQQIIQQ" if self.is_64 else "<IIIIIIIIII"
        raw = [struct.unpack_from(layout, self.image, table + i * entry_size) for i in range(count)]
        names = raw[names_index][4] if count else 0
        return [Section(self._string(names + name), kind, address, offset, size, link)
                for name, kind, _, address, offset, size, link, *_ in raw]

    def _read_symbols(self) -> list[Symbol]:
        found = []
        layout = "<IBBHQQ" if self.is_64 else "<IIIBBH"
        step = struct.calcsize(layout)
        for table in (s for s in self.sections if s.type == SHT_SYMTAB):
            names = self.sections[table.link].offset
            for at in range(table.offset, table.offset + table.size, step):
                fields = struct.unpack_from(layout, self.image, at)
                if self.is_64:
                    name, info, _, section, address, size = fields
                else:
                    name, address, size, info, _, section = fields
                kind = info & 15
                if self.machine == EM_ARM and kind == STT_FUNC:
                    address &= ~1  # the Thumb bit
                found.append(Symbol(self._string(names + name), address, size, kind, section))
        return found

    def _string(self, at: int) -> str:
        return self.image[at:self.image.index(b"\0", at)].decode("utf-8", "replace")

    def section(self, name: str) -> Section | None:
        return next((s for s in self.sections if s.name == name), None)

    def symbol(self, name: str) -> Symbol:
        for symbol in self.symbols:
            if symbol.name == name and symbol.section:
                return symbol
        raise ElfError(f"{self.path} has no symbol {name}")

    @cached_property
    def _by_address(self) -> tuple[list[int], list[Symbol]]:
        # "$t", "$d": the marks between code and data of the Arm ELF
        named = sorted((s for s in self.symbols if s.section and s.type <= STT_FUNC and s.name
                        and not s.name.startswith("$")),
                       key=lambda s: (s.address, s.type == STT_FUNC))
        return [s.address for s in named], named

    def place(self, address: int) -> str:
        """`symbol+0x12`, or the bare address where no symbol covers it."""
        starts, named = self._by_address
        i = bisect.bisect_right(starts, address) - 1
        if i < 0 or (named[i].size and address >= named[i].address + named[i].size):
            return f"0x{address:08x}"
        offset = address - named[i].address
        return f"{named[i].name}+0x{offset:x}" if offset else named[i].name
