#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""A copy of the tree that tools may change: tools/coverage.py, planted.py and mutants.py.

Only files whose content differs are written, so that a build in the copy stays incremental.
"""
import json
import os
import resource
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JOBS = str(min(os.cpu_count() or 1, 2))


class Failed(Exception):
    """A command that had to succeed did not; the text is its output."""


def run(*command, cwd=ROOT, **options):
    process = subprocess.run([str(word) for word in command], cwd=cwd, text=True, errors="replace",
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    if process.returncode:
        raise Failed(f"$ {' '.join(str(word) for word in command)}\n{process.stdout}")
    return process.stdout


def files():
    """Names of all files of the tree that git knows or would know."""
    names = run("git", "ls-files", "-z", "-co", "--exclude-standard").split("\0")
    return sorted({name for name in names if name and (ROOT / name).is_file()})


def write(path, content):
    """Write a file if it differs."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


class Tree:
    """A copy at build/<name>/tree; builds lie beside it."""

    def __init__(self, name, change=None):
        """`change`, if given, maps a file's name and content to the content of the copy."""
        self.home = ROOT / "build" / name
        self.root = self.home / "tree"
        names = files()
        for name_of_file in names:
            source = ROOT / name_of_file
            content = source.read_bytes()
            if change:
                content = change(name_of_file, content)
            target = self.root / name_of_file
            write(target, content)
            if source.stat().st_mode & 0o100:
                target.chmod(0o755)
        known = set(names)
        for path in list(self.root.rglob("*")):
            if path.is_file() and str(path.relative_to(self.root)) not in known:
                path.unlink()

    def configure(self, build, **settings):
        """A CMake build of the copy at build/<name>/<build>."""
        folder = self.home / build
        run("cmake", "-S", self.root, "-B", folder, "-G", "Ninja",
            *(f"-D{key}={value}" for key, value in settings.items()))
        return folder


def tests(folder):
    """Name and program of each test of a build; the command is what stands behind tap.py."""
    listing = json.loads(run("ctest", "--test-dir", folder, "--show-only=json-v1"))
    for test in listing["tests"]:
        command = test.get("command", [])
        if "--" in command:
            yield test["name"], command[command.index("--") + 1:]


def execute(command, seconds, wall=None):
    """Output and exit status of a test; None: it does not end. What counts is the time that it computes,
    so that a busy machine makes no test hang; or `wall` seconds, of a test whose work is done by another."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    try:
        process = subprocess.run(command, cwd=ROOT, text=True, errors="replace", timeout=wall or 40 * seconds, check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=limit)
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode(errors="replace"), None
    hangs = process.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    return process.stdout, None if hangs else process.returncode
