#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Systems whose sources are fetched: what tests/described/fetched.py makes of what can happen, with programs that
stand for the others; and examples/lua/fetch, with an archive that is not the one."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FETCHED = ROOT / "tests" / "described" / "fetched.py"


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def program(self, name, status, *lines):
        path = self.folder / name
        path.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines) + f"exit {status}\n", encoding="utf-8")
        path.chmod(0o755)
        return path


class Fetched(Folder):
    def run_it(self, fetch, build):
        test = self.program("test", 0, "ok 1 - it ran", "1..1", "1 passed, 0 failed, 0 skipped")
        process = subprocess.run(
            [sys.executable, FETCHED, "--fetch", self.program("fetch", *fetch), "--cmake", self.program("cmake", *build),
             "--build", self.folder, "--target", "thing", "--", test],
            text=True, check=False, stdout=subprocess.PIPE)
        return process.returncode, process.stdout

    def test_all_is_there(self):
        self.assertEqual(self.run_it((0,), (0,)), (0, "ok 1 - it ran\n1..1\n1 passed, 0 failed, 0 skipped\n"))

    def test_cannot_be_had(self):
        status, text = self.run_it((1, "the archive sleeps"), (0,))
        self.assertEqual((status, text.splitlines()[0]), (0, "ok 1 - thing runs # SKIP the archive sleeps"))
        self.assertTrue(text.endswith("0 passed, 0 failed, 1 skipped\n"))

    def test_something_else_came(self):
        status, text = self.run_it((2, "not the one"), (0,))
        self.assertEqual((status, text.splitlines()[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_does_not_build(self):
        status, text = self.run_it((0,), (1, "no such file"))
        self.assertEqual((status, text.splitlines()[:2]), (1, ["not ok 1 - thing is built", "# no such file"]))


class Lua(Folder):
    """Of the real program, all that needs no archive; the archive itself is asked by the test of the system."""

    def setUp(self):
        super().setUp()
        self.here = self.folder / "examples" / "lua"
        self.here.mkdir(parents=True)
        shutil.copy(ROOT / "examples" / "lua" / "fetch", self.here)
        self.downloads = self.folder / "downloads"

    def fetch(self):
        # No archive answers here, however apt is configured.
        (self.folder / "apt.conf").write_text('Acquire::http::Proxy "http://127.0.0.1:9";\n', encoding="utf-8")
        process = subprocess.run([self.here / "fetch"], text=True, check=False, stderr=subprocess.PIPE,
                                 env={**os.environ, "RME_DOWNLOADS": str(self.downloads),
                                      "APT_CONFIG": str(self.folder / "apt.conf"), "http_proxy": "http://127.0.0.1:9"})
        return process.returncode, process.stderr

    def test_nothing_there(self):
        status, text = self.fetch()
        self.assertEqual(status, 1)
        self.assertRegex(text, r"^examples/lua/fetch: .*lua5.4_5.4.4.orig.tar.gz")
        self.assertEqual(list(self.downloads.iterdir()), [])
        self.assertFalse((self.here / "lua").is_symlink())

    def test_another_archive_is_not_taken(self):
        self.downloads.mkdir()
        (self.downloads / "lua5.4_5.4.4.orig.tar.gz").write_bytes(b"something else")
        self.assertEqual(self.fetch()[0], 1)
        self.assertFalse((self.here / "lua").is_symlink())

    def test_there_already(self):
        kept = ROOT / "build" / "downloads" / "lua5.4_5.4.4.orig.tar.gz"
        if not kept.exists():
            self.skipTest("the archive was never fetched here")
        self.downloads.mkdir()
        shutil.copy(kept, self.downloads)
        self.assertEqual(self.fetch(), (0, ""))
        self.assertTrue((self.here / "lua" / "lapi.c").exists())


class Host(Folder):
    """What the example is expected to print is what the same Lua prints here, with the C library of this host; but for
    what is about the limits of the process and about the system."""

    SCRIPTS = ("values", "closures", "text", "tables", "coroutines", "limits")

    def test_same_output(self):
        example = ROOT / "examples" / "lua"
        fetch = subprocess.run([example / "fetch"], text=True, check=False, stderr=subprocess.PIPE)
        if fetch.returncode == 1:
            self.skipTest(" ".join(fetch.stderr.split()))
        self.assertEqual(fetch.returncode, 0, fetch.stderr)
        sources = [path for path in (example / "lua").glob("*.c") if path.name != "luac.c"]
        subprocess.run(["gcc", "-w", "-o", self.folder / "lua", *sources, "-lm"], check=True,
                       stderr=subprocess.PIPE)  # the linker has an opinion on tmpnam()
        printed = ""
        for name in self.SCRIPTS:
            shutil.copy(example / "scripts" / f"{name}.lua", self.folder)
            printed += f"-- {name}.lua\n" + subprocess.run(
                ["./lua", f"{name}.lua"], cwd=self.folder, env={}, text=True, check=True, stdout=subprocess.PIPE).stdout
        expected = (example / "expected.txt").read_text(encoding="utf-8")
        begin, end = expected.index("-- values.lua\n"), expected.index("-- memory.lua\n")
        self.assertEqual(printed, expected[begin:end])


if __name__ == "__main__":
    unittest.main()
