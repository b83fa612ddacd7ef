#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The figures in README.md are those of the last benchmark.

  figures.py [--write] [--board NAME]

Reads build/NAME/bench.json and build/NAME/size.json (./rme bench, ./rme size) and compares the part of
README.md between the marks `<!-- figures -->` and `<!-- /figures -->`, or writes it anew.
"""
import argparse
import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->\n"

TEXTS = {
    "yield_s": "yield to oneself",
    "yield_2": "yield to a thread of another process, one way",
    "inv_2": "invocation of another process and return",
    "sig_1": "signal that wakes a thread of the same process",
    "sig_2": "signal that wakes a thread of another process",
    "sig_s": "signal to oneself and receive, two calls",
    "sig_i": "interrupt, from the vector to the woken thread",
    "refused": "a call that does not exist",
}


def figures(board):
    folder = ROOT / "build" / board
    bench = json.loads((folder / "bench.json").read_text(encoding="utf-8"))
    size = json.loads((folder / "size.json").read_text(encoding="utf-8"))
    peers = tomllib.loads((ROOT / "tools" / "baselines.toml").read_text(encoding="utf-8"))
    columns = peers[peers["boards"][board]]
    out = ["| operation, STM32F405 in QEMU, release build | instructions | the original RME | goal |\n",
           "|---|--:|--:|--:|\n"]
    for name, text in TEXTS.items():
        peer = dict(zip(columns["columns"], columns[name]))
        out.append(f"| {text} | {bench['operations'][name]:g} | {peer['original'] or ''} | {peer['goal']} |\n")
    out += ["\n| size of the kernel, release build | bytes | the original RME | goal |\n", "|---|--:|--:|--:|\n",
            f"| text and rodata | {size['text'] + size['rodata']:,} | 23,272 | 14,336 |\n",
            f"| static RAM with 32 priorities, without objects, their bitmap, interrupt table and stack | "
            f"{size['data'] + size['bss']} | 332 | 320 |\n"]
    return "".join(out)


def main(argv):
    parser = argparse.ArgumentParser(description="Compare the figures in README.md with the last benchmark.")
    parser.add_argument("--write", action="store_true", help="write them")
    parser.add_argument("--board", default="stm32f405")
    options = parser.parse_args(argv)
    text = README.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        print("figures: README.md has not one pair of marks", file=sys.stderr)
        return 2
    head, rest = text.split(BEGIN)
    old, tail = rest.split(END)
    try:
        new = figures(options.board)
    except FileNotFoundError as error:
        print(f"figures: {error.filename} is missing: ./rme bench and ./rme size write it", file=sys.stderr)
        return 2
    if options.write:
        README.write_text(head + BEGIN + new + END + tail, encoding="utf-8")
        return 0
    if old != new:
        print("README.md has other figures than the last benchmark: tools/figures.py --write\n" + new)
    return old != new


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
