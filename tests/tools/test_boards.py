#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Boards and chips: whatever is wrong is said with its place, and all of it (board_cases.txt).

  test_boards.py --update      print board_cases.txt anew

The good files are those of tests/described/own.
"""
import re
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import boards  # noqa: E402
import data_file  # noqa: E402
import gen_board  # noqa: E402

HERE = Path(__file__).resolve().parent
OWN = HERE.parent / "described" / "own"
CASES = HERE / "board_cases.txt"


def parts():
    """The text before the first case, and each case: title, changes, what is expected."""
    head, *cases = re.split(r"^== ", CASES.read_text(encoding="utf-8"), flags=re.M)
    return head, [re.fullmatch(r"([^\n]*)\n(.*?)^--\n(.*)", case, re.M | re.S).groups() for case in cases]


def changed(texts, changes):
    """The files of a case. A change that finds nothing is a mistake of the case."""
    name = None
    for line in changes.splitlines():
        match = re.fullmatch(r"(board|chip): (.*?) ?=>(?: (.*))?", line)
        if not match:
            texts[name] += line + "\n"
            continue
        name, old, new = (each.replace("\\n", "\n") if each else "" for each in match.groups())
        if not old:
            texts[name] = ""
        elif old not in texts[name]:
            raise ValueError(f"no '{old}' in {name}")
        else:
            texts[name] = texts[name].replace(old, new, 1)
    return texts


def said(changes):
    """All that is said of the files of a case, without the folder and the lines shown."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        texts = {"board": (OWN / "little.yaml").read_text(encoding="utf-8").replace("little_chip", "own"),
                 "chip": (OWN / "little_chip.yaml").read_text(encoding="utf-8")}
        for key, text in changed(texts, changes).items():
            (folder / {"board": "mine.yaml", "chip": "own.yaml"}[key]).write_text(text, encoding="utf-8")
        try:
            gen_board.check(str(folder / "mine.yaml"))
        except data_file.FileError as error:
            lines = str(error).replace(f"{folder}/", "").split("\n")
            return "".join(line.replace("      = ", "  = ") + "\n" for line in lines if not re.match(r"[ 0-9]{5,6}\|| *\d+ \|", line))
    return ""


class Cases(unittest.TestCase):
    def test_all(self):
        for title, changes, expected in parts()[1]:
            with self.subTest(title):
                self.assertNotEqual(expected, "")
                self.assertEqual(said(changes), expected)

    def test_the_good_files(self):
        self.assertEqual(said(""), "")

    def test_a_caret(self):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name, "mine.yaml")
            path.write_text("chip: host\nqemu: {program: q, machine: ä, args: {}}\n")
            with self.assertRaises(data_file.FileError) as caught:
                boards.find(str(path))
        self.assertTrue(str(caught.exception).endswith(
            "mine.yaml:2:38: 'args' cannot be a mapping\n"
            "    2 | qemu: {program: q, machine: ä, args: {}}\n"
            "      |                                      ^\n"
            "      = 'args' is a list of texts: [a, b]"), caught.exception)


def update():
    head, cases = parts()
    print(head, end="")
    for title, changes, _ in cases:
        print(f"== {title}\n{changes}--\n{said(changes)}", end="")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
