#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Mutants: negate every n-th condition of kernel/, one at a time; the tests on the host must notice.

  mutants.py [--count N] [--offset K] [--minimum M] [--list]

Conditions are what stands in `if (...)`, `while (...)`, the middle of `for (...)` and before `?`, each
operand of && and || by itself; those that a build option decides are left out. N of them (20), spread
evenly over all files, are negated in a copy of the tree, which is built and tested: unit, model, fuzz,
concurrency, page tables. At least M (18) must be found: a test fails, or does not end.
"""
import argparse
import os
import re
import sys

import scratch
from coverage import CONSTANT
from scratch import JOBS, ROOT, Failed, run

SETTINGS = {"RME_BOARD": "host", "CMAKE_C_COMPILER": "gcc", "CMAKE_ASM_COMPILER": "gcc", "RME_OPTIONS": "DEBUG=1",
            "RME_MODEL_CALLS": "200000"}
# What is quick comes first; the second lot only sees what the first has let live.
LOTS = (("unit", "mpu", "mmu", "fuzz"), ("model", "concurrency"))
TEST_SECONDS = 60  # of computing


# --- conditions ----------------------------------------------------------------------------------

def blank(text):
    """Comments, strings, characters and preprocessor lines as spaces: places stay."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|^[ \t]*#(?:\\\n|[^\n])*',
                         re.DOTALL | re.MULTILINE)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def closing(text, start):
    """Place of the parenthesis that closes the one at `start`."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] in "([{") - (text[i] in ")]}")
        if depth == 0:
            return i
    raise ValueError("parentheses do not match")


def split(text, begin, end, separators):
    """Parts of text[begin:end] between separators outside parentheses."""
    parts, depth, start, i = [], 0, begin, begin
    while i < end:
        depth += (text[i] in "([{") - (text[i] in ")]}")
        found = next((word for word in separators if depth == 0 and text.startswith(word, i)), None)
        if found:
            parts.append((start, i))
            i += len(found)
            start = i
        else:
            i += 1
    return [*parts, (start, end)]


def trim(text, begin, end):
    while begin < end and text[begin].isspace():
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    return begin, end


def atoms(text, begin, end):
    """The operands of && and || in a condition, through parentheses and LIKELY."""
    for part in split(text, begin, end, ("&&", "||")):
        first, last = trim(text, *part)
        inner = re.compile(r"(?:(?:UN)?LIKELY\s*|!\s*)?\(").match(text, first)
        if (first, last) != trim(text, begin, end):
            yield from atoms(text, first, last)
        elif inner and closing(text, inner.end() - 1) == last - 1:
            yield from atoms(text, inner.end(), last - 1)
        elif first < last:
            yield first, last


def before_question(text, place):
    """Where the condition of the `?` at `place` begins."""
    depth, i = 0, place - 1
    while i >= 0:
        depth += (text[i] in ")]}") - (text[i] in "([{")
        is_assignment = text[i] == "=" and text[i - 1] not in "=!<>" and text[i + 1] != "="
        if depth < 0 or (depth == 0 and (text[i] in ",;?:" or is_assignment)):
            return i + 1
        if depth == 0 and re.match(r"return\b", text[i:]) and not text[i - 1].isalnum():
            return i + len("return")
        i -= 1
    return 0


def conditions(text):
    """Begin and end of each condition in a source, in order."""
    code, found = blank(text), set()
    for match in re.finditer(r"\b(if|while|for)\s*\(", code):
        begin, end = match.end(), closing(code, match.end() - 1)
        if match[1] == "for":
            begin, end = split(code, begin, end, (";",))[1]
        found.update(atoms(code, begin, end))
    for match in re.finditer(r"\?", code):
        found.update(atoms(code, before_question(code, match.start()), match.start()))
    # A condition that holds a ?: of its own is told by its parts.
    return sorted(place for place in found if "?" not in code[place[0]:place[1]]
                  and not CONSTANT.match(code[place[0]:place[1]]))


def all_conditions():
    for path in sorted((ROOT / "kernel").glob("*.[ch]")):
        text = path.read_text(encoding="utf-8")
        for begin, end in conditions(text):
            line = text.count("\n", 0, begin) + 1
            yield f"kernel/{path.name}", line, begin, end, " ".join(text[begin:end].split())


# --- tests ---------------------------------------------------------------------------------------

def killer(tests):
    """The first test that fails or does not end, or None."""
    for name, command in tests:
        _, status = scratch.execute(command, TEST_SECONDS)
        if status != 0:
            return name if status is not None else f"{name}, which does not end"
    return None


class Lot:
    """Layers of tests, and the programs that they need."""

    def __init__(self, folder, layers):
        chosen = [(name, command) for name, command in scratch.tests(folder) if name.split(".")[0] in layers]
        self.tests = sorted(chosen, key=lambda test: (layers.index(test[0].split(".")[0]), test[0]))
        self.folder = folder
        self.targets = sorted({os.path.relpath(word, folder) for _, command in self.tests for word in command
                               if word.startswith(f"{folder}/")})

    def build(self):
        run("ninja", "-C", self.folder, "-j", JOBS, *self.targets)

    def check(self):
        """Without a mutant all is well."""
        self.build()
        if broken := killer(self.tests):
            raise Failed(f"{broken} fails without a mutant")

    def try_mutant(self, tree, mutant):
        """The test that finds one mutant, or None. Failed: it does not compile."""
        name, _, begin, end, _ = mutant
        text = (ROOT / name).read_text(encoding="utf-8")
        try:
            scratch.write(tree.root / name, f"{text[:begin]}!({text[begin:end]}){text[end:]}".encode())
            self.build()
            return killer(self.tests)
        finally:
            scratch.write(tree.root / name, text.encode())


def show(number, mutant, verdict):
    name, line, _, _, text = mutant
    print(f"# {number} {verdict}: {name}:{line}: !({text})", flush=True)


def survivors(tree, lot, chosen, every):
    """Those of the chosen mutants that a lot does not find; one that does not compile gives its place
    to the next condition."""
    lot.check()
    for number, mutant in chosen:
        while True:
            try:
                by = lot.try_mutant(tree, mutant)
                break
            except Failed:
                show(number, mutant, "does not compile")
                mutant = every[(every.index(mutant) + 1) % len(every)]
        if by:
            show(number, mutant, f"found by {by}")
        else:
            show(number, mutant, "goes on" if lot.tests[0][0].startswith(LOTS[0][0]) else "SURVIVES")
            yield number, mutant


def main(argv):
    parser = argparse.ArgumentParser(description="Negate conditions of kernel/; the tests must notice.")
    parser.add_argument("--count", type=int, default=20, metavar="N")
    parser.add_argument("--offset", type=int, default=0, metavar="K", help="begin with the K-th condition")
    parser.add_argument("--minimum", type=int, metavar="M", help="that must be found (nine in ten)")
    parser.add_argument("--list", action="store_true", help="print the conditions that would be negated")
    options = parser.parse_args(argv)
    every = list(all_conditions())
    chosen = [every[(options.offset + i * len(every) // options.count) % len(every)]
              for i in range(options.count)]
    minimum = options.minimum if options.minimum is not None else options.count * 9 // 10
    print(f"# {len(chosen)} of {len(every)} conditions")
    if options.list:
        for name, line, _, _, text in chosen:
            print(f"{name}:{line}: !({text})")
        return 0
    left = list(enumerate(chosen, 1))
    try:
        tree = scratch.Tree("negated")
        folder = tree.configure("host", **SETTINGS)
        for layers in LOTS:
            if left:
                left = list(survivors(tree, Lot(folder, layers), left, every))
    except Failed as error:
        print(f"not ok 1 - mutants\n# {error}\n1..1\n0 passed, 1 failed, 0 skipped")
        return 1
    found = len(chosen) - len(left)
    good = found >= minimum
    print(f"{'ok' if good else 'not ok'} 1 - {found} of {len(chosen)} mutants are found, {minimum} must be")
    print(f"1..1\n{int(good)} passed, {int(not good)} failed, 0 skipped")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
