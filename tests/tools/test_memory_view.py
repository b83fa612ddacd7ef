#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""What hardware lets user code do: words of regions and entries of page tables, made by hand from the manuals."""
import struct
import unittest

from memory_view import EXECUTE, READ, WRITE, MmuView, MpuView, letters

ENABLE, NEVER = 1, 1 << 28
FULL, ONLY_READ, KERNEL = 3 << 24, 6 << 24, 1 << 24


def rasr(order, access, disabled=0):
    return ENABLE | order - 1 << 1 | disabled << 8 | access


class Mpu(unittest.TestCase):
    def view(self, *regions):
        """A table at 0x1000 whose regions are these (base, RASR) and then none."""
        words = [word for index, (base, value) in enumerate(regions) for word in (base | 1 << 4 | index, value)]
        words += [0] * (16 - len(words))
        data = struct.pack("<16I", *words)

        def read(address, size):
            self.assertEqual((address, size), (0x1000, 64))
            return data
        return MpuView(read)

    def access(self, view, address):
        piece = view.at(0x1000, address)
        return letters(piece.access) if piece else None

    def test_access(self):
        for word, wanted in ((FULL, "rwx"), (FULL | NEVER, "rw-"), (ONLY_READ, "r-x"), (7 << 24, "r-x"), (KERNEL, None),
                             (2 << 24 | NEVER, "r--"), (0, None), (5 << 24, None)):
            self.assertEqual(self.access(self.view((0x20000000, rasr(10, word))), 0x20000000), wanted, hex(word))

    def test_ends(self):
        view = self.view((0x20000400, rasr(10, FULL)))
        self.assertEqual([self.access(view, address) for address in (0x200003FF, 0x20000400, 0x200007FF, 0x20000800)],
                         [None, "rwx", "rwx", None])

    def test_whole_memory(self):
        view = self.view((0, rasr(32, FULL)))
        self.assertEqual((self.access(view, 0), self.access(view, 0xFFFFFFFF)), ("rwx", "rwx"))

    def test_disabled(self):
        self.assertIsNone(self.access(self.view((0x20000000, rasr(10, FULL) & ~ENABLE)), 0x20000000))

    def test_eighths(self):
        view = self.view((0x20000000, rasr(8, FULL | NEVER, 0b11100011)))
        self.assertEqual([bool(self.access(view, 0x20000000 + 32 * part)) for part in range(8)],
                         [False, False, True, True, True, False, False, False])
        self.assertEqual([(piece.begin, piece.end) for piece in view.pieces(0x1000)], [(0x20000040, 0x200000A0)])

    def test_small_regions_have_no_eighths(self):
        self.assertEqual(self.access(self.view((0x20000000, rasr(5, FULL, 0xFF))), 0x20000010), "rwx")

    def test_highest_wins(self):
        view = self.view((0x20000000, rasr(12, FULL)), (0x20000400, rasr(10, KERNEL)), (0x20000400, rasr(8, ONLY_READ | NEVER, 1)))
        self.assertEqual([self.access(view, 0x20000000 + at) for at in (0x3FF, 0x400, 0x420, 0x500, 0x800)],
                         ["rwx", None, "r--", None, "rwx"])
        self.assertEqual([(piece.begin & 0xFFFF, piece.end & 0xFFFF, letters(piece.access)) for piece in view.pieces(0x1000)],
                         [(0, 0x400, "rwx"), (0x420, 0x500, "r--"), (0x800, 0x1000, "rwx")])


class Mmu(unittest.TestCase):
    P, W, U, LARGE, NX = 1, 2, 4, 1 << 7, 1 << 63
    TABLES = (0x1000, 0x2000, 0x3000, 0x4000)

    def setUp(self):
        self.memory = {table: [0] * 512 for table in self.TABLES}
        child = self.P | self.W | self.U
        self.memory[0x1000][1] = 0x2000 | child
        self.memory[0x2000][2] = 0x3000 | child
        self.memory[0x3000][3] = 0x4000 | child
        self.base = 1 << 39 | 2 << 30 | 3 << 21
        self.view = MmuView(lambda address, size: struct.pack("<512Q", *self.memory[address & 0xFFFFFFF][:size // 8]))

    def at(self, address):
        return self.view.at(0x1000 + MmuView.WINDOW, address)

    def test_page(self):
        self.memory[0x4000][5] = 0xABC000 | self.P | self.U | self.NX
        piece = self.at(self.base + 0x5123)
        self.assertEqual((piece.begin, piece.end, piece.access, piece.physical),
                         (self.base + 0x5000, self.base + 0x6000, READ, 0xABC123))
        self.assertIsNone(self.at(self.base + 0x4FFF))
        self.assertIsNone(self.at(self.base + 0x6000))
        self.assertIsNone(self.at(0))

    def test_access(self):
        for bits, wanted in ((self.P | self.U, READ | EXECUTE), (self.P | self.U | self.W, READ | WRITE | EXECUTE),
                             (self.P | self.U | self.W | self.NX, READ | WRITE), (self.P | self.W, None), (self.U, None)):
            self.memory[0x4000][0] = 0xABC000 | bits
            piece = self.at(self.base)
            self.assertEqual(piece.access if piece else None, wanted)

    def test_each_level_takes_away(self):
        self.memory[0x4000][0] = 0xABC000 | self.P | self.U | self.W
        for table, index in ((0x1000, 1), (0x2000, 2), (0x3000, 3)):
            kept = self.memory[table][index]
            self.memory[table][index] = kept & ~self.W | self.NX
            self.assertEqual(self.at(self.base).access, READ)
            self.memory[table][index] = kept & ~self.U
            self.assertIsNone(self.at(self.base))
            self.memory[table][index] = kept

    def test_large(self):
        self.memory[0x3000][4] = 0x40000000 | self.P | self.U | self.LARGE | self.NX
        piece = self.at((1 << 39 | 2 << 30 | 4 << 21) + 0x12345)
        self.assertEqual((piece.end - piece.begin, piece.physical), (1 << 21, 0x40012345))
        self.memory[0x2000][7] = 0x80000000 | self.P | self.U | self.LARGE
        self.assertEqual(self.at(1 << 39 | 7 << 30).end, 1 << 39 | 8 << 30)

    def test_kernel_half(self):
        self.memory[0x1000][511] = 0x2000 | self.P | self.W | self.U
        self.assertIsNone(self.at(0xFFFFFFFF80000000))

    def test_pieces(self):
        for index, physical in ((5, 0x10000), (6, 0x11000), (7, 0x20000)):
            self.memory[0x4000][index] = physical | self.P | self.U | self.NX
        self.memory[0x4000][8] = 0x21000 | self.P | self.U | self.W | self.NX
        self.assertEqual([(piece.begin - self.base, piece.end - self.base, letters(piece.access)) for piece in
                          self.view.pieces(0x1000)], [(0x5000, 0x7000, "r--"), (0x7000, 0x8000, "r--"), (0x8000, 0x9000, "rw-")])


if __name__ == "__main__":
    unittest.main()
