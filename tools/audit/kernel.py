# SPDX-License-Identifier: Unlicense
"""Init and kernel: from a boot table to the objects, capability tables and address spaces that result. What
init does stands in init/make.c, what the kernel answers in abi/calls.toml; a refusal is the end."""
from boot_table import Refused
from description import ABI
from mmu import MmuTable
from mpu import MpuTable

# Slots that boot fills in the table of the first process (abi/types.h, enum boot_slot).
CAPTABLE, PAGETABLE, PROCESS, THREAD, KFUNC, KMEM, TIMER, GUESTS, PAGETABLES, BOOT_SLOTS = range(10)
GRANULE, CAPTABLE_BYTES_MAX, BOOT_ENTRIES = 32, 4096, 64
OBJECT_BYTES = {4: {"thread": 128, "fpu": 192, "port": 32}, 8: {"thread": 384, "fpu": 1280, "port": 96}}
MODEL_OFFSET = 1 << 20  # of the objects of init in kernel memory: boot's come first, how many it tells at run time
FPU = 1
LINES_MAX = 1 << 16


class Object:
    """What a slot of init's tables holds."""

    def __init__(self, kind, name, row=None):
        self.kind, self.name, self.row = kind, name, row


class Captable:
    kind = "captable"

    def __init__(self, name, entries):
        self.name, self.entries, self.slots = name, entries, {}


class World:
    """Everything that init has made."""

    def __init__(self, table, board):
        self.table, self.board = table, board
        self.bits = table.bits
        self.memory = []  # (offset, bytes, what)
        self.own = Captable("init", board.options.get("BOOT_ENTRIES", BOOT_ENTRIES))
        kinds = ("captable", "pagetable", "process", "thread", "kfunc", "kmem", "signal", "kmem", "captable")
        self.own.slots = {slot: Object(kind, ("timer" if slot == TIMER else "init")) for slot, kind in enumerate(kinds)}
        self.own.slots[CAPTABLE] = self.own
        self.own.slots[PAGETABLES] = Captable("init", 1 << 16)
        self._make()

    # --- capability ids (kernel/cap.c) ---

    def _split(self, number):
        """(table, index) of an id, as a lookup has it; the table is None for one level."""
        if self.bits == 32:
            if number & ~0x7FFF or (not number & 0x80 and number > 0x7F):
                raise Refused("an id is malformed")
            return (number >> 8, number & 0x7F) if number & 0x80 else (None, number)
        if number >> 32:
            raise Refused("an id is malformed")
        return (number >> 16, number & 0xFFFF) if number >> 16 else (None, number)

    def find(self, number, kind):
        table, index = self._split(number)
        place = self.own
        if table is not None:
            place = self.own.slots.get(table)
            if place is None or place.kind != "captable":
                raise Refused("an id leads through a slot that is no capability table")
        found = place.slots.get(index)
        if found is None or found.kind != kind:
            raise Refused(f"an id leads to no {kind}")
        return found

    def slot_of(self, number):
        """Where init creates (init/table.h, slot_of)."""
        is_deep = number & 0x80 if self.bits == 32 else number >> 16
        index = number & (0x7F if self.bits == 32 else 0xFFFF)
        return self.find(number >> (8 if self.bits == 32 else 16) if is_deep else CAPTABLE, "captable"), index

    def put(self, table, index, item):
        if index >= table.entries:
            raise Refused(f"{item.kind} of {item.name}: the slot is outside of its table")
        if index in table.slots:
            raise Refused(f"{item.kind} of {item.name}: the slot is taken")
        if table is self.own.slots[PAGETABLES]:
            raise Refused(f"{item.kind} of {item.name}: boot's page tables are in that table")
        if table is self.own and (index < BOOT_SLOTS or index >= BOOT_SLOTS + len(self.table.captables)):
            raise Refused(f"{item.kind} of {item.name}: init takes that slot of its own for itself")
        table.slots[index] = item

    def take(self, offset, size, what, align=GRANULE):
        if offset % align:
            raise Refused(f"{what}: its kernel memory is not aligned")
        self.memory.append((offset, size, what))

    # --- init/make.c ---

    def _make(self):
        self._check_head()
        for row in self.table.captables:
            self._make_captable(self.own, row.slot, row.memory, row.entries, "init")
        self.signals = {}
        for row in self.table.signals:
            name = self.table.text(row.name)
            signal = Object("signal", name, row)
            self.put(*self.slot_of(row.id), signal)
            if name in self.signals:
                raise Refused(f"there are two signals '{name}'")
            self.signals[name] = signal
        self.own.slots[TIMER] = self.signals["timer"] = Object("signal", "timer")
        self._make_spaces()
        self.processes = [self._make_process(row) for row in self.table.processes]
        self.threads = [self._make_member(row, "thread") for row in self.table.threads]
        self.ports = [self._make_member(row, "invocation") for row in self.table.ports]
        self._check_memory()
        for row in self.table.capabilities:
            self._give(row)
        self.lines = {}
        for row in self.table.interrupts:
            self._bind(row)
        for row in self.table.threads:
            self._schedule(row)

    def _check_head(self):
        align = 4096 if self.board.has_mmu else GRANULE
        if self.table.head["kmem_align"] != align:
            raise Refused(f"kernel memory of the system is aligned to {self.table.head['kmem_align']}, not {align}")
        if self.table.head["kmem_bytes"] > self.board.kmem_bytes:
            raise Refused("the system needs more kernel memory than there is")

    def _make_captable(self, table, index, memory, entries, name):
        if not 0 < entries <= CAPTABLE_BYTES_MAX // (self.bits):
            raise Refused(f"capability table of {name}: so many entries cannot be")
        made = Captable(name, entries)
        self.put(table, index, made)
        self.take(memory, entries * self.bits, f"capability table of {name}")  # slots of 8 words
        return made

    def _make_spaces(self):
        make = MmuTable if self.board.has_mmu else MpuTable
        self.pagetables = []
        for row in self.table.pagetables:
            table = make(row)
            table.name = "a process"
            self.put(*self.slot_of(row.id), table)
            self.take(row.memory, table.bytes(), "a page table", 4096 if self.board.has_mmu else GRANULE)
            table.address = self.board.kmem + MODEL_OFFSET + row.memory
            self.pagetables.append(table)
            if row.parent != self.null():
                self.find(row.parent, "pagetable").construct(row.position, self.find(row.id, "pagetable"))
        for row in self.table.pages:
            self._add_pages(row)

    def null(self):
        return 0x8000 if self.bits == 32 else 0x80000000

    def _add_pages(self, row):
        if row.count > 1 << 20 or row.order >= self.bits:
            raise Refused("a run of pages has no end")
        target = self.find(row.table, "pagetable") if row.count else None
        for i in range(row.count):
            address = (row.address + (i << row.order)) % (1 << self.bits)
            source = self.board.source(address)
            if source is None or row.order > source[1]:
                raise Refused(f"memory at {address:#x} that init does not have")
            target.add((row.position + i) % (1 << self.bits), row.flags, source, address % (1 << source[1]) >> row.order)

    def _make_process(self, row):
        name = self.table.text(row.name)
        process = Object("process", name, row)
        process.captable = self._make_captable(*self.slot_of(row.captable), row.captable_memory, row.captable_entries,
                                               name)
        self.put(*self.slot_of(row.id), process)
        self.find(row.captable, "captable")
        process.space = self.find(row.space, "pagetable")
        if not process.space.is_top:
            raise Refused(f"process {name}: its space is no top level")
        self.find(row.id, "process")
        return process

    def _make_member(self, row, kind):
        if row.process >= len(self.processes):
            raise Refused(f"a {kind} of no process")
        process = self.processes[row.process]
        made = Object(kind, f"{process.name}.{self.table.text(row.name)}", row)
        made.process = process
        sizes = OBJECT_BYTES[self.bits // 8]
        size = sizes["port"]
        if kind == "thread":
            if row.attributes & ~FPU:
                raise Refused(f"thread {made.name}: this machine has no such attribute")
            if row.attributes and not self.board.has_fpu:
                raise Refused(f"thread {made.name}: this machine has no FPU")
            size = sizes["fpu" if row.attributes & FPU else "thread"]
        self.put(*self.slot_of(row.id), made)
        self.take(row.memory, size, f"{kind} {made.name}")
        if self.find(row.id, kind) is not made:
            raise Refused(f"{kind} {made.name}: its id is another's")
        return made

    def _check_memory(self):
        limit, end, last = self.table.head["kmem_bytes"], 0, ""
        for offset, size, what in sorted(self.memory):
            if offset < end:
                raise Refused(f"{what} and {last} would share kernel memory")
            end, last = offset + size, what
        if -(-end // GRANULE) * GRANULE > limit:
            raise Refused(f"{last} lies outside of the kernel memory of the system")

    def _give(self, row):
        if row.process >= len(self.processes):
            raise Refused("a capability of no process")
        process = self.processes[row.process]
        table, index = self.slot_of(row.source)
        source = table.slots.get(index)
        if source is None:
            raise Refused(f"process {process.name}: a capability to nothing")
        if row.slot >= process.captable.entries or row.slot in process.captable.slots:
            raise Refused(f"process {process.name}: slot {row.slot} is taken, or outside of its table")
        self._check_rights(process, row, source)
        process.captable.slots[row.slot] = (source, row)
        if row.is_signal:  # restart.c sends and receives there
            self.find(row.source, "signal")

    @staticmethod
    def _check_rights(process, row, source):
        if source.kind == "kfunc":
            if row.rights >> 16 > row.rights & 0xFFFF or row.low > row.high:
                raise Refused(f"process {process.name}: a capability to no kernel function")
            return
        known = sum(ABI.rights[source.kind].values())
        if source.kind == "kmem":
            raise Refused(f"process {process.name} would get kernel memory")
        if not row.rights or row.rights & ~known:
            raise Refused(f"process {process.name}: a capability with rights that there are not")
        if source.kind == "pagetable" and (row.low > row.high or row.high >= 1 << 12):
            raise Refused(f"process {process.name}: a range outside of a page table")

    def _bind(self, row):
        if row.line >= self.board.lines:
            raise Refused(f"there is no interrupt line {row.line}")
        signal = None if row.endpoint == self.null() else self.find(row.endpoint, "signal")
        if row.line in self.lines or signal is None:
            raise Refused(f"line {row.line} is bound twice, or to nothing")
        self.lines[row.line] = signal

    def _schedule(self, row):
        """Binding, by make_run: those under init first."""
        thread = self.find(row.id, "thread")
        parent = self.find(row.scheduler, "thread")
        if parent is thread:
            raise Refused(f"thread {thread.name} would schedule itself")
        if row.endpoint != self.null():
            self.find(row.endpoint, "signal")
        if row.priority > row.priority_max:
            raise Refused(f"thread {thread.name}: its priority is above its limit")
