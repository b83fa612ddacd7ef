#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""tools/check_masks.py: which indexes it takes for sound, and what it finds in the kernel itself."""
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import check_masks  # noqa: E402

MASK = re.compile(r"index_mask\(((?:[^(),]|\([^()]*\))+), ((?:[^()]|\([^()]*\))+)\)")
BELOW = re.compile(r"index_below\(")
AND = re.compile(r"\((\w+) & \([A-Z_]+ - 1\)\)")


def unsound(body):
    return [index for index in check_masks.accesses(body) if not check_masks.is_sound(index, body)]


def in_file(name, text):
    """Accesses of a file's functions that are not sound, and have no reason."""
    found = []
    for function in check_masks.FUNCTION.finditer(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)):
        found += [f"{name} {function[1]} {index}" for index in unsound(function[2])]
    return found


class Indexes(unittest.TestCase):
    def test_parameter(self):
        self.assertEqual(unsound("    return table[number];\n"), ["number"])

    def test_constants(self):
        self.assertEqual(unsound("    return table[0] + table[LAST_ONE - 1];\n"), [])

    def test_loop(self):
        self.assertEqual(unsound("    for (unsigned i = 0; i < 4; i++)\n        table[i] = 0;\n"), [])

    def test_masked_in_place(self):
        self.assertEqual(unsound("    return table[index_mask(number, 4)];\n"), [])

    def test_masked_before(self):
        self.assertEqual(unsound("    word_t at = index_mask(number, 4);\n\n    return table[at];\n"), [])

    def test_another_variable(self):
        self.assertEqual(unsound("    word_t at = index_mask(number, 4);\n\n    return table[number] + at;\n"),
                         ["number"])

    def test_pointer(self):
        self.assertEqual(unsound("    return span.slots + number;\n"), ["number"])

    def test_below(self):
        self.assertEqual(unsound("    if (!index_below(&number, 4))\n        return 0;\n    return table[number];\n"), [])
        self.assertEqual(unsound("    if (!index_below(&other, 4))\n        return 0;\n    return table[number];\n"),
                         ["number"])

    def test_and(self):
        self.assertEqual(unsound("    return table[(number & (ENTRIES - 1))];\n"), [])
        self.assertEqual(unsound("    return table[(number & (entries - 1))];\n"), ["(number & (entries - 1))"])

    def test_accessor(self):
        self.assertEqual(unsound("    arch_irq_mask(args->object);\n"), ["args->object"])

    def test_declaration(self):
        self.assertEqual(unsound("    word_t words[count];\n"), [])


class Kernel(unittest.TestCase):
    def test_every_access_is_sound(self):
        self.assertEqual(check_masks.main([]), 0)

    def test_each_mask_is_needed(self):
        """Where a mask is taken away the access is found: in every file that has one."""
        seen = 0
        for name in ("kernel/cap.h", "kernel/kfunc.c", "kernel/kmem.c", "kernel/pagetable_mmu.c", "kernel/syscall.c",
                     "arch/x86_64/context.c"):
            text = (ROOT / name).read_text(encoding="utf-8")
            bare = BELOW.sub("is_below(", AND.sub(r"\1", MASK.sub(r"\1", text)))
            seen += sum(len(way.findall(text)) for way in (MASK, BELOW, AND))
            self.assertGreater(len(in_file(name, bare)), len(in_file(name, text)), name)
        self.assertGreater(seen, 10)


if __name__ == "__main__":
    unittest.main()
