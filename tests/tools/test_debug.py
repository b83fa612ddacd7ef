#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""./rme debug for real: a session on a terminal, from reset to the end, with the key that interrupts."""
import os
import pty
import re
import select
import shutil
import signal
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDS = ("gdb-multiarch", "setsid")
PROMPT = "(gdb) "
COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Session:
    """A program on a terminal of its own."""

    def __init__(self, *command):
        self.status = None
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.environ["TERM"] = "dumb"
            os.execv(command[0], command)

    def read_until(self, text, seconds=60):
        """What is printed up to `text`; raises after `seconds`."""
        seen, end = "", time.monotonic() + seconds
        while text not in seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                raise TimeoutError(f"no {text!r} in {seconds} s but {seen!r}")
            try:
                data = os.read(self.terminal, 4096)
            except OSError:
                data = b""
            if not data:
                raise EOFError(f"no {text!r} but {seen!r}")
            seen = COLOURS.sub("", seen + data.decode(errors="replace"))
        return seen

    def send(self, text):
        os.write(self.terminal, text.encode())

    def ask(self, command):
        self.send(command + "\n")
        return self.read_until(PROMPT)

    def end(self, seconds=20):
        """The exit status; None if it had to be killed after so long."""
        limit = time.monotonic() + seconds
        while self.pid and time.monotonic() < limit:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid, self.status = 0, os.waitstatus_to_exitcode(status)
            else:
                time.sleep(0.1)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0
        return self.status


def debugged(image):
    """Processes that hold this image of this tree for a debugger."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
            is_ours = Path(os.readlink(path.parent / "cwd")) == ROOT
        except OSError:
            continue
        if is_ours and b"-gdb" in words and image.encode() in words:
            found.append(int(path.parent.name))
    return found


class Debug(unittest.TestCase):
    def begin(self, board, needs):
        """A session of ./rme debug with a test of time, and what it said up to the first prompt."""
        missing = [tool for tool in (*NEEDS, *needs) if not shutil.which(tool)]
        if missing:
            self.skipTest(f"needs {' '.join(missing)}")
        session = Session("./rme", "debug", "--board", board, "--image", "system_time")
        self.addCleanup(self.clean, session, f"build/{board}-debug/system_time.elf")
        greeting = session.read_until(PROMPT, 300)  # it builds first
        self.assertIn(f"The console goes to build/{board}-debug/serial.log", greeting)
        self.assertIn("halted at reset", greeting)
        return session

    @staticmethod
    def clean(session, image):
        """A session that failed must not leave its QEMU behind."""
        session.end()
        for process in debugged(image):
            os.kill(process, signal.SIGKILL)

    def at_exhaustion(self, session, budget):
        """What can be seen where a thread has used up its time."""
        self.assertRegex(session.ask("break schedule_exhaust"), r"Breakpoint \d at")
        self.assertRegex(session.ask("continue"), r"Breakpoint \d, .*schedule_exhaust")
        ready = session.ask("rme-ready")
        self.assertRegex(ready, r"thread 0x[0-9a-f]+: tid 1, level 3 of 5, budget 0, state 0")
        self.assertRegex(ready, rf"tid 0, level 0 of \d+, budget {budget}")
        self.assertIn("schedule_exhaust", session.ask("backtrace"))
        session.send("delete\n")
        session.read_until("(y or n)")
        session.ask("y")

    def to_the_end(self, session, board):
        """It runs to its end, is interrupted, shows who runs, and leaves nothing behind."""
        image = f"build/{board}-debug/system_time.elf"
        session.send("continue\n")
        session.read_until("Continuing.")
        log, patience = ROOT / f"build/{board}-debug/serial.log", 300
        while " passed, " not in log.read_text(errors="replace") and patience:
            time.sleep(0.1)
            patience -= 1
        session.send("\x03")  # the key that interrupts
        self.assertIn("SIGINT", session.read_until(PROMPT))
        self.assertRegex(session.ask("rme-current"), r"thread 0x[0-9a-f]+: tid \d+")
        self.assertEqual(len(debugged(image)), 1)

        session.send("quit\n")
        session.read_until("(y or n)")
        session.send("y\n")
        self.assertEqual(session.end(), 0)
        time.sleep(0.5)
        self.assertEqual(debugged(image), [])
        self.assertIn(" - a thread runs on its budget", log.read_text(errors="replace"))

    def test_a_microcontroller(self):
        session = self.begin("stm32f405", ("arm-none-eabi-gcc", "qemu-system-arm"))
        self.assertIn("<start>", session.ask("info registers pc"))
        self.at_exhaustion(session, 2**31 - 1)
        self.to_the_end(session, "stm32f405")

    def test_a_pc(self):
        session = self.begin("x86_64", ("gcc", "qemu-system-x86_64"))
        self.assertIn("0xfff0", session.ask("info registers rip"))
        self.assertIn("Breakpoint 1 at", session.ask("break leave_boot"))
        self.assertIn("Breakpoint 1, ", session.ask("continue"))
        self.assertRegex(session.ask("rme-boot"), r"loader 1, init 0, clock 1, .* CPUs 1, text \[\]")
        session.ask("delete 1")
        self.at_exhaustion(session, 2**63 - 1)
        self.to_the_end(session, "x86_64")


if __name__ == "__main__":
    unittest.main()
