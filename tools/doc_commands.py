#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Run every command block of the documents in a copy of the tree.

  doc_commands.py [--list] [FILE...]     default: all .md files of the tree

A block that begins with ```sh is run, by `sh -eu`, in the copy, with an empty standard input. What stands
behind `sh` says otherwise:

  ```sh in-ci          the command would run everything, this test included. It is not run here: each line
                       must be one that .ci/run runs, or a beginning of one, and ./rme must understand it
  ```sh needs-root     not run here; each line must be a program of the tree that says how it is used
  ```sh needs-debian   installs packages or asks an archive: not run here, but its first word must exist
  ```sh needs=COMMAND  skipped, loudly, where there is no such command
  ```sh fetches=FILE   skipped, loudly, where FILE, a program of the tree, cannot fetch what it is for (exit
                       status 1)

Any other fence with commands is an error: ```bash, ```console, or a line `$ ...`. TAP.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 300
FENCE = re.compile(r"^```(\S*)[ \t]*(.*)$")
FOREIGN = {"bash", "console", "shell", "zsh", "terminal"}


@dataclass
class Block:
    """One block of commands, and where it stands."""

    file: str
    line: int
    mark: str
    text: str

    @property
    def place(self):
        return f"{self.file}:{self.line}"

    @property
    def lines(self):
        return [line for line in self.text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


class Wrong(Exception):
    """The block is not as it should be; the text says why."""


class Skip(Exception):
    """The block cannot be run here."""


def blocks_of(file, text):
    """The blocks of one file; a foreign fence is a block with the mark `foreign`."""
    begin = None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if begin is None and fence:
            begin, kind, mark, body = number, fence[1], fence[2].strip(), []
        elif begin is not None and line.startswith("```"):
            if kind == "sh":
                yield Block(file, begin, mark, "\n".join(body) + "\n")
            elif kind in FOREIGN:
                yield Block(file, begin, "foreign", "")
            begin = None
        elif begin is not None:
            body.append(line)
        elif re.match(r"^\s*\$ \S", line):
            yield Block(file, number, "foreign", "")


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return [name for name in out.stdout.decode().split("\0") if name and (ROOT / name).exists()]


def copy_tree(folder):
    """The tracked files as they are now, as a repository of their own."""
    for name in tracked():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def shell(folder, text):
    process = subprocess.run(["sh", "-euc", text], stdin=subprocess.DEVNULL, cwd=folder, text=True,
                             errors="replace", check=False, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=PATIENCE_S,
                             env={"RME_DOWNLOADS": str(ROOT / "build" / "downloads"), **os.environ,
                                  "RME_DOC_COMMANDS": "running"})
    return process.returncode, process.stdout


def check_in_ci(folder, block):
    steps = re.findall(r"^\s*step (.*)$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    for line in block.lines:
        if not any(step == line or step.startswith(line + " ") for step in steps):
            raise Wrong(f"'{line}' is run by no step of .ci/run")
        status, text = shell(folder, f"{line} --help")
        if status or not text.startswith("usage: "):
            raise Wrong(f"'{line}' is not understood\n{text}")


def check_usage(folder, block):
    for line in block.lines:
        program = folder / line.split()[0]
        if not program.exists() or program.read_text(encoding="utf-8")[:2] != "#!":
            raise Wrong(f"{program.name} is no program of the tree")
        status, text = shell(folder, f"sh -n {line.split()[0]}")
        if status:
            raise Wrong(text)


def check_first_word(_, block):
    for line in block.lines:
        if not shutil.which(line.split()[0]):
            raise Wrong(f"there is no '{line.split()[0]}'")


def check(folder, block):
    if block.mark == "foreign":
        raise Wrong("commands stand in ```sh blocks, without a prompt")
    needs = re.fullmatch(r"needs=(\S+)", block.mark)
    if needs and not shutil.which(needs[1]):
        raise Skip(f"there is no {needs[1]}")
    fetches = re.fullmatch(r"fetches=(\S+)", block.mark)
    if fetches:
        status, text = shell(folder, f"./{fetches[1]}")
        if status == 1:
            raise Skip(" ".join(text.split()))
        if status:
            raise Wrong(text)
    if block.mark == "in-ci":
        check_in_ci(folder, block)
    elif block.mark == "needs-root":
        check_usage(folder, block)
    elif block.mark == "needs-debian":
        check_first_word(folder, block)
    elif block.mark and not needs and not fetches:
        raise Wrong(f"no mark is called '{block.mark}'")
    else:
        try:
            status, text = shell(folder, block.text)
        except subprocess.TimeoutExpired:
            raise Wrong(f"it took more than {PATIENCE_S} s") from None
        if status:
            raise Wrong(f"exit status {status}\n{text}")


def main(argv):
    parser = argparse.ArgumentParser(description="Run every command block of the documents.")
    parser.add_argument("--list", action="store_true", help="print the blocks")
    parser.add_argument("files", nargs="*", help="documents, from the root of the tree")
    options = parser.parse_args(argv)
    blocks = [block for name in options.files or tracked("*.md")
              for block in blocks_of(name, (ROOT / name).read_text(encoding="utf-8"))]
    if options.list:
        for block in blocks:
            print(f"{block.place} {block.mark or 'run'}: {'; '.join(block.lines)}")
        return 0
    passed, skipped, seen = 0, 0, {}
    with tempfile.TemporaryDirectory(prefix="rme-docs-") as scratch:
        folder = Path(scratch)
        copy_tree(folder)
        for number, block in enumerate(blocks, 1):
            note = ""
            try:
                if (block.mark, block.text) not in seen:
                    check(folder, block)
                passed += 1
            except Skip as reason:
                skipped += 1
                note = f" # SKIP {reason}"
            except Wrong as error:
                print(f"not ok {number} - {block.place}")
                print("".join(f"# {line}\n" for line in str(error).splitlines()[-60:]), end="", flush=True)
                continue
            seen[block.mark, block.text] = block.place
            print(f"ok {number} - {block.place}{note}", flush=True)
    failed = len(blocks) - passed - skipped
    print(f"1..{len(blocks)}\n{passed} passed, {failed} failed, {skipped} skipped")
    return failed != 0 or not blocks


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
