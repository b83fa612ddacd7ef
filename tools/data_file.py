#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""YAML files with a table of keys: boards and chips (tools/boards.py has their tables).

They are in the language of system descriptions, and so are the errors: place, caret, advice, and all of
a file in one run. YAML 1.2 and the 1.1 of the library differ in what a plain word means, and only there
in what is used here. That is why every scalar is read as text, and the kind of its key says what it is:
`yes`, `012` and `1:30` are words that no number or choice takes. What descriptions refuse is refused here
too: tags, aliases, directives, keys twice.
"""
import difflib
import re
import sys
from typing import NamedTuple

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's, for a Python that is not Debian's
try:
    import yaml
except ImportError:
    sys.exit("the package python3-yaml is missing: apt-get install python3-yaml")

UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
WORD_MAX = 1 << 64  # numbers are below: words of the largest machine
SHAPES = {
    "name": "a name",
    "text": "a text",
    "texts": "a list of texts: [a, b]",
    "number": "a number",
    "numbers": "a list of numbers: [1, 2]",
    "size": "a size with its unit: 512 B, 2 KiB or 1 MiB",
    "choice": "one word",
    "words": "a list of words",
    "settings": "names with numbers: {A: 1}",
    "items": "names, each with keys of its own: {a: {...}}",
    "mapping": "keys with values: {...}",
}
LISTS = {"texts": "text", "numbers": "number", "words": "choice"}


class DataError(Exception):
    """Something is wrong with data or a command line; the text says what, with places where it has any."""


class FileError(DataError):
    """The same of files alone: the text is complete."""


class Key(NamedTuple):
    name: str
    kind: str  # one of SHAPES
    text: str
    required: bool = False
    default: object = None  # what stands for an absent key; None: nothing does
    words: tuple = ()       # of a choice and of words
    least: int = 0
    most: int = WORD_MAX - 1
    of: object = None       # the Mapping of items and of a mapping


class Mapping(NamedTuple):
    title: str  # "a chip": for messages
    text: str
    keys: tuple


class Place(NamedTuple):
    line: int  # from 1, as the column
    column: int
    length: int


class Section(dict):
    """The values of a mapping by key, and where they stand."""

    def __init__(self, place):
        super().__init__()
        self.place = place
        self.places = {}  # of values
        self.names = {}   # of keys

    def add(self, name, node, value):
        """A value of None is a wrong one: the key is known, and nobody complains about it again."""
        self.places[name.value], self.names[name.value] = node.place, name.place
        if value is not None:
            self[name.value] = value

    def at(self, key):
        return self.places.get(key, self.place)


class Node(NamedTuple):
    kind: str      # "scalar", "list", "mapping", or "alias", about which everything is said
    place: Place
    value: object  # text; nodes; pairs of nodes


def place_of(mark, end=None):
    same = end is not None and end.line == mark.line
    return Place(mark.line + 1, mark.column + 1, max(1, end.column - mark.column) if same else 1)


class File:
    """A file that is being read, and what is wrong with it."""

    def __init__(self, path, shown):
        self.shown = shown
        self.complaints = []
        try:
            self.text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FileError(f"{shown}: {getattr(error, 'strerror', None) or error}") from error
        self.lines = self.text.split("\n")

    def complain(self, place, text, advice=None):
        if (place, text, advice) not in self.complaints:
            self.complaints.append((place, text, advice))

    def show(self):
        parts = []
        for place, text, advice in sorted(self.complaints, key=lambda complaint: complaint[0][:2]):
            line = self.lines[place.line - 1][:160]
            below = "".join("\t" if c == "\t" else " " for c in line[:place.column - 1])
            parts += [f"{self.shown}:{place.line}:{place.column}: {text}", f"{place.line:5} | {line}",
                      f"      | {below}^{'~' * (min(place.length, 160) - 1)}"]
            parts += [f"      = {advice}"] if advice else []
        return "\n".join(parts)


# --- the tree ------------------------------------------------------------------------------------

class Tree:
    """Events of the parser become nodes; what data has no use for is a complaint."""

    def __init__(self, file):
        self.file = file
        self.events = yaml.parse(file.text, Loader=yaml.BaseLoader)

    def read(self):
        """The root, or None and complaints."""
        try:
            root = self.document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.file.complain(place_of(mark), f"this is no YAML: {error.problem}")
            return None
        except yaml.YAMLError as error:
            self.file.complain(Place(1, 1, 1), f"this is no YAML: {' '.join(str(error).split())}")
            return None
        if root is None:
            self.file.complain(Place(1, 1, 1), "this file is empty")
        return root

    def document(self):
        root = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self.file.complain(place_of(event.start_mark), "one file is one document")
                    return root
                if event.version or event.tags:
                    self.file.complain(place_of(event.start_mark), "data has no directives")
            elif isinstance(event, yaml.NodeEvent):
                node = self.node(event)
                root = root or node
        return root

    def node(self, event):
        place = place_of(event.start_mark, event.end_mark)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self.file.complain(place, "data has no anchors and no aliases", "write the value out")
        if isinstance(event, yaml.AliasEvent):
            return Node("alias", place, "")
        if event.tag:
            self.file.complain(place, "data has no tags", "remove it")
        if isinstance(event, yaml.ScalarEvent):
            return Node("scalar", place, event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node("list", place, list(self.until(yaml.SequenceEndEvent)))
        nodes = list(self.until(yaml.MappingEndEvent))
        return Node("mapping", place, self.pairs(list(zip(nodes[::2], nodes[1::2]))))

    def until(self, end):
        for event in self.events:
            if isinstance(event, end):
                return
            yield self.node(event)

    def pairs(self, pairs):
        seen = set()
        for key, _ in pairs:
            if key.kind != "scalar":
                self.file.complain(key.place, "a key is a word")
            elif key.value in seen:
                self.file.complain(key.place, f"'{key.value}' is here twice", "remove one of them")
            else:
                seen.add(key.value)
        return [pair for pair in pairs if pair[0].kind == "scalar"]


# --- values --------------------------------------------------------------------------------------

def suggest(word, words):
    """What might have been meant, or all that there is."""
    by_lower = {each.lower(): each for each in words}
    close = difflib.get_close_matches(word.lower(), by_lower, 1)
    return f"did you mean '{by_lower[close[0]]}'?" if close else f"there are: {' '.join(words) or 'none'}"


def size_text(size):
    unit = max((unit for unit in UNITS if size % UNITS[unit] == 0 and size >= UNITS[unit]),
               key=UNITS.get, default="B")
    return f"{size // UNITS[unit]} {unit}"


def number_of(text):
    """Decimal digits, or 0x and hexadecimal ones; None: it is no number."""
    if not re.fullmatch(r"0x[0-9A-Fa-f]+|[0-9]+", text):
        return None
    return int(text, 16 if text.startswith("0x") else 10)


def size_of(text):
    match = re.fullmatch(r"(\S*?) *(B|KiB|MiB|GiB)", text)
    number = number_of(match[1]) if match else None
    return None if number is None else number * UNITS[match[2]]


class Reader:
    """From nodes to sections, by tables of keys."""

    def __init__(self, file):
        self.file = file

    def shape(self, key):
        there = f"; there are: {' '.join(key.words)}" if key.words else ""
        return f"'{key.name}' is {SHAPES[key.kind]}{there}"

    def wrong(self, key, node, what):
        self.file.complain(node.place, what, self.shape(key))

    def measure(self, key, node, convert):
        value = convert(node.value)
        if value is None:
            self.wrong(key, node, f"'{node.value}' is no {'size' if key.kind == 'size' else 'number'}")
            return None
        if not key.least <= value <= key.most:
            show = size_text if key.kind == "size" else (lambda number: f"{number:#x}" if number > 65535 else number)
            self.file.complain(node.place, f"'{key.name}' cannot be {node.value}",
                               f"it may be {show(key.least)} to {show(key.most)}")
            return None
        return value

    def scalar(self, key, node, kind):
        if node.kind == "alias":
            return None
        if node.kind != "scalar" or (node.value == "" and kind != "text"):
            found = "nothing" if node.kind == "scalar" else f"a {node.kind}"
            self.wrong(key, node, f"'{key.name}' cannot be {found}")
            return None
        if kind == "number":
            return self.measure(key, node, number_of)
        if kind == "size":
            return self.measure(key, node, size_of)
        if kind == "choice" and node.value not in key.words:
            self.file.complain(node.place, f"'{key.name}' has no word '{node.value}'",
                               suggest(node.value, key.words))
            return None
        return None if kind == "name" and not self.is_name(node) else node.value

    def is_name(self, node):
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,47}", node.value):
            return True
        self.file.complain(node.place, f"'{node.value}' is no name", "a name has letters, digits and '_', "
                           "begins with a letter, and is not longer than 48")
        return False

    def list(self, key, node):
        nodes = node.value if node.kind == "list" else [node]
        values = []
        for each in nodes:
            value = self.scalar(key, each, LISTS[key.kind])
            if value in values and key.kind != "texts":
                self.file.complain(each.place, f"'{value}' is here twice", "remove one of them")
            elif value is not None:
                values.append(value)
        return values

    def named(self, key, node):
        """Names with numbers, or with keys of their own."""
        section = Section(node.place)
        for name, value in node.value:
            if self.is_name(name):
                section.add(name, value, self.section(key.of, value) if key.kind == "items" else
                            self.scalar(key, value, "number"))
        return section

    def value(self, key, node):
        if key.kind == "mapping":
            return self.section(key.of, node)
        if node.kind == "alias":
            return None
        if key.kind in ("items", "settings"):
            if node.kind == "mapping" and node.value:
                return self.named(key, node)
            empty = node.kind == "mapping" or node.value == ""
            self.wrong(key, node, f"'{key.name}' is empty" if empty else f"'{key.name}' cannot be a {node.kind}")
            return None
        return self.list(key, node) if key.kind in LISTS else self.scalar(key, node, key.kind)

    def section(self, mapping, node):
        section = Section(node.place)
        table = {key.name: key for key in mapping.keys}
        if node.kind == "alias":
            return section
        if node.kind != "mapping":
            self.file.complain(node.place, f"{mapping.title} is a mapping", "write KEY: VALUE below it")
            node = node._replace(value=[])
        for name, value in node.value:
            if name.value in table:
                section.add(name, value, self.value(table[name.value], value))
            else:
                self.file.complain(name.place, f"no key of {mapping.title} is called '{name.value}'",
                                   suggest(name.value, table))
        for key in mapping.keys:
            if key.name in section.names:
                continue
            if key.required:
                self.file.complain(node.place, f"{mapping.title} must have the key '{key.name}'", self.shape(key))
            if key.default is not None:
                section[key.name] = key.default
        return section
