# SPDX-License-Identifier: Unlicense
"""Does the hardware agree? Each border of what two processes can reach, and each slot of their capability tables, is
tried in QEMU by the system tests/described/probe, and what came of it is compared with what was decoded.

The lines that its tester goes through are put into a copy of the image: there addresses are known, and the copy is
otherwise the image that was audited.
"""
import struct
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from board import EXECUTE, READ, ROOT, WRITE
from description import ABI
from image import AuditError

sys.path.insert(0, str(ROOT / "tools"))
import run_qemu  # pylint: disable=wrong-import-position

TARGETS = ("subject", "witness")  # line->who of the tester
READS, WRITES, EXECUTES, PLANTS, SENDS, POLLS, CALLS, FUNCTIONS = range(1, 9)  # probe.h
ACCESS = {READS: READ, WRITES: WRITE, EXECUTES: EXECUTE}
WORDS = {READS: "read", WRITES: "write", EXECUTES: "execute", SENDS: "send to slot", POLLS: "poll slot",
         CALLS: "call slot", FUNCTIONS: "call a kernel function on"}
OK, RANGE, TYPE, RIGHTS, BOUNDS, FAULT = 0, -2, -4, -5, -6, -32
RETURN = {4: (b"\x70\x47", 2), 8: (b"\xc3", 1)}  # bx lr; ret: bytes, and what they are aligned to
END = "probes: done"
SLOTS_BEYOND = 3


@dataclass
class Probe:
    who: int
    kind: int
    address: int
    value: int = 0
    bytes: int = 0
    status: int = OK     # of the call into the target
    result: int = OK     # of what it did there

    def says(self):
        return f"{TARGETS[self.who]}: {WORDS.get(self.kind, 'plant at')} {self.address:#x}"


class Prober:
    """All probes of one image."""

    def __init__(self, judged):
        self.judged, self.board = judged, judged.board
        self.code, self.step = RETURN[judged.table.word_bytes]
        self.last = (1 << judged.table.bits) - 1
        self.probes = []

    def make(self):
        for who, name in enumerate(TARGETS):
            self._plant(who, name)
        for who, name in enumerate(TARGETS):
            for address in sorted(self._borders(name)):
                self._memory(who, name, address)
            self._slots(who, name)
        return self.probes

    # --- memory ---

    def _flags(self, name, address):
        return next((flags for virtual, _, size, flags in self.judged.shown[name] if virtual <= address < virtual + size), 0)

    def _spans(self, name):
        """Ranges that go on with one access: (begin, end, flags)."""
        spans = []
        for virtual, _, size, flags in self.judged.shown[name]:
            access = flags & (READ | WRITE | EXECUTE)
            if spans and spans[-1][1] == virtual and spans[-1][2] == access:
                spans[-1] = (spans[-1][0], virtual + size, access)
            else:
                spans.append((virtual, virtual + size, access))
        return spans

    def _borders(self, name):
        """First and last byte inside, and one outside, of everything that the process has; and of what it must not
        have: kernel, init, the others."""
        edges = [edge for begin, end, _ in self._spans(name) for edge in (begin, end)]
        edges += [edge for need in self.judged.needs[name] for edge in (need.begin, need.end)]
        foreign = [(begin, end) for begin, end, _ in self.judged.evidence.memory_names]
        foreign += [(need.begin, need.end) for other, needs in self.judged.needs.items() if other != name for need in needs]
        if self.board.has_mmu:
            foreign += [(begin ^ self.board.window, end ^ self.board.window) for begin, end in self.board.kernel]
        edges += [edge for span in foreign for edge in span]
        return {address for edge in edges for address in (edge - 1, edge)} | {0, self.last}

    def _memory(self, who, name, address):
        flags = self._flags(name, address)
        for kind in (READS, WRITES):
            self._try(who, kind, address, flags)
        place = address - address % self.step
        if self._flags(name, place) & EXECUTE:
            place = self._returning(name, place)
            if place is None:
                return
        if not self.board.has_mmu and 0xFFFFFF00 <= place:
            return  # where the processor would take it for the end of an exception
        self._try(who, EXECUTES, place, self._flags(name, place))

    def _try(self, who, kind, address, flags):
        status = OK if flags & ACCESS[kind] else FAULT
        target = address | 1 if kind == EXECUTES and self.step == 2 else address  # Thumb
        if not any((probe.who, probe.kind, probe.address) == (who, kind, target) for probe in self.probes):
            self.probes.append(Probe(who, kind, target, status=status))

    def _plant(self, who, name):
        """Instructions that return, at both ends of what this one may write and the other may execute."""
        other = TARGETS[1 - who]
        for shared, access in self.judged.description.processes[name].shared.items():
            if not access & WRITE or not self.judged.description.processes[other].shared.get(shared, 0) & EXECUTE:
                continue
            for owner, need in ((name, self._shared(name, shared)),):
                for address in (need.begin, need.end - self.step):
                    self.probes.append(Probe(TARGETS.index(owner), PLANTS, address,
                                             int.from_bytes(self.code, "little"), self.step))

    def _shared(self, name, shared):
        return next(need for need in self.judged.needs[name] if need.what == f"shared memory `{shared}`")

    def _returning(self, name, address):
        """The place nearest to an address of the same memory where an instruction returns."""
        for need in self.judged.needs[name]:
            if not need.begin <= address < need.end:
                continue
            if need.kind == "shared":
                return min((need.begin, need.end - self.step), key=lambda place: abs(place - address))
            data = self.judged.evidence.image.loaded(need.physical, need.size)
            places = [need.begin + at for at in range(0, len(data) - self.step + 1, self.step)
                      if data[at:at + self.step] == self.code and (need.begin + at) % self.step == 0]
            return min(places, key=lambda place: abs(place - address)) if places else None
        return None

    # --- capabilities ---

    def _slots(self, who, name):
        """Each slot with each kind of call, and some behind the last one."""
        process = self.judged.by_name[name]
        kinds = {SENDS: ("signal", ABI.rights["signal"]["SEND"]), POLLS: ("signal", ABI.rights["signal"]["POLL_ALL"]),
                 CALLS: ("invocation", ABI.rights["invocation"]["ACTIVATE"])}
        for slot in range(process.captable.entries + SLOTS_BEYOND):
            held = process.captable.slots.get(slot)
            for kind, (wanted, right) in kinds.items():
                if slot >= process.captable.entries:
                    result = RANGE
                elif held is None or held[0].kind != wanted:
                    result = TYPE
                else:
                    result = OK if held[1].rights & right else RIGHTS
                self.probes.append(Probe(who, kind, slot, result=result))
            if held is not None and held[0].kind == "kfunc":
                self._functions(who, slot, held[1])

    def _functions(self, who, slot, row):
        """Ports of the I/O space: the first and the last, and one outside; and the function beside."""
        first, last = row.rights >> 16, row.rights & 0xFFFF
        if first != ABI.functions["IO_READ"]:
            return
        for address in (row.low - 1, row.low, row.high, row.high + 1):
            result = OK if row.low <= address <= row.high else BOUNDS
            self.probes.append(Probe(who, FUNCTIONS, address, first, slot, result=result))
        self.probes.append(Probe(who, FUNCTIONS, row.low, first - 1, slot, result=BOUNDS))
        self.probes.append(Probe(who, FUNCTIONS, row.low, last + 1, slot, result=BOUNDS))


def patched(judged, probes):
    """The image with the lines of the tester."""
    image, program = judged.evidence.image, judged.evidence.programs["tester"]
    letter = "I" if judged.table.word_bytes == 4 else "Q"
    lines = b"".join(struct.pack(f"<5{letter}", probe.who, probe.kind, probe.address % (1 << judged.table.bits),
                                 probe.value, probe.bytes) for probe in probes)
    section = image.sections[".tester.rodata"]
    at = section["sh_offset"] + program.symbol("probe_table") - section["sh_addr"]
    if program.symbol("probe_table") + len(lines) > section["sh_addr"] + section["sh_size"]:
        raise AuditError(f"the table of the tester is too small for {len(probes)} lines")
    data = bytearray(Path(image.path).read_bytes())
    data[at:at + len(lines)] = lines
    return bytes(data)


def run(judged, probes, machine):
    """{number of a line: (status, result)}, and why the run ended."""
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        copy = Path(folder, "probe.elf")
        copy.write_bytes(patched(judged, probes))
        outcome = run_qemu.run(machine, copy, timeout=60.0, silence=20.0, exact=True, echo=False, until=END)
    found = {}
    for line in outcome.lines:
        words = line.replace("\0", "").replace(":", "").split()
        if words[:1] == ["probe"] and len(words) == 4:
            found[int(words[1])] = int(words[2]), int(words[3])
    return found, outcome.reason


def probe(judged, machine):
    """(what was tried, problems)."""
    probes = Prober(judged).make()
    found, reason = run(judged, probes, machine)
    problems = []
    for number, each in enumerate(probes):
        if number not in found:
            problems.append(f"{each.says()}: nothing came of it; {reason}")
            break
        status, result = found[number]
        if status != each.status:
            problems.append(f"{each.says()}: the hardware {'lets it' if status == OK else 'refuses'} (status {status}), "
                            f"the audit says {each.status}")
        elif status == OK and each.kind >= SENDS and min(result, 0) != each.result:
            problems.append(f"{each.says()}: the kernel answers {result}, the audit says {each.result}")
    tried = {}
    for each in probes:
        key = WORDS.get(each.kind, "plant at").split()[0], each.status == OK and each.result == OK
        tried[key] = tried.get(key, 0) + 1
    return [f"{verb}: {tried.get((verb, True), 0)} let, {tried.get((verb, False), 0)} refused"
            for verb in dict.fromkeys(key[0] for key in tried)], problems
