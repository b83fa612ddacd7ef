#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The generator of boards: every board's layout is sound, what is wrong is refused."""
import contextlib
import io
import re
import tempfile
import unittest
from pathlib import Path

import boards
import gen_board


class Boards(unittest.TestCase):
    def generate(self, *arguments):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            status = gen_board.main([*arguments, "--out", folder.name])
        return Path(folder.name), status, errors.getvalue()

    def test_every_board(self):
        for name in gen_board.boards():
            with self.subTest(name):
                self.assertEqual(self.generate(name)[1], 0)

    def test_nothing_of_the_kernel_is_for_users(self):
        for name in gen_board.boards():
            board, chip = gen_board.load(name)
            layout = gen_board.layout_of(board, chip, [])
            if layout is None or "window" in chip:
                continue
            kernel = [(layout["KERNEL_IMAGE"], layout["KERNEL_IMAGE_BYTES"]),
                      (layout["KERNEL_RAM"], layout["KERNEL_RAM_BYTES"])]
            self.assertEqual(layout["KMEM"] + layout["KMEM_BYTES"],
                             layout["KERNEL_RAM"] + layout["KERNEL_RAM_BYTES"])
            for base, size, _ in gen_board.user_ranges(chip, layout):
                for start, length in kernel:
                    self.assertTrue(base >= start + length or base + size <= start, name)

    def test_a_window_has_room_for_the_kernel(self):
        for name in gen_board.boards():
            board, chip = gen_board.load(name)
            if "window" not in chip:
                continue
            layout = gen_board.layout_of(board, chip, [])
            parts = ["KERNEL_IMAGE", "GUEST", "KMEM", "USER_IMAGE", "USER_RAM"]
            spans = [(layout[part] % (1 << 31), layout[part + "_BYTES"]) for part in parts]
            self.assertLessEqual(layout["BOOT_PAGE"] + 4096, spans[0][0])
            for (base, size), (behind, _) in zip(spans, spans[1:]):
                self.assertLessEqual(base + size, behind, name)
            board["kernel"]["objects"] += 4096
            self.assertRaises(gen_board.DataError, gen_board.layout_of, board, chip, [])
            chip["window"]["boot_page"] = chip["window"]["guests"]
            board, _ = gen_board.load(name)
            self.assertRaises(gen_board.DataError, gen_board.layout_of, board, chip, [])
            board, chip = gen_board.load(name)
            board["kernel"]["objects"] = board["kernel"]["user_image"]
            self.assertRaises(gen_board.DataError, gen_board.layout_of, board, chip, [])

    def test_the_boundary_at_the_top_of_memory(self):
        board, chip = gen_board.load("x86_64")
        plain = gen_board.layout_of(board, chip, [])
        layout = gen_board.layout_of(board, chip, ["boundary=0x10000000"])
        self.assertEqual(layout["KMEM"] + layout["KMEM_BYTES"], layout["KERNEL_WINDOW"] + 0x10000000)
        self.assertEqual(layout["KMEM_BITMAP_BYTES"], layout["KMEM_BYTES"] // 256)
        for key in ("KMEM", "KMEM_OWN_BYTES", "KERNEL_END", "GUEST", "USER_IMAGE"):
            self.assertEqual(layout[key], plain[key])
        self.assertEqual(plain["KMEM_BYTES"], plain["KMEM_OWN_BYTES"])
        self.refused("boundary is ", "x86_64", "--layout", "boundary=0x200000")
        self.refused("boundary is ", "x86_64", "--layout", "boundary=0x80000000")
        self.refused("multiple of", "x86_64", "--layout", "boundary=0x10001000")
        self.refused("there are: stack", "x86_64", "--layout", "image=0x7000")

    def test_pages_make_up_their_range(self):
        for base, size in ((0x2000C000, 0x14000), (0, 0x400000), (0x8000, 0xF8000), (0x40000000, 0x20000000)):
            at = base
            for page, order in gen_board.pages(base, size):
                self.assertEqual(page, at)
                self.assertEqual(page % (1 << order), 0)
                at += 1 << order
            self.assertEqual(at, base + size)

    def test_options(self):
        folder, status, _ = self.generate("stm32f405", "--set", "PRIORITIES=64")
        self.assertEqual(status, 0)
        self.assertRegex((folder / "config.h").read_text(), r"#define CONFIG_PRIORITIES +64 ")

    def test_an_option_of_the_chip(self):
        folder, _, _ = self.generate("mps2-an385")
        self.assertRegex((folder / "config.h").read_text(), r"#define CONFIG_FPU +0 ")

    def refused(self, pattern, *arguments):
        _, status, text = self.generate(*arguments)
        self.assertEqual(status, 2)
        self.assertTrue(re.search(pattern, text), text)
        self.assertEqual(text.count("\n"), 1)

    def test_less_memory_than_the_chip_has(self):
        folder, status, errors = self.generate("stm32f405", "--layout", "flash_size=0x10000", "--layout",
                                               "ram_size=0x5000", "--layout", "ram=0x1C00", "--layout",
                                               "objects=0x1000", "--layout", "stack=0x400", "--layout", "guests=0x100")
        self.assertEqual((status, errors), (0, ""))
        layout = (folder / "layout.h").read_text()
        self.assertRegex(layout, r"LAYOUT_USER_IMAGE_BYTES +0x00008000")
        self.assertRegex(layout, r"LAYOUT_GUEST +0x20004F00")

    def test_a_debug_build_has_a_larger_image(self):
        folder, _, _ = self.generate("stm32f405", "--set", "DEBUG=1")
        self.assertRegex((folder / "layout.h").read_text(), r"LAYOUT_KERNEL_IMAGE_BYTES +0x00010000")

    def test_lines_in_a_row(self):
        _, chip = boards.load("mps2-an500")
        self.assertIn({"name": "console", "line": 0, "last": 1}, chip["interrupt"])

    def test_refusals(self):
        self.refused("no board is called 'x'; there are: ", "x")
        self.refused("no option is called 'X'", "stm32f405", "--set", "X=1")
        self.refused("PRIORITIES is 32 or 64, not 33", "stm32f405", "--set", "PRIORITIES=33")
        self.refused("INV_DEPTH_MAX is 1 to 64, not 0", "stm32f405", "--set", "INV_DEPTH_MAX=0")
        self.refused("RAW needs a number", "stm32f405", "--set", "RAW=yes")
        self.refused("this chip has no FPU", "mps2-an385", "--set", "FPU=1")
        self.refused("power of two", "stm32f405", "--layout", "image=0x7000")
        self.refused("multiple of", "stm32f405", "--layout", "objects=33")
        self.refused("do not fit", "stm32f405", "--layout", "objects=0xC000")
        self.refused("there are: image", "stm32f405", "--layout", "size=1")
        self.refused("flash has 1048576 bytes", "stm32f405", "--layout", "flash_size=0x200000")

    def test_transparent_lines(self):
        folder, status, _ = self.generate("stm32f405", "--transparent", "30=tim4@1")
        text = (folder / "board.h").read_text()
        self.assertEqual(status, 0)
        self.assertIn("#define BOARD_TRANSPARENT(LINE) LINE(30, tim4, 0x10)\n", text)
        self.assertIn("TRANSPARENT(30, tim4, 0x10)", text)
        self.assertEqual(text.count(" AWARE("), 81)
        self.assertIn('set(BOARD_TRANSPARENT "30")', (folder / "board.cmake").read_text())

    def test_transparent_lines_of_a_board(self):
        board, chip = gen_board.load("stm32f405")
        board = board | {"transparent": [{"line": 3, "handler": "f"},
                                         {"line": 4, "handler": "g", "level": 3}]}
        self.assertEqual(gen_board.transparent_of(board, chip, ["5=h@2"]),
                         {3: ("f", 0), 4: ("g", 0x30), 5: ("h", 0x20)})

    def test_without_them_nothing_is_generated(self):
        text = (self.generate("stm32f405")[0] / "board.h").read_text()
        self.assertIn("#define BOARD_TRANSPARENT(LINE)\n", text)
        self.assertEqual(text.count(" AWARE("), 82)

    def test_wrong_transparent_lines(self):
        for line, complaint in (("82=f", "no interrupt line 82"), ("1=f@4", "levels 0 to 3"),
                                ("1=1f", "LINE=HANDLER"), ("f", "LINE=HANDLER")):
            with self.subTest(line):
                _, status, errors = self.generate("stm32f405", "--transparent", line)
                self.assertEqual(status, 2)
                self.assertIn(complaint, errors)
        self.assertIn("two handlers", self.generate("stm32f405", "--transparent", "1=f",
                                                    "--transparent", "1=g")[2])


if __name__ == "__main__":
    unittest.main()
