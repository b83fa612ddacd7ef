#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The benchmark as a test: all of it is measured, plugin and timer agree, bench.json has its shape.

  benchmark.py --board B --machine M --qemu Q [--arg=A ...] --counter ADDRESS [--vector V] [--goals]
               [--law CPUS] IMAGE

With --goals every goal and limit of tools/baselines.toml must be met. With --law no operation may have
more atomic instructions, fences or written lines than the cost law there allows a kernel that is built
for so many CPUs; one of several leaves out what would wait for the others. same_kernel.py sees to it that
the kernel in the image is the one that is tested. TAP.
"""
import argparse
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import bench  # noqa: E402
import run_qemu  # noqa: E402
import size  # noqa: E402
from elf import Elf  # noqa: E402

OPERATIONS = ["yield_s", "yield_2", "inv_2", "sig_1", "sig_2", "sig_s", "sig_i", "refused", "sig_low",
              "delegate_freeze_remove", "map_unmap", "thread_create_delete", "time_transfer"]
WAITING = ["delegate_freeze_remove", "thread_create_delete"]  # for three epochs, on several CPUs
ROWS = ["infinite", "finite", "two_level", "out_of_line"]
ROUNDS = 1000


def shape(options, lines, base):
    """The figures that are written."""
    figures = bench.bench_json(options.board, lines, base)
    operations = [op for op in OPERATIONS if options.law < 2 or op not in WAITING]
    yield "bench.json holds every operation", list(figures["operations"]) == operations
    yield "each is a number", all(type(n) in (int, float) and n > 0 for n in figures["operations"].values())
    if options.board == "stm32f405":
        yield "modelled cycles of the same", list(figures["modelled_cycles"]) == OPERATIONS
        yield "a cycle and more for each instruction", all(
            figures["modelled_cycles"][op] > n for op, n in figures["operations"].items())
    else:
        yield "no cycles", "modelled_cycles" not in figures
    if base["boards"].get(options.board) == "x86":
        yield "lines, atomic instructions and fences of the same", all(
            list(figures[key]) == operations for key in bench.KERNEL_MEMORY)
    yield "its board and unit", (figures["board"], figures["unit"]) == (options.board, "instructions")


def rows(lines):
    measured = {(line.row, line.operation): line for line in lines}
    for row in ROWS:
        yield f"row {row} is whole", all((row, op) in measured for op in OPERATIONS[:7])
    yield "a right that is missing costs a refusal", ("twin", "sig_snd") in measured
    yield f"{ROUNDS} rounds of each", all(line.rounds == ROUNDS for line in lines)


def goals(options, lines, base):
    for line in lines:
        result = bench.compare(line, lines, options.board, base)
        if result.verdict:
            yield (f"{line.row} {line.operation}: {line.mean:g} instructions, {result.cycles:g} cycles",
                   result.verdict == "met")


def limits(options, counted, base):
    """Size of the kernel, and what the plugin saw of its stack and its longest path."""
    most, parts = base["limits"], size.sizes(Elf(options.image))
    deepest = max(r["depth"] for r in counted if r["type"] == "stack")
    longest = max(length for length, _, call in bench.paths(counted, Elf(options.image))
                  if not bench.LONG.search(call))
    for name, figure in (("rom", parts["text"] + parts["rodata"]), ("static_ram", parts["data"] + parts["bss"]),
                         ("stack", deepest), ("path", longest)):
        yield f"{name}: {figure} of {most[name]}", 0 < figure <= most[name]


def law(options, lines, base):
    broken = bench.broken_laws(lines, options.law, base)
    yield "no operation breaks the cost law", not broken
    for line in broken:
        print(f"# {line}")


def results(options):
    base = tomllib.loads(bench.BASELINES.read_text())
    with tempfile.TemporaryDirectory() as folder:
        text, counted = bench.measure(run_qemu.Machine(options.machine, options.qemu, options.arg), options.image,
                                      Path(folder), vectors=[options.vector], counter=options.counter, timeout=100)
    lines = bench.parse(text)
    problems = bench.join(lines, counted)
    yield "the plugin counts what the image does", bool(lines) and not problems
    for problem in problems:
        print(f"# {problem}")
    yield from shape(options, lines, base)
    yield from rows(lines)
    if options.law:
        yield from law(options, lines, base)
    if options.goals:
        yield from goals(options, lines, base)
        yield from limits(options, counted, base)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--board", required=True)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--counter", required=True, type=lambda text: int(text, 0))
    parser.add_argument("--arg", action="append", default=[])
    parser.add_argument("--vector", default="interrupt_door")
    parser.add_argument("--law", type=int, default=0)
    parser.add_argument("--goals", action="store_true")
    parser.add_argument("image", type=Path)
    options = parser.parse_args()
    failed = count = 0
    for count, (claim, is_right) in enumerate(results(options), 1):
        print(f"{'ok' if is_right else 'not ok'} {count} - {claim}", flush=True)
        failed += not is_right
    print(f"1..{count}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
