#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The commands of `./rme debug SYSTEM`, in batch mode against QEMU: what they say of a system that runs.

  check_debug.py BUILD --machine M --qemu Q [--arg A]...      BUILD: the build folder of a debug preset

Systems ping_pong, where init has made everything, and restart, where the server faults and where init has taken
its memory away. What is expected is computed from system.json, which says what init was to make, or stands here.
TAP.
"""
import argparse
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARK = "@@ "
PATIENCE_S = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


class Target:
    """A board's build and how it runs in QEMU."""

    def __init__(self, options):
        self.build = options.build.resolve()
        self.qemu = [options.qemu, "-M", options.machine, *options.arg]

    def system(self, name):
        path = self.build / "systems" / name / "system.json"
        return json.loads(path.read_text(encoding="utf-8"))

    def session(self, name, commands):
        """What GDB prints for each command; an error of one is what it prints."""
        system, port = self.system(name), free_port()
        script = "".join(f'echo {MARK}\\n\npython\ntry:\n    gdb.execute({command!r})\n'
                         f'except gdb.error as error:\n    print(error)\nend\n' for command in commands)
        with tempfile.TemporaryDirectory() as holder:
            path = Path(holder, "commands")
            path.write_text(script + f"echo {MARK}\\n\nkill\n", encoding="utf-8")
            with subprocess.Popen([*self.qemu, "-kernel", self.build / f"{name}.elf", "-S", "-gdb",
                                   f"tcp:localhost:{port}", "-display", "none", "-serial", "null", "-monitor", "none",
                                   "-icount", "shift=0,sleep=off"], stdin=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as qemu:
                try:
                    out = subprocess.run(
                        ["gdb-multiarch", "-q", "-batch", self.build / f"{name}.elf", "-ex", "set tcp connect-timeout 20",
                         "-ex", f"target remote localhost:{port}", "-x", f"tools/debug-{system['machine']['arch']}.gdb",
                         "-ex", f"directory {ROOT}", "-ex", f"cd {self.build / 'systems' / name}", "-ex",
                         "source system.gdb", "-ex", f"source {ROOT}/tools/debug_system.py", "-x", path],
                        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                        timeout=PATIENCE_S).stdout
                finally:
                    qemu.kill()
        pieces = [piece.strip("\n") for piece in out.split(f"{MARK}\n")]
        if len(pieces) != len(commands) + 2:
            raise SystemExit(f"GDB ended early:\n{out}")
        return dict(zip(commands, pieces[1:-1]))


class Test:
    """TAP."""

    def __init__(self):
        self.count = self.failed = 0

    def say(self, what, found, wanted):
        self.count += 1
        holds = found == wanted
        self.failed += not holds
        print(f"{'' if holds else 'not '}ok {self.count} - {what}")
        if not holds:
            print("".join(f"# {line}\n" for line in f"found\n{found}\nwanted\n{wanted}".splitlines()), end="")


def granted(system, process):
    """Address -> access of every granule that init was to give a process, by the tables of system.json."""
    tables = {table["id"]: table for table in process["pagetables"]}
    result = {}
    for run in process["pages"]:
        table = tables[run["table"]]
        order = table["size_order"]
        base = table["base"] & ~1
        access = "".join(letter if word in run["access"] else "-"
                         for letter, word in zip("rwx", ("READ", "WRITE", "EXECUTE")))
        for page in range(run["position"], run["position"] + run["count"]):
            begin = base + (page << order) if system["machine"]["mmu"] or table["number_order"] else run["address"]
            result.update({address: access for address in range(begin, begin + (1 << order), 32)})
    return result


def shown(text):
    """The same, of what rme-memory has printed."""
    rows = re.findall(r"^(0x[0-9a-f]+) +(0x[0-9a-f]+) +([rwx-]{3}) ", text, re.M)
    return {address: access for begin, end, access in rows
            for address in range(int(begin, 16), int(end, 16), 32)}


def table_of(text):
    """Rows of cells that are two spaces apart."""
    return [re.split(r" {2,}", line.rstrip()) for line in text.splitlines()]


def check_ping_pong(test, target):
    system = target.system("ping_pong")
    is_mmu = system["machine"]["mmu"]
    pong, ping = system["processes"]
    stack = pong["threads"][0]["stack"]
    frame = system["shared"][0]["base"]
    if is_mmu:  # where pong sees it: the last page of its table
        run = next(each for each in pong["pages"] if each["address"] == frame)
        frame = next(each["base"] for each in pong["pagetables"] if each["id"] == run["table"]) + (run["position"] << 12)
    kernel = 0xFFFFFFFF80200000 if is_mmu else 0x20000800
    asks = ["rme-threads", "break daemon_run", "continue", "rme-threads ", "rme-capabilities ping",
            "rme-capabilities pong", "rme-capabilities pang", "rme-capabilities", "rme-memory pong", "rme-memory ping",
            f"rme-why-fault {frame:#x} pong", f"why-fault {stack - 8:#x} pong", f"rme-why-fault {kernel:#x} ping",
            f"rme-why-fault {frame:#x}", "rme-why-fault nothing ping", "rme-why-fault 16 ping",
            f"info symbol {pong['ports'][0]['address'] & ~1:#x}", f"rme-why-fault {ping['threads'][0]['stack']:#x} pong"]
    said = target.session("ping_pong", asks)
    test.say("before the kernel has booted there is nothing to see", said["rme-threads"].split(":")[0] in (
        "the kernel has not booted yet", "the kernel's memory cannot be read here"), True)
    test.say("every thread", table_of(said["rme-threads "]), [
        ["process", "thread", "priority", "budget", "state"], ["pong", "main", "5 of 5", "infinite", "ready"],
        ["ping", "main", "4 of 4", "infinite", "ready"], ["A thread of init runs."]])
    head = ["slot", "handle", "type", "of", "rights", "description"]
    console = ["device_console", "kfunc", "device_console", "IO_READ IO_WRITE, first argument 0x3f8 to 0x3ff"]
    test.say("the capabilities of ping", table_of(said["rme-capabilities ping"]), [
        head, ["0", "signal_bell", "signal", "bell", "SEND", "system.yaml:28"],
        ["1", "port_pong_square", "invocation", "pong.square", "ACTIVATE", "system.yaml:27"],
        *([["2", *console, "system.yaml:30"]] if is_mmu else [])])
    test.say("the capabilities of pong", table_of(said["rme-capabilities pong"]), [
        head, ["0", "signal_bell", "signal", "bell", "RECEIVE_SINGLE RECEIVE_ALL POLL_SINGLE POLL_ALL", "system.yaml:19"],
        *([["1", *console, "system.yaml:21"]] if is_mmu else [])])
    test.say("no such process", said["rme-capabilities pang"], "no process is called 'pang'; there are: pong ping")
    test.say("a command says how it is used", said["rme-capabilities"].split(":")[0], "rme-capabilities PROCESS")
    for process in (pong, ping):
        test.say(f"the memory of {process['name']} is what init was to give it",
                 shown(said[f"rme-memory {process['name']}"]), granted(system, process))
    told = said[f"rme-why-fault {frame:#x} pong"].splitlines()
    test.say("what may be read and not written", told[:2], [
        f"`pong` may read at {frame:#x}, not write or execute: shared `frame`",
        "    (grant it under processes.pong.shared)"])
    if is_mmu:
        run = next(each for each in ping["pages"] if each["address"] == system["shared"][0]["base"])
        there = next(each["base"] for each in ping["pagetables"] if each["id"] == run["table"]) + (run["position"] << 12)
        test.say("who sees the same memory", told.pop(2), f"    `ping` sees the same memory at {there:#x}, with rw-")
    rows = {row[0]: row[1:3] for row in table_of("\n".join(told[2:]))[1:]}
    test.say("and who may what", (rows["pong"], rows["ping"]), (
        ["r--", "shared `frame`"], ["---", "nothing is there for it"] if is_mmu else ["rw-", "shared `frame`"]))
    test.say("a stack that has overflowed", said[f"why-fault {stack - 8:#x} pong"].splitlines()[0],
             f"`pong` may do nothing at {stack - 8:#x}: it lies 8 bytes below the stack of `pong.main`, which has overflowed")
    test.say("what is the kernel's", said[f"rme-why-fault {kernel:#x} ping"].splitlines()[0],
             f"`ping` may do nothing at {kernel:#x}: it is the kernel's, and nobody can be granted it")
    test.say("while init runs a process must be named", said[f"rme-why-fault {frame:#x}"].splitlines()[0],
             "The memory in force is init's; name a process to ask about it.")
    test.say("what is no address", said["rme-why-fault nothing ping"].split(":")[0], "'nothing' is no address")
    test.say("a null pointer", said["rme-why-fault 16 ping"].splitlines()[0],
             "`ping` may do nothing at 0x10: a null pointer, or an index of one")
    test.say("symbols of a process", "square in section .text" in said[asks[-2]], True)
    if not is_mmu:
        test.say("memory of another process", said[asks[-1]].splitlines()[0],
                 f"`pong` may do nothing at {ping['threads'][0]['stack']:#x}: it is data of `ping`")


def check_inside(test, target):
    """A visitor of a port, in the source of the process that it visits."""
    pong, ping = target.system("ping_pong")["processes"]
    entry = pong["ports"][0]["address"]
    # With an MMU another program may have something at the same address, and comes there first.
    asks = ["break *square", *(["continue"] if ping["threads"][0]["address"] == entry else []), "continue ", "rme-threads",
            "info line *$pc", "rme-why-fault $sp-8", "rme-why-fault $sp-8 ping"]
    if target.system("ping_pong")["machine"]["mmu"]:
        asks += ["rme-symbols ping", "info symbol main", "rme-symbols pong", "info symbol square"]
    said = target.session("ping_pong", asks)
    test.say("a visitor is told", table_of(said["rme-threads"])[1:], [
        ["pong", "main", "5 of 5", "infinite", "waits at `bell`"],
        ["ping", "main", "4 of 4", "infinite", "runs, inside a port of `pong`"]])
    test.say("its source is that of the port", "examples/ping_pong/pong.c" in said["info line *$pc"], True)
    test.say("the memory in force is that of the port", re.sub("0x[0-9a-f]+", "SP", said["rme-why-fault $sp-8"].splitlines()[0]),
             f"`pong` may read and write at SP, not execute: {'stack `square`' if len(asks) > 7 else 'data of `pong`'}")
    if "rme-symbols ping" in asks:
        test.say("symbols of one process at a time", ["main in section .text" in said["info symbol main"],
                                                      "square in section .text" in said["info symbol square"]], [True] * 2)


def check_restart(test, target):
    asks = ["break thread_fault", "continue", "rme-threads", "why-fault 64", "rme-memory server", "delete",
            "break make_fresh", "continue ", "rme-threads ", "rme-memory server ", "why-fault 64 server"]
    said = target.session("restart", asks)
    system = target.system("restart")
    test.say("who has faulted, and who is inside", table_of(said["rme-threads"])[1:], [
        ["server", "main", "3 of 3", "infinite", "runs"],
        ["client", "main", "4 of 4", "infinite", "waits at `never`, inside a port of `server`"]])
    test.say("the process in force is asked about", said["why-fault 64"].splitlines()[0],
             "`server` may do nothing at 0x40: a null pointer, or an index of one")
    test.say("the server has its memory", shown(said["rme-memory server"]), granted(system, system["processes"][0]))
    test.say("what is stopped, and what has come home", table_of(said["rme-threads "])[1:3], [
        ["server", "main", "3 of 3", "0.000 ms", "is stopped"], ["client", "main", "4 of 4", "infinite",
                                                                 "waits at `again`"]])
    test.say("the memory that init has taken away", said["rme-memory server "],
             "`server` has no memory now: init has taken it away after a fault.")
    test.say("is no reason to look for grants", said["why-fault 64 server"].splitlines()[0],
             "`server` may do nothing anywhere: init has taken its memory away after a fault.")


def main(argv):
    parser = argparse.ArgumentParser(description="The commands of ./rme debug SYSTEM.")
    parser.add_argument("build", type=Path)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--arg", action="append", default=[])
    options = parser.parse_args(argv)
    if not shutil.which("gdb-multiarch"):
        print("ok 1 - commands of the debugger # SKIP needs gdb-multiarch\n1..1\n0 passed, 0 failed, 1 skipped")
        return 0
    test, target = Test(), Target(options)
    check_ping_pong(test, target)
    check_inside(test, target)
    check_restart(test, target)
    print(f"1..{test.count}\n{test.count - test.failed} passed, {test.failed} failed, 0 skipped")
    return test.failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
