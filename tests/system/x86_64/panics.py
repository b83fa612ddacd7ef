#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Faults that belong to no thread: NMI, machine check and double fault have stacks of their own, so that
they end in a report wherever they strike, be the stack pointer the user's or good for nothing.

  panics.py --machine M --qemu Q [--debug] IMAGE     IMAGE stays in user mode (view.c)

A debug build reports on the console; every build then ends through QEMU's exit device with status 3. A
stack that does not hold would end in a triple fault instead, which QEMU (-no-reboot) leaves with 0. TAP.
"""
import argparse
import sys

import pc
from elf import Elf

HALTED = 3  # of isa-debug-exit, by arch_halt
MACHINE_CHECK = "mce 0 1 0xB200000000000000 0x4 0 0"  # valid, uncorrected, enabled, context corrupt
INVALID_OPCODE = b"\x0f\x0b"
CALL = b"\x0f\x05"
TASK, STACK0 = 8 * 8, 4  # behind the GDT (cpu.c); RSP0 in it
VECTOR_EXCEPTIONS = 0x80  # port/offsets.h
TOLD = {2: "non-maskable interrupt", 8: "double fault", 18: "machine check"}


class Cases:
    def __init__(self, options):
        self.options, self.elf, self.tap = options, Elf(options.image), pc.Tap()

    def symbol(self, name):
        return self.elf.symbol(name).address

    def run(self, name, vector, strike):
        """`strike` prepares the fault in a machine that is stopped in user mode, and then it goes on."""
        with pc.Pc(self.options, self.options.image) as machine:
            try:
                is_ready = machine.wait_for(r"^\d+ passed.* skipped") and machine.stop_in_user_mode()
                stub = pc.Stub(machine.stub_path)
                strike(machine, stub)
                stub.run_to(self.symbol("kernel_fault"))
                found = stub.read(machine.registers()["RDI"], 1)[0] - VECTOR_EXCEPTIONS
                stub.send("c")
                status = machine.wait_for_end()
            except OSError as error:
                self.tap.check(False, name, f"{error}\n{machine.text[-400:]}")
                return
            is_told = not self.options.debug or TOLD[vector] in machine.text
            self.tap.check(is_ready and found == vector and status == HALTED and is_told, name,
                           f"vector {found}, status {status}\n{machine.text[-400:]}")

    def nmi_in_user_mode(self, machine, stub):
        del stub
        machine.command("inject-nmi")

    def nmi_in_a_call(self, machine, stub):
        """In front of the first instruction of the kernel: stack pointer and GS base are the user's."""
        stub.write(machine.registers()["RIP"], CALL)
        stub.run_to(self.symbol("call_door"))
        if machine.registers()["CPL"] != 0:
            raise OSError("it is not in the kernel")
        machine.command("inject-nmi")

    def machine_check(self, machine, stub):
        del stub
        machine.monitor(MACHINE_CHECK)

    def double_fault(self, machine, stub):
        """The stack of entries is nowhere; then the program faults."""
        stub.write(self.symbol("port_entry_pages") + TASK + STACK0, (1 << 63).to_bytes(8, "little"))
        stub.write(machine.registers()["RIP"], INVALID_OPCODE)


def main():
    parser = argparse.ArgumentParser()
    pc.add_options(parser)
    parser.add_argument("--debug", action="store_true", help="the build reports on the console")
    parser.add_argument("image")
    cases = Cases(parser.parse_args())
    cases.run("a non-maskable interrupt of user code", 2, cases.nmi_in_user_mode)
    cases.run("a non-maskable interrupt in front of the kernel's first instruction", 2, cases.nmi_in_a_call)
    cases.run("a machine check", 18, cases.machine_check)
    cases.run("a fault without a stack is a double fault", 8, cases.double_fault)
    return cases.tap.end()


if __name__ == "__main__":
    sys.exit(main())
