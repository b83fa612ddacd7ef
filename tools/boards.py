#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Boards and chips: the tables of the keys of boards/*.yaml and chips/*.yaml, and how they are found.

The tables are all there is: they read (tools/data_file.py), and the JSON Schemas in docs/ are made from
them. They are here and not in the builder because a board is known before anything is compiled: it names
the compiler's processor.
"""
import re
from pathlib import Path

from data_file import DataError, Key, Mapping, read, suggest

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


def load(name):
    """The data of a board and its chip."""
    if name not in boards():
        raise DataError(f"no board is called '{name}'; there are: {' '.join(boards())}")
    file, board = read(ROOT / "boards" / f"{name}.yaml", f"boards/{name}.yaml", BOARD)
    if board["chip"] not in names("chips"):
        file.complain(board.at("chip"), f"no chip is called '{board['chip']}'", suggest(board["chip"], names("chips")))
    file.stop_if_wrong()
    _, chip = read(ROOT / "chips" / f"{board['chip']}.yaml", f"chips/{board['chip']}.yaml", CHIP)
    return board_data(board), chip_data(chip)
