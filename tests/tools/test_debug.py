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
NEEDS = ("gdb-multiarch", "arm-none-eabi-gcc", "qemu-system-arm", "setsid")
MISSING = [tool for tool in NEEDS if not shutil.which(tool)]
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
    """Processes that hold this image for a debugger."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"-gdb" in words and image.encode() in words:
            found.append(path.parent.name)
    return found


@unittest.skipIf(MISSING, f"needs {' '.join(MISSING)}")
class Debug(unittest.TestCase):
    def test_a_session(self):
        image = "build/stm32f405-debug/system_time.elf"
        session = Session("./rme", "debug", "--image", "system_time")
        self.addCleanup(session.end)
        greeting = session.read_until(PROMPT, 300)  # it builds first
        self.assertIn("The console goes to build/stm32f405-debug/serial.log", greeting)
        self.assertIn("halted at reset", greeting)
        self.assertIn("<start>", session.ask("info registers pc"))

        self.assertIn("Breakpoint 1 at", session.ask("break schedule_exhaust"))
        self.assertRegex(session.ask("continue"), r"Breakpoint 1, .*schedule_exhaust")
        ready = session.ask("rme-ready")
        self.assertRegex(ready, r"thread 0x[0-9a-f]+: tid 1, level 3 of 5, budget 0, state 0")
        self.assertRegex(ready, r"tid 0, level 0 of \d+, budget 2147483647")
        self.assertIn("schedule_exhaust", session.ask("backtrace"))
        session.ask("delete 1")

        session.send("continue\n")
        session.read_until("Continuing.")
        log, patience = ROOT / "build/stm32f405-debug/serial.log", 300
        while " passed, " not in log.read_text() and patience:
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
        self.assertIn(" - a thread runs on its budget", log.read_text())


if __name__ == "__main__":
    unittest.main()
