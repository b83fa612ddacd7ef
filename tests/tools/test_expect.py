#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""expect.py: which lines are found, in which order."""
import unittest

import expect


class Lines(unittest.TestCase):
    def found(self, wanted, lines):
        return [holds for _, holds in expect.lines_found(wanted, lines)]

    def test_in_order_with_others_between(self):
        self.assertEqual(self.found(["a", "b"], ["x", "a: 1", "y", "b"]), [True, True])

    def test_missing(self):
        self.assertEqual(self.found(["a", "c", "b"], ["a", "b"]), [True, False, False])

    def test_wrong_order(self):
        self.assertEqual(self.found(["b", "a"], ["a", "b"]), [True, False])

    def test_each_line_once(self):
        self.assertEqual(self.found(["a", "a"], ["a"]), [True, False])


if __name__ == "__main__":
    unittest.main()
