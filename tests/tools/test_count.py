# SPDX-License-Identifier: Unlicense
"""The plugin against guests whose counts are known by hand."""

from __future__ import annotations

import unittest

import plugin
import run_qemu
from elf import Elf
from guest import BOARD, IRQ, NEEDS, SVC, GuestCase, label

# Code, its instructions, its cycles by the TRM's rules, and by the flat model. The pairs of loads
# and stores are the examples of DDI 0439, 3.3.3.
SEQUENCES = [
    ("nop", 1, 1, 1),
    ("ldr r0, [r5]\n ldr r1, [r6]", 2, 3, 3),
    ("ldr r0, [r5, r7]\n str r0, [r6, #20]", 2, 3, 3),
    ("ldr r0, [r5, r7]\n str r1, [r6, r7]", 2, 3, 3),
    ("ldr r0, [r5, r7]\n ldr r1, [r6]\n ldr r2, [r6, #4]", 3, 4, 4),
    ("ldr r0, [r5]\n ldr r1, [r0]", 2, 4, 3),
    ("ldr.w r8, [r5]\n ldr.w r1, [r8, #16]", 2, 4, 3),
    ("adds r0, r5, #4\n ldr r1, [r0]", 2, 4, 3),
    ("add.w r8, r5, #4\n ldr.w r1, [r8, r7, lsl #2]", 2, 4, 3),
    ("str r5, [r5]", 1, 1, 1),
    ("str r5, [r5, r7]", 1, 2, 1),
    ("str.w r5, [r5, r7, lsl #2]", 1, 2, 1),
    ("strh.w r0, [r5, #8]\n strb r0, [r5, #9]", 2, 2, 2),
    ("str r0, [r5, #8]\n ldr r1, [r5]", 2, 3, 3),
    ("ldrd r0, r1, [r5]", 1, 3, 3),
    ("strd r0, r1, [r5, #8]", 1, 3, 3),
    ("ldm r5, {r0-r3}", 1, 5, 5),
    ("ldmia.w r5, {r0-r3, r8}", 1, 6, 6),
    ("push {r0-r3, lr}\n pop {r0-r3}\n pop {r0}", 3, 13, 13),
    ("ldrex r0, [r5]\n strex r1, r0, [r5]", 2, 3, 4),
    ("muls r0, r7", 1, 1, 1),
    ("mla r0, r7, r7, r7", 1, 1, 2),
    ("umull r0, r1, r7, r7", 1, 1, 1),
    ("movs r1, #1\n udiv r0, r5, r1", 2, 8, 8),
    ("dsb", 1, 1, 4),
    ("isb", 1, 3, 4),
    ("mrs r0, psp", 1, 2, 2),
    ("b 9f\n nop\n 9:", 1, 3, 3),
    ("cmp r7, #0\n bne 9f\n 9:", 2, 2, 2),
    ("cbz r7, 9f\n nop\n nop\n 9:", 1, 3, 3),
    ("cmp r7, #0\n it ne\n ldrne r0, [r5]", 3, 4, 4),
    ("bl 9f\n b 8f\n 9: bx lr\n 8:", 3, 9, 9),
    ("tbb [pc, r7]\n 7: .byte (9f - 7b) / 2, 0\n nop\n 9:", 1, 6, 4),
    ("ldr pc, =8f + 1\n nop\n 8:", 1, 5, 4),
    ("svc 0", 2, 24, 24),
    ("vmov s0, r0", 1, 1, 1),
    ("vmov r0, r1, s0, s1", 1, 2, 2),
    ("vldr s0, [r5]", 1, 2, 2),
    ("vldr d0, [r5]", 1, 3, 2),
    ("vpush {s16-s31}\n vpop {s16-s31}", 2, 34, 34),
    ("vmul.f32 s0, s1, s2", 1, 1, 1),
    ("vfma.f32 s0, s1, s2", 1, 3, 1),
    ("vdiv.f32 s0, s1, s2", 1, 14, 1),
]
# Around each sequence: nop, nop, and the load that ends the interval.
AROUND_INSNS, AROUND_CYCLES = 3, 4


def bracket(number: int, code: str) -> str:
    return f"{label(number)} ldr r0, [r4]\n nop\n {code}\n nop\n ldr r1, [r4]\n"


def only(results: list[dict], **wanted) -> dict:
    found = [r for r in results if all(r.get(k) == v for k, v in wanted.items())]
    assert len(found) == 1, f"{len(found)} results are {wanted}: {found}"
    return found[0]


@NEEDS
class Count(GuestCase):
    def test_known_sequences_count_exactly(self) -> None:
        user = "\n".join(bracket(i, code) + "\n b 5f\n .ltorg\n 5:\n"
                         for i, (code, *_) in enumerate(SEQUENCES))
        results = self.count(self.build(user))
        for i, (code, insns, cycles, flat) in enumerate(SEQUENCES):
            with self.subTest(code=code):
                found = only(results, type="mark", label=i)
                self.assertEqual(found["insns"][0] - AROUND_INSNS, insns)
                self.assertEqual(found["cycles"][0] - AROUND_CYCLES, cycles)
                self.assertEqual(found["cycles_flat"][0] - AROUND_CYCLES, flat)

    def test_timer_of_the_board_agrees(self) -> None:
        """The guest compares its timer with the count: one tick is one instruction."""
        for instructions in (0, 1, 7, 100):
            # exit status 0 only if equal
            user = f"""
            ldr r0, [r4]
            .rept {instructions}
            nop
            .endr
            ldr r1, [r4]
            subs r1, r0
            cmp r1, #{instructions + 1}
            bne .
            """
            results = self.count(self.build(user))
            self.assertEqual(only(results, type="mark")["insns"], [instructions + 1] * 3)

    def test_runs_are_identical(self) -> None:
        loop = f"""
            movs r7, #200
        1:  ldr r0, [r4]
            svc 0
            ldr r0, [r4]
            subs r7, #1
            bne 1b
        """
        image = self.build(loop)
        self.count(image, name="one.json")
        self.count(image, name="two.json")
        one, two = (self.folder.joinpath(n).read_bytes() for n in ("one.json", "two.json"))
        self.assertEqual(one, two)
        self.assertIn(200, [r.get("n") for r in plugin.read(self.folder / "one.json")])

    def test_interrupt_from_vector_to_receiver(self) -> None:
        kernel = """
        function svc
            ldr r0, =0xE000E200     @ NVIC: pend line 0, which tail-chains
            movs r1, #1
            str r1, [r0]
            dsb
            bx lr
        end svc
        function irq
            nop
            nop
            bx lr
        end irq
        """
        results = self.count(self.build("svc 0\n nop\n ldr r0, [r4]\n", kernel), vectors=["irq"])
        found = only(results, type="vector")
        self.assertEqual(found["insns"], [5, 5, 5])  # nop nop bx, nop ldr
        self.assertEqual(found["cycles"][0], 1 + 1 + 1 + 10 + 1 + 2)

    def test_paths_lines_and_stack_of_the_kernel(self) -> None:
        kernel = IRQ + """
        function svc
            push {r4, lr}
            ldr r0, =handler + 1
            bx r0
        end svc
        function handler
            ldr r1, =cell
            ldr r2, [r1]
            ldr r2, [r1, #36]       @ another line of 32, the same of 64
            strd r2, r2, [r1, #60]  @ across two lines of 64
            sub sp, #40
            str r2, [sp]
            add sp, #40
            pop {r4, pc}
        end handler
        .ltorg
        """
        image = self.build("ldr r0, [r4]\n svc 0\n ldr r0, [r4]\n", kernel)
        results = self.count(image)
        elf = Elf(image)
        path = only(results, type="path", boot=False)
        self.assertEqual(elf.place(int(path["entry"], 16)), "svc")
        self.assertEqual(elf.place(int(path["call"], 16)), "handler")
        self.assertEqual(path["insns"], [11, 11, 11])
        self.assertTrue(only(results, type="path", boot=True))
        mark = only(results, type="mark")
        self.assertEqual(mark["loads"][0], 1 + 1 + 1 + 1 + 2)
        self.assertEqual(mark["stores"][0], 2 + 2 + 1)
        # cell + 60 and + 64; the stack from 8 to 48 bytes below its top
        self.assertEqual(mark["written32"][0], 2 + 2)
        self.assertEqual(mark["written64"][0], 2 + 1)
        self.assertEqual(only(results, type="stack")["depth"], 8 + 40)

    def test_trace_has_a_line_per_instruction(self) -> None:
        trace = self.folder / "trace"
        self.count(self.build("nop\n svc 0\n"), f"trace={trace}", "window=5:9")
        lines = [line.split() for line in trace.read_text().splitlines()]
        self.assertEqual([line[0] for line in lines], ["5", "6", "7", "8"])

    def test_wrong_arguments_are_refused(self) -> None:
        image = self.build("nop")
        for argument in ("kernel=1", "kernel=2:1", "load=x", "nonsense=1", "mark="):
            outcome = run_qemu.run(BOARD, image, echo=False, timeout=10, extra=[
                "-plugin", f"{plugin.build()},out={self.folder}/o,{argument}"])
            with self.subTest(argument=argument):
                self.assertNotEqual(outcome.status, run_qemu.GOOD)
                self.assertTrue(any("cannot use the argument" in line for line in outcome.lines))


if __name__ == "__main__":
    unittest.main()
