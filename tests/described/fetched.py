#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Fetch what a system is made of, build it, and run another test.

  fetched.py --fetch PROGRAM --cmake CMAKE --build DIR --target TARGET [--too-small] -- TEST...

Where it cannot be fetched (exit status 1), the test is skipped, and says why. With --too-small the board has not enough
memory: the builder must say so, and the rest is skipped. TAP.
"""
import argparse
import re
import subprocess
import sys

CANNOT_BE_HAD = 1  # exit status of what fetches; others are mistakes
TOO_SMALL = re.compile(r"board \S+ has .* of RAM too little")


def run(*command):
    return subprocess.run(command, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def end(*cases):
    """Print cases, (name, whether it holds or None, more), and close."""
    for number, (name, holds, more) in enumerate(cases, 1):
        print(f"{'not ' if holds is False else ''}ok {number} - {name}" + (f" # SKIP {more}" if holds is None else ""))
        if holds is False:
            print("".join(f"# {line}\n" for line in more.splitlines()[-60:]), end="")
    results = [holds for _, holds, _ in cases]
    print(f"1..{len(cases)}\n{results.count(True)} passed, {results.count(False)} failed, {results.count(None)} skipped")
    return False in results


def build(options):
    """Configure anew, because the sources may have come since, and build."""
    for command in ([options.cmake, options.build], [options.cmake, "--build", options.build, "--target", options.target]):
        process = run(*command)
        if process.returncode:
            break
    return process


def main(argv):
    parser = argparse.ArgumentParser(description="Fetch what a system is made of, build it, and run a test.")
    for name in ("fetch", "cmake", "build", "target"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--too-small", action="store_true")
    parser.add_argument("test", nargs="+")
    options = parser.parse_args(argv)
    fetch = run(options.fetch)
    if fetch.returncode == CANNOT_BE_HAD:
        return end((f"{options.target} runs", None, " ".join(fetch.stdout.split()) or "it cannot be fetched"))
    if fetch.returncode:
        return end((f"{options.fetch} fetches what is expected", False, fetch.stdout))
    process = build(options)
    if options.too_small:
        said = TOO_SMALL.search(process.stdout)
        return end(("the builder says that it does not fit", process.returncode != 0 and said is not None, process.stdout),
                   (f"{options.target} runs", None, said[0] if said else "it does not fit"))
    if process.returncode:
        return end((f"{options.target} is built", False, process.stdout))
    return subprocess.run(options.test, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
