#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""What the audit finds: an image against a description that says something else, a boot table that gives something
else, claims that hold and claims that do not, and hardware that does something else than was decoded.

  cases.py --build BUILD --board NAME --machine M [--qemu Q] [--arg=ARG ...]

BUILD has the images of the systems. TAP.
"""
import argparse
import contextlib
import importlib.util
import io
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
AUDIT = ROOT / "tools" / "audit"
sys.path.insert(0, str(AUDIT))
import debian  # noqa: E402

debian.go_on()

# pylint: disable=wrong-import-position
import probes  # noqa: E402
from board import READ, WRITE  # noqa: E402
from boot_table import HEAD, SECTIONS, Refused, Table  # noqa: E402
from judge import Judge  # noqa: E402
from policy import FUNCTIONS, SIGNAL, TAKES, Paths, decide  # noqa: E402

SPEC = importlib.util.spec_from_file_location("audit_main", AUDIT / "__main__.py")
MAIN = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MAIN)

FOLDERS = {"probe": ROOT / "tests" / "described" / "probe"}
CONSOLE = "    devices: {console: [read, write]}\n"

# Name, system, what is replaced in the description (old, new, ...), what must be found.
DESCRIPTIONS = (
    ("a right to send that is not granted", "ping_pong", ("signals: {bell: [send]}", "signals: {bell: [receive]}"),
     "process `ping` may use signal `bell` (SEND): the description does not grant it"),
    ("a right that is missing", "ping_pong", ("signals: {bell: [receive]}", "signals: {bell: [receive, kernel_send]}"),
     "process `pong` may not use signal `bell` (RECEIVE_SINGLE RECEIVE_ALL POLL_SINGLE POLL_ALL KERNEL_SEND): "
     "the description grants it"),
    ("a right to wait where one may look", "ping_pong", ("bell: [receive]", "bell: [poll]"),
     "process `pong` may use signal `bell` (RECEIVE_SINGLE RECEIVE_ALL POLL_SINGLE POLL_ALL): the description does not"),
    ("a call that is not granted", "ping_pong", ("    calls: [pong.square]\n", ""),
     "process `ping` may call `pong.square`: the description does not grant it"),
    ("memory that can be written and must not", "ping_pong", ("shared: {frame: [read, write]}", "shared: {frame: [read]}"),
     "process `ping` can write "),
    ("memory that cannot be written and must", "ping_pong", ("shared: {frame: [read]}", "shared: {frame: [read, write]}"),
     "(shared memory `frame`): the description grants it"),
    ("memory that is shown and not granted", "ping_pong", ("    shared: {frame: [read]}\n", ""),
     "process `pong` can read "),
    ("shared memory that is too small", "ping_pong", ("{size: 64 B}", "{size: 3 MiB}"),
     "shared memory `frame` has "),
    ("a device that is not granted", "ping_pong", (CONSOLE, ""), "the description does not grant it"),
    ("a higher priority", "ping_pong", ("{priority: 5, budget: infinite}", "{priority: 3, budget: infinite}"),
     "thread `pong.main`: priority is 5, the description says 3"),
    ("an infinite budget", "ping_pong", ("{priority: 5, budget: infinite}", "{priority: 5, budget: 2 ms}"),
     "thread `pong.main`: budget is"),
    ("another stack", "ping_pong", ("{priority: 5, budget: infinite}", "{priority: 5, budget: infinite, stack: 9 KiB}"),
     "thread `pong.main`: its stack has"),
    ("a heap that is not there", "ping_pong", ("    signals: {bell: [receive]}\n", "    signals: {bell: [receive]}\n    heap: 8 KiB\n"),
     "process `pong`"),
    ("another name", "ping_pong", ("system: ping_pong", "system: pong_ping"), "the image is that of system `ping_pong`"),
    ("a signal too many", "ping_pong", ("  bell: {}\n", "  bell: {}\n  gong: {}\n"), "signals: the image has no `gong`"),
    ("another policy of restarts", "restart", ("policy: restart, limit: 3", "policy: restart, limit: 4"),
     "process `server`: its limit of restarts is 3, the description says 4"),
    ("another one who is told", "restart", ("tell: again", "tell: never"),
     "process `server`: whom a restart is told is `again`, the description says `never`"),
    ("a timer that somebody else has", "restart", ("      again: [receive]\n", "      again: [receive]\n      timer: [poll]\n"),
     "init and a process disagree about who has the timer"),
)

# Claims, and the beginning of why they do not hold; None: they hold. The second goes over `server`, the third back
# through a call; `probe` has memory that one may write and another execute.
CLAIMS = (
    ("ping_pong", ("W^X", "no user mapping of kernel memory"), (None, None)),
    ("ping_pong", ("no path from ping to pong",), ("`ping` ",)),
    ("ping_pong", ("no path from pong to ping",), ("`pong` ",)),
    ("restart", ("no path from client to server",), ("`client` ",)),
    ("probe", ("W^X",), ("`witness` can write ",)),
    ("probe", ("no path from subject to tester", "no path from tester to witness"), ("`subject` ", "`tester` ")),
    ("many", ("no path from p03 to p01",), ("`p03` ",)),
)


# Steps between three processes, each alone: what they hold or see, and whom each reaches.
FRAME, DEVICE = (0x1000, 0x1000, 0x100), (0x4000, 0x4000, 0x100)
LINE, OTHER_LINE = 7, 8


def function(name, low=0, high=0):
    return "kfunc", (FUNCTIONS[name], FUNCTIONS[name]), 0, low, high


PATHS = (
    ("nothing in common", {}, {}, ""),
    ("memory", {"a": [(*FRAME, READ | WRITE)], "b": [(*FRAME, READ)]}, {}, "ab"),
    ("memory at other addresses", {"a": [(0x9000, 0x1000, 0x100, READ | WRITE)], "b": [(*FRAME, READ)]}, {}, "ab"),
    ("memory that begins where other ends", {"a": [(*FRAME, READ | WRITE)], "b": [(0x1100, 0x1100, 0x100, READ)]}, {}, ""),
    ("code", {"a": [(*FRAME, READ | WRITE)], "b": [(*FRAME, READ | 4)]}, {}, "ab"),
    ("memory that both read", {"a": [(*FRAME, READ)], "b": [(*FRAME, READ)]}, {}, ""),
    ("memory of three", {"a": [(*FRAME, READ | WRITE)], "b": [(*FRAME, READ), (*DEVICE, READ | WRITE)],
                         "c": [(*DEVICE, READ)]}, {}, "ab bc ac"),
    ("a signal", {}, {"a": [("signal", "s", SIGNAL["SEND"], 0, 0)], "b": [("signal", "s", TAKES, 0, 0)]}, "ab"),
    ("a signal that one only polls", {}, {"a": [("signal", "s", SIGNAL["SEND"], 0, 0)],
                                          "b": [("signal", "s", SIGNAL["POLL_ALL"], 0, 0)]}, "ab"),
    ("a signal of the kernel", {}, {"a": [("signal", "s", SIGNAL["KERNEL_SEND"], 0, 0)],
                                    "b": [("signal", "s", TAKES, 0, 0)]}, "ab"),
    ("two signals", {}, {"a": [("signal", "s", SIGNAL["SEND"], 0, 0)], "b": [("signal", "t", TAKES, 0, 0)]}, ""),
    ("a call goes both ways", {}, {"a": [("invocation", "b.port", 2, 0, 0)]}, "ab ba"),
    ("calls in a chain", {}, {"a": [("invocation", "b.port", 2, 0, 0)], "b": [("invocation", "c.port", 2, 0, 0)]},
     "ab ba bc cb ac ca"),
    ("a thread", {}, {"a": [("thread", "b.main", 8, 0, 0)]}, "ab ba"),
    ("I/O ports", {}, {"a": [function("IO_WRITE", 16, 19)], "b": [function("IO_READ", 19, 30)]}, "ab"),
    ("other I/O ports", {}, {"a": [function("IO_WRITE", 16, 18)], "b": [function("IO_READ", 19, 30)]}, ""),
    ("masking a line", {}, {"a": [function("INT_LOCAL_MOD", LINE, LINE)], "b": [("signal", "s", TAKES, 0, 0)]}, "ab"),
    ("masking another line", {}, {"a": [function("INT_LOCAL_MOD", OTHER_LINE, OTHER_LINE)],
                                  "b": [("signal", "s", TAKES, 0, 0)]}, ""),
    ("triggering a line", {}, {"a": [function("INT_LOCAL_TRIG", 1 << 16 | LINE, 1 << 16 | LINE)],
                               "b": [("signal", "s", TAKES, 0, 0)]}, "ab"),
    ("driving the device of a line", {"a": [(*DEVICE, READ | WRITE)]}, {"b": [("signal", "s", TAKES, 0, 0)]}, "ab"),
    ("resetting the machine", {}, {"a": [function("SYS_REBOOT")], "b": [function("SYS_REBOOT")]}, "ab ba"),
)


class Systems:
    """The systems of one build, read once; with another description when asked."""

    def __init__(self, options):
        self.options, self.known = options, {}

    def folder(self, name):
        return FOLDERS.get(name, ROOT / "examples" / name)

    def read(self, name, text=None):
        options = argparse.Namespace(board=self.options.board, image=self.options.build / f"{name}.elf",
                                     programs=self.options.build / "systems" / name,
                                     description=self.folder(name) / "system.yaml")
        if text is None:
            if name not in self.known:
                self.known[name] = MAIN.read(options)
            return self.known[name]
        with tempfile.TemporaryDirectory(prefix="audit-") as folder:
            options.description = Path(folder, "system.yaml")
            options.description.write_text(text, encoding="utf-8")
            return MAIN.read(options)

    def text(self, name):
        return (self.folder(name) / "system.yaml").read_text(encoding="utf-8")


def replaced(text, old, new):
    if old not in text:
        raise AssertionError(f"the description has no '{old}'")
    return text.replace(old, new)


def judge(evidence, data=None):
    try:
        return Judge(evidence, Table(data or evidence.image.table_bytes, evidence.board.word_bytes)).run()
    except Refused as refusal:
        return argparse.Namespace(findings=[f"the system does not start: {refusal}"])


def edited(evidence, edits):
    """The boot table with words set, {(section, row, field): value}, and the sum made right."""
    data, width = bytearray(evidence.image.table_bytes), evidence.board.word_bytes
    table = Table(bytes(data), width)
    begin = {name: first for name, first, _ in table.extent()}
    for (section, row, field), value in edits.items():
        word = begin[section] + row * len(SECTIONS[section]) + SECTIONS[section].index(field)
        data[word * width:(word + 1) * width] = (value % (1 << 8 * width)).to_bytes(width, "little")
    at = HEAD.index("sum") * width
    data[at:at + width] = bytes(width)
    words = [int.from_bytes(data[i:i + width], "little") for i in range(0, len(data), width)]
    data[at:at + width] = (-sum(words) % (1 << 8 * width)).to_bytes(width, "little")
    return bytes(data)


def table_cases(evidence):
    """(name, edits, what must be found): what a builder that is wrong might leave."""
    judged = judge(evidence)
    process = {row.index: each for each in judged.world.processes for row in [each.row]}
    ping = next(i for i, each in process.items() if each.name == "ping")
    pong = 1 - ping
    capability = {evidence_name: row for row in judged.table.capabilities
                  for evidence_name in [f"{process[row.process].name} {judged.table.text(row.name)}"]}
    bell, square = capability["ping signal_bell"], capability["ping port_pong_square"]
    kernel, thread = 4, process[pong].row.thread
    yield "the scheduler's rights to a thread", {("capabilities", square.index, "source"): judged.table.threads[thread].id}, \
        "may use thread `pong.main`"
    yield "every kernel function", {("capabilities", bell.index, "source"): kernel, ("capabilities", bell.index, "rights"): 0xFFFF,
                                    ("capabilities", bell.index, "high"): -1, ("capabilities", bell.index, "is_signal"): 0}, \
        "may call kernel functions FLUSH"
    yield "kernel memory itself", {("capabilities", bell.index, "source"): 5, ("capabilities", bell.index, "rights"): 15}, \
        "would get kernel memory"
    yield "the right to set a port", {("capabilities", square.index, "rights"): 3}, "may change port `pong.square`"
    yield "one page table for two", {("processes", ping, "space"): process[pong].row.space}, "two processes have one page table"
    yield "threads of another", {("processes", ping, "thread"): process[pong].row.thread}, "another's"
    yield "clearing what is another's", {("processes", ping, "zero"): process[pong].row.data,
                                         ("processes", ping, "zero_bytes"): 64}, "process `ping`: init restores"
    yield from page_cases(evidence, judged, ping, pong)


def page_cases(evidence, judged, ping, pong):
    """Pages of `ping` that show what is the other's or init's."""
    tables = {id(each): row for each, row in zip(judged.world.pagetables, judged.table.pagetables)}
    spaces = {i: judged.world.processes[i].space for i in (ping, pong)}
    rows = {i: {tables[id(table)].id for table in (space, *space.tables())} for i, space in spaces.items()}
    runs = {i: [row for row in judged.table.pages if row.table in rows[i]] for i in (ping, pong)}
    data = next(run for run in runs[ping] if run.flags & WRITE)
    other = next(run for run in runs[pong] if run.flags & WRITE)
    code = next(run for run in runs[ping] if run.flags & 4)
    yield "code that can be written", {("pages", code.index, "flags"): code.flags | WRITE}, \
        ("does not start" if not evidence.board.has_mmu else "process `ping` can write ")
    yield "data that can be executed", {("pages", data.index, "flags"): data.flags | 4}, \
        "process `ping` can execute "
    if evidence.board.has_mmu:
        yield "a frame of another", {("pages", data.index, "address"): other.address}, "process `ping` sees other memory"
        frame = judged.table.pages[runs[ping][-1].index]
        yield "one page more, of another", {("pages", frame.index, "count"): frame.count + 1}, \
            "process `ping` can "
        yield "kernel memory", {("pages", data.index, "address"): evidence.board.kernel[0][0]}, "memory at 0x200000 that init does not have"
    else:
        yield "a region of another", *region_of_another(evidence, judged, runs[ping], runs[pong])
        mine = next(row for row in judged.table.pagetables if row.id == data.table)
        kernel = evidence.board.kernel[1][0]
        yield "kernel memory", {("pagetables", mine.index, "base"): kernel, ("pages", data.index, "address"): kernel}, \
            "that init does not have"


def region_of_another(evidence, judged, mine, its):
    """A region of one process becomes one of the other: one that the kernel lets in, because nothing else that the
    process has overlaps it. Where each place overlaps something the kernel refuses. Edits, and what must be found."""
    edits = {}
    for run, other in ((run, other) for run in mine for other in its if other.flags & WRITE or other.flags & 4):
        tables = [next(row for row in judged.table.pagetables if row.id == each.table) for each in (run, other)]
        edits = {("pagetables", tables[0].index, field): getattr(tables[1], field)
                 for field in ("base", "size_order", "number_order")}
        edits |= {("pages", run.index, field): getattr(other, field)
                  for field in ("position", "count", "address", "order", "flags")}
        findings = judge(evidence, edited(evidence, edits)).findings
        if not findings or "does not start" not in findings[0]:
            return edits, re.compile(r"process `ping` can \w+ 0x\w+ \(.*`pong(\.\w+)?`\): the description does not grant it")
    return edits, "two page tables of one list overlap"


class Tap:
    def __init__(self):
        self.failed = self.count = 0

    def case(self, name, holds, found=()):
        self.count += 1
        self.failed += not holds
        print(f"{'' if holds else 'not '}ok {self.count} - {name}", flush=True)
        for line in found if not holds else ():
            print(f"# {line}")

    def end(self):
        print(f"1..{self.count}\n{self.count - self.failed} passed, {self.failed} failed, 0 skipped")
        return 1 if self.failed else 0


def run_descriptions(tap, systems):
    for name, system, (old, new), wanted in DESCRIPTIONS:
        findings = judge(systems.read(system, replaced(systems.text(system), old, new))).findings
        tap.case(f"description: {name}", any(wanted in each for each in findings), [f"wanted: {wanted}", *findings])


def run_claims(tap, systems):
    for system, claims, wanted in CLAIMS:
        text = "".join(line for line in systems.text(system).splitlines(True) if not line.startswith("policy:"))
        judged = judge(systems.read(system, f"{text}\npolicy: [{', '.join(claims)}]\n"))
        found = [why for _, why in decide(judged)]
        holds = len(found) == len(wanted) and all((a is None and b is None) or (a and b and a.startswith(b))
                                                  for a, b in zip(found, wanted))
        tap.case(f"{system}: {', '.join(claims)}", holds, [str(each) for each in found])


def run_statuses(tap, systems, options):
    """What ./rme audit ends with."""
    folder = systems.folder("hello")

    def status(image, description):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return MAIN.main([str(options.build / image), "--board", options.board, "--description", str(description),
                              "--programs", str(options.build / "systems" / "hello")])

    tap.case("status 0: all is as described", status("hello.elf", folder / "system.yaml") == 0)
    tap.case("status 2: no described system", status("init.elf", folder / "system.yaml") == 2)
    tap.case("status 2: no ELF file", status("systems/hello/report.txt", folder / "system.yaml") == 2)
    tap.case("status 2: no file", status("nothing.elf", folder / "system.yaml") == 2)
    with tempfile.TemporaryDirectory(prefix="audit-") as other:
        path = Path(other, "system.yaml")
        path.write_text(systems.text("hello").replace("priority: 4", "priority: 3"), encoding="utf-8")
        tap.case("status 1: another priority", status("hello.elf", path) == 1)
        path.write_text("system: hello\n", encoding="utf-8")
        tap.case("status 2: no description", status("hello.elf", path) == 2)
        path.write_text("system: [", encoding="utf-8")
        tap.case("status 2: no YAML", status("hello.elf", path) == 2)
    data = bytearray(systems.read("hello").image.table_bytes)
    data[-1] ^= 1
    tap.case("a table that does not add up", "add up to 0" in judge(systems.read("hello"), bytes(data)).findings[0])


def run_paths(tap):
    for name, shown, held, wanted in PATHS:
        rows = {each: argparse.Namespace(name=each, row=argparse.Namespace(policy=0, tell=None)) for each in "abc"}
        board = argparse.Namespace(interrupts={"clock": (LINE, LINE)}, has_mmu=False, devices={
            "clock": argparse.Namespace(base=DEVICE[0], size=DEVICE[2], is_port=False)})
        judged = argparse.Namespace(world=argparse.Namespace(processes=list(rows.values()), threads=[]), board=board,
                                    shown={each: shown.get(each, []) for each in rows}, lines=[(LINE, "s")],
                                    held={each: held.get(each, []) for each in rows}, signal_name=lambda number: None)
        paths = Paths(judged)
        found = {one + other for one in rows for other in rows if one != other and paths.find(one, other)}
        tap.case(f"path: {name}", found == set(wanted.split()), [f"found {sorted(found)}, wanted {wanted}"])


def run_probe(tap, systems, options):
    """The hardware is asked about an image of which something else was decoded than it does."""
    judged = judge(systems.read("probe"))
    kept = judged.shown["subject"]
    machine = probes.run_qemu.Machine(options.machine, options.qemu, options.arg)
    for what, change in (("less", lambda flags: flags & ~WRITE if flags & WRITE else flags),
                         ("more", lambda flags: flags | WRITE if flags & 7 == READ else flags)):
        judged.shown["subject"] = [(*page[:3], change(page[3])) for page in kept]
        problems = probes.probe(judged, machine)[1]
        tap.case(f"probe: the hardware grants {'more' if what == 'less' else 'less'} than was decoded",
                 any("the hardware" in each for each in problems), problems)


def main(argv):
    parser = argparse.ArgumentParser(description="What the audit finds.")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--board", required=True)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--arg", action="append", default=[])
    options = parser.parse_args(argv)
    tap, systems = Tap(), Systems(options)
    run_descriptions(tap, systems)
    evidence = systems.read("ping_pong")
    for name, edits, wanted in table_cases(evidence):
        findings = judge(evidence, edited(evidence, edits)).findings
        holds = any(wanted in each if isinstance(wanted, str) else wanted.match(each) for each in findings)
        tap.case(f"boot table: {name}", holds, [f"wanted: {wanted}", *findings])
    run_claims(tap, systems)
    run_paths(tap)
    run_statuses(tap, systems, options)
    run_probe(tap, systems, options)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
