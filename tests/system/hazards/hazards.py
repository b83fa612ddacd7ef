#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The rows of docs/concurrency.md on a machine: on real threads, and as interleavings that repeat.

  hazards.py IMAGE                           all: TAP, a line for each row and way, then the matrix
  hazards.py IMAGE --times 20                with twenty times as many runs
  hazards.py IMAGE --way WAY ...             some of it: a failure prints such a command

  threads   a thread for each of 4, 3 and 2 CPUs: `-accel tcg,thread=multi -smp N`
  icount    one thread for 2 CPUs: `-icount shift=N,sleep=off -rtc clock=vm`, N from 0 to 9. A seed is
            a schedule there: PAUSE, of which the kernel for tests has some, lets the other CPU go on

The third way is the host's: tests/concurrency. IMAGE is system_hazards.elf of preset x86_64-smp.
A run on one thread is made twice when it fails, and printed with the command that makes it again.
"""
import argparse
import json
import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import run_qemu  # noqa: E402

WAYS = ("threads", "icount")
THREAD_RUNS = {4: 6, 3: 6, 2: 30}  # of each scenario, by CPUs
ICOUNT_RUNS = 40
REPEATED_RUNS = 10
SHIFTS = range(10)
SILENCE, BRIEF = 320, 8  # of a hang: nothing else takes so long

ROW = re.compile(r"^\| (H\d+[a-z]?) \| [^|]+ \| [^|]+ \|$", re.M)
NAME = re.compile(r"^# (H\d+[a-z]?) [^:]*$")
SEEN = re.compile(r"^# (\d+) CPUs, wants ([0-9a-f]+), saw ([0-9a-f]+), trace ([0-9a-f]+)$")
TRACE = re.compile(r"^# (H\d+[a-z]?) .*, seed (\d+), trace ([0-9a-f]+)$")
CASE = re.compile(r"^(not )?ok \d+ - ((H\d+[a-z]?) .*)$")


@dataclass(frozen=True)
class Boot:
    """One start of the machine."""
    way: str
    cpus: int
    shift: int
    runs: int
    rows: str = ""
    seed: int | None = None
    tell: bool = False
    brief: bool = False

    def text(self):
        """The kernel's command line."""
        words = [f"runs={self.runs}", f"rows={self.rows}" if self.rows else "",
                 f"icount={self.shift}" if self.way == "icount" else "",
                 f"seed={self.seed}" if self.seed is not None else "", "tell" if self.tell else "", "brief" if self.brief else ""]
        return " ".join(word for word in words if word)

    def arguments(self):
        args = ["-smp", str(self.cpus), "-append", self.text()]
        if self.way == "icount":
            return args + ["-accel", "tcg,thread=single", "-rtc", "clock=vm",
                           "-icount", f"shift={self.shift},sleep=off"]
        return args + ["-accel", "tcg,thread=multi"]

    def command(self, image):
        words = ["python3", "tests/system/hazards/hazards.py", str(image), "--way", self.way,
                 f"--cpus {self.cpus}", f"--shift {self.shift}" if self.way == "icount" else "",
                 f"--rows {self.rows}" if self.rows else "",
                 f"--seed {self.seed}" if self.seed is not None else f"--runs {self.runs}"]
        return " ".join(word for word in words if word)


@dataclass
class Result:
    """What one start has said of one scenario."""
    good: bool
    wants: int = 0
    saw: int = 0
    trace: str = ""
    notes: list = field(default_factory=list)
    failed: tuple | None = None  # seed, digest


def machine(image, boot):
    board = json.loads((image.parent / "generated" / "board.json").read_text(encoding="utf-8"))["board"]
    qemu = board["qemu"]
    return run_qemu.Machine(qemu["machine"], qemu["program"],
                            [str(arg) for arg in qemu["args"]] + boot.arguments())


def run(image, boot, echo=False):
    """{scenario: Result} and, if the machine did not come to its end, why."""
    outcome = run_qemu.run(machine(image, boot), image, timeout=0x7FFFFFF,
                           silence=SILENCE / BRIEF if boot.brief else SILENCE, echo=echo, needs_closing=True)
    results, notes, seen, failed, name = {}, [], None, None, ""
    for line in outcome.lines:
        if match := CASE.match(line):
            results[match[2]] = Result(not match[1], *(seen or (0, 0, "")), notes, failed)
            notes, seen, failed, name = [], None, None, ""
        elif match := SEEN.match(line):
            seen = int(match[2], 16), int(match[3], 16), match[4]
        elif match := TRACE.match(line):
            failed = int(match[2]), match[3]
        elif NAME.match(line):
            name = line[2:]
        elif line.startswith("# "):
            notes.append(line[2:])
    ended = run_qemu.CLOSING.match(outcome.reason)
    if not ended and name:
        results[name] = Result(False, notes=[*notes, outcome.reason])
    return results, "" if ended else outcome.reason


def same_failure(image, boot, name, digest):
    """Whether this start makes that run again: the same operations in the same order."""
    results, _ = run(image, replace(boot, tell=True))
    return name in results and results[name].failed is not None and results[name].failed[1] == digest


def replay(image, boot, name, result):
    """The shortest command that makes the failing run again; on threads there is none that must."""
    row = name.split()[0]
    if result.failed is None:
        return boot
    seed, digest = result.failed
    alone = replace(boot, rows=row, seed=seed)
    if boot.way == "threads":
        return replace(boot, rows=row)
    for candidate in (alone, replace(boot, rows=row, runs=seed + 1)):
        if same_failure(image, candidate, name, digest):
            return candidate
    return boot


def repeats(image):
    """What differs between two times the same start, and the same start with another seed: nothing, and something."""
    boot = Boot("icount", 2, 3, REPEATED_RUNS)
    first, second, other = (
        {name: result.trace for name, result in run(image, one)[0].items()}
        for one in (boot, boot, replace(boot, shift=4)))
    wrong = [f"{name}: {first[name]} and {second.get(name)}" for name in first if first[name] != second.get(name)]
    wrong += [f"{name}: another shift makes the same run" for name in first if first[name] == other.get(name)]
    return wrong if first else ["it was not run"]


def boots(options):
    """All starts of the chosen ways."""
    wanted = [options.way] if options.way else WAYS
    found = []
    for cpus, runs in THREAD_RUNS.items() if "threads" in wanted else ():
        found.append(Boot("threads", cpus, 0, runs * options.times, options.rows))
    for shift in SHIFTS if "icount" in wanted else ():
        found.append(Boot("icount", 2, shift, ICOUNT_RUNS * options.times, options.rows))
    if options.cpus:
        found = [boot for boot in found if boot.cpus == options.cpus]
    if options.shift is not None:
        found = [boot for boot in found if boot.shift == options.shift]
    found = [replace(boot, brief=options.brief) for boot in found]
    if options.runs:
        found = [replace(boot, runs=options.runs) for boot in found]
    if options.seed is not None:
        found = [replace(boot, seed=options.seed, tell=True) for boot in found]
    return found


def table_rows(prefix):
    text = (ROOT / "docs" / "concurrency.md").read_text(encoding="utf-8")
    return [row for row in ROW.findall(text) if row.startswith(prefix)]


def host_files():
    """{row: where its scenario for the host is}"""
    found = {}
    for path in sorted((ROOT / "tests" / "concurrency").glob("hazards_*.c")):
        for row in re.findall(r'"(H\d+[a-z]?) ', path.read_text(encoding="utf-8")):
            found.setdefault(row, path.stem)
    return found


class Ways:
    """What was seen, by row and way."""

    def __init__(self):
        self.good, self.problems, self.runs, self.outcomes, self.wants = {}, {}, {}, {}, {}

    def problem(self, key, lines):
        self.good[key] = False
        self.problems.setdefault(key, []).extend(lines)

    def add(self, image, boot, results, reason):
        for name, result in results.items():
            key = name.split()[0], boot.way
            scenario = name, boot.way
            self.good.setdefault(key, True)
            self.runs[key] = self.runs.get(key, 0) + (1 if boot.seed is not None else boot.runs)
            self.outcomes[scenario] = self.outcomes.get(scenario, 0) | result.saw
            self.wants[scenario] = result.wants
            if not result.good and self.good[key]:
                again = replay(image, boot, name, result).command(image)
                self.problem(key, [*result.notes, f"again: {again}"])
        if reason:
            print(f"# {boot.command(image)}: {reason}", flush=True)

    def check_outcomes(self):
        """Interleavings that repeat must have shown what their scenarios are about."""
        for (name, way), wants in self.wants.items():
            missing = wants & ~self.outcomes[name, way]
            if way == "icount" and missing:
                self.problem((name.split()[0], way), [f"{name}: outcomes {missing:x} were never seen"])


def report(rows, ways, found, different=None):
    """TAP, then the matrix; the number of cases that failed. `different`: what repeats() says, where it was asked."""
    host, number, failed = host_files(), 0, 0
    if different is not None:
        number, failed = 1, bool(different)
        print(f"{'not ' if different else ''}ok 1 - icount repeats, operation by operation")
        print("".join(f"#   {line}\n" for line in different[:20]), end="")
    for row in rows:
        for way in ways:
            number += 1
            key = row, way
            good = found.good.get(key, False)
            failed += not good
            print(f"{'' if good else 'not '}ok {number} - {row} {way}")
            print(f"#   {found.runs.get(key, 0)} runs")
            for line in found.problems.get(key, [] if good else ["it was not run to its end"])[:20]:
                print(f"#   {line}")
    print(f"# {'row':6}" + "".join(f"{way:>9}" for way in ways) + "  host")
    for row in rows:
        cells = "".join(f"{'ok' if found.good.get((row, way)) else 'FAILED':>9}" for way in ways)
        print(f"# {row:6}{cells}  {host.get(row, 'MISSING')}")
    names = {name for name, _ in found.wants}
    print(f"# {len(names)} scenarios, {len(rows)} rows")
    print(f"1..{number}")
    print(f"{number - failed} passed, {failed} failed, 0 skipped")
    return failed


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("--times", type=int, default=1, help="so many times the usual runs")
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--cpus", type=int)
    parser.add_argument("--shift", type=int)
    parser.add_argument("--rows", default="", help="rows whose names begin so")
    parser.add_argument("--runs", type=int, help="runs of each scenario")
    parser.add_argument("--seed", type=int, help="one run")
    parser.add_argument("--brief", action="store_true", help="a hang is one after an eighth of the time")
    parser.add_argument("--echo", action="store_true", help="all that the machine prints")
    options = parser.parse_args(argv)
    found = Ways()
    for boot in boots(options):
        results, reason = run(options.image, boot, options.echo)
        found.add(options.image, boot, results, reason)
        for result in results.values() if options.seed is not None else ():
            if result.failed:
                print(f"# seed {result.failed[0]}, trace {result.failed[1]}")
    different = None
    if not (options.cpus or options.shift is not None or options.seed is not None or options.runs):
        found.check_outcomes()
        different = repeats(options.image) if not options.way and not options.rows else None
    return report(table_rows(options.rows), [options.way] if options.way else WAYS, found, different) != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
