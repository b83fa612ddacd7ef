# SPDX-License-Identifier: Unlicense
"""The words of a description for what kernel and init print, from system.json and the linked programs."""
import json
import re
from pathlib import Path

from elf import Elf, ElfError


class Names:
    """Explains one line after the other; what belongs together may come out later, as one."""

    def __init__(self, path):
        self.folder = Path(path).parent
        self.system = json.loads(Path(path).read_text(encoding="utf-8"))
        self.programs = {}

    def program(self, process):
        if process not in self.programs:
            try:
                self.programs[process] = Elf(self.folder / f"{process}.elf")
            except ElfError:
                self.programs[process] = None
        return self.programs[process]

    def place(self, process, address):
        """Function and offset of an address in a process's code; empty if there is none."""
        program = self.program(process)
        try:
            return program.place(address) if program else ""
        except ElfError:
            return ""

    def explain(self, line):
        found = re.match(r"init: process (\w+), thread \w+: .* at (0x[0-9a-f]+)", line)
        if found:
            where = self.place(found[1], int(found[2], 16))
            return f"{line} ({where})" if where else line
        return line

    def rest(self):
        return ""
