#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The rights of built systems: what tools/graph.py draws and tools/why.py says of them.

  check_rights.py SYSTEMS NAME...      SYSTEMS: the folder with NAME/system.json

Of each system, what stands in tests/described/rights: NAME.edges, every right, listed by hand; NAME.reach,
what the page says that parts act on; NAME.why, questions and the whole answers. TAP.
"""
import html.parser
import json
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOOLS = ROOT / "tools"
EDGE = re.compile(r'^"(.+?)" -> "(.+?)" \[id="e(\d+)", class="\w+", label="([\w ]+)", dir=(\w+)')
CASE = re.compile(r"^(==.*)$", re.MULTILINE)
TAKING = {"receive", "poll", "read", "execute"}
VOID = {"meta"}
DOCUMENTED = {"ping_pong": [("ping", "pong")], "ways": [("watch", "motor")]}

sys.path.insert(0, str(TOOLS))
import rights as graph  # noqa: E402
import why  # noqa: E402


class Page(html.parser.HTMLParser):
    """What HTML says of a page: that all that is opened is closed, and what it asks for from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong, self.asked = [], [], []
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.asked += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action", "data", "poster")]
        self.asked += [value for name, value in attrs if name == "style" and "url(" in value]
        if tag in ("link", "iframe", "object", "embed", "img", "image"):
            self.asked.append(f"<{tag}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")


class Test:
    """TAP of one system after the other."""

    def __init__(self, systems):
        self.systems, self.count, self.failed, self.skipped = systems, 0, 0, 0

    def say(self, what, found, wanted):
        self.count += 1
        holds = found == wanted
        self.failed += not holds
        print(f"{'' if holds else 'not '}ok {self.count} - {what}")
        if not holds:
            print(f"# found  {found!r}\n# wanted {wanted!r}")

    def skip(self, what, reason):
        self.count += 1
        self.skipped += 1
        print(f"ok {self.count} - {what} # SKIP {reason}")

    # --- the picture ---

    def drawn(self, dot):
        """The rights of a .dot file, one a line; what is drawn in both directions is two."""
        found = []
        for tail, head, _, label, way in filter(None, (EDGE.match(line) and EDGE.match(line).groups()
                                                       for line in dot.splitlines())):
            tail, head = (end.replace("init init", "init") for end in (tail, head))
            for right in label.split():
                swaps = way == "both" and (right in TAKING) != head.startswith("process")
                found.append(f"{head} -> {tail}: {right}" if swaps else f"{tail} -> {head}: {right}")
        return sorted(found)

    def picture(self, name):
        with tempfile.TemporaryDirectory() as holder:
            out = subprocess.run([TOOLS / "graph.py", self.systems / name / "system.json", "--out", holder,
                                  "--folder", f"folder/{name}"], stdout=subprocess.PIPE, text=True, check=True).stdout
            files = [Path(line) for line in out.splitlines()]
            self.say(f"{name}: prints where the files are", [path.name for path in files],
                     ["graph.dot", "graph.svg", "graph.html"])
            dot, svg, page = (path.read_text(encoding="utf-8") for path in files)
        wanted = sorted(lines_of(HERE / "rights" / f"{name}.edges"))
        self.say(f"{name}: the edges are those of the list", self.drawn(dot), wanted)
        lines = sum(bool(EDGE.match(line)) for line in dot.splitlines())
        groups = [group.get("id") for group in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}g")]
        self.say(f"{name}: the SVG has every line", [f"e{number}" in groups for number in range(lines)], [True] * lines)
        self.page(name, page, wanted, lines)

    def page(self, name, text, wanted, lines):
        checked = Page(text)
        root = ET.fromstring(text)  # raises what is not well-formed
        self.say(f"{name}: the page is well-formed", checked.wrong, [])
        self.say(f"{name}: the page asks for nothing from elsewhere", checked.asked, [])
        self.say(f"{name}: no address in styles or scripts",
                 sorted(set(re.findall(r"\w+://[^\"' <]+|@import|url\(|fetch\(|XMLHttpRequest|import\(", text))),
                 ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"])
        self.say(f"{name}: the browser is told so", "default-src 'none'" in text, True)
        data = json.loads(re.search(r"^const graph = (.*);$", text, re.MULTILINE)[1])
        nodes = [each for each in root.iter() if each.get("class", "").startswith("node")]
        self.say(f"{name}: every part can be chosen by key",
                 [(each.get("tabindex"), each.get("role"), bool(each.get("aria-label"))) for each in nodes],
                 [("0", "button", True)] * len(data["nodes"]))
        ids = {each.get("id") for each in root.iter() if each.get("id")}
        self.say(f"{name}: every number is a part of the picture", sorted(
            {f"n{number}" for number in range(len(data["nodes"]))} | {f"e{number}" for number in range(lines)} - ids),
            sorted(f"n{number}" for number in range(len(data["nodes"]))))
        rows = [["".join(cell.itertext()) for cell in row] for row in root.iter() if row.get("data-line")]
        self.say(f"{name}: the table has every right", sorted(row[1] for row in rows),
                 sorted(line.rpartition(" ")[2] for line in wanted))
        self.say(f"{name}: every row says where", all(re.fullmatch(rf"folder/{name}/system.yaml:[1-9]\d*", row[5])
                                                     for row in rows), True)
        self.reach(name, data)

    def reach(self, name, data):
        def called(number):
            node = data["nodes"][number]
            return "init" if node["kind"] == "init" else f"{node['kind']} {node['name']}"
        said = {called(number): [{called(each) for each in node[way]} for way in ("near", "far")]
                for number, node in enumerate(data["nodes"])}
        for line in lines_of(HERE / "rights" / f"{name}.reach"):
            part, _, rest = line.partition(": ")
            near, _, far = rest.partition("|")
            self.say(f"{name}: what {part} acts on", said.get(part),
                     [{each.strip() for each in ends.split(",") if each.strip()} for ends in (near, far)])

    # --- questions ---

    def questions(self, name):
        path = HERE / "rights" / f"{name}.why"
        if not path.exists():
            return
        _, *pieces = CASE.split(path.read_text(encoding="utf-8"))
        for title, wanted in zip(pieces[::2], pieces[1::2]):
            source, target, status = title.split()[1:]
            done = subprocess.run([TOOLS / "why.py", self.systems / name / "system.json", source, target, "--folder",
                                   "folder"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            self.say(f"{name}: why {source} {target}", (done.stdout.strip(), done.returncode), (wanted.strip(), int(status)))

    def built(self, name):
        """The rights of the graph, which come from the description, are those that init hands out: capabilities
        and memory."""
        system = json.loads((self.systems / name / "system.json").read_text(encoding="utf-8"))
        rights = graph.Rights(system)
        held = {(graph.name_of(edge.holder), edge.right, graph.name_of(edge.source if edge.right in TAKING else edge.target))
                for edge in rights.edges if edge.right in TAKING | {"send", "kernel_send", "call", "write", "unmask", "use"}
                and "block" not in (graph.kind_of(edge.source), graph.kind_of(edge.target))}
        self.say(f"{name}: the rights are those that init hands out", sorted(held), sorted(set(handed(system))))

    def document(self, name, source, target):
        """What docs/rights.md shows is what is said."""
        folder = next(folder for folder in ("examples", "tests/described") if (ROOT / folder / name).exists())
        said = subprocess.run([TOOLS / "why.py", self.systems / name / "system.json", source, target, "--folder",
                               f"{folder}/{name}"], stdout=subprocess.PIPE, text=True, check=False).stdout
        shown = "".join(f"    {line}".rstrip() + "\n" for line in said.splitlines())
        self.say(f"{name}: docs/rights.md shows why {source} {target}",
                 shown in (ROOT / "docs" / "rights.md").read_text(encoding="utf-8"), True)

    def advice(self, name):
        """Whatever is said to make a way makes one, and is one line more in the description."""
        rights = graph.load(self.systems / name / "system.json")
        tried, bad = 0, []
        parts = [part for part in rights.nodes if graph.kind_of(part) != "block"]
        for source, target in ((a, b) for a in parts for b in parts if a != b):
            if rights.shortest(source, target)[0]:
                continue
            for _, edge in why.candidates(rights, source, target):
                more = graph.Rights(rights.system)
                more.add(edge)
                tried += 1
                if not more.shortest(source, target)[0]:
                    bad.append((source, target, edge))
        self.say(f"{name}: each of {tried} grants that would make a way makes one", bad, [])


def handed(system):
    """(process, right, of what), by the capabilities and the blocks of memory of system.json."""
    for process in system["processes"]:
        name = process["name"]
        for each in process["capabilities"]:
            words = set(each["rights"])
            kind, _, rest = each["handle"].partition("_")
            if kind == "signal":
                pairs = (("send", "SEND"), ("kernel_send", "KERNEL_SEND"), ("receive", "RECEIVE_ALL"))
                yield from ((name, right, rest) for right, word in pairs if word in words)
                if "POLL_ALL" in words and "RECEIVE_ALL" not in words:
                    yield name, "poll", rest
            elif kind == "port":
                yield from ((name, "call", each["of"]) for word in words if word == "ACTIVATE")
            elif kind == "interrupt":
                yield from ((name, "unmask", rest) for word in words if word == "INT_LOCAL_MOD")
            elif kind == "function":
                yield from ((name, "use", word) for word in words)
            elif kind == "device":
                yield from ((name, {"IO_READ": "read", "IO_WRITE": "write"}[word], rest) for word in words)
        for block in process["blocks"]:
            if block["name"].startswith(("shared ", "device ")):
                yield from ((name, word.lower(), block["name"].partition(" ")[2]) for word in block["access"]
                            if word in ("READ", "WRITE", "EXECUTE"))


def lines_of(path):
    if not path.exists():
        return []
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def main(argv):
    test = Test(Path(argv[0]))
    for name in argv[1:]:
        if shutil.which("dot"):
            test.picture(name)
        else:
            test.skip(f"{name}: the picture", "needs dot, of graphviz")
        test.built(name)
        test.questions(name)
        test.advice(name)
        for ends in DOCUMENTED.get(name, ()):
            test.document(name, *ends)
    print(f"1..{test.count}")
    print(f"{test.count - test.failed - test.skipped} passed, {test.failed} failed, {test.skipped} skipped")
    return test.failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
