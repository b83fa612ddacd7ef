#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The counter of longest paths: names, the longest of each, and the bars, without QEMU."""
import contextlib
import io
import unittest
from pathlib import Path
from unittest import mock

import paths


class Image:
    """An image of which only symbols are asked."""

    PLACES = {0x100: "call_door", 0x110: "timer_door", 0x200: "signal_send",
              0x210: "entry_signal_send", 0x220: "captable_create", 0x300: "cap_find+0x4"}

    def __init__(self, _path=None):
        pass

    def place(self, address):
        return self.PLACES[address]


def path(length, entry, call=None, boot=False):
    result = {"type": "path", "boot": boot, "entry": hex(entry), "insns": [1, length, length]}
    return result | ({"call": hex(call)} if call else {})


STACK = {"type": "stack", "depth": 200, "by": "0x300"}


class Paths(unittest.TestCase):
    def setUp(self):
        patch = mock.patch.object(paths, "Elf", Image)
        patch.start()
        self.addCleanup(patch.stop)

    def main(self, results, *arguments):
        out = io.StringIO()
        with mock.patch.object(paths, "run", lambda *_: ("", results)), \
                mock.patch.object(paths.plugin, "build", lambda: None), \
                mock.patch.object(paths, "handlers", lambda: {
                    "signal_send": "SIG_SND", "entry_signal_send": "SIG_SND",
                    "captable_create": "CPT_CRT"}), contextlib.redirect_stdout(out):
            status = paths.main(["--machine", "m", *arguments, "system_a.elf"])
        return status, out.getvalue()

    def test_names(self):
        found = paths.longest(Path("system_a.elf"), [
            path(9, 0x100, 0x200), path(8, 0x110), path(7, 0x100, 0x300), path(6, 0x100, 0x210),
            path(99, 0x100, boot=True)])
        self.assertEqual([(p.name, p.length, p.test) for p in found],
                         [("SIG_SND", 9, "a"), ("the timer", 8, "a"),
                          ("a call that is refused at once", 7, "a"), ("SIG_SND", 6, "a")])

    def test_the_longest_of_each(self):
        some = [paths.Longest(5, "a", "", ""), paths.Longest(7, "a", "", ""),
                paths.Longest(6, "b", "", "")]
        self.assertEqual([(p.name, p.length) for p in paths.merge(some)], [("a", 7), ("b", 6)])

    def test_tables_stand_apart(self):
        status, text = self.main([path(9, 0x100, 0x200), path(5000, 0x100, 0x220), STACK])
        self.assertEqual(status, 0, text)
        self.assertIn("longest path with interrupts off: 9 instructions, SIG_SND in a", text)
        self.assertIn("deepest kernel stack seen: 200 bytes", text)

    def test_bars(self):
        results = [path(1501, 0x100, 0x200), path(1, 0x100, 0x220), STACK]
        self.assertEqual(self.main(results)[0], 1)
        self.assertEqual(self.main(results, "--bar", "1501")[0], 0)
        self.assertEqual(self.main(results, "--bar", "1501", "--stack-bar", "199")[0], 1)

    def test_nothing_measured_is_a_failure(self):
        self.assertEqual(self.main([])[0], 1)
        self.assertIn("not ok 2 - every call was made but CPT_CRT",
                      self.main([path(9, 0x100, 0x200), STACK])[1])


if __name__ == "__main__":
    unittest.main()
