#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Do the hazard tests bite? Puts back one mistake after another and expects the named test to fail.

  mutate.py [--list] [--random] [ROW...]        rows of mutations.toml; all by default
  mutate.py --machine [--times N] [ROW...]      the same on a machine of several CPUs in QEMU, by
                         tests/system/hazards: which of its two ways finds which mistake
  mutate.py --check      builds nothing: each row of docs/concurrency.md has a scenario and a mistake
                         whose place is in the kernel (skipped, loudly, where that has moved)

--random: not the named test, but random calls (random_cpus) are to find them; not all of them can.

Works on a copy of the tree in build/mutants. TAP, one line per mistake; no part of `./rme test`,
because each needs a build.
"""
import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutants"
MACHINE = "x86_64-smp"
ELSEWHERE = ("kernel/pagetable_mpu.c",)  # not in the kernel of a machine with an MMU


def copy_tree():
    """The present state of the tree, with time stamps, so that only what changed is built again."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                           check=True).stdout.splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)


def kind_of(mutation):
    """The build that a mistake is tried in: board and sanitizers."""
    return mutation.get("board", "host"), "thread" if mutation.get("threads") else "address,undefined"


def configure(board, sanitize):
    build = COPY / "build" / f"{board}-{sanitize.partition(',')[0]}"
    subprocess.run(["cmake", "-S", COPY, "-B", build, "-G", "Ninja", f"-DRME_BOARD={board}",
                    "-DCMAKE_C_COMPILER=gcc", f"-DRME_SANITIZE={sanitize}"],
                   check=True, stdout=subprocess.DEVNULL)
    return build


def run(build, mutation):
    """Whether the test fails, and the line that says why."""
    program = mutation["program"]
    made = subprocess.run(["cmake", "--build", build, "--target", program], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if made.returncode:
        return None, "\n".join(line for line in made.stdout.splitlines() if "error" in line)
    command = [build / "tests" / "concurrency" / program]
    if mutation.get("threads"):
        command.append("--threads")
    command += ["--seeds", "1500"] if program == "random_cpus" else [mutation["row"]]
    try:
        done = subprocess.run(command, text=True, errors="replace", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, timeout=120)
    except subprocess.TimeoutExpired:
        return True, "no end within 120 s"
    why = [line for line in done.stdout.splitlines()
           if "SUMMARY" in line or ((line.startswith("# H") or line.startswith("# seed")) and "preemptions" not in line)]
    return done.returncode != 0, why[0] if why else f"exit status {done.returncode}"


def run_machine(build, times, mutation):
    """The same on a machine: which of its ways find it, and the first line that says why."""
    made = subprocess.run(["cmake", "--build", build, "--target", "system_hazards"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if made.returncode:
        return None, "\n".join(line for line in made.stdout.splitlines() if "error" in line)
    done = subprocess.run([sys.executable, COPY / "tests/system/hazards/hazards.py",
                           build / "system_hazards.elf", "--times", str(times), "--brief",
                           "--rows", mutation["row"]], text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    lines = done.stdout.splitlines()
    ways = re.findall(r"^not ok \d+ - \S+ (\w+)$", done.stdout, re.M)
    why = [line[4:] for line in lines if line.startswith("#   ") and not line.endswith(" runs")]
    return bool(ways), f"{' '.join(ways)}: {why[0] if why else ''}" if ways else ""


def try_one(builds, mutation, machine=None):
    path = COPY / mutation["file"]
    text = path.read_text(encoding="utf-8")
    if text.count(mutation["old"]) != 1:
        return None, f"{mutation['file']} does not hold the line exactly once"
    path.write_text(text.replace(mutation["old"], mutation["new"]), encoding="utf-8")
    try:
        return run_machine(*machine, mutation) if machine else run(builds[kind_of(mutation)], mutation)
    finally:
        path.write_text(text, encoding="utf-8")


def check(mutations):
    """TAP, one line for each row of the hazard table."""
    text = (ROOT / "docs" / "concurrency.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (H\d+[a-z]?) \| [^|]+ \| [^|]+ \|$", text, re.M)
    sources = "".join(path.read_text(encoding="utf-8")
                      for path in sorted(Path(__file__).parent.glob("hazards_*.c")))
    scenarios = set(re.findall(r'"(H\d+[a-z]?) ', sources))
    failed = skipped = 0
    names = list(dict.fromkeys(rows)) + sorted((scenarios | {one["row"] for one in mutations}) - set(rows))
    for number, row in enumerate(names, 1):
        mine = [one for one in mutations if one["row"] == row]
        moved = [f"{one['file']} has changed where '{one['text']}' was" for one in mine
                 if (ROOT / one["file"]).read_text(encoding="utf-8").count(one["old"]) != 1]
        wrong = [] if rows.count(row) == 1 else ["not in docs/concurrency.md exactly once"]
        wrong += [] if row in scenarios else ["no scenario"]
        wrong += [] if mine else ["no mistake in mutations.toml"]
        failed += bool(wrong)
        skipped += bool(moved and not wrong)
        skip = f" # SKIP {moved[0]}: bring mutations.toml up to date" if moved and not wrong else ""
        print(f"{'not ' if wrong else ''}ok {number} - {row} has a reason, a scenario and a mistake{skip}")
        print("".join(f"# {line}\n" for line in wrong), end="")
    print(f"1..{len(names)}")
    print(f"{len(names) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return failed != 0


def try_all(mutations, builds, machine=None):
    failed = 0
    for number, one in enumerate(mutations, 1):
        found, why = try_one(builds, one, machine)
        failed += not found
        print(f"{'' if found else 'not '}ok {number} - {one['row']} finds: {one['text']}")
        if why:
            print("\n".join(f"#   {line}" for line in why.splitlines()[:6]), flush=True)
    print(f"1..{len(mutations)}")
    print(f"{len(mutations) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


def main(argv):
    parser = argparse.ArgumentParser(description="Mistakes that the hazard tests must find.")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--machine", action="store_true", help="in QEMU, by tests/system/hazards")
    parser.add_argument("--times", type=int, default=1, help="there, so many times the usual runs")
    parser.add_argument("--random", action="store_true", help="by random calls")
    parser.add_argument("rows", nargs="*")
    options = parser.parse_args(argv)
    table = tomllib.loads((Path(__file__).parent / "mutations.toml").read_text(encoding="utf-8"))
    mutations = [one for one in table["mutation"]
                 if not options.rows or one["row"] in options.rows]
    if options.check:
        return check(table["mutation"])
    if options.list:
        for one in mutations:
            print(one["row"], one["text"])
        return 0
    if options.random:
        mutations = [one | {"program": "random_cpus", "threads": False} for one in mutations]
    copy_tree()
    if options.machine:
        mutations = [one for one in mutations if one["file"] not in ELSEWHERE]
        subprocess.run(["cmake", "--preset", MACHINE], cwd=COPY, check=True, stdout=subprocess.DEVNULL)
        machine = COPY / "build" / MACHINE, options.times
        return try_all(mutations, {}, machine)
    builds = {kind: configure(*kind) for kind in {kind_of(one) for one in mutations}}
    return try_all(mutations, builds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
