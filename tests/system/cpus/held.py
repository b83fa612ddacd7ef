#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Holds a CPU of a machine for a second, whenever the image (held.c) says HOLD and the id of its local APIC.

  held.py IMAGE --machine M --qemu Q [--arg A ...] [--absent]

With --absent it is held from before the machine starts, so that it does not answer: boot must say so and go on
without it (cpus.c tells both). The machine is then a microvm with a firmware that does not wait for it itself.

The host's thread that runs it is stopped by ptrace; a signal would stop all of QEMU. Where that is not allowed the
test says so, and is skipped. TAP.
"""
import argparse
import ctypes
import os
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import run_qemu  # noqa: E402

ATTACH, DETACH, ALL_CHILDREN = 16, 17, 0x40000000  # ptrace(2), waitpid(2)
HELD_S, CPUS, ABSENT, PATIENCE_S = 1.0, 3, 1, 60
SILENT = "a CPU does not answer"
LIBC = ctypes.CDLL(None, use_errno=True)


def ptrace(request, thread):
    LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    if LIBC.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def thread_of(image, cpu):
    """The host's thread of that CPU of the QEMU that runs this image."""
    name = f"CPU {cpu}/TCG"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(image).encode() not in (process / "cmdline").read_bytes():
                continue
            for task in (process / "task").iterdir():
                if (task / "comm").read_text().strip() == name:
                    return int(task.name)
        except OSError:
            continue
    raise OSError("no thread of QEMU is called " + name)


class Holder:
    def __init__(self, image):
        self.image, self.problem = image, ""

    def show(self, line):
        print(line, flush=True)
        word, _, cpu = line.partition(" ")
        if word != "HOLD" or self.problem:
            return
        try:
            thread = thread_of(self.image, cpu)
            ptrace(ATTACH, thread)
            os.waitpid(thread, ALL_CHILDREN)
            time.sleep(HELD_S)
            ptrace(DETACH, thread)
        except OSError as error:
            self.problem = str(error)


def hold_before_start(image, control, problems):
    """Stop the thread of a CPU, then start the machine, which waits."""
    deadline = time.monotonic() + PATIENCE_S
    thread = None
    try:
        while thread is None:
            try:
                thread = thread_of(image, ABSENT)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        time.sleep(HELD_S)  # until it waits for the machine to start, and nobody waits for it
        ptrace(ATTACH, thread)
        os.waitpid(thread, ALL_CHILDREN)
    except OSError as error:
        problems.append(str(error))
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(control)
        monitor.sendall(b"cont\n")
        threading.Event().wait()  # who holds it has to live as long


def skip(problem):
    print(f"1..1\nok 1 - a CPU is held # SKIP its thread cannot be stopped: {problem}")
    print("0 passed, 0 failed, 1 skipped")


def run_without(options, image):
    """Boot with a CPU that does not answer."""
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        control = f"{folder}/monitor"
        board = run_qemu.Machine("microvm", options.qemu, [
            *options.arg, "-bios", "qboot.rom", "-smp", str(CPUS), "-accel", "tcg,thread=multi", "-name",
            "rme,debug-threads=on", "-S", "-chardev", f"socket,id=held,path={control},server=on,wait=off",
            "-mon", "chardev=held"])
        threading.Thread(target=hold_before_start, args=(image, control, problems), daemon=True).start()
        outcome = run_qemu.run(board, image, timeout=200, silence=100, echo=False, needs_closing=True)
    if problems:
        skip(problems[0])
        return 0
    claims = [(f"boot goes on with {CPUS - 1} of {CPUS} CPUs", f"# {CPUS - 1} CPUs" in outcome.lines),
              ("and says that one does not answer", any(SILENT in line for line in outcome.lines)),
              ("the others do what they should", outcome.status == run_qemu.GOOD)]
    for number, (claim, is_right) in enumerate(claims, 1):
        print(f"{'ok' if is_right else 'not ok'} {number} - {claim}")
    failed = sum(not is_right for _, is_right in claims)
    if failed:
        print("\n".join(f"# {line}" for line in [*outcome.lines[-20:], outcome.reason]))
    print(f"1..{len(claims)}\n{len(claims) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--arg", action="append", default=[])
    parser.add_argument("--absent", action="store_true")
    options = parser.parse_args()
    if options.absent:
        return run_without(options, options.image.resolve())
    holder = Holder(options.image.resolve())
    board = run_qemu.Machine(options.machine, options.qemu,
                             [*options.arg, "-smp", str(CPUS), "-accel", "tcg,thread=multi", "-name", "rme,debug-threads=on"])
    outcome = run_qemu.run(board, holder.image, timeout=300, silence=120, echo=False, needs_closing=True, show=holder.show)
    if holder.problem:
        skip(holder.problem)
        return 0
    return outcome.status


if __name__ == "__main__":
    sys.exit(main())
