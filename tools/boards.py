#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Boards and chips: the tables of the keys of boards/*.yaml and chips/*.yaml, and how they are found.

The tables are all there is: they read (tools/data_file.py), and the JSON Schemas in docs/ are made from
them. They are here and not in the builder because a board is known before anything is compiled: it names
the compiler's processor.
"""
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from data_file import DataError, File, FileError, Key, Mapping, Reader, Tree, suggest

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ("read", "write", "execute", "cache", "buffer", "static")

CONSOLE = Mapping("a console", "The device that the kernel and the first process print to.", (
    Key("driver", "name", "The driver in drivers/.", required=True),
    Key("base", "number", "Its address, or its number in the I/O space.", required=True),
))
MEMORY = Mapping("a memory", "A range of memory, and what anybody may ever have of it.", (
    Key("base", "number", "Where it begins.", required=True),
    Key("size", "size", "How large it is.", required=True, least=256),
    Key("flags", "words", "What it allows, and how it is cached; `static`: its pages stay in the MPU.",
        required=True, words=FLAGS),
))
WINDOW = Mapping("a window", "Physical memory of a machine with an MMU, where the kernel sees it.", (
    Key("virtual", "number", "The address at which the kernel sees physical address 0.", required=True),
    Key("bytes", "size", "How much of physical memory it sees.", required=True),
    Key("boot_page", "number", "The page that boot leaves for the first process; behind it the kernel's image.",
        required=True),
    Key("guests", "number", "Where register areas of guests begin, and behind them kernel memory.", required=True),
    Key("devices", "number", "The address at which the kernel sees interrupt controllers.", required=True),
))
DEVICE = Mapping("a device", "Registers that a process can be given.", (
    Key("base", "number", "Its address."),
    Key("port", "number", "Instead of an address, its number in the I/O space."),
    Key("size", "size", "How many bytes, or ports.", required=True, least=1),
))
INTERRUPT = Mapping("an interrupt", "An interrupt line.", (
    Key("line", "number", "Its number, as the interrupt controller counts.", required=True),
    Key("last", "number", "The last number, if the device has several lines in a row; by default `line`."),
))
CHIP = Mapping("a chip", "What a chip has: chips/NAME.yaml.", (
    Key("arch", "choice", "The port of the kernel.", required=True, words=("armv7m", "x86_64", "host")),
    Key("protection", "choice", "How memory is protected.", required=True, words=("mpu", "mmu")),
    Key("cpu", "text", "The processor, as compilers call it.", required=True),
    Key("fpu", "text", "The FPU, as compilers call it; absent: there is none.", default=""),
    Key("caches", "choice", "Whether it has caches.", default="false", words=("false", "true")),
    Key("mpu_regions", "number", "Regions of its MPU; 0 with an MMU.", required=True, most=16),
    Key("irq_lines", "number", "Its interrupt lines.", required=True, least=1, most=1024),
    Key("ioapic_lines", "number", "x86-64: how many of them are inputs of I/O APICs.", default=0, most=1024),
    Key("priority_bits", "number", "Bits of an interrupt priority.", required=True, most=8),
    Key("clock_hz", "number", "The processor's clock; 0: it is measured.", required=True, most=0xFFFFFFFF),
    Key("timer_hz", "number", "The clock of the timer; 0: it is measured.", required=True, most=0xFFFFFFFF),
    Key("prefetch_register", "number", "The register whose bit 8 turns prefetching of flash on.", default=0,
        most=0xFFFFFFFF),
    Key("console", "mapping", CONSOLE.text, of=CONSOLE),
    Key("memory", "items", "Its memory by name: `flash`, `ram`, and what else there is.", of=MEMORY),
    Key("window", "mapping", WINDOW.text, of=WINDOW),
    Key("devices", "items", "Devices that a system description can name.", of=DEVICE),
    Key("interrupts", "items", "Interrupt lines that a system description can name.", of=INTERRUPT),
))

QEMU = Mapping("the emulator", "How QEMU runs it.", (
    Key("program", "text", "The program.", required=True),
    Key("machine", "text", "The machine, -M.", required=True),
    Key("args", "texts", "More arguments.", default=[]),
))
KERNEL = Mapping("the kernel", "How the kernel's part of memory is divided.", (
    Key("image", "size", "MPU: flash in front of the user image."),
    Key("image_debug", "size", "MPU: the same for a debug build."),
    Key("ram", "size", "MPU: RAM in front of the user's."),
    Key("stack", "size", "The kernel's stack, of each CPU.", required=True),
    Key("objects", "size", "Kernel memory.", required=True),
    Key("guests", "size", "Register areas of guests.", required=True),
    Key("user_image", "number", "Window: where the user image and its data lie."),
    Key("user_image_bytes", "size", "Window: room for the user image."),
    Key("user_ram_bytes", "size", "Window: RAM behind it."),
    Key("devices", "number", "Window: where device memory begins."),
    Key("devices_bytes", "size", "Window: how much of it there is."),
))
BENCH = Mapping("the benchmark", "What the benchmark needs to know of the board.", (
    Key("counter", "number", "A register of a free timer: a read of it marks an interval.", required=True),
    Key("line", "number", "An interrupt line that no device drives.", required=True),
    Key("vector", "text", "The first instruction of an interrupt: a symbol, or one and an offset.", required=True),
    Key("compare", "texts", "Command lines of the kernel to compare.", default=[]),
))
TRANSPARENT = Mapping("a transparent handler", "A function that handles interrupt lines without the kernel.", (
    Key("lines", "numbers", "Its lines.", required=True),
    Key("level", "number", "0 is the most urgent.", default=0),
))
BOARD = Mapping("a board", "What a board has, and how kernel and user share its memory: boards/NAME.yaml.", (
    Key("chip", "text", "Its chip: the name of one in chips/, or the path of a file, relative to this one.",
        required=True),
    Key("options", "settings", "Options of the kernel (kernel/options.toml) with a default of the board's own."),
    Key("qemu", "mapping", QEMU.text, of=QEMU),
    Key("kernel", "mapping", KERNEL.text, of=KERNEL),
    Key("bench", "mapping", BENCH.text, of=BENCH),
    Key("transparent", "items", "Handlers of interrupt lines that never enter the kernel.", of=TRANSPARENT),
))


def names(folder):
    return sorted(path.stem for path in (ROOT / folder).glob("*.yaml"))


def boards():
    return names("boards")


def listed(section, key):
    """Things by name as a list of things with names."""
    return [{"name": name, **thing} for name, thing in section.get(key, {}).items()]


def chip_data(section):
    """A chip as generators and the builder take it."""
    chip = {key: value for key, value in section.items() if key not in ("memory", "devices", "interrupts")}
    chip["caches"] = chip["caches"] == "true"
    for key, name in (("memory", "memory"), ("device", "devices"), ("interrupt", "interrupts")):
        if name in section:
            chip[key] = listed(section, name)
    for entry in chip.get("memory", []):
        entry["flags"] = [flag.upper() for flag in entry["flags"]]
    return chip


def board_data(section):
    board = dict(section)
    if "transparent" in section:
        board["transparent"] = [{"line": line, "handler": name, "level": entry["level"]}
                                for name, entry in section["transparent"].items() for line in entry["lines"]]
    return board


class Found(NamedTuple):
    """A board, its files, and what stands in them."""
    name: str
    paths: tuple
    board_file: File
    board: dict
    chip: dict
    sections: tuple  # board and chip as they were read: they know places


def shown(path):
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def board_path(name):
    """The file of a board: one of the tree by its name, any other by its path."""
    if name in boards():
        return ROOT / "boards" / f"{name}.yaml"
    if not name.endswith(".yaml"):
        raise DataError(f"no board is called '{name}'; there are: {' '.join(boards())}")
    path = Path(name).resolve()
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,47}", path.stem):
        raise DataError(f"{name}: a board is called like its file: letters, digits, '_' and '-'")
    if path.stem in boards() and path.parent != ROOT / "boards":
        raise DataError(f"{name}: a board of this tree is called '{path.stem}': give the file another name")
    return path


def chip_path(board, file, board_file):
    """The file of the chip that a board names, or None and a complaint."""
    name, known = board.get("chip", ""), names("chips")
    if name.endswith(".yaml"):
        path = (board_file.parent / name).resolve()
        if path.is_file():
            return path
        file.complain(board.at("chip"), f"there is no file '{name}'", "a path of a chip begins at the board's folder")
    elif name in known:
        return ROOT / "chips" / f"{name}.yaml"
    elif name:
        file.complain(board.at("chip"), f"no chip is called '{name}'",
                      suggest(name, known) + ", or write the path of a file, NAME.yaml")
    return None


def read_file(path, mapping):
    """A file and what stands in it, None where it is no YAML. The complaints are the file's."""
    file = File(path, shown(path))
    root = Tree(file).read()
    return file, Reader(file).section(mapping, root) if root else None


# --- what no single key says ---------------------------------------------------------------------

def check_lists(chip, file):
    lines = chip.get("irq_lines", 1 << 16)  # wrong or missing: everything is said
    for name, device in chip.get("devices", {}).items():
        if ("base" in device.names) == ("port" in device.names):
            file.complain(chip["devices"].names[name], f"device '{name}' must have either 'base' or 'port'")
    for name, interrupt in chip.get("interrupts", {}).items():
        first = interrupt.get("line", 0)
        last = interrupt.get("last", first)
        if last < first:
            file.complain(interrupt.at("last"), f"the lines of '{name}' end before they begin", "'last' is 'line' or above")
        elif last >= lines:
            file.complain(interrupt.at("last" if "last" in interrupt else "line"), f"interrupt '{name}' cannot be line {last}",
                          f"'irq_lines' says that there are {lines}: 0 to {lines - 1}")


def check_memory(chip, file):
    memory = chip.get("memory", {})
    if "window" in chip and memory:
        file.complain(chip.names["memory"], "a chip has either 'memory' or a 'window'")
    if memory or (chip.get("protection") == "mpu" and chip.get("arch") != "host"):
        for name in ("flash", "ram"):
            if name not in memory and ("memory" in chip or "memory" not in chip.names):
                file.complain(chip.at("memory"), f"a chip with an MPU must have the memory '{name}'")
    if chip.get("protection") == "mmu" and chip.get("arch") != "host" and "window" not in chip.names:
        file.complain(chip.place, "a chip with an MMU must have the key 'window'")
    ranges = sorted((entry.get("base", 0), entry.get("size", 0), name) for name, entry in memory.items())
    for (base, size, name), (behind, _, other) in zip(ranges, ranges[1:]):
        if base + size > behind:
            file.complain(memory[other].at("base"), f"the memories '{name}' and '{other}' overlap",
                          f"'{name}' ends at {base + size:#x}")


def options_table():
    return tomllib.loads((ROOT / "kernel" / "options.toml").read_text(encoding="utf-8"))


def option_words(option, value, has_64_bits=True):
    """What an option may be instead of a value; None: the value is right."""
    choice = option.get("values")
    if choice:
        return None if value in choice else " or ".join(map(str, choice))
    low, high = (has_64_bits and option.get("range_64")) or option["range"]
    return None if low <= value <= high else f"{low} to {high}"


def check_options(board, file):
    table, options = options_table(), board.get("options", {})
    for name, value in options.items():
        option = table.get(name)
        if option is None:
            file.complain(options.names[name], f"no option is called '{name}'", suggest(name, table))
            continue
        words = option_words(option, value)
        if words:
            file.complain(options.at(name), f"{name} cannot be {value}", f"it may be {words}")


def check_kernel(board, chip, file):
    """Which keys of `kernel` a chip needs, and which have no effect with it."""
    if "kernel" not in board:
        if chip["arch"] != "host" and "kernel" not in board.names:
            file.complain(board.place, "a board must have the key 'kernel'", "'kernel' is keys with values: {...}")
        return
    kernel, kind = board["kernel"], "Window: " if "window" in chip else "MPU: "
    for key in KERNEL.keys:
        of_this, of_any = key.text.startswith(kind), not key.text.startswith(("MPU: ", "Window: "))
        if of_this and key.name not in kernel.names:
            file.complain(kernel.place, f"the kernel must have the key '{key.name}' with this chip", key.text)
        if key.name in kernel.names and not (of_this or of_any):
            file.complain(kernel.names[key.name], f"'{key.name}' has no effect with this chip", "remove it")


def find(name):
    """A board by its name, or by the path of its file; DataError: all that is wrong with its files."""
    path = board_path(name)
    file, board = read_file(path, BOARD)
    files, chip, of_chip = [file], None, None
    if board is not None:
        check_options(board, file)
        of_chip = chip_path(board, file, path)
    if of_chip:
        chip_file, chip = read_file(of_chip, CHIP)
        files.append(chip_file)
    if chip is not None:
        check_lists(chip, chip_file)
        check_memory(chip, chip_file)
        if not chip_file.complaints:
            check_kernel(board, chip, file)
    wrong = [each.show() for each in files if each.complaints]
    if wrong:
        raise FileError("\n".join(wrong))
    return Found(path.stem, (path, of_chip), file, {**board_data(board), "chip": of_chip.stem}, chip_data(chip),
                 (board, chip))


def load(name):
    """The data of a board and its chip."""
    found = find(name)
    return found.board, found.chip
