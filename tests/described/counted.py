# SPDX-License-Identifier: Unlicense
"""What tests that count the instructions of a described system have in common: a run under the plugin, and a table
that stands in a document between two marks, where a run is compared with it.
"""
import argparse
import json
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import plugin  # noqa: E402
import run_qemu  # noqa: E402
from claims import of_run, report as claims_report  # noqa: E402
from elf import Elf  # noqa: E402

NEAR = 100  # by how much a small figure may differ


def parser(description):
    """Of the arguments that all of them take."""
    every = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    every.add_argument("folder", type=Path)
    for name in ("--board", "--machine", "--qemu"):
        every.add_argument(name, required=True)
    every.add_argument("--arg", action="append", default=[])
    every.add_argument("--vector", action="append", required=True, help="of faults, and last that of the timer")
    every.add_argument("--most", type=int, required=True, help="instructions from a fault to the next life")
    every.add_argument("--table", type=Path)
    every.add_argument("--write", type=Path)
    return every


# --- a run ---------------------------------------------------------------------------------------

class System:
    """A described system of the build."""

    def __init__(self, options, name):
        self.options = options
        self.image = Elf(options.folder / f"{name}.elf")
        self.known = json.loads((options.folder / "systems" / name / "system.json").read_text(encoding="utf-8"))

    def shared(self, name):
        """Where this memory is."""
        return next(memory["base"] for memory in self.known["shared"] if memory["name"] == name)

    def word(self):
        return 8 if self.known["machine"]["mmu"] else 4

    def count(self, marks, labels, until=None, extra=()):
        """How it ended, and what the plugin saw: marks are addresses that are read, labels a range of them."""
        options = self.options
        extra = [*extra, *(f"load={mark:#x}" for mark in marks), f"label={labels[0]:#x}:{labels[1]:#x}"]
        if self.known["machine"]["mmu"]:
            extra.append("physical=1")
        machine = run_qemu.Machine(options.machine, options.qemu, options.arg)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "count.json")
            argument = plugin.arguments(self.image, out, vectors=options.vector, counter=marks[0], extra=extra)
            outcome = run_qemu.run(machine, self.image.path, exact=True, echo=False, silence=0, timeout=600, until=until,
                                   extra=["-plugin", argument])
            return outcome, plugin.read(out)


# --- a table -------------------------------------------------------------------------------------

def cell(value):
    return "" if value is None else value if isinstance(value, str) else f"{value:,}"


def rows(name, head, body):
    """As it stands in the documents."""
    lines = [f"<!-- {name} -->", "| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    return [*lines, *("| " + " | ".join(map(cell, row)) + " |" for row in body), f"<!-- /{name} -->"]


def place_of(lines, table):
    """Where it stands: its first line and the one behind its last."""
    return lines.index(table[0]), lines.index(table[-1]) + 1


def numbers(line):
    """Of each cell but the first."""
    return [[int(n.replace(",", "")) for n in re.findall(r"[0-9][0-9,]*", text)] for text in line.split("|")[2:-1]]


def is_near(told, seen):
    return len(told) == len(seen) and all(abs(a - b) <= b / 10 + NEAR for a, b in zip(told, seen))


def told(path, table):
    """(claim, whether it holds) of each row that the documents have: they may differ by a tenth."""
    lines = path.read_text(encoding="utf-8").splitlines()
    begin, end = place_of(lines, table)
    yield "the documents have every row", end - begin == len(table)
    for row, other in zip(lines[begin + 3:end - 1], table[3:-1]):
        name = other.split("|")[1].strip()
        yield f"{name}: as in the documents", row.split("|")[1].strip() == name and all(
            map(is_near, numbers(row), numbers(other)))


def write(path, table):
    lines = path.read_text(encoding="utf-8").splitlines()
    begin, end = place_of(lines, table)
    lines[begin:end] = table
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


# --- what comes of it ----------------------------------------------------------------------------

def leave(options, tables):
    """For `./rme test`, which shows it."""
    name = Path(sys.argv[0]).stem
    folder = options.folder / "reports"
    folder.mkdir(exist_ok=True)
    text = "".join("\n" + "\n".join(table[1:-1]) + "\n" for table in tables)
    (folder / f"described.{name}.md").write_text(f"{name}, in instructions, {options.board}\n{text}\n", encoding="utf-8")


def report(options, claims, tables, outcomes, more=()):
    """TAP of claims and of what the documents say of the tables, but for more of them; or --write. The exit status."""
    if options.write:
        for table in tables:
            write(options.write, table)
        return 0
    every = list(claims)
    if options.table:
        every += [claim for table in tables for claim in told(options.table, table)]
    leave(options, [*tables, *more])
    return claims_report(every, "\n".join(of_run(outcome, outcome.lines[-5:]) for outcome in outcomes))
