#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Two machines side by side: what is shown, and when they agree. No QEMU is started."""
import io
import unittest
from unittest import mock

import run_qemu
import two_machines
from run_qemu import Outcome

LEFT = ["U-Boot", "init: system toy", "toy: 6 times 7 is 42", "toy: the stm32f405 has 0x20000000", two_machines.END]
RIGHT = ["init: system toy", "toy: 6 times 7 is 42", "toy: the x86_64 has 0xc0000000", two_machines.END]


class Machines(unittest.TestCase):
    def run_both(self, left, right, columns=100, status=run_qemu.GOOD):
        outcomes = {"stm32f405": Outcome(run_qemu.GOOD, "it ended", left), "x86_64": Outcome(status, "it fell", right)}
        out = io.StringIO()
        with mock.patch("shutil.get_terminal_size", return_value=mock.Mock(columns=columns)):
            result = two_machines.main(["stm32f405,x86_64", "toy"], lambda board, _: outcomes[board], out)
        return result, out.getvalue().splitlines()

    def test_the_same_but_for_names_and_addresses(self):
        status, lines = self.run_both(LEFT, RIGHT)
        self.assertEqual(status, 0)
        self.assertEqual(lines[-1], "PASS 2 machines")
        self.assertIn("toy on stm32f405", lines[0])
        self.assertIn("toy on x86_64", lines[0])
        shown = next(line for line in lines if "0x20000000" in line)
        self.assertRegex(shown, r"^toy: the stm32f405 has 0x20000000 +\| toy: the x86_64 has 0xc0000000$")
        self.assertFalse(any("U-Boot" in line for line in lines))

    def test_another_value_fails_and_is_marked(self):
        other = [line.replace("42", "43") for line in RIGHT]
        status, lines = self.run_both(LEFT, other)
        self.assertEqual(status, 1)
        self.assertEqual(lines[-1], "FAIL")
        self.assertEqual(sum(" ! " in line for line in lines), 1)
        self.assertRegex(next(line for line in lines if " ! " in line), r"is 42 +! toy: 6 times 7 is 43$")
        self.assertIn("toy does not print the same on stm32f405 and on x86_64", lines)

    def test_a_line_too_many_leaves_the_others_side_by_side(self):
        status, lines = self.run_both(LEFT, [*RIGHT[:2], "toy: a line more", *RIGHT[2:]])
        self.assertEqual(status, 1)
        marked = [line for line in lines if " ! " in line]
        self.assertEqual(len(marked), 1)
        self.assertTrue(marked[0].startswith("  ") and marked[0].endswith("! toy: a line more"))
        self.assertRegex(next(line for line in lines if "0x20000000" in line), r"\| toy: the x86_64")

    def test_machines_that_say_nothing_do_not_agree(self):
        status, lines = self.run_both([], [])
        self.assertEqual((status, lines[-1]), (1, "FAIL"))

    def test_a_bad_end_fails_whatever_was_printed(self):
        status, lines = self.run_both(LEFT, RIGHT, status=run_qemu.FAILED)
        self.assertEqual((status, lines[-1]), (1, "FAIL"))
        self.assertIn("toy on x86_64: it fell", lines)
        status, _ = self.run_both(LEFT, RIGHT, status=run_qemu.CANNOT)
        self.assertEqual(status, 2)

    def test_a_narrow_terminal_breaks_lines_and_loses_nothing(self):
        status, lines = self.run_both(LEFT, RIGHT, columns=54)
        self.assertEqual(status, 0)
        self.assertTrue(all(len(line) <= 54 for line in lines))
        halves = [line.partition(" | ") for line in lines if " | " in line]
        self.assertIn("toy: the stm32f405 has 0x20000000", "".join(left[:25].rstrip() + " " for left, _, _ in halves))
        self.assertIn("toy: the x86_64 has 0xc0000000", " ".join(right for _, _, right in halves).replace("  ", " "))

    def test_two_boards_are_named(self):
        with self.assertRaises(SystemExit), mock.patch("sys.stderr"):
            two_machines.main(["stm32f405", "toy"], None)


if __name__ == "__main__":
    unittest.main()
