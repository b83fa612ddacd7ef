#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""By which rights one part of a described system can act on another, and where they are granted.

  why.py SYSTEM.json FROM TO [--folder FOLDER]      FOLDER: that of the description

FROM and TO are names of the description: `ping`, `ping.main` (a thread), `pong.square` (a port), `bell`,
`console`, `init`; where one name means several things, KIND:NAME, `device:console`. Prints the shortest ways,
and what longer ones lead through; or that there is none, and the single grants that would make one.
Exit status: 0 there is a way, 1 there is none, 2 the command line is wrong.
"""
import argparse
import difflib
import sys

import rights as graph
from rights import INIT, kind_of, name_of, quoted

WAYS, GRANTS = 8, 6  # that are printed
DEVICES = ("device",)
FAR = 1000  # how much farther a grant of a device is


class Unknown(Exception):
    """What was named is not there, or not clear."""


def resolve(rights, text):
    """The node that a user has named."""
    kind, colon, name = text.partition(":")
    found = [each for each in rights.nodes if (name_of(each) == name and kind_of(each) == kind if colon
                                               else name_of(each) == text)]
    if len(found) == 1:
        return found[0]
    if found:
        choices = [f"{kind_of(each)}:{name_of(each)}" for each in found]
        raise Unknown(f"'{text}' is several things: say {' or '.join(choices)}")
    parts = [name_of(each) for each in rights.nodes if kind_of(each) != "block"
             and name_of(each).endswith(f".{name if colon else text}")]
    near = parts or difflib.get_close_matches(name if colon else text, {name_of(each) for each in rights.nodes}, 3)
    hint = f"; did you mean {' or '.join(repr(each) for each in near)}?" if near else \
        f"; there are: {' '.join(name_of(each) for each in rights.nodes if kind_of(each) != 'block')}"
    raise Unknown(f"system {rights.system['system']} has no '{text}'{hint}")


# --- ways that there are ---

def hop_lines(rights, hops):
    rows = [(edge.sentence(quoted), f"{rights.description}:{edge.line}", edge.key) for hop in hops for edge in hop]
    return rows


def tell_ways(rights, source, target, ways, more, without):
    count = f"{len(ways)}{' or more' if more else ''} way{'s' if len(ways) != 1 or more else ''}"
    out = [f"{quoted(source)} reaches {quoted(target)}: {count}", ""]
    rows = [hop_lines(rights, way) for way in ways]
    width = max(len(row[0]) for way in rows for row in way)
    place = max(len(row[1]) for way in rows for row in way)
    for number, way in enumerate(rows, 1):
        for index, (text, where, key) in enumerate(way):
            head = f"{number}." if index == 0 else ""
            out.append(f"{head:3} {text:{width}}  {where:{place}}  {key}")
    shown = {end for way in ways for hop in way for edge in hop for end in (edge.source, edge.target)}
    out += ["", *notes(rights, source, target, shown, without)]
    while not out[-1]:
        out.pop()
    return out


def notes(rights, source, target, shown, without):
    """What else lies between: processes on longer ways, devices that both ends of a way use."""
    before, behind = rights.reached_from(source, without, target), rights.reaching(target, without, source)
    longer = [name for name in rights.nodes if INIT not in (source, target) and name in before and name in behind and name not in shown
              and name not in (source, target) and kind_of(name) == "process"]
    if longer:
        yield f"Longer ways lead through {', '.join(map(quoted, longer))}."
    if without:
        before, behind = rights.reached_from(source), rights.reaching(target)
        devices = [name for name in rights.nodes if kind_of(name) == "device" and name in before and name in behind
                   and name not in (source, target) and before[name] + behind[name] == 2]
        if devices:
            yield (f"What {quoted(source)} writes to {', '.join(map(quoted, devices))}, {quoted(target)} can read there "
                   "as well.")


# --- ways that could be ---

def readers(rights, process):
    """What acts on a process if it is acted on: signals that it receives, memory and devices that it reads."""
    return [edge.source for edge in rights.edges if edge.target == process and edge.right in graph.TAKING
            and kind_of(edge.source) in ("signal", "shared", "device")]


WORDS = {"port": "call", "signal": "send", "shared": "write", "device": "write", "function": "use"}
KEYS = {"port": "calls", "signal": "signals", "shared": "shared", "device": "devices", "function": "functions"}
HOW = {"send": "{}: [send]", "call": "{}", "write": "{}: [read, write]", "read": "{}: [read]", "use": "{}: {{}}"}


def sending(rights, process, target):
    """The edge that would let a process act on a signal, a port, memory, a device or a function; None: it may
    already, or nobody can be granted it."""
    kind = kind_of(target)
    if rights.between(process, target) or kind not in WORDS or name_of(target) == "timer" and kind == "signal":
        return None
    return graph.Edge(process, target, WORDS[kind], f"processes.{name_of(process)}.{KEYS[kind]}", 0)


def reading(rights, process, target):
    """The edge that would let a process see memory or a device; None: it may already, or it is neither."""
    kind = kind_of(target)
    if kind not in ("shared", "device") or rights.taking(process, target):
        return None
    return graph.Edge(target, process, "read", f"processes.{name_of(process)}.{KEYS[kind]}", 0)


def advice(rights, edge):
    """A missing edge in the words of the description."""
    thing = edge.source if edge.right in graph.TAKING else edge.target
    text = f"{edge.sentence(quoted)}: grant it under {edge.key} (`{HOW[edge.right].format(name_of(thing))}`)"
    access = rights.nodes[thing].get("access") if kind_of(thing) == "shared" else None
    if edge.right == "write" and "WRITE" not in (access or ["WRITE"]):
        text += f", and `write` under shared.{name_of(thing)}.access"
    return text


def of_kind(distances, kind):
    return {name: distance for name, distance in distances.items() if kind_of(name) == kind}


def candidates(rights, source, target):
    """Single grants that make a way, as (how far it is from the ends, the edge)."""
    before, behind = rights.reached_from(source), rights.reaching(target)
    actors, victims = of_kind(before, "process"), of_kind(behind, "process")
    seen = {source: 0} if kind_of(source) in ("shared", "device") else {}
    for actor in actors:
        seen.update({edge.target: before[actor] for edge in rights.edges if edge.source == actor
                     and edge.right == "write" and kind_of(edge.target) in ("shared", "device")})
    ends = {target: 0} if kind_of(target) not in ("process", "thread", "block", "interrupt", "init") else {}
    for victim, distance in victims.items():
        ports = [name for name in rights.nodes if rights.between(name, victim) and kind_of(name) == "port"]
        for name in (*readers(rights, victim), *ports):
            ends.setdefault(name, distance + 1)
    for actor, distance in actors.items():
        for end, rest in ends.items():
            # To look is less than to write, if the thing itself is the target.
            is_last = end == target and kind_of(end) in ("shared", "device")
            edge = (reading if is_last else sending)(rights, actor, end)
            if edge:
                yield distance + rest + FAR * (kind_of(end) == "device" and end != target), edge
    for thing, distance in seen.items():
        for victim, rest in victims.items():
            edge = reading(rights, victim, thing)
            if edge:
                yield distance + rest + 1 + FAR * (kind_of(thing) == "device" and thing != source), edge


def tell_none(rights, source, target):
    out = [f"{quoted(source)} does not reach {quoted(target)}.", ""]
    best = {}
    for distance, edge in candidates(rights, source, target):
        best[edge] = min(distance, best.get(edge, distance))
    found = sorted(best, key=best.get)
    near = [edge for edge in found if best[edge] < FAR] or found
    if near:
        out.append("One of these grants would make a way:" if len(near) > 1 else "This grant would make a way:")
        out += [f"  {advice(rights, edge)}" for edge in near[:GRANTS]]
        if len(near) > GRANTS:
            out.append(f"  and {len(near) - GRANTS} others, farther from the two")
    elif kind_of(target) == "interrupt":
        out.append("No grant makes one: an interrupt line has one driver.")
    elif kind_of(source) == "function":
        out.append("No grant makes one: a kernel function acts on nobody by itself.")
    else:
        out.append(f"No single grant makes one: nothing that leads to {quoted(target)} receives a signal, has a port or "
                   "reads shared memory.")
    answers = [edge for edge in rights.edges if edge.right == "call" and edge.source in rights.reaching(target)
               and edge.target in rights.reached_from(source)]
    out += [f"{quoted(edge.source)} gets answers of {quoted(edge.target)}, by its own right to call: that is no way."
            for edge in answers]
    return out


def main(argv):
    parser = argparse.ArgumentParser(description="By which rights one part of a system can act on another.")
    parser.add_argument("json")
    parser.add_argument("source", metavar="FROM")
    parser.add_argument("target", metavar="TO")
    parser.add_argument("--folder")
    options = parser.parse_args(argv)
    rights = graph.load(options.json, options.folder)
    try:
        source, target = resolve(rights, options.source), resolve(rights, options.target)
        if source == target:
            raise Unknown("name two things that differ")
    except Unknown as error:
        print(f"rme: {error}", file=sys.stderr)
        return 2
    for without in (DEVICES, ()):
        ways, more = rights.shortest(source, target, without, WAYS)
        if ways:
            print("\n".join(tell_ways(rights, source, target, ways, more, without)))
            return 0
    print("\n".join(tell_none(rights, source, target)))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
