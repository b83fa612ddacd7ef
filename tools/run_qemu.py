#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Boot an image in QEMU, show what it prints, and say how it ended.

The image ends by its closing line `N passed, N failed, N skipped`, by a semihosting exit or by a
PANIC. Whatever else happens (silence, timeout, no QEMU) is named in one clear sentence.

Exit status: 0 good, 1 the image failed, 2 it could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from elf import Elf, ElfError

CLOSING = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")
PANIC = re.compile(r"\bPANIC\b")
ASLEEP = "icount sleep disabled and no active timers"
EXACT = ["-icount", "shift=0,sleep=off"]
SEMIHOSTING = ["-semihosting-config", "enable=on,userspace=on"]

GOOD, FAILED, CANNOT = 0, 1, 2
AFTER_CLOSING_S = 0.2  # for an image that also leaves QEMU by itself
AFTER_PANIC_S = 0.5    # for the report that follows a panic
TO_EXIT_S = 3.0


@dataclass
class Machine:
    """The facts of a board that QEMU must know."""

    machine: str
    qemu: str = "qemu-system-arm"
    args: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """How a run ended: exit status, the reason in one sentence, and all lines of output."""

    status: int
    reason: str
    lines: list[str]
    answers: list[str] = field(default_factory=list)
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


class _Run:
    """One QEMU process and what it has printed."""

    def __init__(self, command: list[str], echo: bool, show: Callable[[str], None] | None,
                 keyboard: int | None) -> None:
        self.echo = echo
        self.show = show
        self.lines: list[str] = []
        self.partial = b""
        self.is_open = True
        self.last_output = time.monotonic()
        self.keyboard = keyboard
        self.process = subprocess.Popen(command,
                                        stdin=subprocess.DEVNULL if keyboard is None else subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True)

    def read(self, wait: float) -> list[str]:
        """Lines that became complete within `wait` seconds; returns at the first output."""
        assert self.process.stdout
        fd = self.process.stdout.fileno()
        if not self.is_open:
            return []
        sources = [fd] if self.keyboard is None else [fd, self.keyboard]
        ready = select.select(sources, [], [], max(wait, 0))[0]
        if self.keyboard in ready:
            self.type()
        if fd not in ready:
            return []
        data = os.read(fd, 65536)
        self.last_output = time.monotonic()
        if self.echo:
            sys.stdout.write(data.decode("utf-8", "replace"))
            sys.stdout.flush()
        if not data:
            self.is_open = False
            data = b"\n" if self.partial else b""
        *complete, self.partial = (self.partial + data).split(b"\n")
        new = [line.decode("utf-8", "replace").rstrip("\r") for line in complete]
        self.lines += new
        for line in new if self.show else []:
            self.show(line)
        return new

    def type(self) -> None:
        """Pass on what was typed. Behind its end the line stays open, and nothing comes."""
        assert self.keyboard is not None and self.process.stdin
        typed = os.read(self.keyboard, 4096)
        try:
            self.process.stdin.write(typed)
            self.process.stdin.flush()
        except BrokenPipeError:
            typed = b""
        if not typed:
            self.keyboard = None

    def drain(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self.is_open and time.monotonic() < end:
            self.read(end - time.monotonic())

    def stop(self) -> int:
        """End QEMU so that its plugins still write their results."""
        self.echo, self.show = False, None
        if self.process.poll() is None:
            self.process.terminate()
            self.drain(TO_EXIT_S)
        try:
            return self.process.wait(0.5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            return self.process.wait()


def _ask(control: Path, command: str) -> str:
    """What QEMU's monitor answers to a command; empty if it does not."""
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(2)
            link.connect(str(control))
            stream = link.makefile("rw")
            ask = {"execute": "human-monitor-command", "arguments": {"command-line": command}}
            for request in ({"execute": "qmp_capabilities"}, ask):
                stream.write(json.dumps(request) + "\n")
            stream.flush()
            for text in stream:
                answer = json.loads(text).get("return")
                if isinstance(answer, str):
                    return answer
    except (OSError, ValueError):
        pass
    return ""


def _where(control: Path, elf: Path) -> str:
    """Where the processor is now; empty if QEMU does not tell."""
    found = re.search(r"(?:R15|PC|RIP|pc) *= *([0-9a-f]+)", _ask(control, "info registers"))
    try:
        return f"; it is at {Elf(elf).place(int(found[1], 16))}" if found else ""
    except ElfError:
        return ""


def _judge_exit(code: int, run: _Run, needs_closing: bool) -> tuple[int, str]:
    """QEMU ended by itself, without a closing line before."""
    complaint = next((line for line in run.lines if line.startswith("qemu-system")), "")
    if code < 0:
        return FAILED, f"QEMU died of signal {-code}"
    if code and complaint:
        return CANNOT, f"QEMU did not start: {complaint}"
    if code or needs_closing:
        return FAILED, f"the image ended with exit status {code} and without its closing line"
    return GOOD, "the image ended by itself"


def _watch(run: _Run, timeout: float, silence: float, control: Path, elf: Path,
           needs_closing: bool, until: str | None = None) -> Outcome:
    """Follow the output until the run has ended, one way or another."""
    end = time.monotonic() + timeout

    def outcome(status: int, reason: str) -> Outcome:
        return Outcome(status, reason, run.lines)

    while True:
        limit = min(end, run.last_output + silence) if silence else end
        for line in run.read(limit - time.monotonic()):
            closing = CLOSING.match(line)
            if closing:
                run.drain(AFTER_CLOSING_S)
                passed, failed, skipped = map(int, closing.groups())
                return Outcome(FAILED if failed else GOOD, line, run.lines, [], passed, failed, skipped)
            if until is not None and line.startswith(until):
                run.drain(AFTER_CLOSING_S)
                return Outcome(GOOD, f"it printed '{line}'", list(run.lines))  # without QEMU's farewell
            if PANIC.search(line):
                run.drain(AFTER_PANIC_S)
                return outcome(FAILED, f"the kernel panicked: {line}")
            if ASLEEP in line and run.keyboard is None:  # whose keys would wake it
                return outcome(FAILED, "the image waits for an interrupt and no timer is armed: "
                               "it can never wake")
        if not run.is_open:
            return outcome(*_judge_exit(run.process.wait(), run, needs_closing))
        now = time.monotonic()
        if now >= end:
            return outcome(FAILED, f"timeout after {timeout:g} s{_where(control, elf)}")
        if silence and now >= run.last_output + silence:
            what = "no output" if run.lines else "no output at all"
            return outcome(FAILED, f"{what} for {silence:g} s{_where(control, elf)}")


def run(board: Machine, elf: Path | str, *, timeout: float = 60.0, silence: float = 5.0,
        exact: bool = False, extra: list[str] | None = None, echo: bool = True,
        needs_closing: bool = False, ask: list[str] | None = None,
        until: str | None = None, show: Callable[[str], None] | None = None,
        keyboard: int | None = None) -> Outcome:
    """Boot `elf` on `board` and wait for its end.

    `elf` may be an ISO image, which then boots from a disc.
    `ask` are commands for QEMU's monitor, given at the end, their answers in the outcome.
    `exact` makes one virtual nanosecond one instruction; `silence` 0 allows any silence;
    `needs_closing` makes an end without the closing line a failure; a line that begins with `until` is
    a good end. `show` gets each line of output as soon as it is complete. What can be read from the file
    descriptor `keyboard` goes to the serial line.
    """
    elf = Path(elf)
    if not elf.is_file():
        return Outcome(CANNOT, f"there is no image {elf}", [])
    if not shutil.which(board.qemu):
        return Outcome(CANNOT, f"{board.qemu} is not installed (Debian: apt-get install "
                       f"qemu-system)", [])
    with tempfile.TemporaryDirectory(prefix="qemu-") as folder:
        control = Path(folder, "control")
        # timeout(1): QEMU must not outlive a runner that was killed
        command = ["timeout", "--kill-after=5", str(timeout + 60), board.qemu, "-M", board.machine,
                   "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot",
                   "-qmp", f"unix:{control},server=on,wait=off",
                   *(SEMIHOSTING if "arm" in board.qemu else []),
                   *(EXACT if exact else []), *board.args, *(extra or []),
                   "-cdrom" if elf.suffix == ".iso" else "-kernel", str(elf)]
        begin = time.monotonic()
        process = _Run(command, echo, show, keyboard)
        try:
            outcome = _watch(process, timeout, silence, control, elf, needs_closing, until)
            outcome.answers = [_ask(control, command) for command in ask or []]
        finally:
            process.stop()
        outcome.seconds = time.monotonic() - begin
    return outcome


def report(outcome: Outcome) -> int:
    """Name the reason of a bad end on standard error; returns the exit status."""
    if outcome.status != GOOD and not CLOSING.match(outcome.reason):
        print(f"run_qemu: {outcome.reason}", file=sys.stderr)
    return outcome.status


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("elf", type=Path)
    parser.add_argument("--machine", required=True, help="QEMU's name of the machine")
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="S")
    parser.add_argument("--silence", type=float, default=5.0, metavar="S",
                        help="longest time without output; 0: any (default 5)")
    parser.add_argument("--exact", action="store_true", help="count instructions as time")
    parser.add_argument("--needs-closing", action="store_true",
                        help="an end without the closing line is a failure")
    parser.add_argument("--arg", action="append", default=[], metavar="ARG",
                        help="one more argument for QEMU; write --arg=-x")
    options = parser.parse_args(argv)
    board = Machine(options.machine, options.qemu, options.arg)
    return report(run(board, options.elf, timeout=options.timeout, silence=options.silence,
                      exact=options.exact, needs_closing=options.needs_closing))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(FAILED)
