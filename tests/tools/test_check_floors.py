#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The check of the floors finds what points up or sideways."""
import tempfile
import unittest
from pathlib import Path

import check_floors


class Floors(unittest.TestCase):
    def found(self, files, floors="2: cap pagetable pagetable_mpu\n1: cpu\n"):
        with tempfile.TemporaryDirectory() as folder:
            kernel = Path(folder) / "kernel"
            kernel.mkdir()
            (kernel / "floors.txt").write_text(floors)
            for name, include in files.items():
                (kernel / name).write_text(f'#include "kernel/{include}.h"\n')
            return list(check_floors.violations(Path(folder)))

    def test_down_and_own(self):
        self.assertEqual(self.found({"cap.c": "cap", "cap.h": "cpu", "pagetable_mpu.c": "pagetable"}), [])

    def test_up(self):
        self.assertEqual(self.found({"cpu.h": "cap"}),
                         ["kernel/cpu.h (floor 1) includes kernel/cap.h (floor 2)"])

    def test_sideways(self):
        self.assertEqual(len(self.found({"cap.c": "pagetable"})), 1)

    def test_unknown_files(self):
        self.assertEqual(len(self.found({"new.c": "cpu"})), 1)
        self.assertEqual(len(self.found({"cap.c": "new"})), 1)

    def test_bad_list(self):
        with self.assertRaises(ValueError):
            self.found({}, "one: cap\n")
        with self.assertRaises(ValueError):
            self.found({}, "1: cap\n2: cap\n")


if __name__ == "__main__":
    unittest.main()
