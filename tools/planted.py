#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Planted defects: each patch of tests/planted/ is put into a copy of the tree, and the test that it
names must fail, for that reason.

  planted.py [--only REGEX] [--applies]     run all, or the matching ones; --applies: only look
                                            whether each patch still applies

The head of a patch is lines of `Key: value`, then what the defect is, then a unified diff:

  Build: host               the build of its tests: one of BUILDS, or a preset of a board
  Test: unit.kmem           a test of that build (ctest), and
  Line: text of a case      the case that must fail; Test and Line may come several times
  Ends: hang                instead of Line: the program must not end within its time
  Ends: early               or it must end before its plan: the kernel has stopped the machine
  Arguments: 1000000 1 0 0  of the test before it, in place of those that ctest gives it

Without the patch each named case must pass. A patch applies where the lines that it removes, with
their context, stand exactly once; line numbers do not matter. Each case is one TAP line.
"""
import argparse
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import scratch
from scratch import JOBS, ROOT, Failed, run

FOLDER = ROOT / "tests" / "planted"
HOST = {"RME_BOARD": "host", "CMAKE_C_COMPILER": "gcc", "CMAKE_ASM_COMPILER": "gcc",
        "RME_MODEL_CALLS": "30000"}  # without a patch; the patches ask for more
BUILDS = {
    "host": {**HOST, "RME_OPTIONS": "", "RME_TEST_TOOLS": "ON"},
    "host-debug": {**HOST, "RME_OPTIONS": "DEBUG=1"},
    "host-one": {**HOST, "RME_OPTIONS": "CPUS_MAX=1"},
    "host-raw": {**HOST, "RME_OPTIONS": "RAW=1"},
}
HANG, EARLY = "Ends: hang", "Ends: early"  # in the place of a line
HANG_SECONDS = 5  # of computing
WALL_SECONDS = 10  # the same where an emulator computes
TEST_SECONDS = 120


# --- builds --------------------------------------------------------------------------------------

def presets():
    """Settings of each preset of a board, as `cmake --preset` has them."""
    data = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))
    known = {preset["name"]: preset for preset in data["configurePresets"]}

    def settings(name):
        preset = known[name]
        parents = preset.get("inherits", [])
        found = {}
        for parent in [parents] if isinstance(parents, str) else reversed(parents):
            found.update(settings(parent))
        if "toolchainFile" in preset:
            found["CMAKE_TOOLCHAIN_FILE"] = preset["toolchainFile"]
        found.update(preset.get("cacheVariables", {}))
        return found

    found = {name: settings(name) for name, preset in known.items() if not preset.get("hidden")}
    return {name: value for name, value in found.items() if "CMAKE_TOOLCHAIN_FILE" in value}


BUILDS.update(presets())


# --- patches -------------------------------------------------------------------------------------

@dataclass
class Hunk:
    file: str
    old: list = field(default_factory=list)
    new: list = field(default_factory=list)


@dataclass
class Patch:
    name: str
    build: str = "host"
    tests: list = field(default_factory=list)  # [test, line, or HANG or EARLY, arguments]
    hunks: list = field(default_factory=list)


def parse(path):
    patch = Patch(path.stem)
    text = path.read_text(encoding="utf-8")
    head, _, diff = text.partition("\n--- ")
    for line in head.splitlines():
        key, _, value = line.partition(": ")
        if key == "Build":
            patch.build = value
        elif key == "Test":
            patch.tests.append([value, "", ()])
        elif key == "Line":
            patch.tests[-1][1] = value
        elif key == "Ends":
            patch.tests[-1][1] = f"Ends: {value}"
        elif key == "Arguments":
            patch.tests[-1][2] = tuple(value.split())
    unclear = any(not line or line.startswith("Ends: ") and line not in (HANG, EARLY) for _, line, _ in patch.tests)
    if patch.build not in BUILDS or not diff or not patch.tests or unclear:
        raise Failed(f"{path.name}: the head is not complete, or there is no diff")
    name = None
    for line in ("--- " + diff).splitlines():
        if line.startswith("+++ "):
            name = line[4:].removeprefix("b/").split("\t")[0]
        elif line.startswith("@@"):
            patch.hunks.append(Hunk(name))
        elif patch.hunks and line[:1] in (" ", "-", "+", "") and not line.startswith("--- "):
            if line[:1] != "+":
                patch.hunks[-1].old.append(line[1:])
            if line[:1] != "-":
                patch.hunks[-1].new.append(line[1:])
    return patch


def applied(patch):
    """The changed files of a patch: name and content."""
    changed = {}
    for hunk in patch.hunks:
        if hunk.file not in changed:
            path = ROOT / hunk.file
            if not path.is_file():
                raise Failed(f"it does not apply: there is no {hunk.file}")
            changed[hunk.file] = path.read_text(encoding="utf-8").split("\n")
        lines, size = changed[hunk.file], len(hunk.old)
        places = [i for i in range(len(lines) - size + 1) if lines[i:i + size] == hunk.old]
        if len(places) != 1:
            raise Failed(f"it does not apply: its lines stand {len(places)} times in {hunk.file}")
        lines[places[0]:places[0] + size] = hunk.new
    return {name: "\n".join(lines).encode() for name, lines in changed.items()}


# --- builds and tests ----------------------------------------------------------------------------

class Build:
    def __init__(self, tree, name):
        self.folder = tree.configure(name, **BUILDS[name])
        self.commands = dict(scratch.tests(self.folder))

    def programs(self, names):
        for name in names:
            if name not in self.commands:
                raise Failed(f"build {self.folder.name} has no test {name}")
            for word in self.commands[name]:
                if word.startswith(f"{self.folder}/"):
                    yield word.removeprefix(f"{self.folder}/")

    def make(self, names):
        """What the tests run: everything, where one names no program but the folder of the build."""
        programs = [list(self.programs([name])) for name in names]
        run("ninja", "-C", self.folder, "-j", JOBS, *sorted(set(sum(programs, [])) if all(programs) else ()))

    def execute(self, name, seconds, arguments=()):
        """Output of a test, and whether it ended in time."""
        command = self.commands[name]
        if arguments:
            command = [*command[:command.index(str(self.folder / next(self.programs([name])))) + 1], *arguments]
        if "CMAKE_TOOLCHAIN_FILE" in BUILDS[self.folder.name]:
            wall = WALL_SECONDS if seconds == HANG_SECONDS else 3 * seconds
            output, status = scratch.execute(command, 3 * TEST_SECONDS, wall)
        else:
            output, status = scratch.execute(command, seconds)
        return output, status is not None


def verdicts(output):
    """States of each case of an output: name to the set of what its lines say."""
    states = {}
    for match in re.finditer(r"^(not )?ok\b\s*\d*\s*(?:- )?(.*?)\s*$", output, re.MULTILINE):
        states.setdefault(match[2], set()).add("failed" if match[1] else "passed")
    return states


def check_sound(build, names, patches):
    """Without a patch every named case is there and passes. (As ctest runs the tests.)"""
    with ThreadPoolExecutor(int(JOBS)) as pool:
        results = dict(zip(names, pool.map(lambda name: build.execute(name, TEST_SECONDS), names)))
    for patch in patches:
        for name, line, _ in patch.tests:
            output, ended = results[name]
            if not ended:
                raise Failed(f"{name} does not end without any patch")
            if line not in (HANG, EARLY) and verdicts(output).get(line) != {"passed"}:
                raise Failed(f"{patch.name}: without any patch {name} does not pass '{line}'")


def check_end(name, line, output, ended):
    if line == HANG and ended:
        raise Failed(f"{name} ends")
    if line == EARLY and (not ended or re.search(r"^1\.\.\d", output, re.MULTILINE)):
        raise Failed(f"{name} {'comes to its plan' if ended else 'hangs'}")
    if line not in (HANG, EARLY) and "failed" not in verdicts(output).get(line, set()):
        failed = [text for text, states in verdicts(output).items() if "failed" in states]
        raise Failed(f"{name} does not fail at '{line}', but at: {failed[:5]}" + ("" if ended else "; it hangs"))


def check_planted(tree, build, patch):
    """Every named test fails for its reason."""
    changed = applied(patch)
    try:
        for name, content in changed.items():
            scratch.write(tree.root / name, content)
        build.make([name for name, _, _ in patch.tests])
        results = {}
        for name, line, arguments in patch.tests:
            key = (name, arguments, line == HANG)
            if key not in results:
                results[key] = build.execute(name, HANG_SECONDS if line == HANG else TEST_SECONDS, arguments)
            check_end(name, line, *results[key])
    finally:
        for name in changed:
            scratch.write(tree.root / name, (ROOT / name).read_bytes())


class Report:
    def __init__(self):
        self.count, self.failed = 0, 0
        self.lock = Lock()

    def case(self, name, problem=""):
        with self.lock:
            self.count += 1
            self.failed += bool(problem)
            print(f"{'not ok' if problem else 'ok'} {self.count} - {name}", flush=True)
            for line in str(problem).splitlines()[-40:]:
                print(f"# {line}", flush=True)

    def end(self):
        print(f"1..{self.count}")
        print(f"{self.count - self.failed} passed, {self.failed} failed, 0 skipped")
        return 1 if self.failed else 0


def run_build(tree, name, patches, report):
    try:
        build = Build(tree, name)
        names = sorted({test for patch in patches for test, _, _ in patch.tests})
        build.make(names)
        check_sound(build, names, patches)
    except Failed as error:
        report.case(f"build {name}", error)
        return
    report.case(f"build {name}: the tests pass without a patch")
    for patch in patches:
        try:
            check_planted(tree, build, patch)
            report.case(f"{patch.name}: found by {', '.join(dict.fromkeys(test[0] for test in patch.tests))}")
        except Failed as error:
            report.case(patch.name, error)


def run_builds(patches, report):
    """The builds with most patches first, each in the next copy of the tree that is free: to build one program again and to
    run it keeps one processor busy."""
    chosen = {name: [patch for patch in patches if patch.build == name] for name in BUILDS}
    waiting = sorted((name for name in chosen if chosen[name]), key=lambda name: len(chosen[name]))
    lock = Lock()

    def work(index):
        tree = scratch.Tree(f"planted/{index}")
        while True:
            with lock:
                if not waiting:
                    return
                name = waiting.pop()
            run_build(tree, name, chosen[name], report)

    workers = min(int(JOBS), len(waiting))
    if workers:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, range(workers)))


def main(argv):
    parser = argparse.ArgumentParser(description="Plant each defect; the test that it names must fail.")
    parser.add_argument("--only", metavar="REGEX", default="", help="the patches whose name or build matches")
    parser.add_argument("--applies", action="store_true", help="only look whether each still applies")
    options = parser.parse_args(argv)
    report = Report()
    patches = []
    for path in sorted(FOLDER.glob("*.patch")):
        try:
            patch = parse(path)
            if not re.search(options.only, f"{patch.name} {patch.build}"):
                continue
            applied(patch)
            patches.append(patch)
            if options.applies:
                report.case(f"{patch.name} applies")
        except Failed as error:
            report.case(path.stem, error)
    if not options.applies:
        run_builds(patches, report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
