#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Boot a PC in one of many ways, read its serial line, and compare what the first process sees with what was asked.

  boot.py CASE --qemu Q --build DIR [--arg=ARG ...]      boot.py --list

DIR has system_boot.elf, the first process linked in (boot.c); bare.elf, a kernel without one; and
system_boot.init.elf, the same process as a boot module. TAP. Each boot is bounded in time.
"""
import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import iso  # noqa: E402
import run_qemu  # noqa: E402
from elf import Elf  # noqa: E402

MIB, GIB = 1 << 20, 1 << 30
OVMF = "/usr/share/ovmf/OVMF.fd"
LIMIT_S = 100  # far beyond what the slowest takes, on a busy machine too
KERNEL = 11 * MIB  # what is not the first process's: image, kernel memory, the first MiB
FIRMWARE = {"": 2 * MIB, "bios": 2 * MIB, "uefi": 48 * MIB}  # what the firmware keeps, at most
PVH, MULTIBOOT2 = "1", "2"
HPET, ACPI_TIMER, PIT = "1", "2", "3"


@dataclass
class Case:
    memory: int  # MiB
    machine: str = "q35"
    firmware: str = ""  # an ISO image with "bios" or "uefi"; else -kernel
    above: int = 0  # bytes above 4 GiB
    text: str = "one two=3"
    init: str = ""  # how the module that is the first process is spoilt: see `spoil`; "": linked in
    modules: tuple = ()  # texts of more modules
    args: tuple = ()
    acpi: tuple = ()  # a table: signature, bytes
    facts: dict = field(default_factory=dict)
    notes: tuple = ()  # numbers (abi/boot_notes.h), all of them
    stops: str = ""  # instead of all that: what it says when it cannot start


CASES = {
    # machine and memory
    "q35_128": Case(128, facts={"clock": HPET}),
    "q35_512": Case(512),
    "q35_3072": Case(3072, above=GIB),
    "q35_4096": Case(4096, above=2 * GIB),
    "q35_8192": Case(8192, above=6 * GIB),
    "q35_8192_small_pages": Case(8192, above=6 * GIB, args=("-cpu", "qemu64")),
    "pc_256": Case(256, machine="pc"),
    "microvm_128": Case(128, machine="microvm", facts={"clock": PIT}),
    "microvm_512": Case(512, machine="microvm"),
    "microvm_8192": Case(8192, machine="microvm", above=5 * GIB),
    "microvm_no_acpi": Case(256, machine="microvm,acpi=off", notes=(32,), facts={"acpi": "0", "clock": PIT}),
    "microvm_no_pic": Case(256, machine="microvm,pic=off,rtc=off"),
    "bios_128": Case(128, firmware="bios"),
    "bios_8192": Case(8192, firmware="bios", above=6 * GIB),
    "uefi_128": Case(128, firmware="uefi"),
    "uefi_4096": Case(4096, firmware="uefi", above=2 * GIB),
    # clocks of a known rate
    "clock_acpi": Case(128, machine="q35,hpet=off", facts={"clock": ACPI_TIMER}),
    "clock_none": Case(128, machine="microvm,pit=off", stops="no clock of a known rate"),
    # CPUs
    "cpus_3": Case(128, args=("-smp", "3"), notes=(44,)),
    "cpus_disabled": Case(128, args=("-smp", "1,maxcpus=3"), notes=(41, 41)),
    # tables that are not right: a second MADT, an HPET that is cut short, a FADT too many
    "acpi_madt": Case(128, acpi=(b"APIC", bytes(8)), notes=(39,)),
    "acpi_hpet": Case(128, machine="q35,hpet=off", acpi=(b"HPET", bytes(3)), notes=(47,), facts={"clock": ACPI_TIMER}),
    "acpi_hpet_in_ram": Case(128, machine="q35,hpet=off", acpi=(b"HPET", bytes(8) + (0x400000).to_bytes(8, "little") + bytes(4)),
                             facts={"clock": ACPI_TIMER}),
    "acpi_fadt": Case(128, acpi=(b"FACP", bytes(300)), notes=(48,)),
    # modules and command lines
    "module_pvh": Case(128, init="whole"),
    "module_bios": Case(128, firmware="bios", init="whole", modules=("second of two", "")),
    "module_uefi": Case(256, firmware="uefi", init="whole", modules=("second",)),
    "extra_pvh": Case(128, modules=("",)),
    "extra_bios": Case(128, firmware="bios", modules=("text of a module", "x" * 60), notes=(22,)),
    "text_none": Case(128, text=""),
    "text_long": Case(128, text="y" * 700, notes=(22,)),
    # what cannot start
    "no_ram": Case(12, stops="no RAM where the kernel must lie"),
    "no_init": Case(128, init="none", stops="no first process"),
    "init_cut": Case(128, init="cut", stops="init: segment beyond the file"),
    "init_cut_bios": Case(128, firmware="bios", init="cut", stops="init: segment beyond the file"),
    "init_short": Case(128, init="short", stops="init: too short for an ELF file"),
    "init_text": Case(128, init="text", stops="init: not an ELF file"),
    "init_on_kernel": Case(128, init="on_kernel", stops="init: segment not in free RAM"),
    "init_on_loader": Case(128, init="on_loader", stops="init: segment on a module, the RSDP or the loader"),
    "init_entry": Case(128, init="entry", stops="init: entry not in code"),
}
# Of a kernel for several CPUs: ids of local APICs, in any order.
FOUR = {"cpu": ["0", "1", "2", "3"]}
MANY = {
    "four_pvh": Case(128, args=("-smp", "4"), facts=FOUR),
    "four_bios": Case(128, firmware="bios", init="whole", modules=("",), args=("-smp", "4"), facts=FOUR),
    "four_uefi": Case(256, firmware="uefi", init="whole", modules=("second",), args=("-smp", "4"), facts=FOUR),
}
LISTS = {"all": tuple(CASES), "many": tuple(MANY)}
CASES |= MANY
# Of a build that is tested for its compiler, or for an option.
FEW = ("q35_512", "microvm_512", "bios_128", "uefi_128", "module_pvh", "init_cut")
LISTS["few"] = FEW


def spoil(image, how, kernel):
    """The first process as a module, or something that must be refused. ELF64: entry at 24, program headers at 64,
    the address of the first one's segment 16 behind."""
    data = bytearray(image)
    if how == "cut":
        return bytes(data[:0x1100])
    if how == "short":
        return bytes(data[:63])
    if how == "text":
        return b"#!/bin/sh\n" * 20
    if how == "on_kernel":
        data[64 + 16:64 + 24] = (0x1200000).to_bytes(8, "little")
    if how == "on_loader":
        data[64 + 16:64 + 24] = Elf(kernel).symbol("user_image_begin").address.to_bytes(8, "little")
    if how == "entry":
        data[24:32] = (0x2100000).to_bytes(8, "little")
    return bytes(data)


def sum_of(data):
    """As boot.c adds it up."""
    total = 0
    for byte in data:
        total = (total * 31 + byte) & 0xFFFFFFFF
    return total


def facts_of(lines):
    """Words that follow "# boot KEY", for each key in their order."""
    facts = {}
    for line in lines:
        _, found, rest = line.partition("# boot ")
        if found:
            key, _, value = rest.partition(" ")
            facts.setdefault(key, []).append(value)
    return facts


def table_file(folder, signature, data):
    path = Path(folder, "table")
    path.write_bytes(data)
    return ["-acpitable", f"sig={signature.decode()},data={path}"]


def prepare(case, build, folder):
    """What is booted, more arguments for QEMU, and the modules: pairs of bytes and text."""
    image = build / ("bare.elf" if case.init else "system_boot.elf")
    modules = []
    if case.init not in ("", "none"):
        modules.append((spoil((build / "system_boot.init.elf").read_bytes(), case.init, image), "init"))
    modules += [(f"module {i} of a test\n".encode() * (50 + 300 * i), text) for i, text in enumerate(case.modules)]
    files = []
    for i, (data, _) in enumerate(modules):
        files.append(Path(folder, f"module{i}"))
        files[-1].write_bytes(data)
    args = ["-m", str(case.memory), *case.args]
    if case.acpi:
        args += table_file(folder, *case.acpi)
    if case.firmware:
        disc = Path(folder, "boot.iso")
        iso.make(image, disc, case.text, [(path, text) for path, (_, text) in zip(files, modules)])
        return disc, args + (["-bios", OVMF] if case.firmware == "uefi" else []), modules
    if case.text:
        args += ["-append", case.text]
    if files:
        args += ["-initrd", str(files[0])]
    return image, args, [(data, "") for data, _ in modules]  # PVH of QEMU has one module, without a text


def claims_of_memory(case, facts):
    total = sum(int(line.split()[1], 16) for line in facts.get("ram", []))
    above = int(facts["above"][0], 16) if "above" in facts else 0
    least = case.memory * MIB - KERNEL - FIRMWARE[case.firmware]
    yield f"{total // MIB} MiB of {case.memory} are the first process's", least <= total <= case.memory * MIB
    yield f"{above // MIB} MiB of them above 4 GiB", above == case.above


def claims_of_modules(modules, facts):
    seen = facts.get("module", [])
    yield f"{len(modules)} modules", len(seen) == len(modules)
    for i, ((data, text), line) in enumerate(zip(modules, seen)):
        _, size, total, words = line.split(" ", 3)
        yield f"module {i}: the first process reads its bytes", (int(size), int(total, 16)) == (len(data), sum_of(data))
        yield f"module {i}: its text", words == f"[{text[:47]}]"


def claims(case, modules, outcome):
    """What must hold: pairs of a sentence and whether it does."""
    if case.stops:
        said = [line for line in outcome.lines if "PANIC: cannot start:" in line]
        yield f"it says '{case.stops}' and stops", len(said) == 1 and f"cannot start: {case.stops}" in said[0]
        yield "no process runs", not facts_of(outcome.lines)
        return
    facts = facts_of(outcome.lines)
    expected = {"loader": MULTIBOOT2 if case.firmware else PVH, "init": "1" if case.init else "0", **case.facts}
    yield "the first process runs and finds nothing wrong", outcome.status == run_qemu.GOOD and outcome.passed >= 15
    yield from claims_of_memory(case, facts)
    for key, value in expected.items():
        wanted = value if isinstance(value, list) else [value]
        yield f"{key} is {value}", sorted(facts.get(key, [])) == wanted
    yield "the command line", facts.get("text") == [f"[{case.text[:511]}]"]
    yield from claims_of_modules(modules, facts)
    noted = tuple(int(line.split()[0]) for line in facts.get("note", []))
    yield f"notes: {case.notes}", noted == case.notes


def run(name, options):
    case = CASES[name]
    with tempfile.TemporaryDirectory(prefix="boot-") as folder:
        image, args, modules = prepare(case, options.build, folder)
        machine = run_qemu.Machine(case.machine, options.qemu, [*options.arg, *args])
        outcome = run_qemu.run(machine, image, timeout=LIMIT_S, silence=0, needs_closing=True, echo=False)
    failed = 0
    results = list(claims(case, modules, outcome))
    for number, (sentence, holds) in enumerate(results, 1):
        failed += not holds
        print(f"{'' if holds else 'not '}ok {number} - {name}: {sentence}")
    if failed:
        print(f"# {outcome.reason}\n" + "".join(f"# {line}\n" for line in outcome.lines), end="")
    print(f"# {outcome.seconds:.1f} s")
    print(f"1..{len(results)}\n{len(results) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


def main(argv):
    parser = argparse.ArgumentParser(description="Boot a PC in one of many ways.")
    parser.add_argument("case", nargs="?", choices=CASES)
    parser.add_argument("--list", choices=LISTS, help="the names of the cases")
    parser.add_argument("--qemu", default="qemu-system-x86_64")
    parser.add_argument("--build", type=Path)
    parser.add_argument("--arg", action="append", default=[], help="as run_qemu.py has it")
    parser.add_argument("--machine", help="of the board; the case says which")
    options = parser.parse_args(argv)
    if options.list:
        print("\n".join(LISTS[options.list]))
        return 0
    if not options.case or not options.build:
        parser.error("name a case and a build")
    try:
        return run(options.case, options)
    except iso.IsoError as error:
        print(f"boot: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
