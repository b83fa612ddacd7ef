#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Make the output of a system the same on every machine: `normalise.py BOARD < OUTPUT`.

Replaces the board's name, the numbers of CPUs and hexadecimal addresses, and nothing else.
"""
import re
import sys


def normalise(line, board):
    line = re.sub(rf"\b{re.escape(board)}\b", "BOARD", line)
    line = re.sub(r"\bCPU \d+\b", "CPU N", line)
    return re.sub(r"\b0x[0-9a-f]+\b", "ADDRESS", line)


if __name__ == "__main__":
    sys.stdout.writelines(normalise(line, sys.argv[1]) for line in sys.stdin)
