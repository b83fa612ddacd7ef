#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""A board's data file, with its chip's and the options of the build, becomes what compilers read.

  gen_board.py BOARD --out DIR [--set OPTION=VALUE ...] [--layout KEY=BYTES ...]
                               [--transparent LINE=HANDLER[@LEVEL] ...]

    DIR/config.h     CONFIG_*: the options (kernel/options.toml)
    DIR/board.h      BOARD_*: what the chip has
    DIR/layout.h     LAYOUT_*: where kernel and user lie; the ranges that the first process gets
    DIR/kernel.ld    merges the kernel's sections in its partial link
    DIR/system.ld    places kernel and user image
    DIR/user.ld, DIR/init.ld    where a first process may be a file of its own: its part, and all of it
    DIR/board.cmake  what the build itself wants to know
    DIR/board.json   all of it, for the system builder (builder/board.h)

BOARD is the name of a board of this tree, or the path of a file NAME.yaml.

  gen_board.py BOARD               check its files
  gen_board.py --boards            the names of the boards
  gen_board.py --options           each option with its values, one per line
  gen_board.py BOARD --show KEY    one value of the data, e.g. qemu.machine
"""
import argparse
import json
import re
import sys
from pathlib import Path

from boards import ROOT, boards, find, load, option_words, options_table
from data_file import DataError, FileError

GRANULE = 32  # bytes of kernel memory per bit of its bitmap
KERNEL_PRIORITY = 0x40  # the most urgent one of the kernel's own (arch/armv7m, PRIORITY_FAULT)
LOADER_BYTES = 0x10000  # of image and of RAM, in front of a boot module that is the first process
LAYOUT_KEYS = ("image", "ram", "stack", "objects", "guests")
WINDOW_KEYS = ("stack", "objects", "guests", "boundary")
MEMORY_KEYS = {"flash_size": "flash", "ram_size": "ram"}  # how much of the chip's memory is used


# --- options -------------------------------------------------------------------------------------

def allowed(option):
    return option.get("values") or option["range"]


def has_64_bits(chip):
    return chip["arch"] == "x86_64"


def set_option(table, values, assignment):
    name, _, text = assignment.partition("=")
    if name not in table:
        raise DataError(f"--set: no option is called '{name}'; kernel/options.toml lists them")
    try:
        value = int(text, 0)
    except ValueError:
        raise DataError(f"--set: {name} needs a number, not '{text}'") from None
    values[name] = value


def options_of(board, chip, assignments):
    table = options_table()
    values = {name: option["default"] for name, option in table.items()}
    if not chip["fpu"]:
        values["FPU"] = 0
    values.update(board.get("options", {}))
    for assignment in assignments:
        set_option(table, values, assignment)
    for name, value in values.items():
        words = option_words(table[name], value, has_64_bits(chip))
        if words:
            raise DataError(f"--set: {name} is {words}, not {value}")
    if values["FPU"] and not chip["fpu"] and chip["arch"] != "host":
        raise DataError("--set: this chip has no FPU")
    return table, values


# --- memory --------------------------------------------------------------------------------------

class LayoutError(DataError):
    """Sizes of the kernel that do not fit: pairs of key and text."""

    def __init__(self, wrong):
        super().__init__("\n".join(f"kernel.{key} {text}" for key, text in wrong))
        self.wrong = wrong


def window_layout(board, chip, assignments):
    """The same where the kernel has a window of the address space: what is the kernel's is there.

    `boundary` is where kernel memory ends: behind what is the kernel's alone, or above, up to the
    top of memory. What lies between is kernel memory as well as user memory.
    """
    sizes, window = dict(board["kernel"]), chip["window"]
    large = 1 << 21
    for assignment in assignments:
        key, _, text = assignment.partition("=")
        if key not in WINDOW_KEYS:
            raise DataError(f"--layout: no '{key}'; there are: {' '.join(WINDOW_KEYS)}")
        sizes[key] = int(text, 0)
    if window["boot_page"] % large or window["boot_page"] + large > window["guests"]:
        raise DataError(f"window.boot_page must begin {large} bytes, in which the kernel's image lies")
    objects = window["guests"] + sizes["guests"]
    own_end = objects + sizes["objects"]
    boundary = sizes.get("boundary", own_end)
    user_ram = sizes["user_image"] + sizes["user_image_bytes"]
    wrong = [(key, f"must be a multiple of {large}: pages of the kernel") for key, value in
             (("objects", sizes["objects"]), ("guests", sizes["guests"]), ("boundary", boundary)) if value % large]
    if own_end > sizes["user_image"]:
        wrong.append(("user_image", f"must be {own_end:#x} or more: kernel.guests and kernel.objects end there"))
    if not own_end <= boundary <= window["bytes"]:
        wrong.append(("boundary", f"is {own_end:#x} to {window['bytes']:#x}, what the kernel sees"))
    if wrong:
        raise LayoutError(wrong)
    return {
        "KERNEL_WINDOW": window["virtual"],
        "BOOT_PAGE": window["boot_page"],
        "KERNEL_IMAGE": window["boot_page"] + 4096,
        "KERNEL_IMAGE_BYTES": large - 4096,
        "KERNEL_STACK_BYTES": sizes["stack"],
        "KERNEL_END": own_end,
        "KMEM": window["virtual"] + objects,
        "KMEM_BYTES": boundary - objects,
        "KMEM_OWN_BYTES": sizes["objects"],
        "KMEM_BITMAP_BYTES": (boundary - objects) // GRANULE // 8,
        "GUEST": window["virtual"] + window["guests"],
        "GUEST_BYTES": sizes["guests"],
        "LOCAL_APIC": window["devices"],
        "IO_APIC": window["devices"] + 4096,
        "DEVICES": sizes["devices"],
        "DEVICES_BYTES": sizes["devices_bytes"],
        "USER_IMAGE": sizes["user_image"],
        "USER_IMAGE_BYTES": sizes["user_image_bytes"],
        "USER_RAM": user_ram,
        "USER_RAM_BYTES": sizes["user_ram_bytes"],
        "LOADER_BYTES": LOADER_BYTES,
    }


def shrink(chip, assignments):
    """The chip as if it had less memory; returns it and the other assignments."""
    sizes, rest = {}, []
    for assignment in assignments:
        key, _, text = assignment.partition("=")
        if key in MEMORY_KEYS:
            sizes[MEMORY_KEYS[key]] = int(text, 0)
        else:
            rest.append(assignment)
    memory = [dict(entry) for entry in chip.get("memory", [])]
    for entry in memory:
        size = sizes.get(entry["name"], entry["size"])
        if size % 256 or not 0 < size <= entry["size"]:
            raise DataError(f"--layout: {entry['name']} has {entry['size']} bytes and is used in pieces of 256")
        entry["size"] = size
    return {**chip, "memory": memory}, rest


def layout_of(board, chip, assignments, is_debug=False):
    """Addresses of everything, or None where the board has no memory of its own."""
    if "kernel" not in board:
        return None
    if "window" in chip:
        return window_layout(board, chip, assignments)
    sizes = dict(board["kernel"])
    if is_debug:
        sizes["image"] = sizes["image_debug"]
    for assignment in assignments:
        key, _, text = assignment.partition("=")
        if key not in LAYOUT_KEYS:
            raise DataError(f"--layout: no '{key}'; there are: {' '.join((*LAYOUT_KEYS, *MEMORY_KEYS))}")
        sizes[key] = int(text, 0)
    memory = {entry["name"]: entry for entry in chip["memory"]}
    flash, ram = memory["flash"], memory["ram"]
    aligned = (("ram", 256), ("stack", 8), ("objects", GRANULE * 32), ("guests", GRANULE))
    wrong = [(key, f"must be a multiple of {align}") for key, align in aligned if sizes[key] % align]
    if sizes["image"] == 0 or sizes["image"] & (sizes["image"] - 1):
        wrong.append(("image_debug" if is_debug else "image", "must be a power of two: one region keeps the user out"))
    if sizes["image"] >= flash["size"]:
        wrong.append(("image", f"must be less than the flash, which has {flash['size']} bytes"))
    if sizes["stack"] + sizes["objects"] >= sizes["ram"]:
        wrong.append(("ram", f"must be more than kernel.stack and kernel.objects, {sizes['stack'] + sizes['objects']} "
                             "bytes: they do not fit"))
    if sizes["ram"] + sizes["guests"] >= ram["size"]:
        wrong.append(("ram", f"and kernel.guests must be less than the RAM, which has {ram['size']} bytes"))
    if wrong:
        raise LayoutError(wrong)
    kernel_end = ram["base"] + sizes["ram"]
    return {
        "KERNEL_IMAGE": flash["base"],
        "KERNEL_IMAGE_BYTES": sizes["image"],
        "KERNEL_RAM": ram["base"],
        "KERNEL_RAM_BYTES": sizes["ram"],
        "KERNEL_STACK": ram["base"],
        "KERNEL_STACK_BYTES": sizes["stack"],
        "KERNEL_STACK_TOP": ram["base"] + sizes["stack"],
        "KMEM": kernel_end - sizes["objects"],
        "KMEM_BYTES": sizes["objects"],
        "KMEM_OWN_BYTES": sizes["objects"],
        "KMEM_BITMAP_BYTES": sizes["objects"] // GRANULE // 8,
        "USER_IMAGE": flash["base"] + sizes["image"],
        "USER_IMAGE_BYTES": flash["size"] - sizes["image"],
        "USER_RAM": kernel_end,
        "USER_RAM_BYTES": ram["size"] - sizes["ram"] - sizes["guests"],
        "GUEST": ram["base"] + ram["size"] - sizes["guests"],
        "GUEST_BYTES": sizes["guests"],
    }


def user_ranges(chip, layout):
    """What the first process may map: all memory behind the kernel's part of it."""
    for entry in chip["memory"]:
        taken = {"flash": layout["KERNEL_IMAGE_BYTES"], "ram": layout["KERNEL_RAM_BYTES"]}
        skip = taken.get(entry["name"], 0)
        yield entry["base"] + skip, entry["size"] - skip, entry["flags"]


def pages(base, size):
    """The largest aligned powers of two that make up a range."""
    while size:
        order = min((base & -base or 1 << 63).bit_length(), size.bit_length()) - 1
        yield base, order
        base += 1 << order
        size -= 1 << order


# --- interrupts ----------------------------------------------------------------------------------

def transparent_of(board, chip, assignments):
    """Lines whose handlers never enter the kernel: {line: (handler, priority)}.

    Levels are the chip's priorities that stand above those of the kernel, which begin at 0x40: 0 is
    the most urgent.
    """
    entries = [(entry["line"], entry["handler"], entry.get("level", 0), "board")
               for entry in board.get("transparent", [])]
    for text in assignments:
        match = re.fullmatch(r"(\d+)=([A-Za-z_]\w*)(?:@(\d+))?", text)
        if not match:
            raise DataError(f"--transparent is LINE=HANDLER or LINE=HANDLER@LEVEL, not '{text}'")
        entries.append((int(match[1]), match[2], int(match[3] or 0), "--transparent"))
    lines = {}
    for line, handler, level, origin in entries:
        step = 1 << (8 - chip["priority_bits"])
        if line >= chip["irq_lines"]:
            raise DataError(f"{origin}: there is no interrupt line {line}")
        if line in lines:
            raise DataError(f"{origin}: line {line} has two handlers")
        if level * step >= KERNEL_PRIORITY:
            raise DataError(f"{origin}: line {line}: this chip has levels 0 to "
                            f"{KERNEL_PRIORITY // step - 1} above the kernel, not {level}")
        lines[line] = handler, level * step
    return lines


# --- output --------------------------------------------------------------------------------------

def header(text, board):
    return f"/* SPDX-License-Identifier: Unlicense\n *\n * {text} of board {board}.\n" \
           " * Generated by tools/gen_board.py.\n */\n#pragma once\n\n"


def define(name, value, width=0):
    return f"#define {name:{width}} {value}\n"


def hexadecimal(value):
    """Without a suffix, which assemblers refuse; 0x80000000 and above are unsigned by themselves."""
    return f"0x{value:08X}"


def config_h(name, table, values):
    lines = [define(f"CONFIG_{key}", f"{values[key]:<6} /* {table[key]['text']} */", 26)
             for key in table]
    return header("Options of a build", name) + "".join(lines)


def vectors(chip, transparent):
    """Every line of the chip, as AWARE(line) or TRANSPARENT(line, handler, priority)."""
    rows = []
    for line in range(chip["irq_lines"]):
        handler, priority = transparent.get(line, (None, 0))
        rows.append(f"TRANSPARENT({line}, {handler}, {priority:#04x})" if handler else
                    f"AWARE({line})")
    return "#define BOARD_VECTORS(AWARE, TRANSPARENT) \\\n    " + " \\\n    ".join(rows) + "\n"


def transparent_list(transparent):
    rows = [f" LINE({line}, {handler}, {priority:#04x})"
            for line, (handler, priority) in sorted(transparent.items())]
    return f"#define BOARD_TRANSPARENT(LINE){''.join(rows)}\n"


def board_h(name, board, chip, transparent):
    qemu = board.get("qemu", {})
    rows = [("BOARD_NAME", f'"{name}"'), ("BOARD_CHIP", f'"{board["chip"]}"'),
            ("BOARD_MACHINE", f'"{qemu.get("machine", "")}"'),
            ("BOARD_CLOCK_HZ", f"{chip['clock_hz']}u"), ("BOARD_TIMER_HZ", f"{chip['timer_hz']}u"),
            ("BOARD_IRQ_LINES", chip["irq_lines"]),
            ("BOARD_IOAPIC_LINES", chip.get("ioapic_lines", 0)),
            ("BOARD_PRIORITY_BITS", chip["priority_bits"]),
            ("BOARD_TRANSPARENT_COUNT", len(transparent)),
            ("BOARD_MPU_REGIONS", chip["mpu_regions"]),
            ("BOARD_HAS_FPU", int(bool(chip["fpu"]))),
            ("BOARD_HAS_CACHES", int(chip.get("caches", False))),
            ("BOARD_CONSOLE_BASE", hexadecimal(chip.get("console", {}).get("base", 0))),
            ("BOARD_PREFETCH_REGISTER", hexadecimal(chip.get("prefetch_register", 0)))]
    return (header("The machine", name) + "".join(define(key, value, 23) for key, value in rows)
            + "\n/* Lines that never enter the kernel, and the vectors of all. */\n"
            + transparent_list(transparent) + vectors(chip, transparent))


def list_macro(name, item, rows):
    lines = [f"#define {name}({item})"] + [f"    {item}({row})" for row in rows]
    width = max(map(len, lines))
    return "".join(f"{line:{width}} \\\n" for line in lines[:-1]) + lines[-1] + "\n"


def layout_h(name, chip, layout):
    out = [header("Memory", name)]
    if layout is None:
        return out[0] + "/* None: the port takes its memory from the process it lives in. */\n"
    out += [define(f"LAYOUT_{key}", hexadecimal(value), 25) for key, value in layout.items()]
    if "window" in chip:
        return "".join(out)
    ranges, page_rows = [], []
    for base, size, flags in user_ranges(chip, layout):
        text = " | ".join(f"PAGE_{flag}" for flag in flags)
        ranges.append(f"{hexadecimal(base)}, {hexadecimal(size)}, {text}")
        page_rows += [f"{hexadecimal(page)}, {order}, {text}" for page, order in pages(base, size)]
    out.append("\n/* What the first process gets: RANGE(base, bytes, flags), */\n")
    out.append(list_macro("LAYOUT_RANGES", "RANGE", ranges))
    out.append("\n/* and the same as aligned powers of two: PAGE(base, order, flags). */\n")
    out.append(list_macro("LAYOUT_PAGES", "PAGE", page_rows))
    return "".join(out)


def write(path, text):
    """Leave a file alone that would not change: nothing is built again for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def script(name, layout, arch):
    """A linker script, the machine's own or the one for all; empty where there is neither."""
    found = [path for path in (ROOT / "cmake" / f"{arch}.{name}", ROOT / "cmake" / name) if path.exists()]
    text = found[0].read_text(encoding="utf-8") if found else ""
    for key, value in layout.items():
        text = text.replace(f"@{key}@", f"0x{value:08X}")
    return text


def board_cmake(found, chip, values, transparent):
    board = found.board
    backend = "raw" if values["RAW"] else chip["protection"]
    rows = [("NAME", found.name), ("FILES", ";".join(map(str, found.paths))), ("ARCH", chip["arch"]), ("CPU", chip["cpu"]), ("FPU", chip["fpu"]),
            ("PAGETABLE", backend), ("CONSOLE", chip.get("console", {}).get("driver", "")),
            ("QEMU", board.get("qemu", {}).get("program", "")),
            ("MACHINE", board.get("qemu", {}).get("machine", "")),
            ("QEMU_ARGS", ";".join(board.get("qemu", {}).get("args", []))),
            ("IRQ_LINES", chip["irq_lines"]), ("PRIORITY_BITS", chip["priority_bits"]),
            ("TRANSPARENT", ";".join(map(str, sorted(transparent)))),
            ("CPUS_MAX", values["CPUS_MAX"]), ("DEBUG", values["DEBUG"]), ("KPTI", values["KPTI"]),
            ("KFUNC_DEBUG", values["KFUNC_DEBUG"])]
    return "".join(f'set(BOARD_{key} "{value}")\n' for key, value in rows)


def board_json(name, board, chip, layout, values):
    """The data itself, and what became of it: addresses, options, the ranges of user memory."""
    ranges = [{"base": base, "size": size, "flags": flags}
              for base, size, flags in user_ranges(chip, layout)] if layout and "memory" in chip else []
    whole = {"name": name, "board": board, "chip": chip, "layout": layout or {}, "options": values, "ranges": ranges}
    return json.dumps(whole, indent=1, sort_keys=True) + "\n"


def located(found, wrong):
    """What does not fit, with the places of the board's file."""
    kernel = found.sections[0]["kernel"]
    for key, text in wrong:
        found.board_file.complain(kernel.at(key), f"kernel.{key} {text}")
    return FileError(found.board_file.show())


def check(name):
    """The files of a board alone, for both kinds of builds."""
    found, wrong = find(name), []
    for is_debug in (False, True):
        try:
            layout_of(found.board, found.chip, [], is_debug)
        except LayoutError as error:
            wrong += error.wrong
    if wrong:
        raise located(found, wrong)
    transparent_of(found.board, found.chip, [])


def generate(name, out, settings, layouts, transparent_lines):
    found = find(name)
    name, board = found.name, found.board
    table, values = options_of(board, found.chip, settings)
    chip, sizes = shrink(found.chip, layouts)
    try:
        layout = layout_of(board, chip, sizes, values["DEBUG"] == 1)
    except LayoutError as error:
        raise (error if layouts else located(found, error.wrong)) from error
    transparent = transparent_of(board, chip, transparent_lines)
    write(out / "config.h", config_h(name, table, values))
    write(out / "board.h", board_h(name, board, chip, transparent))
    write(out / "layout.h", layout_h(name, chip, layout))
    write(out / "board.cmake", board_cmake(found, chip, values, transparent))
    write(out / "board.json", board_json(name, board, chip, layout, values))
    if layout:
        for name_of_script in ("kernel.ld", "system.ld", "user.ld", "init.ld"):
            text = script(f"{name_of_script}.in", layout, chip["arch"])
            if text:
                write(out / name_of_script, text)


def show(name, key):
    board, chip = load(name)
    value = {**chip, **board}
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise DataError(f"board {name} has no '{key}'")
        value = value[part]
    print(*value, sep="\n") if isinstance(value, list) else print(value)


def main(argv):
    parser = argparse.ArgumentParser(description="Turn a board's data into what compilers read.")
    parser.add_argument("board", nargs="?", help="name of a file in boards/, without .yaml, or the path of any other")
    parser.add_argument("--out", type=Path, help="directory for the files")
    parser.add_argument("--set", action="append", default=[], metavar="OPTION=VALUE")
    parser.add_argument("--layout", action="append", default=[], metavar="KEY=BYTES")
    parser.add_argument("--transparent", action="append", default=[],
                        metavar="LINE=HANDLER[@LEVEL]")
    parser.add_argument("--boards", action="store_true", help="print the names of the boards")
    parser.add_argument("--options", action="store_true", help="print options and their values")
    parser.add_argument("--show", metavar="KEY", help="print one value of the board or its chip")
    options = parser.parse_args(argv)
    try:
        if options.boards:
            print("\n".join(boards()))
        elif options.options:
            for name, option in options_table().items():
                print(name, option["default"], *allowed(option))
        elif not options.board:
            parser.error("name a board")
        elif options.show:
            show(options.board, options.show)
        elif options.out:
            generate(options.board, options.out, options.set, options.layout,
                     options.transparent)
        else:
            check(options.board)
    except FileError as error:
        print(error, file=sys.stderr)
        return 2
    except DataError as error:
        print("".join(f"gen_board: {line}\n" for line in str(error).split("\n")), end="", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
