# SPDX-License-Identifier: Unlicense
"""The claims of a description, decided by what its image grants (not by what the description says).

`no path from A to B`: A cannot make B see anything, by any chain of these steps, each from one process to another:

    memory     one can write a byte that the other can read or execute, devices included
    I/O ports  the same of a port of the I/O space
    signal     one can send it, or make the kernel send it, and the other can take it
    call       one may call a port of the other: that way go parameters, and results come back
    line       one drives a device or may trigger a line whose signal the other can take, or may mask it
    threads    one may change a thread of the other, or gives and takes its time
    functions  both have a kernel function that changes or shows the whole machine
    restart    the other is told when the one begins again

Init and the kernel are trusted and are no step; what one can learn from the time that things take is none.
"""
from board import EXECUTE, READ, WRITE
from description import ABI

SIGNAL = ABI.rights["signal"]
TAKES = SIGNAL["RECEIVE_SINGLE"] | SIGNAL["RECEIVE_ALL"] | SIGNAL["POLL_SINGLE"] | SIGNAL["POLL_ALL"]
FUNCTIONS = ABI.functions
# What these change or show belongs to the whole machine.
MACHINE = ("SYS_REBOOT", "CACHE_MOD", "PRFTH_MOD", "PERF_MON_MOD", "PERF_CYCLE_MOD", "FLUSH", "FLUSH_DONE", "CPU_TICK",
           "DEBUG_PRINT")
LINE_OF_TRIGGER = 0xFFFF


def covers(held, name):
    """Whether a capability has a kernel function, and its first arguments; None: it has not."""
    kind, what, _, low, high = held
    return (low, high) if kind == "kfunc" and what[0] <= FUNCTIONS[name] <= what[1] else None


def meets(one, other):
    """The first thing that two lists of ranges share; None: nothing."""
    return next((max(a, c) for a, b in one for c, d in other if a < d and c < b), None)


class Paths:
    """Steps between processes, and how one reaches another."""

    def __init__(self, judged):
        self.judged = judged
        self.names = [process.name for process in judged.world.processes]
        self.steps = {name: {} for name in self.names}
        self.access = {name: (self._spans(name, WRITE), self._spans(name, READ | EXECUTE)) for name in self.names}
        self.io = {name: (self._arguments(name, "IO_WRITE"), self._arguments(name, "IO_READ")) for name in self.names}
        for one in self.names:
            for other in self.names:
                if one != other:
                    self._pair(one, other)

    def _spans(self, name, access):
        return [(physical, physical + size) for _, physical, size, flags in self.judged.shown[name] if flags & access]

    def _arguments(self, name, function):
        found = [covers(held, function) for held in self.judged.held[name]]
        return [(low, high + 1) for low, high in filter(None, found)]

    def _takes(self, name):
        return {what for kind, what, rights, *_ in self.judged.held[name] if kind == "signal" and rights & TAKES}

    def _pair(self, one, other):
        for reason in self._reasons(one, other):
            self.steps[one].setdefault(other, reason)

    def _reasons(self, one, other):
        at = meets(self.access[one][0], self.access[other][1])
        if at is not None:
            yield f"writes {at:#x}, which `{other}` reads"
        at = meets(self.io[one][0], self.io[other][1])
        if at is not None:
            yield f"writes I/O port {at:#x}, which `{other}` reads"
        taken = self._takes(other)
        yield from self._signals(one, other, taken)
        for kind, what, rights, *_ in self.judged.held[one]:
            if kind == "invocation" and what.split(".")[0] == other:
                yield f"may call `{what}`"
            if kind == "thread" and what.split(".")[0] == other:
                yield f"has rights to thread `{what}`"
        for kind, what, *_ in self.judged.held[other]:
            if kind == "invocation" and what.split(".")[0] == one:
                yield f"answers calls of `{other}` to `{what}`"
            if kind == "thread" and what.split(".")[0] == one:
                yield f"has a thread that `{other}` has rights to"
        yield from self._lines(one, other, taken)
        for function in MACHINE:
            if self._arguments(one, function) and self._arguments(other, function):
                yield f"has kernel function {function}, as `{other}` has"

    def _signals(self, one, other, taken):
        for kind, what, rights, *_ in self.judged.held[one]:
            if kind == "signal" and what in taken and rights & SIGNAL["SEND"]:
                yield f"sends `{what}` to `{other}`"
            if kind == "signal" and what in taken and rights & SIGNAL["KERNEL_SEND"]:
                yield f"lets the kernel send `{what}` to `{other}`"
        for thread in self.judged.world.threads:
            told = self.judged.signal_name(thread.row.endpoint)
            if thread.process.name == one and told in taken:
                yield f"has thread `{thread.name}`, of which `{told}` tells `{other}`"
        row = next(process.row for process in self.judged.world.processes if process.name == one)
        if row.policy == 1 and self.judged.signal_name(row.tell) in taken:
            yield f"begins again, of which `{other}` is told"

    def _lines(self, one, other, taken):
        for line, signal in self.judged.lines:
            if signal not in taken:
                continue
            if any(low <= line < high for low, high in self._arguments(one, "INT_LOCAL_MOD")):
                yield f"may mask line {line}, of which `{other}` is told"
            if any(low & LINE_OF_TRIGGER <= line <= (high - 1) & LINE_OF_TRIGGER
                   for low, high in self._arguments(one, "INT_LOCAL_TRIG")):
                yield f"may trigger line {line}, of which `{other}` is told"
            names = [name for name, (first, last) in self.judged.board.interrupts.items() if first <= line <= last]
            for name in names:
                if WRITE & self._device(one, name):
                    yield f"drives device `{name}`, of which line {line} tells `{other}`"

    def _device(self, name, device):
        """What a process may do to a device of that name."""
        chip = self.judged.board.devices.get(device)
        if chip is None:
            return 0
        span = [(chip.base, chip.base + chip.size)]
        writes, _ = self.io[name] if chip.is_port else self.access[name]
        return WRITE if meets(writes, span) is not None else 0

    def find(self, begin, end):
        """The shortest path, as [(process, what it does)]; None: there is none."""
        came, queue = {begin: None}, [begin]
        for name in queue:
            if name == end:
                break
            for other in self.steps[name]:
                if other not in came:
                    came[other] = name
                    queue.append(other)
        if end not in came:
            return None
        path, at = [], end
        while came[at] is not None:
            path.append((came[at], self.steps[came[at]][at]))
            at = came[at]
        return path[::-1]


def decide(judged):
    """(claim, why it does not hold or None) of each claim of the description."""
    paths = None
    for claim in judged.description.policy:
        words = claim.split()
        if claim == "W^X":
            yield claim, write_or_execute(judged)
        elif claim == "no user mapping of kernel memory":
            yield claim, kernel_memory(judged)
        elif words[:3] == ["no", "path", "from"] and len(words) == 6 and words[4] == "to" and \
                {words[3], words[5]} <= set(judged.description.processes):
            paths = paths or Paths(judged)
            found = paths.find(words[3], words[5])
            yield claim, found and "; ".join(f"`{name}` {step}" for name, step in found)
        else:
            yield claim, "it is no claim that the audit knows"


def write_or_execute(judged):
    """No byte of memory that anybody can write can anybody execute, wherever they see it."""
    spans = {access: [(physical, physical + size, name) for name, pages in judged.shown.items()
                      for _, physical, size, flags in pages if flags & access] for access in (WRITE, EXECUTE)}
    for begin, end, writer in spans[WRITE]:
        for first, last, runner in spans[EXECUTE]:
            if begin < last and first < end:
                return f"`{writer}` can write {max(begin, first):#x}, and `{runner}` can execute it"
    return None


def kernel_memory(judged):
    for name, pages in judged.shown.items():
        for virtual, physical, size, _ in pages:
            for begin, end in judged.board.kernel:
                if physical < end and begin < physical + size:
                    return f"`{name}` sees kernel memory at {virtual:#x}"
    return None
