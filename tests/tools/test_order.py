# SPDX-License-Identifier: Unlicense
"""Which instructions the plugin takes for atomic ones and for fences, by encodings of the manuals."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "tools" / "plugin"
NONE, ATOMIC, FENCE = 0, 1, 2
MAIN = r"""
#include "order.h"
#include <stdio.h>
int main(void)
{
    char kind[8], text[64];
    while (scanf("%7s %63s", kind, text) == 2) {
        uint8_t code[16] = {0};
        size_t size = 0;
        unsigned byte;
        while (sscanf(&text[2 * size], "%2x", &byte) == 1)
            code[size++] = (uint8_t)byte;
        printf("%d\n", kind[0] == 'x' ? (int)order_of_x86(code, size)
                       : (int)order_of_thumb((uint16_t)(code[0] << 8 | code[1]),
                                             (uint16_t)(code[2] << 8 | code[3])));
    }
    return 0;
}
"""
X86 = [
    ("lock cmpxchg %rdx,(%rcx)", "f0480fb111", ATOMIC),
    ("lock xadd %rcx,0(%rip)", "f0480fc10d00000000", ATOMIC),
    ("lock incq 8(%rax)", "f048ff4008", ATOMIC),
    ("lock decl (%rdi)", "f0ff0f", ATOMIC),
    ("gs lock incq 0", "65f048ff042500000000", ATOMIC),
    ("xchg %rdx,(%r9)", "498711", ATOMIC),
    ("xchg %al,(%rdi)", "8607", ATOMIC),
    ("xchg %rax,0x30(%rbx)", "48874330", ATOMIC),
    ("xchg %rax,%rbx", "4887c3", NONE),
    ("nop, which is xchg %eax,%eax", "90", NONE),
    ("mfence", "0faef0", FENCE),
    ("sfence", "0faef8", FENCE),
    ("lfence", "0faee8", NONE),
    ("lock orq $0,(%rsp)", "f048830c2400", FENCE),
    ("lock orl $0,-4(%rsp)", "f0834c24fc00", FENCE),
    ("lock orq $2,0x158(%rax)", "f048838858010000" "02", ATOMIC),
    ("lock addq %rax,(%rsp,%rax)", "f048010404", ATOMIC),
    ("cmpxchg %rdx,(%rcx)", "480fb111", NONE),
    ("fxsave (%rdi)", "0fae07", NONE),
    ("clflush (%rdi)", "0fae3f", NONE),
    ("mov %rax,(%rdi)", "488907", NONE),
    ("rep stosq", "f348ab", NONE),
]
THUMB = [
    ("strex r1, r0, [r5]", "e8450100", ATOMIC),
    ("strexb r1, r0, [r5]", "e8c50f41", ATOMIC),
    ("strexh r1, r0, [r5]", "e8c50f51", ATOMIC),
    ("ldrex r0, [r5]", "e8550f00", NONE),
    ("strd r0, r1, [r5]", "e9c50100", NONE),
    ("dmb sy", "f3bf8f5f", FENCE),
    ("dsb sy", "f3bf8f4f", NONE),
    ("isb", "f3bf8f6f", NONE),
]


@unittest.skipUnless(shutil.which("gcc"), "needs gcc")
class Order(unittest.TestCase):
    def classes(self, rows: list[tuple[str, str]]) -> list[int]:
        with tempfile.TemporaryDirectory() as folder:
            main = Path(folder, "main.c")
            main.write_text(MAIN)
            program = Path(folder, "main")
            subprocess.run(["gcc", "-std=c17", f"-I{SOURCES}", "-o", program, main,
                            SOURCES / "order.c"], check=True)
            text = "".join(f"{kind} {code}\n" for kind, code in rows)
            out = subprocess.run([program], input=text, stdout=subprocess.PIPE, check=True, text=True)
        return [int(line) for line in out.stdout.split()]

    def test_each(self) -> None:
        rows = [("x86", *row) for row in X86] + [("thumb", *row) for row in THUMB]
        found = self.classes([(kind, code) for kind, _, code, _ in rows])
        self.assertEqual(len(found), len(rows))
        for (kind, text, _, wanted), seen in zip(rows, found):
            with self.subTest(kind=kind, instruction=text):
                self.assertEqual(seen, wanted)


if __name__ == "__main__":
    unittest.main()
