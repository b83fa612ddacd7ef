#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""What the symbol table of an object may hold.

  check_symbols.py [--nm NM] --undefined PREFIX FILE   no open symbol but those with the prefix
  check_symbols.py [--nm NM] --absent REGEX FILE       no symbol that matches
"""
import argparse
import re
import subprocess
import sys


def symbols(nm, path):
    """Pairs of type letter and name."""
    text = subprocess.run([nm, path], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        fields = line.split()
        yield fields[-2], fields[-1]


def main(argv):
    parser = argparse.ArgumentParser(description="Check the symbol table of an object.")
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--undefined", metavar="PREFIX")
    parser.add_argument("--absent", metavar="REGEX")
    parser.add_argument("file")
    options = parser.parse_args(argv)
    wrong = []
    for kind, name in symbols(options.nm, options.file):
        if options.undefined is not None and kind in "Uw" and not name.startswith(options.undefined):
            wrong.append(f"{name} is used but not defined in the kernel")
        if options.absent and kind not in "Uwa" and re.search(options.absent, name):
            wrong.append(f"{name} should not be there")
    for text in wrong:
        print(f"{options.file}: {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
