#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The priorities of exceptions, read back from the machine while a system runs.

  priorities.py --machine M --qemu Q --lines N --bits B [--transparent LINE ...] --image IMAGE

Faults stand above system calls and these above all that can switch threads, or a call could be
executed for another thread (SEC-01). No priority has a bit that the chip does not have: QEMU has
all eight. Lines that are declared transparent stand above the faults. Registers: Arm DDI 0403E,
B3.2.10 (SHPR), B3.4.9 (IPR).
"""
import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import run_qemu  # noqa: E402

SHPR, IPR = 0xE000ED18, 0xE000E400
HANDLERS = {4: "MemManage", 5: "BusFault", 6: "UsageFault", 11: "SVCall", 12: "DebugMonitor",
            14: "PendSV", 15: "SysTick"}
FAULTS = ("MemManage", "BusFault", "UsageFault", "DebugMonitor")


def octets(answer):
    """The bytes of `xp /Nxw`, in the order of their addresses."""
    words = re.findall(r"0x([0-9a-fA-F]{8})\b", answer)
    return [octet for word in words for octet in int(word, 16).to_bytes(4, "little")]


def read(options):
    board = run_qemu.Machine(options.machine, options.qemu)
    words = (options.lines + 3) // 4
    outcome = run_qemu.run(board, options.image, exact=True, echo=False, needs_closing=True,
                           ask=[f"xp /3xw {SHPR:#x}", f"xp /{words}xw {IPR:#x}"])
    if outcome.status != run_qemu.GOOD:
        sys.exit(f"priorities: {outcome.reason}")
    system, lines = map(octets, outcome.answers)
    return {name: system[number - 4] for number, name in HANDLERS.items()}, lines[:options.lines]


def claims(of, lines, options):
    """(name, is true) of each claim."""
    transparent = [lines[number] for number in options.transparent]
    aware = [value for number, value in enumerate(lines) if number not in options.transparent]
    unused = 0xFF >> options.bits
    yield "all were read", len(lines) == options.lines and len(of) == len(HANDLERS)
    yield "faults are above system calls", all(of[name] < of["SVCall"] for name in FAULTS)
    switching = [of["PendSV"], of["SysTick"], *aware]
    yield "system calls are above all that switches threads", of["SVCall"] < min(switching)
    yield "which is of one level, so that nothing enters the kernel twice", len(set(switching)) == 1
    yield "transparent lines are above the faults", all(
        value < min(of[name] for name in FAULTS) for value in transparent)
    yield f"no priority has more than the chip's {options.bits} bits", not any(
        value & unused for value in [*of.values(), *lines])


def main(argv):
    parser = argparse.ArgumentParser(description="Read back the priorities of exceptions.")
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--bits", type=int, required=True)
    parser.add_argument("--transparent", type=int, nargs="*", default=[], metavar="LINE")
    parser.add_argument("--image", type=Path, required=True)
    options = parser.parse_args(argv)
    of, lines = read(options)
    failed = 0
    results = list(claims(of, lines, options))
    for number, (name, is_true) in enumerate(results, 1):
        failed += not is_true
        print(f"{'' if is_true else 'not '}ok {number} - {name}")
    print("# " + ", ".join(f"{name} {value:#04x}" for name, value in of.items())
          + f", lines {sorted(set(lines))}")
    print(f"1..{len(results)}\n{len(results) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
