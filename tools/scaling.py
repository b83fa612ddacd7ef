#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The scaling benchmark (bench/scaling.c): all CPUs at once, counted by the plugin for each.

    scaling.py IMAGE.elf --machine M --qemu Q [--arg A ...] --cpus N [--one IMAGE.elf]

Prints which CPUs came up, what an operation executes on each of them, beside the kernel for one CPU (--one), which
lines of memory one writes and another touches, who wins one slot that all want, and how long a deletion takes while all
others are busy; then how much more two CPUs do in a time than one, on threads of this machine.

Exit status: 0 good, 1 a CPU is missing or the image says that something is wrong, 2 it could not be run.
"""
from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import plugin
import run_qemu
from elf import Elf

OPERATIONS = ("yield_s", "yield_2", "inv_2", "sig_1", "sig_2", "sig_s", "sig_i")
NAMES = ("Yield/S", "Yield/2", "Inv/2", "Sig/1", "Sig/2", "Sig/S", "Sig/I")
CONTENDED = 1 + len(OPERATIONS) * 64  # label of the first CPU: that of operation i of CPU n is 1 + n * 7 + i
ROUNDS, RATES = 1000, 5
# Of entry.S and boards/x86_64.yaml: CPU i has the line LAST_LINE - i, and the last lines have near stubs.
LAST_LINE, MESSAGES, STUB_BYTES, NEAR_LINES, NEAR_BYTES = 79, 32, 7, 31, 4
TIMEOUT_S = 900

CPUS = re.compile(r"^CPUS (\d+) of at most \d+$")
SKIPPED = re.compile(r"^(sig_i skipped on CPUs .*)$")
WON = re.compile(r"^CONTENDED (\d+) rounds (\d+) winners (\d+) losers$")
EPOCHS = re.compile(r"^EPOCHS (\d+) to freeze (\d+) to delete$")
GRACE = re.compile(r"^GRACE (\d+) us of (\d+) a period$")
RATE = re.compile(r"^RATE (\d+) operations (\d+) us$")


class ScalingError(Exception):
    """The image did not come to its end."""


@dataclass
class Scaling:
    """What one run has shown."""
    asked: int
    cpus: int = 0
    boot: list[str] = field(default_factory=list)  # what the kernel said before
    skipped: list[str] = field(default_factory=list)
    counts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by operation, of each CPU
    slot: tuple[int, int, int] = (0, 0, 0)  # rounds, winners, losers
    slowest: int = 0                        # instructions of whoever wanted the slot
    epochs: int = 0
    grace_us: int = 0
    period_us: int = 0
    shared: list[dict[str, Any]] = field(default_factory=list)
    failed: int = 0

    def range(self, operation: str, metric: str = "insns") -> tuple[int, int]:
        """Least and most over the CPUs of the least of all rounds: a tick may fall into a round."""
        least = [count[metric][0] for count in self.counts[operation]]
        return min(least), max(least)


def machine(options: argparse.Namespace, cpus: int) -> run_qemu.Machine:
    return run_qemu.Machine(options.machine, options.qemu, [*options.arg, "-smp", str(cpus)])


def _run(options: argparse.Namespace, image: Path, cpus: int, exact: bool, extra: list[str]) -> run_qemu.Outcome:
    outcome = run_qemu.run(machine(options, cpus), image, timeout=TIMEOUT_S, silence=0, exact=exact, echo=False,
                           needs_closing=True, extra=extra)
    if outcome.status == run_qemu.CANNOT or not run_qemu.CLOSING.match(outcome.reason):
        raise ScalingError("\n".join([*outcome.lines[-5:], outcome.reason]))
    return outcome


def _count_of(results: list[dict[str, Any]], cpu: int, operation: str) -> dict[str, Any]:
    """The plugin's interval of an operation on a CPU."""
    kind, label = "vector" if operation == "sig_i" else "mark", 1 + cpu * len(OPERATIONS) + OPERATIONS.index(operation)
    fitting = [r for r in results if r["type"] == kind and r["label"] == label and r["n"] >= ROUNDS]
    if not fitting:
        raise ScalingError(f"{operation} on CPU {cpu} was not counted {ROUNDS} times")
    return max(fitting, key=lambda r: r["n"] == ROUNDS and r["insns"][0])


def _read(found: Scaling, lines: list[str]) -> None:
    for line in lines:
        if match := CPUS.match(line):
            found.cpus = int(match[1])
        elif match := SKIPPED.match(line):
            found.skipped.append(match[1])
        elif match := WON.match(line):
            found.slot = int(match[1]), int(match[2]), int(match[3])
        elif match := EPOCHS.match(line):
            found.epochs = max(int(match[1]), int(match[2]))
        elif match := GRACE.match(line):
            found.grace_us, found.period_us = int(match[1]), int(match[2])
        elif not found.cpus and line:
            found.boot.append(line)


def stub_of(line: int) -> str:
    """Where the first instruction for an interrupt line is."""
    near = line - (LAST_LINE + 1 - NEAR_LINES)
    return f"port_near_line_stubs+{NEAR_BYTES * near}" if near >= 0 else f"port_line_stubs+{STUB_BYTES * line}"


def measure(options: argparse.Namespace, image: Path, cpus: int) -> Scaling:
    """Run the image on so many CPUs under the plugin."""
    found = Scaling(cpus)
    vectors = [stub_of(LAST_LINE - cpu) for cpu in range(min(cpus, MESSAGES))]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "count.json")
        argument = plugin.arguments(Elf(image), out, vectors=vectors, counter=0, extra=[f"shared=1:{CONTENDED}"])
        outcome = _run(options, image, cpus, True, ["-plugin", argument])
        results = plugin.read(out)
    _read(found, outcome.lines)
    found.failed = outcome.failed
    for operation in OPERATIONS:
        having = range(found.cpus if operation != "sig_i" else min(found.cpus, MESSAGES))
        found.counts[operation] = [_count_of(results, cpu, operation) for cpu in having]
    found.slowest = max(r["insns"][2] for r in results
                        if r["type"] == "mark" and r["label"] >= CONTENDED and r["n"] == found.slot[0])
    found.shared = [r for r in results if r["type"] == "shared"]
    return found


def rate(options: argparse.Namespace, image: Path, cpus: int) -> float:
    """Operations in a microsecond, on threads of this machine."""
    outcome = _run(options, image, cpus, False, ["-accel", "tcg,thread=multi", "-append", "rate"])
    found = [match for line in outcome.lines if (match := RATE.match(line))]
    if not found:
        raise ScalingError("the image does not say how fast it was")
    return int(found[0][1]) / int(found[0][2])


def show(found: Scaling, one: Scaling | None) -> None:
    for line in found.boot:
        print(line)
    print(f"\n{found.cpus} of {found.asked} CPUs came up: {' '.join(map(str, range(found.cpus)))}")
    print(f"\n  {'instructions':14}{'one CPU':>8}{'least':>8}{'most':>8}{'atomics':>9}{'fences':>8}{'written':>9}")
    for operation, name in zip(OPERATIONS, NAMES):
        low, high = found.range(operation)
        alone = str(one.range(operation)[0]) if one else "-"
        rest = [found.range(operation, metric)[1] for metric in ("atomics", "fences", "written64")]
        print(f"  {name:14}{alone:>8}{low:>8}{high:>8}{rest[0]:>9}{rest[1]:>8}{rest[2]:>9}")
    print("  (the kernel for one CPU; least and most over the CPUs; lines of 64 bytes that are written)")
    for line in found.skipped:
        print(f"  {line}")
    print("\nlines that one CPU writes and another touches in these operations:", len(found.shared) or "none")
    for line in found.shared:
        print(f"  {line['line']}: written by {line['written']:#x}, touched by {line['touched']:#x}")
    rounds, winners, losers = found.slot
    print(f"one slot that all want, {rounds} times: {winners} winners, {losers} losers, "
          f"nobody more than {found.slowest} instructions")
    print(f"deletion while all others are busy: {found.epochs} rounds of ticks; "
          f"{found.grace_us / 1000:.1f} ms if nobody is asked to tick (each does in {found.period_us / 1000:g} ms)")


def show_rates(options: argparse.Namespace) -> None:
    rates = {cpus: statistics.median(rate(options, options.image, cpus) for _ in range(RATES)) for cpus in (1, 2)}
    print(f"throughput of 2 CPUs over one, on threads of this machine: {rates[2] / rates[1]:.2f} "
          f"({rates[1]:.2f} and {rates[2]:.2f} sends and receives in a microsecond, medians of {RATES})")


def options_of(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--arg", action="append", default=[], help="one more argument for QEMU")
    parser.add_argument("--cpus", type=int, required=True)
    parser.add_argument("--one", type=Path, help="the same with the kernel for one CPU")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    options = options_of(argv)
    try:
        one = measure(options, options.one, 1) if options.one else None
        found = measure(options, options.image, options.cpus)
        show(found, one)
        show_rates(options)
    except (ScalingError, plugin.PluginError) as error:
        print(f"scaling: {error}", file=sys.stderr)
        return 2
    return found.failed != 0 or found.cpus != found.asked


if __name__ == "__main__":
    sys.exit(main())
