# SPDX-License-Identifier: Unlicense
"""The rights of a described system as a graph, from system.json: who can act on whom, by which right, and
which line of the description grants it.

A node is "KIND NAME": init, process, thread, port, signal, shared, device, interrupt, function, block. An edge
goes the way in which the one acts on the other: `ping` sends to `bell`, `bell` wakes `pong`. What a process
may read acts on the process; what it may write, the process acts on. A way is a chain of edges.

Three things are no way:
- through init: it may do everything, and every fault is told to it. What a description makes it do for a
  process, `restart.tell`, is an edge of its own;
- what a port answers: the caller asks for it, by its own right;
- the kernel, which is not in the description.
"""
import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path

INIT = "init init"

# What an edge means, as a sentence. {} is what the other end is called.
SENTENCES = {
    "send": "{source} may send {target}",
    "kernel_send": "{source} may have the kernel send {target}",
    "receive": "{target} may receive {source}",
    "poll": "{target} may poll {source}",
    "call": "{source} may call {target}",
    "serve": "{source} runs in {target}",
    "write": "{source} may write {target}",
    "read": "{target} may read {source}",
    "execute": "{target} may execute {source}",
    "unmask": "{source} may mask and unmask {target}",
    "trigger": "{source} may trigger {target}",
    "interrupt": "{source} sends {target}",
    "use": "{source} may use {target}",
    "tell": "init sends {target} after each restart of {source}",
    "schedule": "{source} schedules {target}",
    "event": "an event of {source} sends {target}",
    "thread": "{source} has {target}",
    "port": "{source} has {target}",
    "run": "{source} runs in {target}",
    "start": "{source} starts {target}, and ends it after a fault",
    "restart": "{source} starts {target}, and again after a fault",
    "reboot": "{source} starts {target}, and reboots after a fault",
    "fault": "a fault of {source} is told to {target}",
}

# Rights whose holder is the target of the edge.
TAKING = {"receive", "poll", "read", "execute"}

# What is plain from the parts of a process, and is not drawn as a right.
INNER = {"serve", "thread", "port", "run", "fault"}


@dataclass(frozen=True)
class Edge:
    """`source` acts on `target` by `right`, granted under `key` in that line (0: by nothing)."""

    source: str
    target: str
    right: str
    key: str
    line: int

    @property
    def holder(self):
        return self.target if self.right in TAKING else self.source

    def sentence(self, called):
        return SENTENCES[self.right].format(source=called(self.source), target=called(self.target))


def node(kind, name):
    return f"{kind} {name}"


def kind_of(name):
    return name.partition(" ")[0]


def name_of(name):
    return name.partition(" ")[2]


def quoted(name):
    """A node in a sentence: its name where that is of a process, signal or port; else its kind too."""
    kind, text = kind_of(name), name_of(name)
    if name == INIT:
        return "init"
    words = {"process": "", "signal": "", "port": "", "shared": "", "block": "memory "}.get(kind, kind + " ")
    return f"{words}`{text}`"


class Rights:
    """The graph: `nodes` in the order of the description, `edges`, and what can be reached."""

    def __init__(self, system, description=None):
        self.system = system
        self.description = description or system["file"]
        self.nodes = {INIT: {}}
        self.edges = []
        self._forward, self._backward = {}, {}
        self._collect()

    def add(self, edge):
        self.edges.append(edge)
        self._forward.setdefault(edge.source, []).append(edge)
        self._backward.setdefault(edge.target, []).append(edge)

    # --- from system.json ---

    def _add(self, kind, name, /, **facts):
        self.nodes.setdefault(node(kind, name), {}).update(facts)
        return node(kind, name)

    def _edge(self, source, target, right, key, line):
        edge = Edge(source, target, right, key, line)
        if edge not in self._forward.get(source, ()):
            self.add(edge)

    def _collect(self):
        for process in self.system["processes"]:
            self._add("process", process["name"], line=process["line"], restart=process["restart"]["policy"])
        for signal in self.system["signals"]:
            if signal["line"]:
                self._add("signal", signal["name"], line=signal["line"])
        for shared in self.system["shared"]:
            self._add("shared", shared["name"], **shared)
        for process in self.system["processes"]:
            self._collect_parts(process)
        for process in self.system["processes"]:
            for grant in process["grants"]:
                self._collect_grant(process, grant)
        self._collect_functions()

    def _collect_parts(self, process):
        name, key = node("process", process["name"]), f"processes.{process['name']}"
        policy = process["restart"]["policy"]
        under, line = (f"{key}.restart", process["restart"]["line"]) if process["restart"]["line"] else \
            (key, process["line"])
        self._edge(INIT, name, {"stop": "start"}.get(policy, policy), under, line)
        self._edge(name, INIT, "fault", key, process["line"])
        for thread in process["threads"]:
            child = self._add("thread", f"{process['name']}.{thread['name']}", **thread)
            self._edge(name, child, "thread", f"{key}.threads.{thread['name']}", thread["line"])
            self._edge(child, name, "run", f"{key}.threads.{thread['name']}", thread["line"])
        for port in process["ports"]:
            child = self._add("port", f"{process['name']}.{port['name']}", **port)
            self._edge(name, child, "port", f"{key}.ports.{port['name']}", port["line"])
            self._edge(child, name, "serve", f"{key}.ports.{port['name']}", port["line"])
        for block in process["blocks"]:
            if block["granted"] and not block["name"].startswith(("shared ", "device ")):
                self._collect_block(process, block)

    def _collect_block(self, process, block):
        name, key = node("process", process["name"]), f"processes.{process['name']}"
        child = self._add("block", f"{process['name']}.{block['name'].replace(' ', '.')}", **block)
        for word in ("read", "write", "execute"):
            if word.upper() in block["access"]:
                ends = (child, name) if word in TAKING else (name, child)
                self._edge(*ends, word, key, process["line"])

    def _collect_grant(self, process, grant):
        holder, name = node("process", process["name"]), grant["name"]
        key = f"processes.{process['name']}.{grant['key']}"
        where = (f"{key}.{name}", grant["line"])
        kind = grant["key"].partition(".")[0]
        if kind == "signals":
            signal = self._add("signal", name)
            words = set(grant["words"]) - ({"poll"} if "receive" in grant["words"] else set())
            for word in sorted(words):
                self._edge(*((signal, holder) if word in TAKING else (holder, signal)), word, *where)
        elif kind == "calls":
            self._edge(holder, node("port", name), "call", key, grant["line"])
        elif kind in ("shared", "devices"):
            memory = node("shared", name) if kind == "shared" else self._device(process, name)
            for word in sorted(grant["words"]):
                self._edge(*((memory, holder) if word in TAKING else (holder, memory)), word, *where)
        elif kind == "interrupts":
            facts = next(each for each in process["interrupts"] if each["name"] == name)
            line = self._add("interrupt", name, **facts)
            signal = self._add("signal", facts["signal"])
            self._edge(holder, line, "unmask", *where)
            self._edge(line, signal, "interrupt", *where)
            self._edge(signal, holder, "receive", *where)
        elif kind == "functions":
            self._edge(holder, self._add("function", name), "use", *where)
        elif kind == "threads":
            self._thread(process, grant, key)
        else:
            self._edge(holder, node("signal", name), "tell", key, grant["line"])

    def _device(self, process, name):
        facts = next(each for each in process["devices"] if each["name"] == name)
        return self._add("device", name, base=facts["base"], size=facts["size"], is_port=facts["is_port"])

    def _thread(self, process, grant, key):
        _, thread, what = grant["key"].split(".")
        child = node("thread", f"{process['name']}.{thread}")
        if what == "scheduler":
            self._edge(node("thread", f"{process['name']}.{grant['name']}"), child, "schedule", key, grant["line"])
        else:
            self._edge(child, node("signal", grant["name"]), "event", key, grant["line"])

    def _collect_functions(self):
        """Kernel functions that act on what the description names: lines and ports of devices."""
        for process in self.system["processes"]:
            for grant in process["grants"]:
                if grant["key"] == "functions":
                    self._collect_function(process, grant)

    def _collect_function(self, process, grant):
        holder = node("process", process["name"])
        where = (f"processes.{process['name']}.functions.{grant['name']}", grant["line"])
        first, last = grant["first"], grant["last"]
        for name, facts in list(self.nodes.items()):
            if kind_of(name) == "interrupt":
                line = facts["line_number"]
                if grant["name"] == "INT_LOCAL_TRIG":  # a pair of CPU and line, each in its own range
                    mask = 0xFFFF
                    if first & mask <= line <= last & mask:
                        self._edge(holder, name, "trigger", *where)
                elif grant["name"] in ("INT_LOCAL_MOD", "INT_BIND") and first <= line <= last:
                    self._edge(holder, name, "unmask", *where)
            if kind_of(name) == "device" and facts["is_port"] and first < facts["base"] + facts["size"] \
                    and facts["base"] <= last:
                if grant["name"] == "IO_READ":
                    self._edge(name, holder, "read", *where)
                if grant["name"] == "IO_WRITE":
                    self._edge(holder, name, "write", *where)

    # --- reach ---

    def passes(self, name, without=()):
        """Whether a way may lead on through this node."""
        return name != INIT and kind_of(name) not in without

    def _spread(self, start, edges, end, without, stop=None):
        """Distances from `start`, by edges of one direction; what may not be passed ends there, and so does
        `stop`."""
        distance, queue = {start: 0}, deque([start])
        while queue:
            name = queue.popleft()
            if name == stop or (name != start and not self.passes(name, without)):
                continue
            for edge in edges.get(name, ()):
                if end(edge) not in distance:
                    distance[end(edge)] = distance[name] + 1
                    queue.append(end(edge))
        return distance

    def reached_from(self, start, without=(), stop=None):
        """Every node that `start` can act on, with the number of edges between."""
        return self._spread(start, self._forward, lambda edge: edge.target, without, stop)

    def reaching(self, target, without=(), stop=None):
        """Every node that can act on `target`."""
        return self._spread(target, self._backward, lambda edge: edge.source, without, stop)

    def between(self, source, target):
        return [edge for edge in self._forward.get(source, ()) if edge.target == target]

    def taking(self, source, target):
        """The rights by which `source` may look at `target` itself: it acts on nothing."""
        return [edge for edge in self.between(target, source) if edge.right in TAKING]

    def shortest(self, source, target, without=(), limit=8):
        """The shortest ways, each a list of hops, each a list of edges; and whether there are more.
        The last hop may be a right to look at the target."""
        near = self.reached_from(source, without)
        near_target = near.get(target)
        for name in [each for each in near if each == source or self.passes(each, without)]:
            if self.taking(name, target) and (near_target is None or near[name] + 1 < near_target):
                near_target = near[name] + 1
        if near_target is None:
            return [], False
        near[target] = near_target
        back, ways = [(target, [])], []
        while back and len(ways) <= limit:
            name, hops = back.pop(0)
            if name == source:
                ways.append(hops)
                continue
            steps = {each: self.between(each, name) + (self.taking(each, name) if name == target else [])
                     for each in near if near[each] == near[name] - 1
                     and (each == source or self.passes(each, without))}
            back = [(each, [edges, *hops]) for each, edges in sorted(steps.items()) if edges] + back
        return ways[:limit], len(ways) > limit


def load(path, folder=None):
    """The rights of the system that was built into this system.json; `folder` is that of its description."""
    system = json.loads(Path(path).read_text(encoding="utf-8"))
    return Rights(system, str(Path(folder) / system["file"]) if folder else None)
