#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""tools/planted.py, coverage.py: heads and hunks of patches, verdicts of tests, reasons of branches."""
import contextlib
import io
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import coverage
import planted
from scratch import Failed

PATCH = """Build: host
Test: unit.a
Line: it works
Test: unit.b
Ends: hang
Arguments: 1 2

What is wrong.

--- a/one.c
+++ b/one.c
@@ -1,3 +1,3 @@
 first
-second
+2nd
 third
"""


class Patches(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        patcher = mock.patch.object(planted, "ROOT", self.folder)
        patcher.start()
        self.addCleanup(patcher.stop)

    def parse(self, text):
        path = self.folder / "x.patch"
        path.write_text(text)
        return planted.parse(path)

    def test_head(self):
        patch = self.parse(PATCH)
        self.assertEqual(patch.tests, [["unit.a", "it works", ()], ["unit.b", planted.HANG, ("1", "2")]])
        self.assertEqual([(hunk.file, hunk.old, hunk.new) for hunk in patch.hunks],
                         [("one.c", ["first", "second", "third"], ["first", "2nd", "third"])])

    def test_incomplete_heads(self):
        for text in (PATCH.replace("Line: it works\n", ""), PATCH.replace("Build: host", "Build: moon"),
                     PATCH[:PATCH.index("---")]):
            with self.assertRaises(Failed):
                self.parse(text)

    def test_applies_anywhere(self):
        (self.folder / "one.c").write_text("new\nfirst\nsecond\nthird\n")
        self.assertEqual(planted.applied(self.parse(PATCH)), {"one.c": b"new\nfirst\n2nd\nthird\n"})

    def test_does_not_apply(self):
        for text in ("first\nother\nthird\n", "first\nsecond\nthird\nfirst\nsecond\nthird\n"):
            (self.folder / "one.c").write_text(text)
            with self.assertRaises(Failed):
                planted.applied(self.parse(PATCH))

    def test_verdicts(self):
        self.assertEqual(planted.verdicts("ok 1 - a\nnot ok 2 - b\nok 3 - b\nok - c\nnoise\n"),
                         {"a": {"passed"}, "b": {"failed", "passed"}, "c": {"passed"}})


class Branches(unittest.TestCase):
    def outcome(self, found, reasons, minimum=50):
        with contextlib.redirect_stdout(io.StringIO()) as text:
            status = coverage.report(found, reasons, minimum, False)
        return status, text.getvalue()

    def test_reasons(self):
        found = {"a": True, "b": False}
        self.assertEqual(self.outcome(found, {"b": "why"})[0], 0)
        self.assertIn("50.0 %", self.outcome(found, {"b": "why"})[1])
        self.assertEqual(self.outcome(found, {})[0], 1)  # no reason
        self.assertEqual(self.outcome(found, {"b": "why", "c": "gone"})[0], 1)
        status, text = self.outcome(found, {"b": "why", "a": "covered"})
        self.assertEqual(status, 0)
        self.assertIn("it is covered: a", text)
        self.assertEqual(self.outcome(found, {"b": "why"}, 60)[0], 1)

    def test_constants_are_no_branches(self):
        for text in ("CONFIG_RAW", "!CONFIG_GUESTS", "CONFIG_CPUS_MAX == 1", "READY_WORDS == 1"):
            self.assertTrue(coverage.CONSTANT.match(text), text)
        for text in ("special != 0", "CONFIG_RAW && x"):
            self.assertFalse(coverage.CONSTANT.match(text), text)

    def test_outcomes(self):
        branch = coverage.Branch()
        branch.function, branch.taken = "f", [3, 0]
        found = dict(coverage.outcomes({("kernel/a.c", (1, 1, 1, 2)): branch, ("kernel/a.c", (2, 1, 2, 2)): branch},
                                       lambda name, place: "x"))
        self.assertEqual(found, {"kernel/a.c: f: x: true": True, "kernel/a.c: f: x: false": False,
                                 "kernel/a.c: f: x #2: true": True, "kernel/a.c: f: x #2: false": False})

    def test_macros_of_likelihood(self):
        self.assertEqual(coverage.change("kernel/a.c", b"if (UNLIKELY(a || LIKELY(b)))"), b"if (!!(a || !!(b)))")
        self.assertEqual(coverage.change("tests/a.c", b"LIKELY(a)"), b"LIKELY(a)")


if __name__ == "__main__":
    unittest.main()
