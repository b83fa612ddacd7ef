# SPDX-License-Identifier: Unlicense
"""What an image grants, compared with what its description grants."""
from dataclasses import dataclass

from board import CACHE, EXECUTE, READ, STATIC, WRITE
from boot_table import Refused
from description import ABI
from kernel import THREAD, World
from mpu import Unpredictable, decode, promised

PAGE = 4096
STATE_WORDS = 8
# What threads find on a stack besides their calls: the frame in which they begin, a message of six words, two words
# of an inline invocation, a frame of an exception, aligned (without and with FPU); and what stubs of invocations keep,
# where a program has any. Without a call graph a stack is as large as this.
STACK_ALIGN = {"armv7m": 8, "x86_64": 16}
FRAMES = {"armv7m": (32 + 24 + 8 + 36, 32 + 24 + 8 + 108), "x86_64": (80, 80)}
STUBS = ("rme_invoke_word", "rme_invoke_hidden_stub", "rme_invoke_message_stub")
STUB_FRAMES = {"armv7m": 40, "x86_64": 72}
WITHOUT_GRAPH = 1024
ACCESS = READ | WRITE | EXECUTE
VERBS = ((WRITE, "write"), (EXECUTE, "execute"), (READ, "read"))


@dataclass(frozen=True)
class Need:
    """Memory that a process must have: where it sees it, where it lies, with what access, and whose it is."""
    begin: int
    size: int
    physical: int
    access: int
    what: str       # for people: "data of `ping`"
    kind: str       # own, stack, shared, device
    align: int = 1

    @property
    def end(self):
        return self.begin + self.size


def verbs(access):
    return next((text for bit, text in VERBS if access & bit), "reach")


class Evidence:
    """What does not change with the boot table: description, board, image, programs, and who owns what."""

    def __init__(self, image, description, board, programs, depths):
        self.image, self.description, self.board, self.programs = image, description, board, programs
        self.depths = depths  # of the calls of each process: {function: bytes}, or None
        self.memory_names = self._init_and_kernel()
        self.contents = {name: self._contents(name) for name in programs}

    def _init_and_kernel(self):
        symbol = self.image.symbol
        table = self.image.table_at
        spans = [(begin, end, "kernel memory") for begin, end in self.board.kernel]
        spans.append((symbol("user_image_begin"), symbol("user_image_end"), "the image of init"))
        spans.append((table, table + len(self.image.table_bytes), "the boot table"))
        spans.append((symbol("user_ram_begin"), symbol("user_bss_end"), "memory of init"))
        return spans

    def _contents(self, name):
        """Program and image must have the same bytes at the same virtual addresses."""
        program, found = self.programs[name], {}
        for section in (".text", ".rodata", ".data"):
            content = program.content.get(section, b"")
            other = self.image.content.get(f".{name}{section}", b"")
            if content != other or (content and program.span(section)[0] != self.image.span(f".{name}{section}")[0]):
                found[section] = f"process `{name}`: {section} of the image is not that of {program.path.name}"
        return found


class Judge:
    """One look at one boot table. `findings`: what the description does not grant, in plain words; `relation`: who
    may do what, in a form that can be compared."""

    def __init__(self, evidence, table):
        self.evidence, self.table = evidence, table
        self.description, self.board = evidence.description, evidence.board
        self.findings, self.relation, self.world = [], None, None

    def run(self):
        try:
            self.world = World(self.table, self.board)
            self._judge()
        except Refused as refusal:
            self.findings = [f"the system does not start: {refusal}"]
        return self

    def say(self, text):
        self.findings.append(text)

    def _judge(self):
        self._index()
        if self.findings:
            return
        self._header()
        self._processes()
        self._threads()
        self._ports()
        self._capabilities()
        self._interrupts()
        self._shared()
        self._memory()
        if not self.findings:
            self._settle()

    # --- names ---

    def _index(self):
        """Processes, threads, ports and shared memories by name: the same as in the description."""
        world, text = self.world, self.table.text
        self._same("processes", [process.name for process in world.processes], self.description.processes)
        self.by_name = {process.name: process for process in world.processes}
        self._same("signals", [name for name in world.signals if name != "timer"], self.description.signals)
        self._same("shared memories", [text(row.name) for row in self.table.shared], self.description.shared)
        self.shared_rows = {text(row.name): row for row in self.table.shared}
        for kind, members, of in (("threads", world.threads, "threads"), ("ports", world.ports, "ports")):
            wanted = [f"{process.name}.{name}" for process in self.description.processes.values()
                      for name in getattr(process, of)]
            self._same(kind, [member.name for member in members], wanted)
        if text(self.table.head["name"]) != self.description.name:
            self.say(f"the image is that of system `{text(self.table.head['name'])}`")

    def _same(self, what, found, wanted):
        for name in sorted(set(found) - set(wanted)):
            self.say(f"{what}: the description has no `{name}`")
        for name in sorted(set(wanted) - set(found)):
            self.say(f"{what}: the image has no `{name}`")
        for name in sorted({name for name in found if found.count(name) > 1}):
            self.say(f"{what}: `{name}` is there twice")

    def _expect(self, who, what, found, wanted):
        if found != wanted:
            self.say(f"{who}: {what} is {show(found)}, the description says {show(wanted)}")

    # --- the header ---

    def _header(self):
        head, word = self.table.head, self.table.word_bytes
        if bool(head["flags"] & 1) == self.description.uses_timer:
            self.say("init and a process disagree about who has the timer")
        end = max((-(-(offset + size) // 32) * 32 for offset, size, _ in self.world.memory), default=0)
        if head["kmem_bytes"] != end:
            self.say(f"the objects take {end} bytes of kernel memory, the table says {head['kmem_bytes']}")
        notes = STATE_WORDS * len(self.world.processes) + sum(process.row.threads for process in self.world.processes)
        if head["state_bytes"] != notes * word or head["state"] % word:
            self.say("init's notes of processes have another size or alignment than it uses")
        if any(process.row.ports for process in self.world.processes):
            nowhere = self.world.find(head["nowhere"], "pagetable")
            if not nowhere.is_top or nowhere.shown() or nowhere in [each.space for each in self.world.processes]:
                self.say("a halted process would not see nothing: `nowhere` shows memory")

    # --- processes, threads, ports ---

    def _infinite(self, value):
        return (1 << self.table.bits) - 1 if value is None else value

    def signal_name(self, number):
        return None if number == self.world.null() else self.world.find(number, "signal").name

    def _members(self, rows, first, count, index):
        found = [row.index for row in rows if row.process == index]
        return len(found) == count and (not found or found == list(range(first, first + count)))

    def _processes(self):
        for index, process in enumerate(self.world.processes):
            row, name, program = process.row, process.name, self.evidence.programs[process.name]
            who = f"process `{name}`"
            if not self._members(self.table.threads, row.thread, row.threads, index) or \
                    not self._members(self.table.ports, row.port, row.ports, index):
                self.say(f"{who}: init takes threads or ports for its own that are another's")
            begin = program.symbols.get("rme_begin", 0) if not self.board.has_mmu else 0
            for what, found, wanted in (("rme_begin", row.begin, begin),
                                        ("rme_thread_end", row.end, program.symbol("rme_thread_end")),
                                        ("rme_serve", row.serve, program.symbol("rme_serve"))):
                if found != wanted:
                    self.say(f"{who}: {what} is at {wanted:#x}, the boot table says {found:#x}")
            policy, limit, within, back_off, tell = self.description.processes[name].restart
            self._expect(who, "what follows a fault", row.policy, policy)
            if policy == 1:
                self._expect(who, "its limit of restarts", row.limit, limit)
                self._expect(who, "the time of that limit", row.within, self._infinite(within))
                self._expect(who, "its back-off", row.back_off, back_off)
                self._expect(who, "whom a restart is told", self.signal_name(row.tell), tell)
        spaces = [id(process.space) for process in self.world.processes]
        if len(set(spaces)) != len(spaces):
            self.say("two processes have one page table")

    def _threads(self):
        for thread in self.world.threads:
            row, (process, name) = thread.row, thread.name.split(".")
            wanted = self.description.processes[process].threads[name]
            who = f"thread `{thread.name}`"
            self._entry(who, process, row.entry, wanted.entry)
            self._expect(who, "whether its end ends the process", bool(row.is_main), wanted.entry == "main")
            self._expect(who, "parameter", row.parameter, wanted.parameter)
            self._expect(who, "time as its parameter", row.parameter_time, wanted.parameter_time)
            self._expect(who, "priority", row.priority, wanted.priority)
            self._expect(who, "highest priority", row.priority_max, wanted.priority_max)
            self._expect(who, "budget", row.budget, self._infinite(wanted.budget))
            self._expect(who, "use of the FPU", bool(row.attributes), wanted.fpu and self.board.has_fpu)
            scheduler = self.world.find(row.scheduler, "thread").name
            self._expect(who, "scheduler", scheduler, f"{process}.{wanted.scheduler}"
                         if wanted.scheduler != "init" else "init")
            if scheduler == "init" and row.scheduler != THREAD:
                self.say(f"{who}: init does not know the id of its scheduler for its own")
            self._expect(who, "signal of its events", self.signal_name(row.endpoint), wanted.events)
            self._stack(who, row, process, wanted, wanted.fpu and self.board.has_fpu)

    def _ports(self):
        for port in self.world.ports:
            row, (process, name) = port.row, port.name.split(".")
            wanted = self.description.processes[process].ports[name]
            self._entry(f"port `{port.name}`", process, row.entry, wanted.entry)
            self._expect(f"port `{port.name}`", "return on a fault", bool(row.returns_on_fault), wanted.returns_on_fault)
            self._stack(f"port `{port.name}`", row, process, wanted, self.board.has_fpu)

    def _entry(self, who, process, found, function):
        wanted = self.evidence.programs[process].symbol(function)
        if found != wanted:
            self.say(f"{who}: it begins at {found:#x}, and {function}() is at {wanted:#x}")

    def _stack(self, who, row, process, wanted, has_fpu):
        """What the call graph needs, and what entry and exceptions put there; or what the description says."""
        align = STACK_ALIGN[self.board.arch]
        size = wanted.stack
        if size is None:
            depths = self.evidence.depths[process]
            size = WITHOUT_GRAPH if depths is None else depths.get(wanted.entry, 0)
            size += wanted.margin + FRAMES[self.board.arch][has_fpu]
            if depths is not None and any(stub in self.evidence.programs[process].symbols for stub in STUBS):
                size += STUB_FRAMES[self.board.arch]
        size = -(-size // align) * align
        size = -(-size // PAGE) * PAGE if self.board.has_mmu else size
        if row.stack % align or row.stack_bytes != size:
            self.say(f"{who}: its stack has {row.stack_bytes} bytes at {row.stack:#x}, and it takes {size}")

    # --- capabilities ---

    def _capabilities(self):
        self.held = {}
        for process in self.world.processes:
            found = []
            for source, row in process.captable.slots.values():
                if source.kind == "kfunc":
                    found.append(("kfunc", (row.rights >> 16, row.rights & 0xFFFF), 0, row.low, row.high))
                else:
                    found.append((source.kind, source.name, row.rights, 0, 0))
                if bool(row.is_signal) != (source.kind == "signal"):
                    self.say(f"process `{process.name}`: init takes {describe(found[-1])} for something else")
            self.held[process.name] = sorted(found, key=repr)
            wanted = list(self.description.processes[process.name].held)
            for each in found:
                if each in wanted:
                    wanted.remove(each)
                else:
                    self.say(f"process `{process.name}` may {describe(each)}: the description does not grant it")
            for each in wanted:
                self.say(f"process `{process.name}` may not {describe(each)}: the description grants it")

    def _interrupts(self):
        wanted = {line: signal for process in self.description.processes.values()
                  for name, signals in process.interrupts.items() for signal in signals
                  for line in range(self.board.interrupts[name][0], self.board.interrupts[name][1] + 1)}
        found = {line: signal.name for line, signal in self.world.lines.items()}
        for line in sorted(set(wanted) | set(found)):
            if wanted.get(line) != found.get(line):
                self.say(f"interrupt line {line} sends {show(found.get(line))}, the description says "
                         f"{show(wanted.get(line))}")
        self.lines = sorted(found.items())

    def _shared(self):
        align = PAGE if self.board.has_mmu else 32
        for name, row in self.shared_rows.items():
            size = self.description.shared[name][0]
            if row.bytes < size or row.bytes >= size + max(align, size):
                self.say(f"shared memory `{name}` has {row.bytes} bytes, the description says {size}")

    # --- memory ---

    def _needs(self, process):
        """What the process must see, from its program, its stacks and its grants."""
        name, program, row = process.name, self.evidence.programs[process.name], process.row
        loads = {section: self.evidence.image.load_of(f".{name}{section}") for section in (".text", ".rodata")}
        readable = READ if self.board.has_mmu else READ | EXECUTE
        needs = []

        def add(section, physical, access, what):
            begin, size = program.span(section)
            if size:
                needs.append(Need(begin, size, physical, access, f"{what} of `{name}`", "own", program.align(section)))

        add(".text", loads[".text"], READ | EXECUTE, "code")
        add(".rodata", loads[".rodata"], readable, "constants")
        add(".data", row.data, READ | WRITE, "data")
        begin = program.symbol("rme_heap_end") - self.description.processes[name].heap
        bss, bss_size = program.span(".bss")
        first = bss if bss_size else begin
        end = program.symbol("rme_heap_end")
        if end > first:
            needs.append(Need(first, end - first, row.zero, READ | WRITE, f"data of `{name}`", "own",
                              max(16, program.align(".bss"))))
        self._loaded(process, program, first, end)
        for member in (*self.world.threads, *self.world.ports):
            if member.process is process:
                stack = member.row
                needs.append(Need(stack.stack, stack.stack_bytes, stack.stack_seen, READ | WRITE,
                                  f"stack of `{member.name}`", "stack"))
        return needs + list(self._granted(process, program))

    def _granted(self, process, program):
        wanted = self.description.processes[process.name]
        for shared, access in wanted.shared.items():
            row = self.shared_rows[shared]
            yield Need(program.symbols.get(f"shared_{shared}", row.base if not self.board.has_mmu else 0), row.bytes,
                       row.base, access, f"shared memory `{shared}`", "shared")
        for device, access in wanted.devices.items():
            chip = self.board.devices[device]
            if not chip.is_port:
                yield Need(chip.base, chip.size, chip.base, access, f"device `{device}`", "device")

    def _loaded(self, process, program, first, end):
        """What init copies and clears, and from where."""
        row, who = process.row, f"process `{process.name}`"
        size = program.span(".data")[1]
        if row.data_bytes != size or row.zero_bytes != end - first:
            self.say(f"{who}: init restores {row.data_bytes} and clears {row.zero_bytes} bytes, and the program has "
                     f"{size} and {end - first}")
        if size and self.evidence.image.loaded(row.load, size) != program.content[".data"]:
            self.say(f"{who}: what init copies to its data is not its data")

    def _memory(self):
        self.needs, self.shown, grants = {}, {}, []
        for text in self.evidence.contents.values():
            for each in text.values():
                self.say(each)
        for process in self.world.processes:
            needs = sorted(self._needs(process), key=lambda need: need.begin)
            pages = process.space.shown()
            self.needs[process.name], self.shown[process.name] = needs, pages
            self._covered(process, needs, pages)
            grants += self._justified(process, needs, pages)
            self._gapless(process, needs)
            self._words(process)
        self._exclusive(grants)

    def _covered(self, process, needs, pages):
        """Every byte that is needed is there, where it must be, with that access."""
        if any(a.end > b.begin for a, b in zip(needs, needs[1:])):
            a = next(a for a, b in zip(needs, needs[1:]) if a.end > b.begin)
            self.say(f"process `{process.name}`: {a.what} reaches into what follows")
        at = 0
        for need in needs:
            place = need.begin
            while at < len(pages) and pages[at][0] + pages[at][2] <= place:
                at += 1
            here = at
            while place < need.end:
                page = pages[here] if here < len(pages) else None
                if page is None or page[0] > place or need.access & ~page[3]:
                    self.say(f"process `{process.name}` cannot {verbs(need.access)} {place:#x} ({need.what}): the "
                             "description grants it")
                    break
                if page[1] + place - page[0] != need.physical + place - need.begin:
                    self.say(f"process `{process.name}` sees other memory at {place:#x} than its {need.what}")
                    break
                place = page[0] + page[2]
                here += 1

    def _justified(self, process, needs, pages):
        """Every page has something that is needed, with that access and no more. Returns what each shows."""
        grants, first = [], 0
        for page in pages:
            virtual, physical, size, flags = page
            while first < len(needs) and needs[first].end <= virtual:
                first += 1
            inside, at = [], first
            while at < len(needs) and needs[at].begin < virtual + size:
                inside.append(needs[at])
                at += 1
            allowed = 0
            for need in inside:
                allowed |= need.access
            excess = flags & ACCESS & ~allowed
            if not inside or excess:
                self.say(f"process `{process.name}` can {verbs(excess or flags)} {virtual:#x} "
                         f"({self._owner(process, physical, size)}): the description does not grant it")
            kinds = {need.kind for need in inside}
            if len({need.what for need in inside if need.kind in ("shared", "device")}) > 1 or \
                    len(kinds) > 1 and kinds & {"shared", "device"}:
                self.say(f"process `{process.name}`: one page holds {' and '.join(need.what for need in inside)}")
            self._attributes(process, page, kinds)
            key = inside[0].what if kinds & {"shared", "device"} else process.name
            grants.append((physical, physical + size, key, process.name, flags & ACCESS))
        return grants

    def _attributes(self, process, page, kinds):
        virtual, physical, _, flags = page
        wanted = self.board.memory_type(physical)
        if flags & (CACHE | 8) != wanted:
            self.say(f"process `{process.name}`: memory at {virtual:#x} has another type than the board says")
        if not self.board.has_mmu and "stack" in kinds and not flags & STATIC:
            self.say(f"process `{process.name}`: the stack at {virtual:#x} is not pinned")

    def _owner(self, process, physical, size):
        """Whose memory it is, in words."""
        for begin, end, what in self.evidence.memory_names:
            if physical < end and begin < physical + size:
                return what
        for other in self.world.processes:
            if other is not process:
                for need in self.needs.get(other.name) or self._needs(other):
                    if physical < need.physical + need.size and need.physical < physical + size:
                        return need.what
        for name, device in self.board.devices.items():
            if not device.is_port and physical < device.base + device.size and device.base < physical + size:
                return f"device `{name}`"
        return "memory of nobody"

    def look_at(self, process, pages):
        """What the description says of other pages than those of a process: findings."""
        kept, self.findings = self.findings, []
        self._covered(process, self.needs[process.name], pages)
        self._justified(process, self.needs[process.name], pages)
        found, self.findings = self.findings, kept
        return found

    def _gapless(self, process, needs):
        """Memory of its own between stacks and data is there for alignment alone."""
        own = [need for need in needs if need.kind in ("own", "stack") and need.access & WRITE]
        for a, b in zip(own, own[1:]):
            limit = 3 * PAGE if self.board.has_mmu else max(b.align, 8)
            if b.begin - a.end >= limit:
                self.say(f"process `{process.name}`: {b.begin - a.end} bytes at {a.end:#x} belong to nothing")

    def _words(self, process):
        """An MPU: the words that the kernel loads show what its page tables say, to the byte."""
        if self.board.has_mmu:
            return
        try:
            if decode(process.space.words()) != promised(process.space):
                self.say(f"process `{process.name}`: the words of its regions show something else than its page tables")
        except Unpredictable as error:
            self.say(f"process `{process.name}`: {error}")

    def _exclusive(self, grants):
        """No byte is shown to two processes but as one shared memory or device; none is init's or the kernel's."""
        word = self.table.head
        fixed = [(begin, end, what, None, 0) for begin, end, what in self.evidence.memory_names]
        fixed.append((word["state"], word["state"] + word["state_bytes"], "memory of init", None, 0))
        for process in self.world.processes:
            if process.row.data_bytes:
                fixed.append((process.row.load, process.row.load + process.row.data_bytes,
                              f"first data of `{process.name}`", None, 0))
        for shared, row in self.shared_rows.items():
            grants.append((row.base, row.base + row.bytes, f"shared memory `{shared}`", None, 0))
        open_until = []
        for span in sorted(grants + fixed, key=lambda span: span[:2]):
            open_until = [other for other in open_until if other[1] > span[0]]
            for other in open_until:
                if other[2] != span[2] and (other[3] or span[3] or (other in fixed) != (span in fixed)):
                    self._clash(other, span)
                elif other[2] != span[2] and other in grants and span in grants:
                    self._clash(other, span)
            open_until.append(span)
        self._init_writes(fixed)

    def _clash(self, one, other):
        if one[3] is None:
            one, other = other, one
        at = max(one[0], other[0])
        if one[3] is None:
            self.say(f"{one[2]} and {other[2]} share memory at {at:#x}")
            return
        whose = other[2] if other[3] is None or other[2] != other[3] else f"data of `{other[3]}`"
        self.say(f"process `{one[3]}` can {verbs(one[4])} {at:#x} ({whose}): the description does not grant it")

    def _init_writes(self, fixed):
        """What init writes for itself is RAM, and no program's content."""
        begin, end = fixed[len(self.evidence.memory_names)][:2]
        source = [self.board.source(begin), self.board.source(end - 1)]
        if None in source or not source[0][2] & source[1][2] & WRITE:
            self.say(f"init's notes of processes at {begin:#x} lie in no RAM")
        for name, program in self.evidence.programs.items():
            for section in (".text", ".rodata"):
                at = self.evidence.image.load_of(f".{name}{section}")
                if at is not None and begin < at + program.span(section)[1] and at < end:
                    self.say(f"init's notes of processes lie in {section} of `{name}`")
        for span in fixed[:len(self.evidence.memory_names)]:
            if begin < span[1] and span[0] < end:
                self.say(f"init's notes of processes lie in {span[2]}")

    # --- the relation ---

    def _settle(self):
        """Everything that can be told apart from inside: two tables with one relation are as good as each other."""
        spaces = {}
        for name, pages in self.shown.items():
            joined = []
            for virtual, physical, size, flags in pages:
                flags &= ~STATIC
                last = joined[-1] if joined else None
                if last and last[0] + last[2] == virtual and last[1] + last[2] == physical and last[3] == flags:
                    joined[-1] = (last[0], last[1], last[2] + size, flags)
                else:
                    joined.append((virtual, physical, size, flags))
            spaces[name] = joined
        needs = {name: [(need.begin, need.size, need.physical, need.access) for need in needs]
                 for name, needs in self.needs.items()}
        self.relation = spaces, needs, self.held, self.lines, self._running()

    def _running(self):
        processes = [(process.name, process.row.policy, self.description.processes[process.name].restart)
                     for process in self.world.processes]
        threads = sorted((thread.name, thread.row.entry, thread.row.priority, thread.row.priority_max,
                          thread.row.budget, bool(thread.row.attributes), bool(thread.row.is_main),
                          thread.row.parameter, thread.row.parameter_time,
                          self.world.find(thread.row.scheduler, "thread").name, self.signal_name(thread.row.endpoint)) for thread in self.world.threads)
        ports = sorted((port.name, port.row.entry, bool(port.row.returns_on_fault)) for port in self.world.ports)
        return processes, threads, ports


def show(value):
    if value is None:
        return "nothing"
    return f"`{value}`" if isinstance(value, str) else str(value)


def describe(held):
    """A capability in the words of the description."""
    kind, what, rights, low, high = held
    if kind == "signal":
        names = [name for name, bit in ABI.rights["signal"].items() if rights & bit]
        return f"use signal `{what}` ({' '.join(names)})"
    if kind == "invocation":
        return f"call `{what}`" if rights == ABI.rights["invocation"]["ACTIVATE"] else f"change port `{what}`"
    if kind == "kfunc":
        names = [name for name, number in ABI.functions.items() if what[0] <= number <= what[1]]
        return f"call kernel functions {' '.join(names) or 'that there are not'} with {low:#x} to {high:#x}"
    return f"use {kind} `{what}` with rights {rights:#x}"

