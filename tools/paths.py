#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The longest paths through the kernel and its deepest stack, over all images that are given.

  paths.py --machine M [--qemu Q] [--bar N] [--stack-bar BYTES] IMAGE...

While the kernel runs, interrupts that enter it wait: from its entry to the next user instruction,
each path is a time with interrupts off. Each image runs once under the counting plugin; TAP, then a
table with the longest path of each call and door, the test that took it, and where it is. The
creation and deletion of tables, whose time the sizes of tables bound, stand apart. Bars: 1,500
instructions, 512 bytes.

Exit status: 0 good, 1 an image failed or a bar is exceeded, 2 it could not be measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plugin
import run_qemu
from bench import LONG
from elf import Elf, ElfError

JOBS = 2
CALLS = Path(__file__).resolve().parent.parent / "abi" / "calls.toml"
DOORS = {"call_door": "a call that is refused at once", "fault_door": "a fault", "timer_door": "the timer", "interrupt_door": "an interrupt",
         "request_door": "a request", "nmi_door": "NMI"}


@dataclass
class Longest:
    """The longest path of one call or door."""

    length: int
    name: str
    place: str
    test: str


def handlers() -> dict[str, str]:
    """Names of calls by the kernel functions that make them, whole and hot."""
    calls = tomllib.loads(CALLS.read_text(encoding="utf-8"))["call"]
    names = {call["handler"]: call["name"] for call in calls}
    names |= {f"entry_{call['handler']}": call["name"] for call in calls}
    return names


def run(board: run_qemu.Machine, image: Path, timeout: float) -> tuple[str, list[Any]]:
    """Run one image: what went wrong, if anything, and what the plugin found."""
    with tempfile.TemporaryDirectory(prefix="paths-") as folder:
        out = Path(folder, "count.json")
        elf = Elf(image)
        doors = [symbol.name for symbol in elf.symbols if symbol.name in DOORS and symbol.section]
        argument = plugin.arguments(elf, out, handlers=list(handlers()), vectors=doors)
        outcome = run_qemu.run(board, image, timeout=timeout, silence=0, exact=True, echo=False,
                               extra=["-plugin", argument], needs_closing=True)
        if outcome.status != run_qemu.GOOD:
            return outcome.reason, []
        return "", plugin.read(out)


def name_of(result: dict[str, Any], image: Elf, names: dict[str, str]) -> tuple[str, str]:
    """What a path is called, and the place that it is known by."""
    entry = image.place(int(result["entry"], 16))
    place = image.place(int(result["call"], 16)) if "call" in result else entry
    return names.get(place, DOORS.get(entry, "?")), place if place in names else entry


def longest(image: Path, results: list[dict[str, Any]]) -> list[Longest]:
    elf, names, test = Elf(image), handlers(), image.stem.removeprefix("system_")
    return [Longest(result["insns"][2], *name_of(result, elf, names), test)
            for result in results if result["type"] == "path" and not result["boot"]]


def merge(paths: list[Longest]) -> list[Longest]:
    """The longest of each name, the longest first."""
    best: dict[str, Longest] = {}
    for path in paths:
        if path.name not in best or path.length > best[path.name].length:
            best[path.name] = path
    return sorted(best.values(), key=lambda path: -path.length)


def show(title: str, paths: list[Longest]) -> None:
    print(f"#\n# {title}")
    for path in paths:
        print(f"# {path.length:>6}  {path.name:<32} in {path.test:<14} {path.place}")


class Tap:
    def __init__(self) -> None:
        self.passed = self.failed = 0

    def check(self, claim: bool, name: str) -> None:
        self.passed += claim
        self.failed += not claim
        print(f"{'' if claim else 'not '}ok {self.passed + self.failed} - {name}", flush=True)

    def end(self) -> int:
        print(f"1..{self.passed + self.failed}")
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped")
        return 1 if self.failed else 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--bar", type=int, default=1500, metavar="INSTRUCTIONS")
    parser.add_argument("--stack-bar", type=int, default=512, metavar="BYTES")
    parser.add_argument("--arg", action="append", default=[], metavar="ARG",
                        help="one more argument for QEMU; write --arg=-x")
    parser.add_argument("--timeout", type=float, default=100.0, metavar="S")
    parser.add_argument("images", type=Path, nargs="+")
    return parser.parse_args(argv)


def deepest(image: Path, results: list[dict[str, Any]]) -> tuple[int, str]:
    """The kernel stack that a test has used, and who and where that was."""
    stacks = [(result["depth"], int(result["by"], 16)) for result in results
              if result["type"] == "stack"]
    depth, by = max(stacks, default=(0, 0))
    return depth, f"{Elf(image).place(by)} in {image.stem}" if stacks else ""


def measure(options: argparse.Namespace, tap: Tap) -> tuple[list[Longest], tuple[int, str]]:
    """Run all images: the longest path of each name, and the deepest stack."""
    board = run_qemu.Machine(options.machine, options.qemu, options.arg)
    plugin.build()
    with ThreadPoolExecutor(JOBS) as pool:
        runs = list(pool.map(lambda image: run(board, image, options.timeout), options.images))
    paths: list[Longest] = []
    stacks = []
    for image, (problem, results) in zip(options.images, runs):
        tap.check(not problem, f"{image.stem} runs{': ' + problem if problem else ''}")
        paths += longest(image, results)
        stacks.append(deepest(image, results))
    return merge(paths), max(stacks)


def main(argv: list[str] | None = None) -> int:
    options, tap = _options(argv), Tap()
    try:
        best, (stack, stack_by) = measure(options, tap)
    except (plugin.PluginError, ElfError) as error:
        print(f"paths: {error}", file=sys.stderr)
        return 2
    apart = [path for path in best if LONG.search(path.place)]
    others = [path for path in best if path not in apart]
    missing = sorted(set(handlers().values()) - {path.name for path in best})
    worst = others[0] if others else Longest(0, "nothing", "", "")
    tap.check(not missing, "every call was made" + (f" but {', '.join(missing)}" if missing else ""))
    tap.check(0 < worst.length <= options.bar, f"longest path with interrupts off: {worst.length} "
              f"instructions, {worst.name} in {worst.test} (bar {options.bar})")
    tap.check(0 < stack <= options.stack_bar, f"deepest kernel stack seen: {stack} bytes, by "
              f"{stack_by} (bar {options.stack_bar})")
    show("longest path of each, in instructions", others)
    show("creation and deletion of tables, apart", apart)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
