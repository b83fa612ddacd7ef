#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""A board of one's own, whose files lie outside of the tree: it builds and runs, and its sizes are what counts.

Copies of tests/described/own/ are used. The build is that of `./rme`, build/little, as a user would make
it. TAP.
"""
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KIB = 1 << 10
FLASH, RAM = (0, 256 * KIB), (0x20000000, 256 * KIB)
USER_FLASH, USER_RAM = 64 * KIB, 24 * KIB  # where the kernel's parts end (own/little.yaml)


def rme(*arguments):
    return subprocess.run([ROOT / "rme", *arguments], capture_output=True, text=True, check=False, timeout=500)


def is_inside(block):
    """In the part of the little chip's memory that is not the kernel's."""
    base, size = int(block["base"]), int(block["granted"])
    return (FLASH[0] + USER_FLASH <= base and base + size <= sum(FLASH)) or \
           (RAM[0] + USER_RAM <= base and base + size <= sum(RAM))


def claims(folder):
    board = folder / "little.yaml"
    for path in sorted((ROOT / "tests" / "described" / "own").glob("*.yaml")):
        shutil.copy(path, folder)
    run = rme("run", "hello", "--board", str(board))
    wanted = (ROOT / "examples" / "hello" / "expected.txt").read_text(encoding="utf-8").splitlines()
    lines = run.stdout.splitlines()
    yield "hello is built and runs" + "".join(f"\n# {line}" for line in (run.stdout + run.stderr).splitlines()
                                              if run.returncode), run.returncode == 0
    yield "it prints what it always prints", lines[-len(wanted):] == wanted
    build = ROOT / "build" / "little"
    data = json.loads((build / "generated" / "board.json").read_text(encoding="utf-8"))
    yield "its memory is that of its chip's file", [entry["size"] for entry in data["chip"]["memory"]][:2] == [256 * KIB] * 2
    yield "its options are its own", "CONFIG_PRIORITIES          64 " in (build / "generated" / "config.h").read_text()
    system = json.loads((build / "systems" / "hello" / "system.json").read_text(encoding="utf-8"))
    own = [block for process in system["processes"] for block in process["blocks"] if block["name"] in ("code", "data")]
    yield f"{len(own)} blocks of memory lie inside of it", len(own) == 2 and all(map(is_inside, own))

    audit = rme("audit", "hello", "--board", str(board))
    yield "its image grants what the description grants", audit.returncode == 0

    text = board.read_text(encoding="utf-8")
    board.write_text(text.replace("image: 64 KiB", "image: 48 KiB").replace("PRIORITIES: 64", "PRIORITIES: 33"))
    wrong = rme("build", "hello", "--board", str(board))
    yield "what is wrong with it is shown, with its place", \
        wrong.returncode == 2 and wrong.stderr.startswith(f"{board}:7:15: PRIORITIES cannot be 33\n")
    board.write_text(text.replace("image: 64 KiB", "image: 48 KiB"))
    wrong = rme("build", "hello", "--board", str(board))
    yield "so is what does not fit", \
        wrong.returncode == 2 and f"{board}:14:10: kernel.image must be a power of two" in wrong.stderr
    for name, options, words in (("bench", (), "takes a board of this tree"), ("run", (), "runs described systems")):
        refused = rme(name, *options, "--board", str(folder / "other.yaml"))
        yield f"{name}: a file that is not there", "there is no board file" in refused.stderr
        board.write_text(text)
        refused = rme(name, *options, "--board", str(board))
        yield f"{name} {words}", refused.returncode == 2 and words in refused.stderr
    (folder / "stm32f405.yaml").write_text(text)
    refused = rme("build", "hello", "--board", str(folder / "stm32f405.yaml"))
    yield "the name of a board of the tree is refused", "a board of this tree is called 'stm32f405'" in refused.stderr


def main():
    failed = number = 0
    with tempfile.TemporaryDirectory(prefix="board-") as folder:
        results = list(claims(Path(folder).resolve()))
    for number, (claim, holds) in enumerate(results, 1):
        failed += not holds
        first, _, rest = claim.partition("\n")
        print(f"{'' if holds else 'not '}ok {number} - {first}" + (f"\n{rest}" if rest else ""))
    print(f"1..{number}\n{number - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
