# SPDX-License-Identifier: Unlicense
"""The table and bench.json, from a guest that measures itself, and from made-up figures."""

from __future__ import annotations

import contextlib
import io
import json
import tomllib
import unittest
from pathlib import Path

import bench
from guest import IRQ, NEEDS, SVC, GuestCase, label

ROUNDS = 20


def print_line(text: str) -> str:
    return f"""
        movs r0, #4             @ SYS_WRITE0
        adr r1, 6f
        bkpt 0xAB
        b 7f
        .balign 4
    6:  .asciz "{text}\\n"
        .balign 2
    7:
    """


def measured(number: int, code: str) -> str:
    return f"""
    {label(number)}
        movs r7, #{ROUNDS}
    1:  ldr r0, [r4]
        {code}
        ldr r1, [r4]
        subs r7, #1
        bne 1b
        b 2f
        .ltorg
    2:
    """


KERNEL = IRQ + """
function svc
    ldr r0, =0xE000E200         @ pend line 0
    movs r1, #1
    str r1, [r0]
    bx lr
end svc
"""


@NEEDS
class WithGuest(GuestCase):
    def run_bench(self, user: str, kernel: str = SVC + IRQ, *extra: str) -> tuple[int, str, str]:
        image = self.build(user, kernel)
        out = self.folder / "bench.json"
        said, warned = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(warned):
            status = bench.main([str(image), "--board", "stm32f405", "--machine", "netduinoplus2",
                                 "--out", str(out), *extra])
        return status, said.getvalue(), warned.getvalue()

    def test_from_guest_to_json(self) -> None:
        operations = ("yield_s", "yield_2", "inv_2", "sig_1", "sig_2", "sig_s")
        user = "".join(measured(i, "nop\n" * i + "svc 0") for i in range(len(operations)))
        user += measured(len(operations), "svc 0\n")
        user += "".join(print_line(f"BENCH infinite {op} {i + 3} {i + 3}000 {i + 3} {ROUNDS}")
                        for i, op in enumerate(operations))
        user += print_line(f"BENCH infinite sig_i 0 0 0 {ROUNDS}")
        status, said, warned = self.run_bench(user, SVC + IRQ, "--vector", "svc")
        self.assertEqual((status, warned), (0, ""), said)
        figures = json.loads(self.folder.joinpath("bench.json").read_text())
        self.assertEqual(set(figures), {"board", "unit", "operations", "modelled_cycles"})
        self.assertEqual(figures["operations"], {
            "yield_s": 3, "yield_2": 4, "inv_2": 5, "sig_1": 6, "sig_2": 7, "sig_s": 8,
            "sig_i": 2})
        # svc and its entry, bx and its exit, load
        self.assertEqual(figures["modelled_cycles"]["yield_s"], 1 + 12 + 1 + 10 + 2)
        self.assertEqual(figures["modelled_cycles"]["sig_i"], 1 + 10 + 2)
        self.assertIn("met", said)

    def test_disagreement_with_the_timer_fails(self) -> None:
        user = measured(0, "nop") + print_line(f"BENCH infinite yield_s 3 3000 3 {ROUNDS}")
        status, _, warned = self.run_bench(user)
        self.assertEqual(status, 1)
        self.assertIn("infinite yield_s: no interval of the plugin agrees", warned)

    def test_board_without_a_timer_is_measured_by_the_plugin(self) -> None:
        user = measured(0, "nop") + measured(1, "nop\n nop")
        user += "".join(print_line(f"BENCH infinite {op} 0 0 0 {ROUNDS}")
                        for op in ("yield_s", "yield_2"))
        self.run_bench(user)
        figures = json.loads(self.folder.joinpath("bench.json").read_text())
        self.assertEqual(figures["operations"], {"yield_s": 2, "yield_2": 3})

    def test_silent_image_cannot_be_read(self) -> None:
        status, _, warned = self.run_bench("nop")
        self.assertEqual(status, 2)
        self.assertIn("printed no measurement", warned)


class Figures(unittest.TestCase):
    def setUp(self) -> None:
        self.base = tomllib.loads(bench.BASELINES.read_text())

    def compare(self, *texts: str) -> list[bench.Comparison]:
        lines = bench.parse(list(texts))
        return [bench.compare(line, lines, "stm32f405", self.base) for line in lines]

    def test_goals_of_the_first_row(self) -> None:
        met, missed = self.compare("BENCH infinite yield_s 30 34000 34 9",
                                   "BENCH infinite yield_2 60 60001 61 9")
        self.assertEqual((met.goal, met.original, met.verdict), (34, 159, "met"))
        self.assertEqual((missed.goal, missed.verdict), (60, "MISSED"))

    def test_goals_of_further_rows_follow_the_first(self) -> None:
        _, finite, _, ids = self.compare(
            "BENCH infinite sig_1 80 80000 80 9", "BENCH finite sig_1 92 92000 92 9",
            "BENCH infinite sig_s 100 100000 100 9", "BENCH two_level sig_s 121 121000 121 9")
        self.assertEqual((finite.goal, finite.verdict), (92, "met"))
        self.assertEqual((ids.goal, ids.verdict), (120, "MISSED"))

    def test_fpu_row_has_the_original_with_fpu(self) -> None:
        self.assertEqual(self.compare("BENCH fpu yield_2 90 90000 90 9")[0].original, 282)

    def test_json_holds_the_first_set_and_cycles_where_they_are_modelled(self) -> None:
        lines = bench.parse(["BENCH infinite yield_s 30 30500 31 9", "BENCH refused refused 12 12000 12 9",
                             "BENCH twin sig_snd 140 140000 140 9", "BENCH finite yield_s 41 41000 41 9",
                             "BENCH extra map_unmap 900 900000 900 9"])
        figures = {"board": "mps2-an385", "unit": "instructions",
                   "operations": {"yield_s": 30.5, "refused": 12, "map_unmap": 900}}
        self.assertEqual(bench.bench_json("mps2-an385", lines, self.base), figures)
        for line in lines:
            line.interval = {"n": 2, "cycles_flat": [50, 101, 51]}
        figures.update(board="stm32f405",
                       modelled_cycles={"yield_s": 50.5, "refused": 50.5, "map_unmap": 50.5})
        self.assertEqual(bench.bench_json("stm32f405", lines, self.base), figures)

    def test_damaged_line_is_named(self) -> None:
        with self.assertRaisesRegex(bench.BenchError, "not a measurement: BENCH x"):
            bench.parse(["hello", "BENCH x"])


if __name__ == "__main__":
    unittest.main()
