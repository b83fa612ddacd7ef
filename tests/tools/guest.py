# SPDX-License-Identifier: Unlicense
"""Tiny guests for netduinoplus2: a frame in assembly, and how to build and run one."""

from __future__ import annotations

import shutil
import string
import subprocess
import tempfile
import unittest
from pathlib import Path

import plugin
import run_qemu
from elf import Elf

BOARD = run_qemu.Machine("netduinoplus2")
GCC = "arm-none-eabi-gcc"
NEEDS = unittest.skipUnless(shutil.which(GCC) and shutil.which(BOARD.qemu),
                            f"needs {GCC} and {BOARD.qemu}")

# The kernel is `reset`, `svc` and `irq`; the test's own code is the unprivileged `user`, with
# r4 = TIM2_CNT, r5 = r6 = a cell that holds its own address, r7 = 0.
FRAME = string.Template("""
    .syntax unified
    .cpu cortex-m4
    .fpu fpv4-sp-d16
    .thumb
    .section .vectors, "a"
    .word stack_top, reset + 1
    .rept 9
    .word fault + 1
    .endr
    .word svc + 1
    .rept 4
    .word fault + 1
    .endr
    .word irq + 1

    .macro function name
    .global \\name
    .type \\name, %function
    .thumb_func
\\name:
    .endm
    .macro end name
    .size \\name, . - \\name
    .endm

    .section .kernel.stack, "aw", %nobits
    .space 512
stack_top:
    .section .kernel.text, "ax"
function reset
    ldr r0, =0xE000E100     @ NVIC: enable line 0
    movs r1, #1
    str r1, [r0]
    ldr r0, =0xE000ED88     @ CPACR: FPU for all
    ldr r1, =0x00F00000
    str r1, [r0]
    ldr r0, =user_stack
    msr psp, r0
    movs r0, #3
    msr control, r0
    isb
    ldr r0, =user
    bx r0
end reset
$kernel
function fault
    b fault
end fault
    .ltorg

    .section .text, "ax"
function user
    ldr r4, =0x40000024
    ldr r5, =cell
    mov r6, r5
    movs r7, #0
    str r5, [r5]
$user
    ldr r1, =0x20026        @ leave QEMU
    movs r0, #0x18
    bkpt 0xAB
    b .
    .ltorg
end user

    .section .rodata, "a"
    .global bench_label
    .type bench_label, %object
bench_label:
    .space 64
    .size bench_label, . - bench_label

    .section .bss
    .balign 64
cell:
    .space 256
    .space 256
user_stack:
""")

SVC = """
function svc
    bx lr
end svc
"""
IRQ = """
function irq
    bx lr
end irq
"""

SCRIPT = """
ENTRY(reset)
SECTIONS {
    . = 0x08000000;
    .vectors : { KEEP(*(.vectors)) }
    .kernel.text : { *(.kernel.text) }
    .text : { *(.text) }
    .rodata : { *(.rodata) }
    . = 0x20000000;
    .kernel.stack (NOLOAD) : { *(.kernel.stack) }
    .bss (NOLOAD) : { *(.bss) }
}
"""


def label(number: int) -> str:
    """Assembly that gives the intervals behind it a label."""
    return f"    ldr r0, =bench_label + {number}\n    ldrb r0, [r0]\n"


class GuestCase(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory(prefix="guest-")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def build(self, user: str, kernel: str = SVC + IRQ) -> Path:
        source, script = self.folder / "guest.S", self.folder / "guest.ld"
        image = self.folder / "guest.elf"
        source.write_text(FRAME.substitute(user=user, kernel=kernel))
        script.write_text(SCRIPT)
        subprocess.run([GCC, "-nostdlib", "-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16",
                        "-mfloat-abi=hard", "-Wl,-z,noexecstack,--no-warn-rwx-segments",
                        "-T", script, "-o", image, source], check=True)
        return image

    def count(self, image: Path, *extra: str, vectors: list[str] | None = None,
              name: str = "count.json") -> list[dict]:
        out = self.folder / name
        argument = plugin.arguments(Elf(image), out, vectors=vectors, extra=list(extra))
        outcome = run_qemu.run(BOARD, image, exact=True, echo=False, timeout=30,
                               extra=["-plugin", argument])
        self.assertEqual(outcome.status, run_qemu.GOOD, outcome)
        return plugin.read(out)
