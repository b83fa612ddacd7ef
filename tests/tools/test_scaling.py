#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""tools/scaling.py: what it reads of an image and of the plugin, and what it refuses to take for a figure."""
import contextlib
import io
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import scaling  # noqa: E402


def interval(kind, label, n, insns):
    return {"type": kind, "label": label, "n": n, "insns": [insns, insns * n, insns], "atomics": [0, 0, 0],
            "fences": [0, 0, 0], "written64": [2, 2 * n, 2]}


class Reading(unittest.TestCase):
    def test_lines(self):
        found = scaling.Scaling(4)
        scaling._read(found, ["clock", "CPUS 3 of at most 64", "sig_i skipped on CPUs from 2 on: there are no lines",
                              "CONTENDED 20 rounds 20 winners 40 losers", "EPOCHS 2 to freeze 3 to delete",
                              "GRACE 30001 us of 10000 a period"])
        self.assertEqual((found.cpus, found.boot, found.slot, found.epochs), (3, ["clock"], (20, 20, 40), 3))
        self.assertEqual((found.grace_us, found.period_us, len(found.skipped)), (30001, 10000, 1))

    def test_intervals_belong_to_a_cpu(self):
        results = [interval("mark", 1 + 7 * cpu, scaling.ROUNDS, 46 + cpu) for cpu in range(3)]
        self.assertEqual(scaling._count_of(results, 2, "yield_s")["insns"][0], 48)
        with self.assertRaises(scaling.ScalingError):
            scaling._count_of(results, 1, "inv_2")

    def test_too_few_rounds_are_no_figure(self):
        with self.assertRaises(scaling.ScalingError):
            scaling._count_of([interval("mark", 1, scaling.ROUNDS - 1, 46)], 0, "yield_s")

    def test_interrupts_count_from_their_vector(self):
        label = 1 + scaling.OPERATIONS.index("sig_i")
        results = [interval("mark", label, scaling.ROUNDS, 900), interval("vector", label, scaling.ROUNDS, 125)]
        self.assertEqual(scaling._count_of(results, 0, "sig_i")["insns"][0], 125)

    def test_a_difference_between_cpus_shows(self):
        found = scaling.Scaling(2, cpus=2, slot=(20, 20, 20))
        found.counts = {operation: [interval("mark", 1, 1000, 46), interval("mark", 8, 1000, 47)]
                        for operation in scaling.OPERATIONS}
        found.shared = [{"line": "0x40", "touched": 3, "written": 1}]
        self.assertEqual(found.range("yield_s"), (46, 47))
        with contextlib.redirect_stdout(io.StringIO()) as out:
            scaling.show(found, None)
        self.assertIn("0x40: written by 0x1, touched by 0x3", out.getvalue())


if __name__ == "__main__":
    unittest.main()
