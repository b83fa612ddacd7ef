#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The reader of test output: no way to fail goes unnoticed."""
import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import tap


class Tap(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_and_sum(self, script):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = tap.run(self.folder / "t.xml", ["sh", "-c", script])
            sum_status = tap.add_up([self.folder], None)
        self.assertEqual(status, sum_status)
        return output.getvalue().splitlines()[-1], status

    def check(self, script, closing, status):
        self.assertEqual(self.run_and_sum(script), (closing, status))

    def test_all_states(self):
        self.check("echo 1..3; echo ok 1 - a; echo not ok 2 - b; echo 'ok 3 - c # SKIP no'; exit 1",
                   "1 passed, 1 failed, 1 skipped", 1)

    def test_plan_at_the_end(self):
        self.check("echo ok 1 - a; echo 1..1", "1 passed, 0 failed, 0 skipped", 0)

    def test_missing_case(self):
        self.check("echo 1..2; echo ok 1", "1 passed, 1 failed, 0 skipped", 1)

    def test_no_plan(self):
        self.check("echo ok 1", "1 passed, 1 failed, 0 skipped", 1)

    def test_closing_line_for_a_plan(self):
        self.check("echo ok 1; echo 1 passed, 0 failed, 0 skipped", "1 passed, 0 failed, 0 skipped", 0)

    def test_closing_line_alone(self):
        self.check("echo 3 passed, 1 failed, 2 skipped; exit 1", "3 passed, 1 failed, 2 skipped", 1)

    def test_crash_behind_good_cases(self):
        self.check("echo 1..1; echo ok 1; kill -SEGV $$", "1 passed, 1 failed, 0 skipped", 1)

    def test_silence(self):
        self.check("true", "0 passed, 1 failed, 0 skipped", 1)

    def test_skipped_as_a_whole(self):
        self.check("exit 77", "0 passed, 0 failed, 1 skipped", 0)
        self.check("echo '1..0 # SKIP no MPU'", "0 passed, 0 failed, 1 skipped", 0)

    def test_missing_program(self):
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(tap.run(self.folder / "t.xml", ["/nonexistent"]), 2)
            self.assertEqual(tap.add_up([self.folder], None), 1)

    def test_step(self):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            self.assertEqual(tap.step(self.folder / "a.xml", "good", ["true"]), 0)
            self.assertEqual(tap.step(self.folder / "b.xml", "bad", ["sh", "-c", "echo why; false"]), 1)
            self.assertEqual(tap.step(self.folder / "c.xml", "none", ["sh", "-c", "exit 77"]), 0)
            self.assertEqual(tap.step(self.folder / "d.xml", "gone", ["/nonexistent"]), 1)
            self.assertEqual(tap.add_up([self.folder], None), 1)
        self.assertIn("why\n", output.getvalue())
        self.assertTrue(output.getvalue().endswith("1 passed, 2 failed, 1 skipped\n"))

    def test_no_report_at_all(self):
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(tap.add_up([self.folder], None), 1)


if __name__ == "__main__":
    unittest.main()
