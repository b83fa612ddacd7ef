# SPDX-License-Identifier: Unlicense
"""The description of a system, and what it grants: read from system.yaml, by the rules of
docs/description.md and the numbers of abi/calls.toml."""
import tomllib
from dataclasses import dataclass, field

import yaml

from board import ROOT
from image import AuditError

SIZES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
TIMES = {"us": 1, "ms": 1000, "s": 1000000}
ACCESS = {"read": 1, "write": 2, "execute": 4}
POLICIES = {"stop": 0, "restart": 1, "reboot": 2}


class Abi:
    """Rights by name, kernel functions by name."""

    def __init__(self):
        calls = tomllib.loads((ROOT / "abi" / "calls.toml").read_text(encoding="utf-8"))
        self.rights = {kind: {name: 1 << bit for bit, name in enumerate(names)}
                       for kind, names in calls["rights"].items()}
        self.functions = {each["name"]: each["number"] for each in calls["function"]}
        signal = self.rights["signal"]
        poll = signal["POLL_SINGLE"] | signal["POLL_ALL"]
        self.signal_words = {"send": signal["SEND"], "poll": poll, "kernel_send": signal["KERNEL_SEND"],
                             "receive": poll | signal["RECEIVE_SINGLE"] | signal["RECEIVE_ALL"]}


ABI = Abi()


def measure(text, units):
    digits, _, unit = text.partition(" ")
    if not unit:  # "2KiB"
        digits = text.rstrip("".join({letter for name in units for letter in name}))
        unit = text[len(digits):]
    try:
        return int(digits, 0) * units[unit]
    except (KeyError, ValueError):
        raise AuditError(f"'{text}' is no measure of the description") from None


def duration(text):
    """Microseconds; None: infinite."""
    return None if text == "infinite" else measure(text, TIMES)


def listed(value):
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


@dataclass
class Thread:
    name: str
    entry: str
    priority: int
    priority_max: int
    budget: int | None
    stack: int | None  # None: computed from the call graph
    margin: int
    parameter: int
    parameter_time: int  # microseconds; 0: the parameter is the other
    fpu: bool
    scheduler: str
    events: str | None


@dataclass
class Port:
    name: str
    entry: str
    stack: int | None
    margin: int
    returns_on_fault: bool


@dataclass
class Process:
    name: str
    threads: dict = field(default_factory=dict)
    ports: dict = field(default_factory=dict)
    shared: dict = field(default_factory=dict)      # name: access
    devices: dict = field(default_factory=dict)     # name: access
    interrupts: dict = field(default_factory=dict)  # name of the line: signal
    heap: int = 0
    restart: tuple = (0, None, None, None, None)    # policy, limit, within, back-off, tell
    held: list = field(default_factory=list)        # (kind, object, rights, low, high)


def stack_of(each):
    """(size or None, margin)"""
    text = each.get("stack", "auto")
    return None if text == "auto" else measure(text, SIZES), measure(each.get("margin", "0 B"), SIZES)


def read_thread(name, each):
    priority = int(each["priority"], 0)
    return Thread(name, each.get("entry", name), priority, int(each.get("priority_max", str(priority)), 0),
                  duration(each["budget"]), *stack_of(each), int(each.get("parameter", "0"), 0),
                  duration(each.get("parameter_time", "0 us")), each.get("fpu", "false") == "true", each.get("scheduler", "init"), each.get("events"))


def read_port(name, each):
    each = each or {}
    return Port(name, each.get("entry", name), *stack_of(each), each.get("returns_on_fault", "true") == "true")


def read_restart(each):
    if each is None:
        return Process.restart
    policy = POLICIES[each["policy"]]
    if each["policy"] != "restart":
        return policy, None, None, None, None
    return (policy, int(each.get("limit", "3"), 0), duration(each.get("within", "10 s")),
            duration(each.get("back_off", "0 ms")), each.get("tell"))


def access(words):
    return sum(ACCESS[word] for word in set(listed(words)))


class Description:
    """One system.yaml, for one board."""

    def __init__(self, path, board):
        self.path = path
        try:
            whole = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        except (OSError, yaml.YAMLError) as error:
            raise AuditError(f"{path} cannot be read: {error}") from error
        self.name = whole["system"]
        self.signals = list(whole.get("signals") or {})
        self.shared = {name: (measure(each["size"], SIZES), access(each.get("access", ["read", "write"])))
                       for name, each in (whole.get("shared") or {}).items()}
        self.policy = listed(whole.get("policy"))
        self.processes = {name: self._read(name, each, board) for name, each in whole["processes"].items()}
        self.uses_timer = any(("signal", "timer") == held[:2]
                              for process in self.processes.values() for held in process.held)

    def _read(self, name, each, board):
        process = Process(name)
        process.threads = {key: read_thread(key, item) for key, item in (each.get("threads") or {}).items()}
        process.ports = {key: read_port(key, item) for key, item in (each.get("ports") or {}).items()}
        process.shared = {key: access(item) for key, item in (each.get("shared") or {}).items()}
        process.devices = {key: access(item) for key, item in (each.get("devices") or {}).items()}
        process.interrupts = {key: listed(item) for key, item in (each.get("interrupts") or {}).items()}
        process.heap = measure(each.get("heap", "0 B"), SIZES)
        process.restart = read_restart(each.get("restart"))
        process.held = self._held(process, each, board)
        return process

    @staticmethod
    def _held(process, each, board):
        """Every capability that the process must have, and no other."""
        signals = {name: sum(ABI.signal_words[word] for word in set(listed(words)) - implied(words))
                   for name, words in (each.get("signals") or {}).items()}
        for names in process.interrupts.values():
            for name in names:
                signals[name] = signals.get(name, 0) | ABI.signal_words["receive"]
        held = [("signal", name, rights, 0, 0) for name, rights in signals.items()]
        held += [("invocation", name, ABI.rights["invocation"]["ACTIVATE"], 0, 0) for name in listed(each.get("calls"))]
        held += thread_rights(process)
        line = ABI.functions["INT_LOCAL_MOD"]
        for name in process.interrupts:
            if name not in board.interrupts:
                raise AuditError(f"board {board.name} has no interrupt '{name}'")
            held.append(("kfunc", (line, line), 0, *board.interrupts[name]))
        for name, item in (each.get("functions") or {}).items():
            item = item or {}
            first = int(item.get("first", "0"), 0)
            function = ABI.functions[name]
            held.append(("kfunc", (function, function), 0, first, int(item.get("last", str(first)), 0)))
        for name, rights in process.devices.items():
            device = board.devices.get(name)
            if device is None:
                raise AuditError(f"board {board.name} has no device '{name}'")
            if device.is_port:
                last = ABI.functions["IO_WRITE" if rights & ACCESS["write"] else "IO_READ"]
                held.append(("kfunc", (ABI.functions["IO_READ"], last), 0, device.base, device.base + device.size - 1))
        return held


def implied(words):
    """`receive` has what `poll` has."""
    return {"poll"} if "receive" in listed(words) else set()


def thread_rights(process):
    """A scheduler hears of its threads, gives its time and takes it back; it may move theirs, and their
    priority."""
    rights = ABI.rights["thread"]
    schedulers = {thread.scheduler for thread in process.threads.values()}
    for thread in process.threads.values():
        held = 0
        if thread.name in schedulers:
            held |= rights["SCHED_RECEIVE"] | rights["TIME_SOURCE"] | rights["TIME_TARGET"]
        if thread.scheduler != "init":
            held |= rights["TIME_TARGET"] | rights["TIME_SOURCE"] | rights["SCHED_PRIORITY"] | rights["SWITCH"]
        if held:
            yield "thread", f"{process.name}.{thread.name}", held, 0, 0
