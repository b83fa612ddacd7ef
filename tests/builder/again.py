#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Same input, same bytes: build an image once more, elsewhere, and compare all that the builder writes.

  again.py --builder B --board BOARD.json --init INIT.elf --folder DIR --image PATH DESCRIPTION

TAP.
"""
import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WRITTEN = ("system.json", "report.txt", "system.gdb")


def main(argv):
    parser = argparse.ArgumentParser(description="Build an image once more and compare.")
    parser.add_argument("description", type=Path)
    for name in ("builder", "board", "init", "folder", "image"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as holder:
        folder, image = Path(holder, "again"), Path(holder, "image")
        shutil.copytree(options.folder, folder)
        source = shutil.copytree(options.description.parent, Path(holder, "source")) / options.description.name
        for name in WRITTEN:
            (folder / name).unlink()
        subprocess.run([options.builder, "image", source, "--board", options.board, "--out", folder, "--init",
                        options.init, "--image", image], check=True)
        pairs = [(options.folder / name, folder / name) for name in WRITTEN]
        pairs += [(options.image.with_suffix(suffix), image.with_suffix(suffix)) for suffix in (".elf", ".bin", ".hex")
                  if options.image.with_suffix(suffix).exists()]
        same = [(first.name, first.read_bytes() == again.read_bytes()) for first, again in pairs]
    for number, (name, holds) in enumerate(same, 1):
        print(f"{'' if holds else 'not '}ok {number} - {name} is the same")
    failed = sum(not holds for _, holds in same)
    print(f"1..{len(same)}\n{len(same) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
