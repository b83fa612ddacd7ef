# SPDX-License-Identifier: Unlicense
"""Commands of `./rme debug SYSTEM`, for GDB: what a described system is like now, by the names of its description.

  rme-threads                      every thread: process, name, state, priority, budget
  rme-capabilities PROCESS         its capability table, as the kernel has it
  rme-memory PROCESS               what the hardware lets it do, and where
  rme-why-fault ADDRESS [PROCESS]  which processes may do what there, and why others may not

All is read from the kernel's own objects: threads and capabilities through the tables of init, memory from the
regions of the MPU or the page tables of the MMU. system.json, in the current folder, gives the names. The file
of the machine, debug-ARCH.gdb, has set $rme_cpu.
"""
import json
import re
import sys
import tomllib
from pathlib import Path

import gdb

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from memory_view import MpuView, MmuView, letters  # noqa: E402

TYPES = ("none", "kfunc", "kmem", "captable", "pagetable", "process", "thread", "invocation", "signal")
VALID = 2
STATES = ("ready", "waits", "has no time", "has faulted")


def value(text):
    return gdb.parse_and_eval(text)


def number(of):
    """Of a word, a pointer, or a shared word, which is a structure of one."""
    if of.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT:
        of = of[of.type.fields()[0]]
    return int(of) & (1 << 64) - 1


def memory(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


class Capability:
    """A slot of a capability table."""

    def __init__(self, address):
        self.address = address
        pointer = gdb.Value(address).cast(gdb.lookup_type("struct capability").pointer())
        self.slot = pointer.dereference()
        header = number(self.slot["header"])
        self.state, self.type = header & 3, TYPES[header >> 2 & 0x3F] if header >> 2 & 0x3F < len(TYPES) else "?"

    @property
    def object(self):
        return number(self.slot["object"])

    def root(self):
        """The slot that the capability was delegated from in the end."""
        leaf = number(self.slot["header"]) & 0x100
        return Capability(number(self.slot["link"])) if leaf else self


class NotYet(Exception):
    """The system is not that far."""


class System:
    """What system.json says and the kernel has."""

    def __init__(self, path):
        self.json = json.loads(Path(path).read_text(encoding="utf-8"))
        self.word = self.json["machine"]["word_bytes"]
        self.rights = tomllib.loads((ROOT / "abi" / "calls.toml").read_text(encoding="utf-8"))
        self.processes = {each["name"]: each for each in self.json["processes"]}
        names = {each["id"]: each["name"] for each in self.json["objects"] if each["type"] == "thread"}
        self.threads = [(process["name"], thread, names[thread["id"]])
                        for process in self.json["processes"] for thread in process["threads"]]
        self.space = MmuView(memory) if self.json["machine"]["mmu"] else MpuView(memory)

    # --- the kernel's objects ---

    def slots(self):
        """The first capability table of all: that of init."""
        first = value("$rme_cpu->ready[0]")
        if number(first) == 0:
            raise NotYet("the kernel has not booted yet: set a breakpoint, `break daemon_run` perhaps, and continue")
        home = Capability(number(first["home"]))
        return Capability(number(home.slot["process"]["captable"])).object

    def capability(self, handle):
        """The slot with an id of init's."""
        shift, mask = (8, 0x7F) if self.word == 4 else (16, 0xFFFF)
        size = 8 * self.word
        table = Capability(self.slots() + size * (handle >> shift))
        if table.state != VALID or table.type != "captable":
            raise NotYet("init has not made this system yet: set a breakpoint, `break daemon_run` perhaps, and continue")
        return Capability(table.object + size * (handle & mask))

    def made(self, handle, kind):
        slot = self.capability(handle)
        if slot.state != VALID or slot.type != kind:
            raise NotYet("init has not made all of this system yet: `break daemon_run`, and continue")
        return slot

    def process(self, name):
        if name not in self.processes:
            raise gdb.GdbError(f"no process is called '{name}'; there are: {' '.join(self.processes)}")
        return self.processes[name]

    def process_at(self, address):
        for name, process in self.processes.items():
            if self.capability(process["id"]).address == address:
                return name
        return "init"

    def signal_at(self, address):
        for signal in self.json["signals"]:
            if signal["line"] and self.capability(signal["id"]).address == address:
                return signal["name"]
        return "a signal of init"

    def thread_at(self, address):
        for _, thread, name in self.threads:
            if self.made(thread["id"], "thread").object == address:
                return name
        return "a thread of init"

    def current(self):
        """The process whose memory is in force; None: init's."""
        running = value("$rme_cpu->current")
        name = self.process_at(number(running["process"])) if number(running) else "init"
        return name if name in self.processes else None

    def table(self, name):
        """The object of the page table that a process has now; None: init has taken it away."""
        process = self.processes[name]
        now = Capability(number(self.made(process["id"], "process").slot["process"]["pagetable"]))
        return now.object if now.address == self.capability(process["space"]).address else None

    def owned(self):
        """What is nobody's: (whose, begin, end) of the kernel's memory, and of init's where addresses are physical."""
        if self.json["machine"]["mmu"]:
            return [("the kernel's", 1 << 47, 1 << 64)]
        text = Path("../../generated/layout.h").read_text(encoding="utf-8")
        layout = {name: int(number, 16) for name, number in re.findall(r"^#define LAYOUT_(\w+) +(0x\w+)$", text, re.M)}
        spans = [("the kernel's", layout[name], layout[name] + layout[f"{name}_BYTES"]) for name in
                 ("KERNEL_IMAGE", "KERNEL_RAM")]
        has = self.json["memory"]
        return spans + [("init's", layout["USER_IMAGE"], has["boot_table"] + has["boot_table_bytes"]),
                        ("init's", layout["USER_RAM"], has["state"] + has["state_bytes"])]

    # --- words ---

    def clock_hz(self):
        for text in ("port_clock_hz", "rme_boot.clock_hz"):
            try:
                if number(value(text)):
                    return number(value(text))
            except gdb.error:
                continue
        return 0

    def budget(self, counts):
        infinite = (1 << 8 * self.word - 1) - 2
        if counts >= infinite:
            return "infinite"
        hertz = self.clock_hz()
        return f"{counts * 1000 / hertz:.3f} ms" if hertz else f"{counts} counts"

    def state(self, thread, running):
        state = number(thread["state"])
        if number(thread["cpu"]) == 0:
            return "is stopped"
        if running:
            return "runs"
        if state == 1 and number(thread["waiting"]):
            return f"waits at `{self.signal_at(number(thread['waiting']))}`"
        if state == 3:
            return f"has faulted, address {number(thread['fault_address']):#x}, cause {number(thread['fault_cause']):#x}"
        return STATES[state] if state < len(STATES) else f"state {state}"

    def capability_line(self, slot, described, description):
        found = Capability(slot)
        name, place = described["of"], f"{description}:{described['line']}"
        if found.state != VALID:
            return f"is {('empty', 'being made', '', 'frozen')[found.state]}", name, place
        word = number(found.slot["rights"])
        if found.type == "kfunc":
            low, high = number(found.slot["kfunc"]["low"]), number(found.slot["kfunc"]["high"])
            names = [each["name"] for each in self.rights["function"] if word >> 16 <= each["number"] <= word & 0xFFFF]
            return f"{' '.join(names)}, first argument {low:#x} to {high:#x}", name, place
        bits = self.rights["rights"].get(found.type, ())
        return " ".join(bit for index, bit in enumerate(bits) if word >> index & 1) or "no right", name, place


SYSTEM = System("system.json")


class Command(gdb.Command):
    """A command whose text of help is that of its class; what is not there yet is said in a sentence."""

    name, arguments = "", (0, 0)

    def __init__(self, name=None):
        super().__init__(name or self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, _):
        words = gdb.string_to_argv(argument)
        if not self.arguments[0] <= len(words) <= self.arguments[1]:
            raise gdb.GdbError((self.__doc__ or "").splitlines()[0])
        try:
            self.run(*words)
        except NotYet as reason:
            raise gdb.GdbError(str(reason)) from None
        except gdb.MemoryError as error:
            raise gdb.GdbError(f"the kernel's memory cannot be read here: {error}") from None

    def run(self, *words):
        raise NotImplementedError


class Threads(Command):
    """rme-threads: every thread of the system, with state, priority, and the budget that is left."""

    name = "rme-threads"

    def run(self):
        rows = [("process", "thread", "priority", "budget", "state")]
        running = number(value("$rme_cpu->current"))
        kind = gdb.lookup_type("struct thread").pointer()
        for process, described, _ in SYSTEM.threads:
            address = SYSTEM.made(described["id"], "thread").object
            thread = gdb.Value(address).cast(kind).dereference()
            where = SYSTEM.process_at(number(thread["process"]))
            state = SYSTEM.state(thread, address == running)
            if where != process:
                state += f", inside a port of `{where}`"
            rows.append((process, described["name"], f"{number(thread['priority'])} of {number(thread['priority_max'])}",
                         SYSTEM.budget(number(thread["budget"])), state))
        print_table(rows)
        if running not in [SYSTEM.made(each["id"], "thread").object for _, each, _ in SYSTEM.threads]:
            print("A thread of init runs.")


class Capabilities(Command):
    """rme-capabilities PROCESS: its capability table, slot by slot, with the rights that the kernel has there."""

    name, arguments = "rme-capabilities", (1, 1)

    def run(self, name):
        process = SYSTEM.process(name)
        table = SYSTEM.made(process["captable"], "captable").object
        rows = [("slot", "handle", "type", "of", "rights", "description")]
        for described in process["capabilities"]:
            told, of, place = SYSTEM.capability_line(table + 8 * SYSTEM.word * described["slot"], described,
                                                     SYSTEM.json["file"])
            rows.append((str(described["slot"]), described["handle"], described["type"], of, told, place))
        print_table(rows)


class Memory(Command):
    """rme-memory PROCESS: what the hardware lets it do: from, to, access, and what that is."""

    name, arguments = "rme-memory", (1, 1)

    def run(self, name):
        SYSTEM.process(name)
        table = SYSTEM.table(name)
        if table is None:
            print(f"`{name}` has no memory now: init has taken it away after a fault.")
            return
        rows = [("from", "to", "access", "what", "by")]
        for piece in SYSTEM.space.pieces(table):
            rows.append((f"{piece.begin:#x}", f"{piece.end:#x}", letters(piece.access),
                         what_is(piece.physical, name) or "", piece.by))
        print_table(rows)


class WhyFault(Command):
    """rme-why-fault ADDRESS [PROCESS]: which processes may do what there, and why others may not. Without a PROCESS
    it is about the one whose memory is in force."""

    name, arguments = "rme-why-fault", (1, 2)

    def run(self, address, name=None):
        try:
            place = number(value(address)) & (1 << 8 * SYSTEM.word) - 1
        except gdb.error as error:
            raise gdb.GdbError(f"'{address}' is no address: {error}") from None
        if name is not None:
            SYSTEM.process(name)
        asked = name or SYSTEM.current()
        seen = {each: SYSTEM.table(each) for each in SYSTEM.processes}
        found = {each: SYSTEM.space.at(table, place) if table else None for each, table in seen.items()}
        if asked is None:
            print("The memory in force is init's; name a process to ask about it.")
        else:
            for line in self.told(asked, place, found[asked], seen[asked]):
                print(line)
        if asked and found[asked] and SYSTEM.json["machine"]["mmu"]:
            for line in same_memory(asked, found[asked].physical, seen):
                print(line)
        rows = [("process", "access", "what", "by")]
        for each in SYSTEM.processes:
            piece = found[each]
            rows.append((each, letters(piece.access if piece else 0),
                         (what_is(piece.physical, each) or "") if piece else "", piece.by if piece else
                         "nothing is there for it"))
        print_table(rows)

    @staticmethod
    def told(name, place, piece, table):
        """About one process."""
        if table is None:
            yield f"`{name}` may do nothing anywhere: init has taken its memory away after a fault."
        elif piece is None:
            yield f"`{name}` may do nothing at {place:#x}: {nothing(name, place)}"
        else:
            can = [word for bit, word in enumerate(("read", "write", "execute")) if piece.access >> bit & 1]
            cannot = [word for word in ("read", "write", "execute") if word not in can]
            what = what_is(piece.physical, name) or "memory of no name"
            yield f"`{name}` may {' and '.join(can)} at {place:#x}" + \
                (f", not {' or '.join(cannot)}" if cannot else "") + f": {what}"
            key = {"shared": "shared", "device": "devices"}.get(what.split()[0])
            if key and "write" in cannot:
                yield f"    (grant it under processes.{name}.{key})"


NEAR, REACH = 256, 4096  # bytes below a stack: whatever else lies there; where nobody has anything


def overflowed(name, place, reach):
    """That a stack has gone as far as an address below it, or nothing."""
    process = SYSTEM.processes[name]
    for part in (*process["threads"], *process["ports"]):
        below = part["stack"] - place
        if 0 < below <= reach:
            return f"it lies {below} bytes below the stack of `{name}.{part['name']}`, which has overflowed"
    return ""


def nothing(name, place):
    """Why nothing is there for a process: what the address is else."""
    overflow = overflowed(name, place, NEAR)
    if overflow:
        return overflow
    if place < 4096:
        return "a null pointer, or an index of one"
    for owner, begin, end in SYSTEM.owned():
        if begin <= place < end:
            return f"it is {owner}, and nobody can be granted it"
    if not SYSTEM.json["machine"]["mmu"]:
        for other in SYSTEM.processes:
            what = what_is(place, other) if other != name else None
            if what:
                return f"it is {what}" + grantable(what, name)
    return overflowed(name, place, REACH) or "nobody was granted that address"


def same_memory(name, physical, tables):
    """Where other processes see the same memory, at addresses of their own."""
    for other, table in tables.items():
        for piece in SYSTEM.space.pieces(table) if table and other != name else ():
            offset = physical - piece.physical
            if 0 <= offset < piece.end - piece.begin:
                yield f"    `{other}` sees the same memory at {piece.begin + offset:#x}, with {letters(piece.access)}"


def grantable(what, name):
    words = what.split()
    key = {"shared": "shared", "device": "devices"}.get(words[0])
    return f" (grant it under processes.{name}.{key})" if key else ""


def what_is(physical, name):
    """The name of memory: a block of this process."""
    for block in SYSTEM.processes[name]["blocks"]:
        if block["base"] <= physical < block["base"] + block["granted"]:
            kind, _, rest = block["name"].partition(" ")
            return f"{kind} `{rest}`" if rest else f"{kind} of `{name}`"
    return None


def print_table(rows):
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for row in rows:
        print("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths)).rstrip())


for command in (Threads, Capabilities, Memory, WhyFault):
    command()
WhyFault("why-fault")
print("Commands of this system: rme-processes, rme-threads, rme-capabilities PROCESS, rme-memory PROCESS, "
      "rme-why-fault ADDRESS [PROCESS].")
