#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Same input, same bytes: build an image once more, elsewhere, and compare all that the builder writes. It
may take two seconds of processor time for all its steps.

  again.py --builder B --board BOARD.json --init INIT.elf --folder DIR --image PATH DESCRIPTION

TAP.
"""
import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from claims import report  # noqa: E402

WRITTEN = ("system.json", "report.txt", "system.gdb")
SECONDS_MAX = 2.0


def build(options, source, folder, image):
    """All steps of the builder; returns their processor time in seconds."""
    common = ["--board", options.board, "--out", folder]
    init = ["--init", options.init]
    for step in (["check", source, *common], ["place", source, *common, *init],
                 ["image", source, *common, *init, "--image", image]):
        subprocess.run([options.builder, *step], check=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
        seconds = build(options, source, folder, image)
        pairs = [(options.folder / name, folder / name) for name in WRITTEN]
        pairs += [(options.image.with_suffix(suffix), image.with_suffix(suffix)) for suffix in (".elf", ".bin", ".hex")
                  if options.image.with_suffix(suffix).exists()]
        claims = [(f"{first.name} is the same", first.read_bytes() == again.read_bytes()) for first, again in pairs]
    claims.append((f"the builder took {seconds:.2f} s of {SECONDS_MAX:g}", seconds < SECONDS_MAX))
    return report(claims)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
