#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The maker of ISO images: what it tells GRUB, and what it refuses. That they boot: tests/system/x86_64/boot.py."""
import contextlib
import io
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import iso


class Configuration(unittest.TestCase):
    def test_words_are_quoted_for_grub(self):
        self.assertEqual(iso.quoted(" a  it's $x "), " 'a' 'it'\\''s' '$x'")
        self.assertEqual(iso.quoted(""), "")
        with self.assertRaises(iso.IsoError):
            iso.quoted("a\nboot")

    def test_modules_in_their_order(self):
        text = iso.configuration("one", [(Path("x"), "init now"), (Path("y"), "")])
        self.assertIn("multiboot2 /boot/rme.elf 'one'\n", text)
        self.assertIn("module2 /boot/module0 'init' 'now'\n    module2 /boot/module1\n", text)

    def test_a_module_and_its_text(self):
        self.assertEqual(iso.module_of("build/a.elf=b c=d"), (Path("build/a.elf"), "b c=d"))
        self.assertEqual(iso.module_of("a"), (Path("a"), ""))


class Refusals(unittest.TestCase):
    def refused(self, *arguments):
        errors = io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(errors):
            out = Path(folder, "x.iso")
            self.assertEqual(iso.main([*arguments, "--out", str(out)]), 2)
            self.assertFalse(out.exists())
        return errors.getvalue()

    def test_files_that_are_not_there(self):
        with mock.patch.object(iso, "check_tools"):
            self.assertIn("iso: cannot read nothing.elf", self.refused("nothing.elf"))
            self.assertIn("cannot read nothing", self.refused(__file__, "--module", "nothing=x"))

    def test_a_command_line_of_two_lines(self):
        with mock.patch.object(iso, "check_tools"):
            self.assertIn("one line of text", self.refused(__file__, "--text", "a\nb"))

    def test_missing_tools_are_named(self):
        with mock.patch.object(iso.shutil, "which", return_value=None):
            self.assertIn("not installed: grub-mkrescue, xorriso, mformat", self.refused(__file__))


if __name__ == "__main__":
    unittest.main()
