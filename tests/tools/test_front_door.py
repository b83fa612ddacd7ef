#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""./rme: what it refuses, and how it installs what is missing. No package manager is really called."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What a fresh system has.
BASICS = ("sh", "dirname", "basename", "tr", "sort", "sed", "id", "env", "cat", "grep", "mkdir", "rm", "touch")


def rme(*arguments, **environment):
    process = subprocess.run([ROOT / "rme", *arguments], capture_output=True, text=True, check=False,
                             env={**os.environ, **environment})
    return process.returncode, process.stdout, process.stderr


class Refusals(unittest.TestCase):
    def refused(self, text, *arguments):
        status, _, errors = rme(*arguments)
        self.assertEqual(status, 2)
        self.assertIn(text, errors)
        self.assertEqual(errors.count("\n"), 1, errors)

    def test_one_sentence(self):
        self.refused("no verb is called 'fly'", "fly")
        self.refused("no board is called 'x'; there are:", "run", "--board", "x")
        self.refused("'run' has no option", "run", "--all")
        self.refused("'test' has no option 'all'", "test", "all")
        for number in ("0", "65", "x", "", "1000"):
            self.refused("--cpus takes a number from 1 to 64", "run", "--board", "x86_64", "--cpus", number)
        self.refused("board stm32f405 has one CPU", "run", "--cpus", "2")
        self.refused("--cpus takes no system", "run", "hello", "--board", "x86_64", "--cpus", "2")
        self.refused("--board", "size", "--board")
        self.refused("does not start from an ISO image", "iso")
        self.refused("name a system", "build")
        self.refused("name the new system", "new")
        self.refused("name a system and two of its parts", "why", "hello", "init")
        self.refused("takes a system and two of its parts", "why", "hello", "a", "b", "c")
        self.refused("name a system", "graph")
        self.refused("there is no file 'x' with commands", "debug", "hello", "--commands", "x")
        self.refused("'graph' takes one system", "graph", "hello", "restart")
        self.refused("there is no system 'x'", "build", "x")
        self.refused("'run' takes one system", "run", "hello", "restart")
        self.refused("'iso' has no option", "iso", "--gate", "x")
        for verb in ("bench", "size", "debug", "check"):
            self.refused(f"the host has no '{verb}'", verb, "--board", "host")
        self.refused("exclude each other", "test", "--all", "--board", "host")
        self.refused("exclude each other", "test", "--preset", "host", "--board", "host")
        self.refused("is no regular expression", "check", "--only", "[")
        self.refused("no preset is called 'x'", "test", "--preset", "x")
        self.refused("lacks its value", "test", "--filter")

    def test_help(self):
        for arguments in ((), ("help",), ("--help",), *((verb, "--help") for verb in
                          ("run", "build", "new", "why", "graph", "test", "bench", "size", "check", "debug", "iso"))):
            status, text, _ = rme(*arguments)
            self.assertEqual(status, 0)
            self.assertTrue(text.startswith("usage: ./rme"))


class Packages(unittest.TestCase):
    """A system that has only the basics, and an apt-get that writes down what it is asked."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in BASICS:
            (self.folder / name).symlink_to(shutil.which(name))
        self.program("sudo", 'exec "$@"')

    def program(self, name, text):
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def apt(self, simulated, update="exit 0"):
        log = self.folder / "log"
        self.program("apt-get", f'''echo "$@" >>{log}
case "$*" in
-s*) {simulated} ;;
*update*) {update} ;;
*) echo installed >>{log}; exit 1 ;; # far enough
esac''')
        status, output, errors = rme("size", PATH=str(self.folder))
        return status, output, errors, log.read_text() if log.exists() else ""

    def test_names_before_it_installs(self):
        status, output, errors, log = self.apt("exit 0")
        self.assertEqual(status, 2)
        self.assertIn("rme: installing ", output)
        self.assertIn(" gcc-arm-none-eabi ", output)
        self.assertIn("installed", log)
        self.assertIn("--no-remove", log)
        self.assertNotIn("update", log)
        self.assertIn("could not install", errors)

    def test_only_what_the_verb_needs(self):
        _, output, _, _ = self.apt("exit 0")
        self.assertNotIn("clang-tidy", output)

    def test_never_removes(self):
        status, _, errors, log = self.apt("echo 'Remv precious [1.0]'")
        self.assertEqual(status, 2)
        self.assertIn("would remove precious", errors)
        self.assertNotIn("installed", log)

    def test_updates_once_when_lists_are_missing(self):
        _, _, _, log = self.apt(f"test -e {self.folder}/updated", f"touch {self.folder}/updated")
        self.assertEqual(log.count("update"), 1, log)
        self.assertIn("installed", log)

    def test_no_apt(self):
        status, _, errors = rme("size", PATH=str(self.folder))
        self.assertEqual(status, 2)
        self.assertIn("there is no apt-get", errors)
        self.assertEqual(errors.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
