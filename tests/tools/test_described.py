#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Tools of described systems: names for what kernel and init print, transcripts, new systems, stacks."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import new_system
import transcript
from names import Names
from normalise import normalise

ROOT = Path(__file__).resolve().parents[2]

SYSTEM = {
    "machine": {"arch": "armv7m", "word_bytes": 4, "mmu": False},
    "objects": [{"id": 0x981, "name": "bell"}, {"id": 0x98C, "name": "ping"}, {"id": 0x996, "name": "ping"},
                {"id": 0x997, "name": "ping.main"}],
    "processes": [{"name": "ping", "captable": 0x98C, "capabilities": [
        {"slot": 0, "of": "bell", "type": "signal"}, {"slot": 1, "of": "pong.square", "type": "invocation"}],
        "blocks": [{"name": "code", "wanted": 95, "granted": 100},
                   {"name": "data", "wanted": 80, "granted": 100}]}],
}


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.json = self.folder / "system.json"
        self.json.write_text(json.dumps(SYSTEM), encoding="utf-8")


class Refusals(Folder):
    def told(self, *lines):
        names = Names(self.json)
        return [text for line in lines for text in names.feed(line)] + names.flush()

    def test_missing_right(self):
        lines = self.told("refused: SIG_RCV of thread boot/9/23 (tid 1, priority 4) in process boot/9/22: RIGHTS",
                          "  the right of that mode is missing",
                          "  endpoint 0x00000000: boot/9/12/0 is the leaf of a signal endpoint, has SEND, lacks POLL_ALL",
                          "  boot/9/1 has it; who holds that table with ADD_SOURCE can grant it",
                          "ping: on")
        self.assertEqual(lines[0], "process `ping`, thread `main`: SIG_RCV on `bell` refused: right `poll` missing "
                                   "(grant it under processes.ping.signals)")
        self.assertIn("thread `ping.main` (tid 1, priority 4) in process `ping`", lines[1])
        self.assertEqual(lines[-2:], ["      `bell` has it; who holds that table with ADD_SOURCE can grant it", "ping: on"])

    def test_other_refusals(self):
        head = "refused: SIG_SND of thread boot/9/23 (tid 1, priority 4) in process boot/9/22: RANGE"
        self.assertEqual(self.told(head)[0], "process `ping`, thread `main`: SIG_SND refused: RANGE")

    def test_nothing_is_held(self):
        lines = self.told("refused: SIG_SND of thread boot/9/23 (tid 1, priority 4) in process boot/9/22: RANGE",
                          "  endpoint 0x00000002: index 2 is beyond the 2 slots of that table")
        self.assertEqual(lines[0], "process `ping`, thread `main`: SIG_SND on capability 2 refused: process `ping` holds "
                                   "nothing there (grant it under processes.ping.signals)")

    def test_something_else_is_held(self):
        lines = self.told("refused: INV_ACT of thread boot/9/23 (tid 1, priority 4) in process boot/9/22: TYPE",
                          "  port 0x00000000: boot/9/12/0 is the leaf of a signal endpoint, where an invocation port is needed")
        self.assertEqual(lines[0], "process `ping`, thread `main`: INV_ACT on `bell` refused: it is a signal endpoint, and "
                                   "an invocation port is needed (grant it under processes.ping.calls)")

    def test_objects_are_made_by_init(self):
        lines = self.told("refused: THD_CRT of thread boot/9/23 (tid 1, priority 4) in process boot/9/22: TYPE",
                          "  captable 0x00000007: boot/9/12/7 is empty, where a capability table is needed")
        self.assertTrue(lines[0].endswith("(init alone makes and changes objects)"), lines[0])

    def test_a_state_has_advice(self):
        lines = self.told("refused: SIG_RCV of thread boot/9/23 (tid 1, priority 4) in process boot/9/22: BUSY",
                          "  another thread waits at the endpoint",
                          "  endpoint 0x00000000: boot/9/12/0 is the leaf of a signal endpoint")
        self.assertEqual(lines[0], "process `ping`, thread `main`: SIG_RCV on `bell` refused: another thread waits at the "
                                   "endpoint (one thread waits at a signal: give each one of its own)")

    def test_calls_that_are_not_there(self):
        head = "refused: call 99 of thread boot/9/23 (tid 1, priority 4) in process boot/9/22: UNKNOWN_CALL"
        self.assertEqual(self.told(head)[0], "process `ping`, thread `main`: call 99 refused: no call has this number")

    def test_an_end_is_no_fault(self):
        fault = ("fault: of thread boot/9/23", "  at pc 0x8000000", "  the thread stops")
        self.assertEqual(self.told(*fault, "init: process ping ended (0)"), ["init: process ping ended (0)"])
        end = "init: process ping, thread main has ended"
        self.assertEqual(self.told(*fault, end), [end])
        story = "init: process gone, thread main: may not read 0x4, at 0x8000000"
        self.assertEqual(len(self.told(*fault, story)), 4)

    def test_of_nobody_known(self):
        head = "refused: SIG_SND of thread boot/3 (tid 0, priority 0) in process boot/2: TYPE"
        self.assertEqual(self.told(head, "x"), [f"    {head}", "x"])

    def test_other_lines_stay(self):
        line = "init: process gone, thread main: may not read 0x4, at 0x8000000"
        self.assertEqual(self.told("a", line, "  b"), ["a", line, "  b"])

    def test_wide_ids(self):
        names = Names(self.json)
        names.system = {"machine": {"word_bytes": 8}}
        self.assertEqual(names.id_of("9", "23"), 0x90017)


class Transcripts(Folder):
    def test_normalise(self):
        self.assertEqual(normalise("x86_64, CPU 3 at 0x1f, 17, CPU3, my_x86_64", "x86_64"),
                         "BOARD, CPU N at ADDRESS, 17, CPU3, my_x86_64")

    def test_is_short(self):
        """It is to replace three things and no more."""
        code = (ROOT / "tools" / "normalise.py").read_text(encoding="utf-8").splitlines()
        self.assertLessEqual(len([line for line in code if line.strip()]), 20)

    def holds(self, wanted, lines, is_loose=False):
        return all(holds for _, holds in transcript.differences(wanted, lines, is_loose))

    def test_exact(self):
        self.assertTrue(self.holds(["a", "b"], ["a", "b"]))
        for lines in (["a"], ["a", "b", "c"], ["b", "a"], ["a", "x", "b"], []):
            self.assertFalse(self.holds(["a", "b"], lines), lines)

    def test_loose(self):
        self.assertTrue(self.holds(["a", "b"], ["x", "a", "y", "b"], True))
        self.assertFalse(self.holds(["a", "b"], ["b", "a"], True))

    def test_show_something(self):
        """Each transcript has twenty lines or more, of which as good as twenty have values."""
        for folder in sorted(path.parent for path in (ROOT / "examples").glob("*/system.yaml")):
            lines = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
            with self.subTest(folder.name):
                self.assertGreaterEqual(len(lines), 20)
                self.assertGreaterEqual(sum(any(c.isdigit() for c in line) for line in lines), 18)

    def test_types_when_asked(self):
        path = self.folder / "input.txt"
        path.write_text("one\n\n", encoding="utf-8")
        typist = transcript.Typist(path)
        self.addCleanup(os.close, typist.keyboard)
        self.addCleanup(os.close, typist.keys)
        os.set_blocking(typist.keyboard, False)
        typist.see("hello")
        with self.assertRaises(BlockingIOError):
            os.read(typist.keyboard, 9)
        for typed in (b"one\n", b"\n"):
            typist.see("line?")
            self.assertEqual(os.read(typist.keyboard, 9), typed)
        self.assertEqual(typist.lines, [])
        typist.see("line?")  # nothing is left to type

    def test_nobody_types(self):
        typist = transcript.Typist(None)
        typist.see("line?")
        self.assertIsNone(typist.keyboard)

    def test_waste(self):
        self.assertEqual([holds for _, holds in transcript.wastes(self.json)], [False])
        paged = {**SYSTEM, "machine": {"mmu": True}}
        self.json.write_text(json.dumps(paged), encoding="utf-8")
        self.assertEqual(list(transcript.wastes(self.json)), [])


class New(Folder):
    def make(self, name):
        return subprocess.run(["python3", ROOT / "tools" / "new_system.py", self.folder / name],
                              capture_output=True, text=True, check=False)

    def test_makes(self):
        result = self.make("mine")
        self.assertEqual(result.returncode, 0)
        self.assertIn("system: mine\n", (self.folder / "mine" / "system.yaml").read_text(encoding="utf-8"))
        self.assertIn("./rme run", result.stdout)

    def test_refuses(self):
        self.assertEqual(self.make("mine").returncode, 0)
        for name, text in (("mine", "there already"), ("my-system", "is no name"), ("2nd", "is no name")):
            result = self.make(name)
            self.assertEqual(result.returncode, 2)
            self.assertIn(text, result.stderr)

    def test_is_what_the_builder_takes(self):
        builder, board = ROOT / "build" / "builder" / "builder", self.folder / "board"
        if not builder.exists():
            self.skipTest("the builder has not been built")
        self.make("mine")
        subprocess.run(["python3", ROOT / "tools" / "gen_board.py", "stm32f405", "--out", board], check=True)
        result = subprocess.run([builder, "check", self.folder / "mine" / "system.yaml", "--board",
                                 board / "board.json", "--out", self.folder / "out"],
                                capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("int main(void);", (self.folder / "out" / "mine" / "handles.h").read_text(encoding="utf-8"))
        self.assertTrue(new_system.PROGRAM)


if __name__ == "__main__":
    unittest.main()
