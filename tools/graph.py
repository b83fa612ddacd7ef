#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Draw who can act on whom in a described system, and by which right.

  graph.py SYSTEM.json --out DIR [--folder FOLDER]      FOLDER: that of the description

Writes DIR/graph.dot, DIR/graph.svg and DIR/graph.html: one file, without anything from elsewhere
(tools/graph.html is its frame), and well-formed XML as well. `dot` of Graphviz lays it out. What the edges
mean, and what is reached, is the affair of tools/rights.py.
"""
import argparse
import html
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import rights as graph
from rights import INIT, INNER, kind_of, name_of

FRAME = Path(__file__).resolve().with_name("graph.html")
SVG = "http://www.w3.org/2000/svg"
SHAPES = {
    "init": "shape=house", "process": "shape=box, style=\"filled,bold\"", "thread": "shape=ellipse",
    "port": "shape=cds", "signal": "shape=circle", "shared": "shape=cylinder", "device": "shape=component",
    "interrupt": "shape=invtriangle", "function": "shape=note",
}
COLOURS = {"init": "#e8e8e8", "process": "#d6e6ff", "thread": "#eef5ff", "port": "#dff3df", "signal": "#fff0c2",
           "shared": "#f3dff0", "device": "#ffe0d6", "interrupt": "#ffe0d6", "function": "#eeeeee"}
CALLED = {"shared": "shared memory", "function": "kernel function", "port": "invocation port",
          "signal": "signal endpoint", "init": "supervisor"}


def units(value):
    return value if value == "infinite" else f"{value / 1000:g} ms" if value >= 1000 else f"{value} us"


def facts(rights, name):
    """What else there is to say of a node, in a line."""
    kind, known = kind_of(name), rights.nodes[name]
    if kind == "thread":
        return f"priority {known['priority']}, budget {units(known['budget'])}"
    if kind == "process":
        return "" if known["restart"] == "stop" else f"after a fault: {known['restart']}"
    if kind == "port":
        return "" if known["returns_on_fault"] else "does not return on fault"
    if kind == "shared":
        return f"{known['size']} bytes at {known['base']:#x}"
    if kind == "device":
        return f"{'I/O ports' if known['is_port'] else 'registers'} at {known['base']:#x}"
    return f"line {known['line_number']}" if kind == "interrupt" else ""


class Drawing:
    """The graph as it is drawn: without private memory, and one line for all rights between two ends."""

    def __init__(self, rights):
        self.rights = rights
        self.nodes = [name for name in rights.nodes if kind_of(name) != "block"]
        self.number = {name: index for index, name in enumerate(self.nodes)}
        self.lines = {}  # (tail, head) -> [Edge]: the head is the process where memory is read and written
        for edge in rights.edges:
            if edge.right not in INNER and edge.source in self.number and edge.target in self.number:
                ends = (edge.source, edge.target)
                back = (edge.target, edge.source)
                is_memory = any(kind_of(end) in ("shared", "device") for end in ends)
                self.lines.setdefault(back if is_memory and back in self.lines else ends, []).append(edge)

    def process_of(self, name):
        return f"process {name_of(name).partition('.')[0]}" if kind_of(name) in ("thread", "port") else \
            name if kind_of(name) == "process" else None

    # --- Graphviz ---

    def dot_node(self, name):
        kind = kind_of(name)
        label = name_of(name).rpartition(".")[2] if kind in ("thread", "port") else name_of(name)
        more = facts(self.rights, name) if kind in ("thread", "interrupt") else ""
        text = "\\n".join([label, *filter(None, more.split(", "))])
        return (f'"{name}" [id="n{self.number[name]}", class="{kind}", label="{text}", {SHAPES[kind]}, '
                f'fillcolor="{COLOURS[kind]}"]')

    def dot_cluster(self, process):
        inside = [name for name in self.nodes if self.process_of(name) == process]
        yield f'subgraph "cluster {name_of(process)}" {{ label="" style=rounded color="#888888" margin=10'
        yield from (self.dot_node(name) for name in inside)
        yield from (f'"{process}" -> "{name}" [class="inner", dir=none, color="#aaaaaa", weight=4]'
                    for name in inside if kind_of(name) == "thread")
        yield from (f'"{name}" -> "{process}" [class="inner", dir=none, color="#aaaaaa", weight=4]'
                    for name in inside if kind_of(name) == "port")
        yield "}"

    def dot_line(self, number, ends, edges):
        label = " ".join(dict.fromkeys(edge.right for edge in edges))
        both = "both" if len({edge.source for edge in edges}) == 2 else "forward"
        kind = "supervision" if INIT in ends else "right"
        more = ", style=dashed, color=\"#888888\"" if kind == "supervision" else ""
        return (f'"{ends[0]}" -> "{ends[1]}" [id="e{number}", class="{kind}", label="{label}", dir={both}{more}]')

    def dot(self):
        system = self.rights.system
        out = [f'digraph "{system["system"]}" {{', "rankdir=LR bgcolor=transparent nodesep=0.3 ranksep=0.7",
               'node [fontname="Helvetica", fontsize=11, style=filled, color="#555555"]',
               'edge [fontname="Helvetica", fontsize=9, arrowsize=0.7, color="#444444"]']
        for name in self.nodes:
            if kind_of(name) == "process":
                out += self.dot_cluster(name)
            elif self.process_of(name) is None:
                out.append(self.dot_node(name))
        out += [self.dot_line(number, *line) for number, line in enumerate(self.lines.items())]
        return "\n".join(out) + "\n}\n"

    # --- the page ---

    def reach(self, name):
        """What a node acts on: numbers of nodes; those that only a device leads to; lines on the way."""
        whole, near = self.rights.reached_from(name), self.rights.reached_from(name, ("device",))

        def numbers(names):
            return [self.number[each] for each in self.nodes if each in names and each not in (name, INIT)]
        acts = {each for each in whole if each == name or self.rights.passes(each)}
        lines = [index for index, edges in enumerate(self.lines.values())
                 if any(edge.source in acts and edge.target in whole for edge in edges)]
        return {"near": numbers(near), "far": numbers(set(whole) - set(near)), "lines": lines}

    def data(self):
        return {
            "nodes": [{"kind": kind_of(name), "name": name_of(name), **self.reach(name)} for name in self.nodes],
            "lines": [[self.number[end] for end in ends] for ends in self.lines],
        }

    def describe(self, name):
        kind = kind_of(name)
        return ", ".join(filter(None, (f"{CALLED.get(kind, kind)} {name_of(name)}", facts(self.rights, name))))

    def picture(self, svg):
        """The SVG for the page: its nodes can be reached by key, and say what they are."""
        ET.register_namespace("", SVG)
        root = ET.fromstring(svg)
        for group in root.iter(f"{{{SVG}}}g"):
            title, name = group.find(f"{{{SVG}}}title"), group.get("id", "")
            if group.get("class", "").startswith("node"):
                title.text = self.describe(self.nodes[int(name[1:])])
                group.attrib.update({"tabindex": "0", "role": "button", "aria-pressed": "false",
                                     "aria-label": title.text})
            elif group.get("class", "").startswith("edge") and name.startswith("e") and name[1:].isdigit():
                edges = list(self.lines.values())[int(name[1:])]
                title.text = "; ".join(edge.sentence(graph.quoted).replace("`", "") for edge in edges)
            elif title is not None:
                group.remove(title)
        root.attrib.pop("width", None)
        width = float(root.get("viewBox").split()[2])
        root.attrib.pop("height", None)
        root.set("style", f"width: {width * 1.2:.0f}px")
        return ET.tostring(root, encoding="unicode")

    def rows(self):
        for number, edges in enumerate(self.lines.values()):
            for edge in edges:
                cells = (self.describe_short(edge.source), edge.right, self.describe_short(edge.target),
                         edge.sentence(graph.quoted).replace("`", ""), edge.key,
                         f"{self.rights.description}:{edge.line}")
                yield (f'<tr data-line="{number}">' + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
                       + "</tr>")

    @staticmethod
    def describe_short(name):
        return "init" if name == INIT else f"{CALLED.get(kind_of(name), kind_of(name))} {name_of(name)}"

    def page(self, svg):
        system = self.rights.system
        data = json.dumps(self.data(), separators=(",", ":"))
        places = {"SYSTEM": html.escape(system["system"]), "BOARD": html.escape(system["board"]),
                  "FILE": html.escape(self.rights.description), "PICTURE": self.picture(svg),
                  "ROWS": "\n".join(self.rows()), "DATA": data,
                  "LEGEND": "".join(f'<li class="{kind}">{CALLED.get(kind, kind)}</li>' for kind in SHAPES
                                    if any(kind_of(name) == kind for name in self.nodes))}
        text = FRAME.read_text(encoding="utf-8")
        for key, value in places.items():
            text = text.replace(f"@{key}@", value)
        return text


def main(argv):
    parser = argparse.ArgumentParser(description="Draw the rights of a described system.")
    parser.add_argument("json")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folder")
    options = parser.parse_args(argv)
    drawing = Drawing(graph.load(options.json, options.folder))
    dot = drawing.dot()
    try:
        svg = subprocess.run(["dot", "-Tsvg"], input=dot, text=True, stdout=subprocess.PIPE, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"graph: dot of Graphviz failed: {error}", file=sys.stderr)
        return 1
    for suffix, text in (("dot", dot), ("svg", svg), ("html", drawing.page(svg))):
        path = options.out / f"graph.{suffix}"
        path.write_text(text, encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
