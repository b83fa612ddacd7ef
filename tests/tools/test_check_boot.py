#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The check that nothing which stays refers to what only boot has: on objects that a compiler makes."""
import contextlib
import io
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import check_boot

TEXT = """
    .section .kernel.boot_text, "ax"
    .global start
start: ret
    .section .kernel.boot_bss, "aw", @nobits
state: .skip 8
    .section .kernel.text, "ax"
stays: jmp start
    {line}
"""


@unittest.skipUnless(shutil.which("gcc"), "needs gcc")
class CheckBoot(unittest.TestCase):
    def check(self, text):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()) as errors:
            source, made = Path(folder, "x.S"), Path(folder, "x.o")
            source.write_text(text)
            done = subprocess.run(["gcc", "-m64", "-c", source, "-o", made], capture_output=True, check=False)
            if done.returncode:
                self.skipTest("this compiler is not for x86-64")
            return check_boot.main([str(made)]), errors.getvalue()

    def test_the_entry_may_go_there(self):
        self.assertEqual(self.check(TEXT.format(line="") + ".section .kernel.boot_text\n lea state(%rip), %rax\n"), (0, ""))

    def test_nothing_else_may(self):
        status, errors = self.check(TEXT.format(line="lea state(%rip), %rax"))
        self.assertEqual(status, 1)
        self.assertIn(".kernel.text+", errors)
        self.assertIn("which only boot has", errors)

    def test_there_must_be_something_to_check(self):
        status, errors = self.check(".section .kernel.text\n nop\n")
        self.assertEqual(status, 1)
        self.assertIn("there is no section", errors)


if __name__ == "__main__":
    unittest.main()
