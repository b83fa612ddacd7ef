#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""What CPUs cost each other (bench/scaling.c), on each number of CPUs of --cpus.

  scaling.py IMAGE.elf --one IMAGE.elf --machine M --qemu Q [--arg A ...] --cpus 1,2,4

An operation on objects of one's own executes the same on every CPU, however many there are, and at the most NEAR
instructions more than in the kernel for one CPU, with the atomic instructions and fences that the cost law of
tools/baselines.toml allows; nobody touches a line that another CPU writes. One slot that all want has one winner each
time, and losers are soon told. A deletion takes three rounds of ticks, or periods, however busy the others are. TAP.
"""
import argparse
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import bench  # noqa: E402
import scaling  # noqa: E402

NEAR, FEW_MORE = 3, {"sig_s": 2}  # of two calls, one of which exchanges: docs/performance.md
SLOT_BOUND = 500  # instructions of a call that makes an object, or is told that it cannot
EPOCHS, IN_TURNS = 3, 4  # more CPUs take turns so long that their periods are no measure
TICK_SHARE = 1.0  # instructions of ticks, over all rounds


def figures(found, one, first):
    for operation, name in zip(scaling.OPERATIONS, scaling.NAMES):
        low, high = found.range(operation)
        alone = one.range(operation)[0]
        near = NEAR + FEW_MORE.get(operation, 0)
        yield (f"{name} executes {low} on each of {found.cpus} CPUs, {alone} in the kernel for one",
               low == high == first.range(operation)[0] and low <= alone + near)
        mean = max(count["insns"][1] / count["n"] for count in found.counts[operation])
        yield f"{name} executes it in every round, ticks apart", mean - low < TICK_SHARE


def law(found):
    allowed = tomllib.loads(bench.BASELINES.read_text())["law"]
    for operation, name in zip(scaling.OPERATIONS, scaling.NAMES):
        for metric in ("atomics", "fences"):
            most = found.range(operation, metric)[1]
            yield f"{name} has {most} {metric}", most <= allowed[metric].get(operation, 0)


def together(found):
    yield "no line that one CPU writes is touched by another", not found.shared
    for line in found.shared:
        print(f"# {line}")
    rounds, winners, losers = found.slot
    yield (f"one slot that all want: one winner each time, nobody more than {found.slowest} instructions",
           winners == rounds > 0 and losers == rounds * (found.cpus - 1) and 0 < found.slowest <= SLOT_BOUND)
    yield f"a deletion takes {found.epochs} rounds of ticks", 0 < found.epochs <= EPOCHS
    in_time = round(found.grace_us / found.period_us, 3) <= EPOCHS
    yield (f"or {found.grace_us} us, of {found.period_us} a period",
           found.grace_us > 0 and (in_time or found.cpus > IN_TURNS))


def results(options):
    one, first = scaling.measure(options, options.one, 1), None
    for cpus in map(int, options.cpus.split(",")):
        found = scaling.measure(options, options.image, cpus)
        first = first or found
        yield f"{found.cpus} of {cpus} CPUs came up, and did what they should", found.cpus == cpus and not found.failed
        yield from figures(found, one, first)
        yield from law(found)
        yield from together(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("--one", type=Path, required=True)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--arg", action="append", default=[])
    parser.add_argument("--cpus", required=True)
    options = parser.parse_args()
    failed = count = 0
    for count, (claim, is_right) in enumerate(results(options), 1):
        print(f"{'ok' if is_right else 'not ok'} {count} - {claim}", flush=True)
        failed += not is_right
    print(f"1..{count}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
