#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The commands of documents: which blocks there are, and what is asked of each kind."""
import tempfile
import unittest
from pathlib import Path

import doc_commands

DOCUMENT = """
```sh
echo one
```
text
```c
int x;
```
```sh in-ci
./rme test --all
```
    $ prompt
```bash
echo two
```
"""


class Blocks(unittest.TestCase):
    def test_found(self):
        blocks = list(doc_commands.blocks_of("x.md", DOCUMENT))
        self.assertEqual([(block.line, block.mark, block.lines) for block in blocks],
                         [(2, "", ["echo one"]), (9, "in-ci", ["./rme test --all"]), (12, "foreign", []),
                          (13, "foreign", [])])


class Kinds(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "rme").symlink_to(doc_commands.ROOT / "rme")

    def check(self, mark, text):
        doc_commands.check(self.folder, doc_commands.Block("x.md", 1, mark, text))

    def wrong(self, pattern, mark, text):
        with self.assertRaisesRegex(doc_commands.Wrong, pattern):
            self.check(mark, text)

    def test_run(self):
        self.check("", "touch here\ntest -f here\n")
        self.assertTrue((self.folder / "here").exists())
        self.wrong("exit status 3", "", "exit 3\n")
        self.wrong("exit status", "", "false\ntrue\n")

    def test_in_ci(self):
        self.check("in-ci", "./rme test --all\n./rme check\n./rme test\n")
        self.wrong("no step of .ci/run", "in-ci", "./rme bench\n")

    def test_not_understood(self):
        self.wrong("is run by no step", "in-ci", "./rme test --everything\n")

    def test_marks(self):
        self.wrong("no mark is called", "sometimes", "true\n")
        self.wrong("without a prompt", "foreign", "")
        with self.assertRaises(doc_commands.Skip):
            self.check("needs=no-such-command", "true\n")
        self.check("needs=sh", "true\n")

    def test_fetches(self):
        fetch = self.folder / "fetch"
        for status, mistake in ((0, None), (1, doc_commands.Skip), (2, doc_commands.Wrong)):
            fetch.write_text(f"#!/bin/sh\necho because\nexit {status}\n", encoding="utf-8")
            fetch.chmod(0o755)
            if mistake:
                with self.assertRaisesRegex(mistake, "because"):
                    self.check("fetches=fetch", "touch ran\n")
                self.assertFalse((self.folder / "ran").exists())
            else:
                self.check("fetches=fetch", "touch ran\n")
                (self.folder / "ran").unlink()
        self.wrong("no program of the tree", "needs-root", "tools/nothing\n")


if __name__ == "__main__":
    unittest.main()
