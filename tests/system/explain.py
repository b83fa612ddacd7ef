#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""What a build says of the refusals and faults that explain.c provokes, on a board.

  explain.py --machine M --qemu Q --arch A (--debug | --release) [--fpu] IMAGE

A debug build explains each of them, and a flood of them at most so often; a release build says nothing
at all. TAP.
"""
import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import run_qemu  # noqa: E402

REFUSALS_MAX = 8  # DEBUG_REPORTS_MAX of kernel/debug.h
INIT = r" of thread boot/3 \(tid 0, priority 0\) in process boot/2: "
STOPS = r"\n  the thread stops; its scheduler is told, thread boot/3\n"


def fault(what, tid, where):
    return (what, rf"\nfault: {what}, of thread boot/\d+ \(tid {tid}, priority 1\) in process boot/\d+\n"
                  r"  at pc WORD, stack WORD, cause WORD" + where + STOPS)


# WORD is a word of the machine in full. REFUSALS and what follows are the same everywhere.
REFUSALS = [
    ("a right that is missing, and who has it",
     r"\nrefused: SIG_SND" + INIT + r"RIGHTS\n"
     r"  endpoint WORD: boot/\d+ is the leaf of a signal endpoint, has POLL_ALL, lacks SEND\n"
     r"  boot/\d+ has it; who holds that table with ADD_SOURCE can grant it: the table is that of process boot/2\n"),
    ("another type",
     r"\nrefused: SIG_SND" + INIT + r"TYPE\n"
     r"  endpoint WORD: boot/3 is the root of a thread, references to it: \d+, where a signal endpoint is needed\n"),
    ("two levels",
     r"\nrefused: THD_SWT" + INIT + r"TYPE\n  thread WORD: its table, boot/9 is "),
    ("a slot that is taken",
     r"\nrefused: SIG_CRT" + INIT + r"OCCUPIED\n  the slot is not empty\n"
     r"  slot: boot/\d+ is the root of a signal endpoint, references to it: 1\n"),
    ("an argument", r"\nrefused: THD_TIME_XFER" + INIT + r"ARGUMENT\n  the time is 0 or above the largest amount\n"),
    ("an unknown call", r"\nrefused: call 40" + INIT + r"UNKNOWN_CALL\n"),
]
CALLEE = [
    ("a callee that faults", r"\nfault: undefined instruction, of thread boot/3 .*\n  at pc .*\n"
                             r"  the invocation ends: its caller gets FAULT\n"),
]
ARMV7M = [
    fault("the MPU refuses a store", 1, r"\n  access to 0x20000000 is not mapped"),
    fault("the MPU refuses a store", 2,
          r"\n  access to WORD is mapped with READ EXECUTE CACHE STATIC, lacks WRITE"),
    fault("the MPU refuses to execute this", 3,
          r"\n  execution of WORD is mapped with READ WRITE BUFFER CACHE STATIC, lacks EXECUTE"),
    fault("an FPU instruction without the attribute FPU", 4, ""),
    fault("division by zero", 5, ""),
    fault("undefined instruction", 6, ""),
    fault("the stack could not take the frame of an exception", 7,
          r"\n  the stack pointer WORD is not mapped"),
    fault("the MPU refuses a load", 8, r"\n  access to 0x20000004 is not mapped"),
    fault("the MPU refuses a store", 9, r"\n  access to 0x20000008 is not mapped"),
]
PAGE = "no page, or one that does not allow this"
PROTECTION = "a privileged instruction, a bad selector or no canonical address"
X86_64 = [
    fault(PAGE, 1, r"\n  access to 0xf{8}[89a-f][0-9a-f]{7} is not mapped"),
    fault(PAGE, 2, r"\n  access to WORD is mapped with READ EXECUTE BUFFER CACHE, lacks WRITE"),
    fault(PAGE, 3, r"\n  execution of WORD is mapped with READ WRITE BUFFER CACHE, lacks EXECUTE"),
    fault("an FPU instruction without the attribute FPU", 4, ""),
    fault("division error", 5, ""),
    fault("undefined instruction", 6, ""),
    fault(PAGE, 7, r"\n  access to 0x0{15}8 is not mapped"),
    fault(PAGE, 8, r"\n  access to 0xf{8}[89a-f][0-9a-f]{6}8 is not mapped"),
    fault(PROTECTION, 9, ""),
    fault("breakpoint", 10, ""),
    fault(PROTECTION, 11, ""),
]


def results(text, options):
    """(claim, whether it holds), one for each case."""
    text = text.replace("\r", "")
    reports = re.findall(r"^(?:refused|fault): ", text, re.MULTILINE)
    if options.release:
        yield "a release build says nothing", not reports
        return
    word = "0x[0-9a-f]{8}" if options.arch == "armv7m" else "0x[0-9a-f]{16}"
    for name, pattern in REFUSALS + (ARMV7M if options.arch == "armv7m" else X86_64) + CALLEE:
        if "FPU" not in name or options.fpu:
            yield name, re.search(pattern.replace("WORD", word), text) is not None
    of_init = re.findall(r"^refused: .*boot/3 ", text, re.MULTILINE)
    yield f"{REFUSALS_MAX} refusals of one thread in a second, no more", len(of_init) == REFUSALS_MAX


def main(argv):
    parser = argparse.ArgumentParser(description="What a build says of refusals and faults.")
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--arg", action="append", default=[], help="one more argument for QEMU")
    parser.add_argument("--arch", choices=["armv7m", "x86_64"], default="armv7m")
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--debug", action="store_true")
    kind.add_argument("--release", action="store_true")
    parser.add_argument("--fpu", action="store_true")
    parser.add_argument("image", type=Path)
    options = parser.parse_args(argv)
    outcome = run_qemu.run(run_qemu.Machine(options.machine, options.qemu, options.arg), options.image, exact=True,
                           echo=False, needs_closing=True)
    claims = [("the image passes", outcome.status == 0), *results("\n".join(outcome.lines), options)]
    for number, (name, holds) in enumerate(claims, 1):
        print(f"{'' if holds else 'not '}ok {number} - {name}")
    failed = sum(not holds for _, holds in claims)
    if failed:
        print("".join(f"# {line}\n" for line in outcome.lines), end="")
    print(f"1..{len(claims)}")
    print(f"{len(claims) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
