# SPDX-License-Identifier: Unlicense
"""What a linker has left: the image of a system, and the programs of its processes."""
from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

TABLE_ALIGN = 64  # init looks for its table at the next multiple behind its image


class AuditError(Exception):
    """What was given cannot be audited at all; the text says why."""


class File:
    """An ELF file: symbols, sections with content, loaded segments at physical addresses."""

    def __init__(self, path):
        self.path = path
        try:
            with open(path, "rb") as stream:
                elf = ELFFile(stream)
                self.word_bytes = elf.elfclass // 8
                self.machine = elf["e_machine"]
                self.sections = {section.name: section for section in elf.iter_sections()
                                 if section["sh_flags"] & 2}  # SHF_ALLOC
                self.content = {name: section.data() for name, section in self.sections.items()
                                if section["sh_type"] != "SHT_NOBITS"}
                self.segments = [(segment["p_paddr"], segment["p_offset"], segment.data())
                                 for segment in elf.iter_segments() if segment["p_type"] == "PT_LOAD" and segment["p_filesz"]]
                self.symbols = {symbol.name: symbol["st_value"] for table in elf.iter_sections()
                                if isinstance(table, SymbolTableSection) for symbol in table.iter_symbols()
                                if symbol["st_shndx"] != "SHN_UNDEF" and symbol.name}
        except FileNotFoundError:
            raise AuditError(f"there is no file {path}") from None
        except ELFError as error:
            raise AuditError(f"{path} is no ELF file: {error}") from error

    def symbol(self, name):
        if name not in self.symbols:
            raise AuditError(f"{self.path} has no symbol '{name}'")
        return self.symbols[name]

    def span(self, name):
        """Begin and size of a section; an empty one at 0 where there is none."""
        section = self.sections.get(name)
        return (section["sh_addr"], section["sh_size"]) if section else (0, 0)

    def align(self, name):
        return max(self.sections[name]["sh_addralign"], 1) if name in self.sections else 1

    def loaded(self, address, size):
        """What the image has at a physical address; None where it does not have all of it."""
        for base, _, data in self.segments:
            if base <= address and address + size <= base + len(data):
                return data[address - base:address - base + size]
        return None


class Image(File):
    """The image of a system: kernel, init, boot table, processes."""

    def __init__(self, path):
        super().__init__(path)
        self.table_at = -(-self.symbol("user_image_end") // TABLE_ALIGN) * TABLE_ALIGN
        found = [(base, data) for base, _, data in self.segments if base == self.table_at]
        if not found:
            raise AuditError(f"{path} is no described system: it has no boot table behind init")
        self.table_bytes = found[0][1]

    def load_of(self, name):
        """Where the content of a section lies in physical memory."""
        section = self.sections.get(name)
        if section is None:
            return None
        for base, offset, data in self.segments:
            if offset <= section["sh_offset"] < offset + len(data):
                return base + section["sh_offset"] - offset
        return None
