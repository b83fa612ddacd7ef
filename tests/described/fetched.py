#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Fetch what a system is made of, build it, and run another test.

  fetched.py --fetch PROGRAM --cmake CMAKE --build DIR --target TARGET -- TEST...

Where it cannot be fetched (exit status 1), the test is skipped, and says why. TAP.
"""
import argparse
import subprocess
import sys

CANNOT_BE_HAD = 1  # exit status of what fetches; others are mistakes


def run(*command):
    return subprocess.run(command, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def end(name, is_skipped, more):
    """One case that was skipped, or that failed; `more` says why."""
    if is_skipped:
        print(f"ok 1 - {name} # SKIP {' '.join(more.split()) or 'it cannot be fetched'}")
    else:
        print(f"not ok 1 - {name}\n" + "".join(f"# {line}\n" for line in more.splitlines()[-60:]), end="")
    print(f"1..1\n0 passed, {int(not is_skipped)} failed, {int(is_skipped)} skipped")
    return not is_skipped


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
    parser.add_argument("test", nargs="+")
    options = parser.parse_args(argv)
    fetch = run(options.fetch)
    if fetch.returncode == CANNOT_BE_HAD:
        return end(f"{options.target} runs", True, fetch.stdout)
    if fetch.returncode:
        return end(f"{options.fetch} fetches what is expected", False, fetch.stdout)
    process = build(options)
    if process.returncode:
        return end(f"{options.target} is built", False, process.stdout)
    return subprocess.run(options.test, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
