#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Branches of kernel/ that the tests on the host take.

  coverage.py [--minimum PERCENT] [--file]     build, run, print; fails below the minimum (95)

The layers on the host run in each of the CONFIGS below, built by Clang with counters at each
condition of the source. A branch is one outcome of one condition (each operand of && and || is one,
each case of a switch); it is covered if any test in any of the builds has taken it. Not counted:
conditions that the build's options decide (CONFIG_X), which no binary contains. LIKELY and UNLIKELY
are taken out of a copy of the sources first, because Clang 14 counts nothing inside them.

What is not covered stands in tests/coverage.toml with the reason, one line each; an outcome that is
missing there, or a line there whose branch is gone, fails too. A line whose branch is covered is
told: what random calls reach may change with every change of the kernel.
"""
import argparse
import json
import os
import re
import sys
import tomllib
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import scratch
from scratch import JOBS, ROOT, Failed, run

# Options of each build; "m32": words of 32 bits.
CONFIGS = {
    "managed": "DEBUG=1",
    "raw": "RAW=1;DEBUG=1;INV_DEPTH_MAX=2;SCHED_DEPTH_MAX=2",
    "one": "CPUS_MAX=1;FPU=0;GUESTS=0",
    "m32": "PRIORITIES=64;PANIC_REBOOT=1",
}
# Counters live in a file that is mapped, so that a process that ends in any way has told all.
COUNTERS = "-fprofile-instr-generate -fcoverage-mapping -mllvm -runtime-counter-relocation"
# Tests that have the kernel in them; those that bring their own kernel and port run in one build. Not
# tests/concurrency, which takes long: the unit tests meet what another CPU does at each operation.
LAYERS = re.compile(r"^(unit|fuzz|model|mpu|mmu)\.")
ONCE = re.compile(r"^(mpu|mmu)\.")
MODEL_CALLS = 60000

CONSTANT = re.compile(r"^!?\(?(CONFIG_\w+|READY_WORDS|CAP_TWO_LEVEL|WORD_BITS|\d+|[\s!<>=&|()])+\)?$")


def change(name, content):
    """LIKELY(x) is !!(x) in the copy."""
    if name.startswith("kernel/") and name.endswith((".c", ".h")) and name != "kernel/compiler.h":
        return re.sub(rb"\b(UN)?LIKELY\(", b"!!(", content)
    return content


# --- build and run -------------------------------------------------------------------------------

def programs(folder, command):
    return [word for word in command if word.startswith(f"{folder}/")]


def build(tree, config):
    """Configure one build, and make the programs of its tests: the folder, and the tests."""
    settings = {
        "RME_BOARD": "host", "RME_OPTIONS": CONFIGS[config], "CMAKE_C_COMPILER": "clang",
        "CMAKE_ASM_COMPILER": "clang", "CMAKE_C_FLAGS": COUNTERS,
        "RME_WORD_32": "ON" if config == "m32" else "OFF", "RME_MODEL_CALLS": MODEL_CALLS,
    }
    folder = tree.configure(config, **settings)
    chosen = [(name, command) for name, command in scratch.tests(folder)
              if LAYERS.match(name) and (config == "managed" or not ONCE.match(name))]
    targets = {os.path.relpath(path, folder) for _, command in chosen for path in programs(folder, command)}
    run("ninja", "-C", folder, "-j", JOBS, *sorted(targets))
    return folder, chosen


def execute(folder, name, command):
    """Run one test; its counters lie beside it."""
    raw = folder / "raw" / name
    raw.mkdir(parents=True, exist_ok=True)
    for old in raw.iterdir():
        old.unlink()
    environment = {**os.environ, "LLVM_PROFILE_FILE": str(raw / "%c%p.profraw")}
    try:
        run(*command, cwd=ROOT, env=environment, timeout=300)
    except Failed as error:
        raise Failed(f"{folder.name}: {name} failed\n" + str(error)[-3000:]) from error
    return name, command, list(raw.glob("*.profraw"))


def export(folder, group, results):
    """What the tests of one group have taken: they contain the same kernel."""
    profiles = [path for _, _, paths in results for path in paths]
    objects = sorted({path for _, command, _ in results for path in programs(folder, command)})
    merged = folder / f"{group}.profdata"
    run("llvm-profdata", "merge", "-sparse", *profiles, "-o", merged)
    first, *others = objects
    text = run("llvm-cov", "export", "-instr-profile", merged, first,
               *(word for other in others for word in ("-object", other)))
    return json.loads(text[text.index("{"):])["data"][0]["functions"]


def measure(tree, config):
    """The functions that one build tells about."""
    folder, chosen = build(tree, config)
    with ThreadPoolExecutor(int(JOBS)) as pool:
        results = list(pool.map(lambda test: execute(folder, *test), chosen))
    groups = defaultdict(list)
    for result in results:
        groups[result[0] if ONCE.match(result[0]) else "kernel"].append(result)
    for group, members in groups.items():
        yield from export(folder, group, members)


# --- branches ------------------------------------------------------------------------------------

class Branch:
    """One condition: how often it was true, and false."""

    def __init__(self):
        self.taken = [0, 0]
        self.function = ""


def source_of(tree):
    cache = {}

    def text(name, place):
        lines = cache.setdefault(name, (tree.root / name).read_text(encoding="utf-8").splitlines())
        first, start, last, end = place
        if first == last:
            return lines[first - 1][start - 1:end - 1]
        parts = [lines[first - 1][start - 1:], *lines[first:last - 1], lines[last - 1][:end - 1]]
        return " ".join(" ".join(parts).split())
    return text


def collect(functions, branches):
    for function in functions:
        for line, start, last, end, true, false, index, *_ in function["branches"]:
            name = re.sub(r"^.*?(?=kernel/)", "", function["filenames"][index])
            if not re.match(r"kernel/\w+\.[ch]$", name):
                continue
            branch = branches[name, (line, start, last, end)]
            branch.taken[0] += true
            branch.taken[1] += false
            branch.function = function["name"].split(":")[-1]


def outcomes(branches, text):
    """(key, covered) of each outcome. Same conditions of one function are told apart by a number."""
    seen = defaultdict(int)
    for (name, place), branch in sorted(branches.items()):
        condition = text(name, place)
        if CONSTANT.match(condition):
            continue
        key = f"{name}: {branch.function}: {condition}"
        seen[key] += 1
        if seen[key] > 1:
            key += f" #{seen[key]}"
        if condition.startswith(("case ", "default")):
            yield key, branch.taken[0] > 0
            continue
        yield f"{key}: true", branch.taken[0] > 0
        yield f"{key}: false", branch.taken[1] > 0


def report(found, reasons, minimum, per_file):
    """Print what is missing; the exit status."""
    total, covered = len(found), sum(found.values())
    percent = 100 * covered / total if total else 0
    wrong = 0
    if per_file:
        files = defaultdict(lambda: [0, 0])
        for key, is_covered in found.items():
            files[key.split(":")[0]][0] += is_covered
            files[key.split(":")[0]][1] += 1
        for name, (part, whole) in sorted(files.items()):
            print(f"# {name}: {part} of {whole}")
    for key, is_covered in found.items():
        if is_covered:
            continue
        if key in reasons:
            print(f"# not covered: {key}\n#     {reasons[key]}")
        else:
            wrong += 1
            print(f"# NOT COVERED, no reason in tests/coverage.toml: {key}")
    for key in reasons:
        if key not in found:
            wrong += 1
            print(f"# tests/coverage.toml: no such branch: {key}")
        elif found[key]:
            print(f"# tests/coverage.toml: it is covered: {key}")
    print(f"# {covered} of {total} branches of kernel/ are covered: {percent:.1f} %")
    good = percent >= minimum and not wrong
    print(f"{'ok' if good else 'not ok'} 1 - branches of kernel/ covered by the tests on the host")
    print(f"1..1\n{int(good)} passed, {int(not good)} failed, 0 skipped")
    return 0 if good else 1


def main(argv):
    parser = argparse.ArgumentParser(description="Branches of kernel/ that the tests on the host take.")
    parser.add_argument("--minimum", type=float, default=95, metavar="PERCENT")
    parser.add_argument("--file", action="store_true", help="print the count of each file too")
    options = parser.parse_args(argv)
    reasons = tomllib.loads((ROOT / "tests" / "coverage.toml").read_text(encoding="utf-8"))["reasons"]
    branches = defaultdict(Branch)
    try:
        tree = scratch.Tree("coverage", change)
        for config in CONFIGS:
            collect(measure(tree, config), branches)
    except Failed as error:
        print(f"not ok 1 - branches of kernel/ covered by the tests on the host\n# {error}")
        print("1..1\n0 passed, 1 failed, 0 skipped")
        return 1
    found = dict(outcomes(branches, source_of(tree)))
    return report(found, reasons, options.minimum, options.file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
