# SPDX-License-Identifier: Unlicense
"""Board and chip, read from boards/ and chips/: what memory there is, what of it is the kernel's."""
from dataclasses import dataclass
from pathlib import Path

import yaml

from image import AuditError

ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = {"READ": 1, "WRITE": 2, "EXECUTE": 4, "BUFFER": 8, "CACHE": 16, "STATIC": 32}
READ, WRITE, EXECUTE, BUFFER, CACHE, STATIC = FLAGS.values()
PINNED_MAX = 4         # static ranges of the first process (abi/memory_map.h)
PC_END = 96 << 20      # what every PC has: firmware tells the rest only when it runs
LARGE = 1 << 21


@dataclass(frozen=True)
class Device:
    name: str
    base: int
    size: int
    is_port: bool


UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def number(text):
    digits, _, unit = text.partition(" ")
    return int(digits, 0) * UNITS[unit]


def read(folder, name, beside=Path()):
    """One data file of the tree by its name, or any other by its path: all scalars are text."""
    path = beside / name if name.endswith(".yaml") else ROOT / folder / f"{name}.yaml"
    if not path.exists():
        raise AuditError(f"there is no {folder[:-1]} '{name}'")
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


class Board:
    """The machine below an image. `kernel`: physical ranges that are nobody else's."""

    def __init__(self, name, image):
        board = read("boards", name)
        chip = read("chips", board["chip"], Path(name).parent)
        self.name = name
        self.arch = chip["arch"]
        self.has_mmu = chip["protection"] == "mmu"
        self.word_bytes = 8 if self.arch == "x86_64" else 4
        if self.word_bytes != image.word_bytes:
            raise AuditError(f"{image.path} is no image for board {name}")
        self.has_fpu = bool(chip.get("fpu"))
        self.regions = number(chip["mpu_regions"])
        self.lines = number(chip["irq_lines"])
        self.options = {key: number(value) for key, value in board.get("options", {}).items()}
        self.qemu = board.get("qemu", {})
        self.devices = {key: Device(key, number(each.get("port", each.get("base"))), number(each["size"]), "port" in each)
                        for key, each in chip.get("devices", {}).items()}
        # First and last line.
        self.interrupts = {key: (number(each["line"]), number(each.get("last", each["line"])))
                           for key, each in chip.get("interrupts", {}).items()}
        sizes = {key: number(value) for key, value in board["kernel"].items()}
        if self.has_mmu:
            self._read_window(chip["window"], sizes)
        else:
            self._read_memory(chip, sizes, image)

    def _read_window(self, window, sizes):
        guests = number(window["guests"])
        objects = guests + sizes["guests"]
        end = objects + sizes["objects"]
        self.kmem, self.kmem_bytes = objects, sizes["objects"]
        self.window = number(window["virtual"])
        self.kernel = [(number(window["boot_page"]), end)]
        self.ranges = [(end, PC_END - end, READ | WRITE | EXECUTE | BUFFER | CACHE)]
        self.blocks = []

    def _read_memory(self, chip, sizes, image):
        memory = {key: (number(each["base"]), number(each["size"]), sum(FLAGS[flag.upper()] for flag in each["flags"]))
                  for key, each in chip["memory"].items()}
        flash, ram = memory["flash"][0], memory["ram"][0]
        user = image.symbol("user_image_begin")
        if user - flash not in (sizes["image"], sizes.get("image_debug")):
            raise AuditError(f"{image.path}: init lies at {user:#x}, where board {self.name} has none")
        taken = {"flash": user - flash, "ram": sizes["ram"]}
        self.kmem, self.kmem_bytes = ram + sizes["ram"] - sizes["objects"], sizes["objects"]
        self.kernel = [(flash, user), (ram, ram + sizes["ram"])]
        self.ranges = [(base + taken.get(key, 0), size - taken.get(key, 0), flags)
                       for key, (base, size, flags) in memory.items()]
        self.blocks = list(self._blocks())

    def _blocks(self):
        """Pages of the first process: (base, order, flags), in the order of its tables."""
        pinned = 0
        for base, size, flags in self.ranges:
            least = 5 if flags & STATIC else 8
            while size >> least and base % (1 << least) == 0:
                order = least
                while base >> order & 1 == 0 and size >> order > 1:
                    order += 1
                shown = flags
                if flags & STATIC:
                    pinned += 1
                    shown = flags if pinned <= PINNED_MAX else flags & ~STATIC
                yield base, order, shown
                base, size = base + (1 << order), size - (1 << order)

    def memory_type(self, address):
        """CACHE and BUFFER as memory at an address has to have them; 0: there is nothing."""
        for base, size, flags in self.ranges:
            if base <= address < base + size:
                return flags & (CACHE | BUFFER)
        return 0

    def source(self, address):
        """What the first process has at an address: (base, order, flags) of the page; None: nothing."""
        if self.has_mmu:
            base, size, flags = self.ranges[0]
            return (address & -LARGE, 21, flags) if base <= address < base + size else None
        for base, order, flags in self.blocks:
            if address >= base and (address - base) >> order == 0:
                return base, order, flags
        return None
