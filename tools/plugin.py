#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The counting plugin: build it, point it at an image, read what it found.

    plugin.py build                      prints the path of the plugin
    plugin.py args IMAGE.elf OUT.json    prints the argument for QEMU's -plugin
    plugin.py show OUT.json IMAGE.elf    prints the results with symbols
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from elf import Elf, ElfError

SOURCES = Path(__file__).resolve().parent / "plugin"
BUILD = SOURCES.parent.parent / "build" / "tools"
COUNTER = 0x40000024  # TIM2_CNT: a load from it is a mark

KERNEL_SECTIONS = (".kernel.text",)
STACK_SECTION = ".kernel.stack"
LABELS = "bench_label"  # optional array of bytes in the image: see README.md


class PluginError(Exception):
    """The plugin cannot be built or its results cannot be read."""


def build(folder: Path = BUILD) -> Path:
    """The plugin's path, compiled anew if a source is younger."""
    target = folder / "count.so"
    sources = sorted(SOURCES.glob("*.[ch]"))
    if target.exists() and target.stat().st_mtime > max(s.stat().st_mtime for s in sources):
        return target
    compiler = os.environ.get("HOSTCC") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise PluginError("no C compiler for this machine (Debian: apt-get install gcc)")
    folder.mkdir(parents=True, exist_ok=True)
    new = target.with_suffix(f".{os.getpid()}")
    command = [compiler, "-std=c17", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-Wall",
               "-Wextra", "-o", str(new), *(str(s) for s in sources if s.suffix == ".c")]
    if subprocess.run(command, check=False).returncode:
        raise PluginError("the plugin does not compile")
    new.replace(target)
    return target


def address_of(image: Elf, place: str) -> int:
    """A symbol (+ bytes), or an address."""
    name, _, offset = place.partition("+")
    return (int(name, 0) if name[:1].isdigit() else image.symbol(name).address) + int(offset or "0", 0)


def arguments(image: Elf, out: Path, *, vectors: list[str] | None = None,
              extra: list[str] | None = None, counter: int = COUNTER,
              handlers: list[str] | None = None) -> str:
    """QEMU's -plugin argument for `image`; `vectors` are symbols (+ bytes) or addresses,
    `handlers` symbols of the kernel that name its paths where they are in the image. Without a
    counter, the reading of the time stamp is a mark."""
    parts = [str(build()), f"out={out}", f"load={counter:#x}" if counter else "stamps=1"]
    code = [s for s in (image.section(name) for name in KERNEL_SECTIONS) if s]
    if code:
        parts.append(f"kernel={min(s.address for s in code):#x}:{max(s.end for s in code):#x}")
    stack = image.section(STACK_SECTION)
    if stack:
        parts.append(f"stack={stack.address:#x}:{stack.end:#x}")
    labels = next((s for s in image.symbols if s.name == LABELS and s.section), None)
    if labels:
        parts.append(f"label={labels.address:#x}:{labels.address + labels.size:#x}")
    parts += [f"vector={address_of(image, vector):#x}" for vector in vectors or []]
    if code:
        first, last = min(s.address for s in code), max(s.end for s in code)
        parts += [f"handler={s.address:#x}" for s in image.symbols
                  if s.name in (handlers or []) and first <= s.address < last]
    if any("," in part for part in parts):
        raise PluginError("QEMU takes no path with a comma for a plugin")
    return ",".join(parts + (extra or []))


def read(path: Path) -> list[dict[str, Any]]:
    """The results, one dictionary per line."""
    try:
        return [json.loads(line) for line in path.read_text().splitlines()]
    except OSError as error:
        raise PluginError(f"the plugin left no results: {error}") from error
    except ValueError as error:
        raise PluginError(f"{path} is damaged: {error}") from error


def show(results: list[dict[str, Any]], image: Elf) -> None:
    for result in results:
        words = []
        for key, value in result.items():
            if isinstance(value, str) and value.startswith("0x") and key != "low":
                value = image.place(int(value, 16))
            elif isinstance(value, list):
                low, total, high = value
                value = low if low == high else f"{low}..{total / result['n']:.2f}..{high}"
            words.append(f"{key}={value}")
        print(" ".join(words))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("build")
    for verb, names in (("args", ("image", "out")), ("show", ("out", "image"))):
        sub = verbs.add_parser(verb)
        for name in names:
            sub.add_argument(name, type=Path)
        if verb == "args":
            sub.add_argument("--vector", action="append", default=[])
    options = parser.parse_args(argv)
    try:
        if options.verb == "build":
            print(build())
        elif options.verb == "args":
            print(arguments(Elf(options.image), options.out, vectors=options.vector))
        else:
            show(read(options.out), Elf(options.image))
    except (PluginError, ElfError) as error:
        print(f"plugin: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
