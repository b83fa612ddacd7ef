#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The worst stack depth of the kernel, from the call graphs that GCC writes.

Compile with `-fstack-usage -fcallgraph-info=su,da`; give the objects' folders (searched for *.ci).
The graph must have no cycle, no frame of unknown size and no call of unknown target. What the
compiler cannot see stands in a data file (TOML):

    per_entry = 32                      # added to each entry, an exception's frame perhaps
    [entries]                           # where kernel stacks begin, with bytes of their own
    svc_entry = 0
    [assembly]                          # functions that are not C: frame and calls
    svc_entry = { bytes = 40, calls = ["syscall_dispatch"] }
    [jumps]                             # who goes on in another function by a jump in assembly
    svc_entry = ["syscall_dispatch"]
    [indirect]                          # who calls through a pointer, and whom (patterns allowed)
    syscall_dispatch = ["call_*"]

A static function may be named with or without its file (`kernel/cap.c:find`).

With --json FILE each entry counts for itself, as the stacks of user level do: FILE gets an object with
its bytes, or with the reason why they cannot be told.

Exit status: 0 good, 1 a rule is broken or the limit exceeded, 2 the input cannot be read.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

NODE = re.compile(r'^node: \{ title: "([^"]*)" label: "([^"]*)"( shape : ellipse)?')
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"')
FRAME = re.compile(r"(\d+) bytes \(([a-z,]+)\)")
INDIRECT = "__indirect_call"


class StackError(Exception):
    """The depth cannot be told, or a rule of the kernel's call graph is broken."""


class InputError(StackError):
    """A file is missing or not understood."""


@dataclass
class Function:
    name: str
    frame: int | None = None  # None: called, but its code was not seen
    is_unbounded: bool = False
    calls: set[str] = field(default_factory=set)


@dataclass
class Graph:
    functions: dict[str, Function] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    indirect: dict[str, list[str]] = field(default_factory=dict)
    per_entry: int = 0

    def function(self, name: str) -> Function:
        return self.functions.setdefault(name, Function(name))

    def resolve(self, name: str) -> str:
        """The graph's name for what a person writes: `name` finds the static `file.c:name`."""
        if name in self.functions and self.functions[name].frame is not None:
            return name
        found = [title for title in self.functions if title.endswith(":" + name)]
        if len(found) > 1:
            raise StackError(f"{name} is ambiguous: {', '.join(sorted(found))}")
        if not found:
            raise StackError(f"there is no function {name}")
        return found[0]


@dataclass
class Chain:
    """The deepest way down from an entry: functions with their frames."""

    depth: int
    steps: list[tuple[str, int]]

    def __str__(self) -> str:
        steps = [f"{size:>8}  {name}" for name, size in self.steps]
        return "\n".join([f"{self.depth} bytes", *steps])


def _read_call_graph(graph: Graph, path: Path) -> None:
    for line in path.read_text(errors="replace").splitlines():
        node, edge = NODE.match(line), EDGE.match(line)
        if node and not node[3]:
            function, frame = graph.function(node[1]), FRAME.search(node[2])
            if not frame:
                raise InputError(f"{path}: no stack use of {node[1]}; compile with "
                                 "-fstack-usage -fcallgraph-info=su,da")
            function.frame = max(int(frame[1]), function.frame or 0)
            function.is_unbounded |= frame[2] == "dynamic"
        elif edge:
            graph.function(edge[1]).calls.add(edge[2])
            graph.function(edge[2])


def _read_facts(graph: Graph, path: Path) -> None:
    try:
        facts = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from error
    graph.per_entry = facts.get("per_entry", 0)
    graph.entries = dict(facts.get("entries", {}))
    graph.indirect = dict(facts.get("indirect", {}))
    for name, fact in facts.get("assembly", {}).items():
        function = graph.function(name)
        function.frame = fact["bytes"]
        function.calls = set(fact.get("calls", []))
    for name, targets in facts.get("jumps", {}).items():
        graph.functions[graph.resolve(name)].calls.update(targets)


def load_graph(folders: list[Path], facts: Path | None = None) -> Graph:
    """One graph of all *.ci below `folders`, completed by the data file."""
    graph = Graph()
    files = sorted(p for f in folders for p in ([f] if f.is_file() else f.rglob("*.ci")))
    if not files:
        raise InputError(f"no call graph (*.ci) below {', '.join(map(str, folders))}")
    for path in files:
        _read_call_graph(graph, path)
    if facts:
        _read_facts(graph, facts)
    return graph


def _targets(graph: Graph, function: Function) -> set[str]:
    """Whom a function can call; its indirect calls from the declared list."""
    targets = {graph.resolve(name) if name != INDIRECT else name for name in function.calls}
    short = function.name.rpartition(":")[2]
    declared = graph.indirect.get(function.name, graph.indirect.get(short))
    if INDIRECT not in targets:
        return targets
    targets.discard(INDIRECT)
    if not declared:
        raise StackError(f"{function.name} calls through a pointer and is not in [indirect]")
    for pattern in declared:
        found = {name for name, callee in graph.functions.items() if callee.frame is not None and
                 (fnmatch.fnmatchcase(name, pattern) or
                  fnmatch.fnmatchcase(name.rpartition(":")[2], pattern))}
        if not found:
            raise StackError(f"[indirect] {short}: nothing is called {pattern}")
        targets |= found
    return targets


def _deepest(graph: Graph, name: str, above: list[str], known: dict[str, Chain]) -> Chain:
    if name in above:
        raise StackError("recursion: " + " > ".join([*above[above.index(name):], name]))
    if name in known:
        return known[name]
    function = graph.functions[name]
    if function.is_unbounded:
        raise StackError(f"{name} has a frame without a bound")
    assert function.frame is not None
    best = Chain(0, [])
    for target in sorted(_targets(graph, function)):
        chain = _deepest(graph, target, [*above, name], known)
        if chain.depth > best.depth:
            best = chain
    known[name] = Chain(function.frame + best.depth, [(name, function.frame), *best.steps])
    return known[name]


def chains(graph: Graph, entries: dict[str, int] | None = None) -> list[Chain]:
    """The deepest chain of each entry, the worst first."""
    found, known = [], {}
    for entry, extra in (entries or graph.entries).items():
        chain = _deepest(graph, graph.resolve(entry), [], known)
        added = extra + graph.per_entry
        steps = [("(added at the entry)", added), *chain.steps] if added else chain.steps
        found.append(Chain(chain.depth + added, steps))
    if not found:
        raise InputError("no entry is given")
    return sorted(found, key=lambda chain: -chain.depth)


def worst_chain(graph: Graph, entries: dict[str, int] | None = None) -> Chain:
    return chains(graph, entries)[0]


def depths(graph: Graph, entries: dict[str, int]) -> dict[str, int | str]:
    """Of each entry its depth, or why there is none."""
    result: dict[str, int | str] = {}
    for name, extra in entries.items():
        try:
            result[name] = worst_chain(graph, {name: extra}).depth
        except StackError as error:
            result[name] = str(error)
    return result


def _entry(text: str) -> tuple[str, int]:
    name, _, extra = text.partition("=")
    return name, int(extra or "0")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="+", help="folders of objects, or *.ci files")
    parser.add_argument("--facts", type=Path, help="the data file")
    parser.add_argument("--entry", type=_entry, action="append", default=[],
                        metavar="NAME[=BYTES]", help="instead of the data file's [entries]")
    parser.add_argument("--per-entry", type=int, metavar="BYTES")
    parser.add_argument("--limit", type=int, metavar="BYTES", help="the depth allowed")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(argv)
    try:
        graph = load_graph(options.folder, options.facts)
        if options.json:
            options.json.write_text(json.dumps(depths(graph, dict(options.entry)), indent=1) + "\n")
            return 0
        if options.per_entry is not None:
            graph.per_entry = options.per_entry
        found = chains(graph, dict(options.entry))
    except StackError as error:
        print(f"stack: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    print("worst stack:", found[0])
    for chain in found[1:]:
        print(f"{chain.depth:>8}  from {next(n for n, _ in chain.steps if n[0] != '(')}")
    if options.limit is not None and found[0].depth > options.limit:
        print(f"stack: {found[0].depth} bytes exceed {options.limit}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
