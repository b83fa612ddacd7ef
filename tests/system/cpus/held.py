#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Holds the second CPU of a machine for a second, whenever the image (held.c) says HOLD.

  held.py IMAGE --machine M --qemu Q [--arg A ...]

The host's thread that runs it is stopped by ptrace; a signal would stop all of QEMU. Where that is not allowed the
test says so, and is skipped. TAP.
"""
import argparse
import ctypes
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import run_qemu  # noqa: E402

ATTACH, DETACH, ALL_CHILDREN = 16, 17, 0x40000000  # ptrace(2), waitpid(2)
HELD_S, CPUS, NAME = 1.0, 3, "CPU 1/TCG"
LIBC = ctypes.CDLL(None, use_errno=True)


def ptrace(request, thread):
    LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    if LIBC.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def thread_of(image):
    """The host's thread of the second CPU, of the QEMU that runs this image."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(image).encode() not in (process / "cmdline").read_bytes():
                continue
            for task in (process / "task").iterdir():
                if (task / "comm").read_text().strip() == NAME:
                    return int(task.name)
        except OSError:
            continue
    raise OSError("no thread of QEMU is called " + NAME)


class Holder:
    def __init__(self, image):
        self.image, self.problem = image, ""

    def show(self, line):
        print(line, flush=True)
        if line != "HOLD" or self.problem:
            return
        try:
            thread = thread_of(self.image)
            ptrace(ATTACH, thread)
            os.waitpid(thread, ALL_CHILDREN)
            time.sleep(HELD_S)
            ptrace(DETACH, thread)
        except OSError as error:
            self.problem = str(error)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--arg", action="append", default=[])
    options = parser.parse_args()
    holder = Holder(options.image.resolve())
    board = run_qemu.Machine(options.machine, options.qemu,
                             [*options.arg, "-smp", str(CPUS), "-accel", "tcg,thread=multi", "-name", "rme,debug-threads=on"])
    outcome = run_qemu.run(board, holder.image, timeout=300, silence=120, echo=False, needs_closing=True, show=holder.show)
    if holder.problem:
        print(f"1..1\nok 1 - a CPU is held # SKIP its thread cannot be stopped: {holder.problem}")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    return outcome.status


if __name__ == "__main__":
    sys.exit(main())
