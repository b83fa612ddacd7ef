# SPDX-License-Identifier: Unlicense
"""The boot table (init/boot_table.h), word by word, as init reads it."""
import struct

MAGIC, VERSION = 0x53454D52, 3
HEAD = ("magic", "version", "bytes", "sum", "name", "flags", "nowhere", "kmem_align", "kmem_bytes", "state",
        "state_bytes")
SECTIONS = {
    "captables": ("slot", "memory", "entries"),
    "signals": ("name", "id"),
    "pagetables": ("id", "memory", "base", "size_order", "number_order", "parent", "position"),
    "pages": ("table", "position", "count", "flags", "address", "order"),
    "processes": ("name", "id", "space", "captable", "captable_memory", "captable_entries", "load", "data",
                  "data_bytes", "zero", "zero_bytes", "begin", "end", "serve", "thread", "threads", "port", "ports",
                  "policy", "limit", "within", "back_off", "tell"),
    "threads": ("name", "id", "memory", "process", "entry", "stack", "stack_seen", "stack_bytes", "parameter",
                "parameter_time", "priority", "priority_max", "attributes", "budget", "scheduler", "endpoint", "is_main"),
    "ports": ("name", "id", "memory", "process", "entry", "stack", "stack_seen", "stack_bytes", "returns_on_fault"),
    "capabilities": ("name", "process", "slot", "source", "rights", "low", "high", "is_signal"),
    "interrupts": ("name", "line", "endpoint"),
    "shared": ("name", "base", "bytes"),
}
HEAD_WORDS = len(HEAD) + 2 * len(SECTIONS)


class Refused(Exception):
    """Init stops before the system runs, or the kernel refuses a call of it; the text says which."""


class Row:
    """One structure of a section."""

    __slots__ = ("words", "index")
    fields = ()

    def __init__(self, words, index):
        self.words, self.index = words, index

    def __eq__(self, other):
        return self.words == other.words


def row_class(section, fields):
    members = {"__slots__": (), "fields": fields}
    for position, field in enumerate(fields):
        members[field] = property(lambda row, position=position: row.words[position])
    return type(section, (Row,), members)


ROWS = {section: row_class(section, fields) for section, fields in SECTIONS.items()}


class Table:
    """A whole table. Offsets of sections are as the table says, checked against its size."""

    def __init__(self, data, word_bytes):
        self.word_bytes = word_bytes
        self.bits = 8 * word_bytes
        self.data = data
        count = len(data) // word_bytes
        self.words = struct.unpack(f"<{count}{'I' if word_bytes == 4 else 'Q'}", data[:count * word_bytes])
        if count < HEAD_WORDS:
            raise Refused("the boot table is shorter than its header")
        self._read_head()
        for position, name in enumerate(SECTIONS):
            self._read_section(name, self.words[len(HEAD) + 2 * position], self.words[len(HEAD) + 2 * position + 1])

    def _read_head(self):
        head = dict(zip(HEAD, self.words))
        if head["magic"] != MAGIC or head["version"] != VERSION:
            raise Refused("init refuses the boot table: magic or version")
        if head["bytes"] != len(self.data):
            raise Refused(f"the boot table says {head['bytes']} bytes, and the image has {len(self.data)}")
        if sum(self.words) % (1 << self.bits):
            raise Refused("init refuses the boot table: its words do not add up to 0")
        self.head = head

    def _read_section(self, name, offset, count):
        width = len(SECTIONS[name])
        if offset % self.word_bytes or offset + count * width * self.word_bytes > len(self.data):
            raise Refused(f"section '{name}' of the boot table is outside of it")
        first = offset // self.word_bytes
        make = ROWS[name]
        setattr(self, name, [make(self.words[first + i * width:first + (i + 1) * width], i) for i in range(count)])

    def extent(self):
        """The words that sections have by the table; texts stand behind."""
        return [(name, self.words[len(HEAD) + 2 * position] // self.word_bytes,
                 self.words[len(HEAD) + 2 * position + 1] * len(SECTIONS[name]))
                for position, name in enumerate(SECTIONS)]

    def text(self, offset):
        if offset >= len(self.data):
            raise Refused("a name of the boot table is outside of it")
        end = self.data.find(b"\0", offset)
        if end < 0:
            raise Refused("a name of the boot table does not end")
        return self.data[offset:end].decode("latin-1")

    def place_of(self, word):
        """(section, field, row) of a word; the header is a section, and so are texts."""
        if word < HEAD_WORDS:
            names = [*HEAD, *(f"{name}.{what}" for name in SECTIONS for what in ("offset", "count"))]
            return "header", names[word], 0
        for name, first, size in self.extent():
            if first <= word < first + size:
                width = len(SECTIONS[name])
                return name, SECTIONS[name][(word - first) % width], (word - first) // width
        return "texts", "text", word

    def flipped(self, word, bit):
        """The data with one bit changed and the sum made right again, as a builder would have left it."""
        width = self.word_bytes
        data = bytearray(self.data)
        data[word * width + bit // 8] ^= 1 << bit % 8
        if word != HEAD.index("sum"):
            old = self.words[word]
            at = HEAD.index("sum") * width
            total = (self.words[HEAD.index("sum")] + old - (old ^ 1 << bit)) % (1 << self.bits)
            data[at:at + width] = total.to_bytes(width, "little")
        return bytes(data)
