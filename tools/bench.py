#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The benchmark's figures: run the image under the plugin, compare, print the table, write JSON.

The image prints one line for each measurement,

    BENCH <row> <operation> <min> <mean * 1000> <max> <rounds>

with what its timer said (all 0: it has no timer that fits). Before the first round of measurement
number k (counted from 0 in the order of these lines) it may read byte k of its array
`bench_label`; then the plugin's intervals are told apart for certain, and a board without such a
timer is measured by the plugin alone. Each line must agree with an interval of the plugin: same
rounds, minimum, mean and maximum. `sig_i` comes from the plugin's vector interval alone.

Exit status: 0 good, 1 something is not measured, disagrees, or (--gate) misses its goal, 2 the
input cannot be read.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plugin
import run_qemu
from elf import Elf, ElfError

BASELINES = Path(__file__).resolve().parent / "baselines.toml"
LINE = re.compile(r"^BENCH (\w+) (\w+) (\d+) (\d+) (\d+) (\d+)$")
FROM_VECTOR = "sig_i"
# Paths of bounded but long work, printed apart from the longest.
LONG = re.compile(r"(captable|pagetable)_(create|delete)|^(cpt|pgt)_(crt|del)")
LONGEST = 5
# Of the kernel, on boards with caches: bench.json's name, and the plugin's.
KERNEL_MEMORY = {"lines_read": "read64", "lines_written": "written64", "atomics": "atomics", "fences": "fences"}
LINES_MAX = 64  # of an operation that no law names
GOAL_BOARDS = ("stm32f405", "x86_64")

Result = dict[str, Any]


class BenchError(Exception):
    """The measurement cannot be read."""


@dataclass
class Measurement:
    row: str
    operation: str
    low: int
    mean: float
    high: int
    rounds: int
    interval: Result | None = None  # the plugin's, if one agrees

    def metric(self, name: str) -> float | None:
        """Mean of one of the plugin's metrics."""
        return self.interval[name][1] / self.interval["n"] if self.interval else None


def parse(lines: list[str]) -> list[Measurement]:
    found = []
    for line in lines:
        match = LINE.match(line)
        if match:
            low, mean, high, rounds = map(int, match.groups()[2:])
            found.append(Measurement(match[1], match[2], low, mean / 1000, high, rounds))
        elif line.startswith("BENCH "):
            raise BenchError(f"not a measurement: {line}")
    return found


def _agrees(line: Measurement, interval: Result) -> bool:
    low, total, high = interval["insns"]
    return (interval["n"] == line.rounds and low == line.low and high == line.high
            and abs(total / interval["n"] - line.mean) < 0.0011)


def _choose(line: Measurement, candidates: list[Result]) -> Result | None:
    """The interval that belongs to a measurement, or None."""
    if line.operation == FROM_VECTOR:
        fitting = [c for c in candidates if c["type"] == "vector" and c["n"] >= line.rounds]
        return max(fitting, key=lambda c: c["n"], default=None)
    marks = [c for c in candidates if c["type"] == "mark"]
    if line.high == 0:
        fitting = [c for c in marks if c["n"] == line.rounds]
    else:
        fitting = [c for c in marks if _agrees(line, c)]
    return fitting[0] if fitting else None


def join(lines: list[Measurement], results: list[Result]) -> list[str]:
    """Give each line its interval; returns what does not fit."""
    problems = []
    intervals = [r for r in results if r["type"] in ("mark", "vector")]
    has_labels = any(r["label"] for r in intervals)
    for number, line in enumerate(lines):
        mine = [r for r in intervals if not has_labels or r["label"] == number]
        line.interval = _choose(line, mine)
        if not line.interval:
            problems.append(f"{line.row} {line.operation}: no interval of the plugin agrees "
                            f"with {line.low} {line.mean:.3f} {line.high}")
        elif line.high == 0:
            low, total, high = line.interval["insns"]
            line.low, line.mean, line.high = low, total / line.interval["n"], high
    problems += [f"the plugin lost {r['n']} intervals" for r in results if r["type"] == "lost"]
    return problems


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else round(value, 3)


def _first_set(lines: list[Measurement], base: dict[str, Any]) -> list[Measurement]:
    """What bench.json holds: the first row set, refused calls and the further operations."""
    rows = (base["first_row"], "refused", "extra")
    return [line for row in rows for line in lines if line.row == row]


def bench_json(board: str, lines: list[Measurement], base: dict[str, Any]) -> dict[str, Any]:
    chosen = _first_set(lines, base)
    result: dict[str, Any] = {
        "board": board, "unit": "instructions",
        "operations": {line.operation: _number(line.mean) for line in chosen}}
    if board == "stm32f405":
        cycles = {line.operation: line.metric("cycles_flat") for line in chosen}
        result["modelled_cycles"] = {op: _number(c) for op, c in cycles.items() if c is not None}
    if base["boards"].get(board) == "x86":
        for key, metric in KERNEL_MEMORY.items():
            figures = {line.operation: line.metric(metric) for line in chosen}
            result[key] = {op: _number(figure) for op, figure in figures.items() if figure is not None}
    return result


def law_of(line: Measurement, cpus: int, base: dict[str, Any]) -> dict[str, int]:
    """The most that an operation may have of each metric: the cost law, and lines that it writes."""
    law, is_refused = base["law"], line.row in ("refused", "twin")
    most = {metric: 0 if is_refused else law[metric].get(line.operation, 0) for metric in ("atomics", "fences")}
    if cpus == 1:
        most["atomics"] = 0
    if line.row in law["written64"]["rows"] or line.row == "refused":
        most["written64"] = law["written64"][line.operation] if line.operation in law["written64"] else LINES_MAX
    return most


def broken_laws(lines: list[Measurement], cpus: int, base: dict[str, Any]) -> list[str]:
    """What measurements have more than they may. On one CPU in any round; on several a tick may fall
    into a few rounds, which it does not into all."""
    found = []
    for line in lines:
        for metric, most in law_of(line, cpus, base).items():
            if line.interval is None:
                found.append(f"{line.row} {line.operation}: nothing was counted")
                break
            seen = line.interval[metric][2] if cpus == 1 else round(line.metric(metric))
            if seen > most:
                found.append(f"{line.row} {line.operation}: {metric} {seen}, at the most {most}")
    return found


@dataclass
class Comparison:
    """One measurement beside its peers and its goal."""

    line: Measurement
    original: int | None
    freertos: int | None
    goal: float | None
    cycles: float | None
    goal_cycles: int | None

    @property
    def verdict(self) -> str:
        if self.goal is None and self.goal_cycles is None:
            return ""
        met = self.goal is None or self.line.mean <= self.goal
        if self.goal_cycles is not None and self.cycles is not None:
            met = met and self.cycles <= self.goal_cycles
        return "met" if met else "MISSED"


def _row_goal(line: Measurement, lines: list[Measurement], base: dict[str, Any]) -> float | None:
    """Goal of a further row: that of the first row and a little for each switch or lookup."""
    rule = base["row_goals"].get(line.row)
    first = [other for other in lines
             if other.row == base["first_row"] and other.operation == line.operation]
    if not rule or not first:
        return None
    counts = rule.get("switches") or rule.get("lookups")
    return first[0].mean + rule["each"] * counts[line.operation] \
        if line.operation in counts else None


def _figures(operation: str, board: str, base: dict[str, Any]) -> dict[str, int]:
    """The peers' figures and the goals for one operation on a board's core."""
    core = base.get(base["boards"].get(board, ""), {})
    named = zip(core.get("columns", []), core.get(operation, []))
    return {column: figure for column, figure in named if figure}


def compare(line: Measurement, lines: list[Measurement], board: str,
            base: dict[str, Any]) -> Comparison:
    goal_row = base.get("goal_rows", {}).get(board, base["first_row"])
    is_first = line.row in (goal_row, "refused", "extra")
    has_goals = board in GOAL_BOARDS
    peers = _figures("refused" if line.row == "refused" else line.operation, board, base)
    goals = peers if is_first and has_goals else {}
    original = peers.get("sel4") or peers.get("original") if line.row != "fpu" else None
    return Comparison(
        line,
        original=None if line.row == "twin" else original or peers.get("original_fpu"),
        freertos=peers.get("freertos") if is_first else None,
        goal=goals.get("goal") if is_first else _row_goal(line, lines, base),
        cycles=line.metric("cycles_flat") if board == "stm32f405" else None,
        goal_cycles=goals.get("goal_cycles"))


def _cell(value: float | None, width: int = 8) -> str:
    return "-".rjust(width) if value is None else f"{_number(value):>{width}}"


def _ratio(line: Measurement, peer: int | None) -> str:
    return (f"{line.mean / peer:.2f}" if peer else "-").rjust(7)


def print_rows(lines: list[Measurement], board: str, base: dict[str, Any]) -> int:
    """The table, one block per row; returns how many goals are missed."""
    missed = 0
    peer = "seL4" if base["boards"].get(board) == "x86" else "original"
    for row in dict.fromkeys(line.row for line in lines):
        print(f"\n{base['rows'].get(row, row)}")
        print(f"  {'operation':<24}{'min':>8}{'mean':>9}{'max':>8}{peer:>9}{'ratio':>7}"
              f"{'FreeRTOS':>9}{'ratio':>7}{'goal':>8}{'cycles':>9}{'goal':>6}")
        for line in (line for line in lines if line.row == row):
            c = compare(line, lines, board, base)
            title = base["titles"].get(line.operation, line.operation)
            print(f"  {title:<24}{line.low:>8}{_cell(line.mean, 9)}{line.high:>8}"
                  f"{_cell(c.original, 9)}{_ratio(line, c.original)}"
                  f"{_cell(c.freertos, 9)}{_ratio(line, c.freertos)}{_cell(c.goal)}"
                  f"{_cell(c.cycles, 9)}{_cell(c.goal_cycles, 6)}  {c.verdict}")
            missed += c.verdict == "MISSED"
    return missed


def print_memory(lines: list[Measurement], base: dict[str, Any]) -> None:
    names = ("loads", "stores", "read32", "written32", "read64", "written64", "atomics", "fences", "cycles")
    print("\nkernel memory per operation: accesses, distinct lines of 32 and 64 bytes, atomic instructions, "
          "fences; cycles by the TRM's pairing rules")
    print("  " + "operation".ljust(24) + "".join(f"{name:>10}" for name in names))
    for line in (line for line in _first_set(lines, base) if line.interval):
        title = base["titles"].get(line.operation, line.operation)
        print("  " + title.ljust(24) + "".join(_cell(line.metric(n), 10) for n in names))


def paths(results: list[Result], image: Elf) -> list[tuple[int, str, str]]:
    """Ways through the kernel: instructions, entry and call; the longest first."""
    found = []
    for result in (r for r in results if r["type"] == "path" and not r["boot"]):
        call = image.place(int(result["call"], 16)) if "call" in result else ""
        found.append((result["insns"][2], image.place(int(result["entry"], 16)), call))
    return sorted(found, reverse=True)


def print_paths(results: list[Result], image: Elf) -> None:
    """The longest ways through the kernel, those of LONG apart."""
    found = paths(results, image)
    for title, wanted in (("longest paths with interrupts off", False),
                          ("of these, creation and deletion of tables", True)):
        some = [path for path in found if bool(LONG.search(path[2])) == wanted][:LONGEST]
        if some:
            print(f"\n{title} (instructions):")
        for length, entry, call in some:
            print(f"{length:>8}  {entry} {call}")
    for result in (r for r in results if r["type"] == "stack"):
        print(f"\ndeepest kernel stack seen: {result['depth']} bytes, "
              f"by {image.place(int(result['by'], 16))}")


def compare_lines(options: argparse.Namespace, board: run_qemu.Machine, lines: list[Measurement],
                  base: dict[str, Any]) -> list[str]:
    """The first set once more for each --compare, given to the kernel on its command line: one column
    each. Returns what does not fit."""
    columns, problems = {"(default)": _first_set(lines, base)}, []
    for text in options.compare:
        machine = run_qemu.Machine(board.machine, board.qemu, [*board.args, "-append", text])
        printed, results = measure(machine, options.elf, options.out.parent, vectors=options.vector,
                                   counter=options.counter, timeout=options.timeout)
        other = parse(printed)
        problems += [f"{text}: {problem}" for problem in join(other, results)]
        columns[text] = _first_set(other, base)
    print("\nby the kernel's command line (instructions, mean)")
    print("  " + "operation".ljust(24) + "".join(f"{text:>18}" for text in columns))
    for index, line in enumerate(columns["(default)"]):
        title = base["titles"].get(line.operation, line.operation)
        figures = [column[index].mean for column in columns.values()]
        print("  " + title.ljust(24) + "".join(_cell(figure, 18) for figure in figures))
    return problems


def measure(board: run_qemu.Machine, elf: Path, folder: Path, *, vectors: list[str],
            counter: int, timeout: float, echo: bool = False) -> tuple[list[str], list[Result]]:
    """Run the image under the plugin: what it printed, what the plugin found."""
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / "count.json"
    argument = plugin.arguments(Elf(elf), out, vectors=vectors, counter=counter)
    outcome = run_qemu.run(board, elf, timeout=timeout, silence=0, exact=True, echo=echo,
                           extra=["-plugin", argument])
    if outcome.status == run_qemu.CANNOT:
        raise BenchError(outcome.reason)
    if outcome.status != run_qemu.GOOD:
        raise BenchError("\n".join([*outcome.lines[-5:], outcome.reason]))
    return outcome.lines, plugin.read(out)


def options_of(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("elf", type=Path)
    parser.add_argument("--board", required=True)
    parser.add_argument("--out", type=Path, help="default build/BOARD/bench.json")
    parser.add_argument("--machine", help="QEMU's machine: run the image")
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--arg", action="append", default=[], help="one more argument for QEMU")
    parser.add_argument("--vector", action="append", default=[],
                        help="symbol or address of an interrupt's first instruction")
    parser.add_argument("--counter", type=lambda t: int(t, 0), default=plugin.COUNTER,
                        help="register whose load is a mark (default TIM2_CNT)")
    parser.add_argument("--timeout", type=float, default=300.0)
    parser.add_argument("--compare", action="append", default=[], metavar="TEXT",
                        help="run once more with this command line, print it beside")
    parser.add_argument("--log", type=Path, help="without --machine: what an image printed")
    parser.add_argument("--count", type=Path, help="without --machine: the plugin's results")
    parser.add_argument("--gate", action="store_true", help="a missed goal is a failure")
    options = parser.parse_args(argv)
    if not options.machine and not options.log:
        parser.error("either --machine or --log is needed")
    options.out = options.out or Path("build", options.board, "bench.json")
    return options


def main(argv: list[str] | None = None) -> int:
    options = options_of(argv)
    out = options.out
    try:
        base = tomllib.loads(BASELINES.read_text())
        if options.machine:
            board = run_qemu.Machine(options.machine, options.qemu, options.arg)
            text, results = measure(board, options.elf, out.parent, vectors=options.vector,
                                    counter=options.counter, timeout=options.timeout)
        else:
            text = options.log.read_text().splitlines()
            results = plugin.read(options.count) if options.count else []
        lines = parse(text)
        if not lines:
            raise BenchError("the image printed no measurement (BENCH ...)")
        problems = join(lines, results) if results else []
        missed = print_rows(lines, options.board, base)
        if results:
            print_memory(lines, base)
            print_paths(results, Elf(options.elf))
        if options.machine and options.compare:
            problems += compare_lines(options, board, lines, base)
        measured = {line.operation for line in lines if line.row == base["first_row"]}
        problems += [f"{op} is not measured" for op in base["order"] if op not in measured]
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(bench_json(options.board, lines, base), indent=1) + "\n")
    except (BenchError, plugin.PluginError, ElfError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(f"\npeers: {base['source'].strip()}\n{missed} goals missed; figures in {out}")
    for problem in problems:
        print(f"bench: {problem}", file=sys.stderr)
    return 1 if problems or (options.gate and missed) else 0


if __name__ == "__main__":
    sys.exit(main())
