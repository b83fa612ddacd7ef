# SPDX-License-Identifier: Unlicense
"""Sizes of the kernel's sections, and the worst stack from call graphs written by hand."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

import size
import stack
from elf import Elf, ElfError
from guest import NEEDS, SVC, IRQ, GuestCase


def node(name: str, octets: int, kind: str = "static") -> str:
    return (f'node: {{ title: "{name}" label: "{name.split(":")[-1]}\\nx.c:1:1\\n{octets} bytes '
            f'({kind})\\n0 dynamic objects" }}\n')


def outside(name: str) -> str:
    return f'node: {{ title: "{name}" label: "{name}\\nx.h:1:1" shape : ellipse }}\n'


def edge(caller: str, callee: str) -> str:
    return f'edge: {{ sourcename: "{caller}" targetname: "{callee}" label: "x.c:2:2" }}\n'


class Stack(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def graph(self, *files: str, facts: str = "") -> stack.Graph:
        for i, text in enumerate(files):
            self.folder.joinpath(f"{i}.ci").write_text(f'graph: {{ title: "x.c"\n{text}}}\n')
        path = self.folder / "facts.toml"
        path.write_text(facts)
        return stack.load_graph([self.folder], path)

    def test_depths_of_user_level(self) -> None:
        graph = self.graph(node("main", 40) + node("work", 16) + node("round", 8) + outside("printf") +
                           edge("main", "work") + edge("round", "round") + edge("work", "asm"),
                           facts="[assembly]\nasm = { bytes = 24 }\n")
        found = stack.depths(graph, {"main": 0, "work": 0, "round": 0, "gone": 0})
        self.assertEqual((found["main"], found["work"]), (80, 40))
        self.assertIn("recursion", found["round"])
        self.assertIn("no function gone", found["gone"])

    def test_deepest_chain_across_files(self) -> None:
        graph = self.graph(
            node("a", 8) + outside("b") + node("x.c:s", 100) + edge("a", "b") + edge("a", "x.c:s"),
            node("b", 64) + node("y.c:s", 48) + edge("b", "y.c:s"),
            facts="per_entry = 32\n[entries]\na = 4\n")
        chain = stack.worst_chain(graph)
        self.assertEqual(chain.depth, 36 + 8 + 64 + 48)
        self.assertEqual([name for name, _ in chain.steps[1:]], ["a", "b", "y.c:s"])

    def test_indirect_calls_from_the_list(self) -> None:
        text = (node("dispatch", 8) + outside(stack.INDIRECT) + node("call_a", 16)
                + node("call_b", 80) + node("other", 500) + edge("dispatch", stack.INDIRECT))
        facts = '[entries]\ndispatch = 0\n'
        with self.assertRaisesRegex(stack.StackError, "calls through a pointer"):
            stack.worst_chain(self.graph(text, facts=facts))
        graph = self.graph(text, facts=facts + '[indirect]\ndispatch = ["call_*"]\n')
        self.assertEqual(stack.worst_chain(graph).depth, 88)
        graph = self.graph(text, facts=facts + '[indirect]\ndispatch = ["none_*"]\n')
        with self.assertRaisesRegex(stack.StackError, "nothing is called none_"):
            stack.worst_chain(graph)

    def test_assembly_stands_in_the_data_file(self) -> None:
        graph = self.graph(node("c", 8), facts='[entries]\nsvc = 0\n[assembly]\n'
                           'svc = { bytes = 40, calls = ["c"] }\n')
        self.assertEqual(stack.worst_chain(graph).depth, 48)

    def test_recursion_is_an_error_that_names_the_circle(self) -> None:
        graph = self.graph(node("a", 8) + node("b", 8) + node("c", 8) + edge("a", "b")
                           + edge("b", "c") + edge("c", "b"))
        with self.assertRaisesRegex(stack.StackError, "recursion: b > c > b"):
            stack.worst_chain(graph, {"a": 0})

    def test_unknown_and_unbounded_frames_are_errors(self) -> None:
        graph = self.graph(node("a", 8) + outside("gone") + edge("a", "gone")
                           + node("v", 8, "dynamic") + node("w", 8, "dynamic,bounded"))
        with self.assertRaisesRegex(stack.StackError, "no function gone"):
            stack.worst_chain(graph, {"a": 0})
        with self.assertRaisesRegex(stack.StackError, "without a bound"):
            stack.worst_chain(graph, {"v": 0})
        self.assertEqual(stack.worst_chain(graph, {"w": 0}).depth, 8)

    def test_ambiguous_entry_is_an_error(self) -> None:
        graph = self.graph(node("x.c:s", 8) + node("y.c:s", 8))
        with self.assertRaisesRegex(stack.StackError, "ambiguous"):
            stack.worst_chain(graph, {"s": 0})

    def test_command_line(self) -> None:
        self.graph(node("a", 100))
        quiet = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
        with quiet[0] as out, quiet[1]:
            self.assertEqual(stack.main([str(self.folder), "--entry", "a=4", "--limit", "104"]), 0)
            self.assertEqual(stack.main([str(self.folder), "--entry", "a=5", "--limit", "104"]), 1)
            self.assertEqual(stack.main([str(self.folder)]), 2)
        self.assertIn("worst stack: 104 bytes", out.getvalue())


@NEEDS
class Size(GuestCase):
    def test_sections_and_functions_of_the_kernel(self) -> None:
        kernel = SVC + IRQ + """
        function large
            .rept 100
            nop
            .endr
        end large
        """
        image = self.build("nop", kernel)
        out = self.folder / "out" / "size.json"
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(size.main([str(image), "--out", str(out)]), 0)
        figures = json.loads(out.read_text())
        self.assertEqual(tuple(figures), (*size.PARTS, "boot"))
        self.assertEqual(figures["stack"], 512)
        self.assertEqual(figures["text"], Elf(image).section(".kernel.text").size)
        self.assertEqual(figures["bss"], 0)
        self.assertEqual(size.largest(Elf(image), 1), [("large", 200)])
        self.assertNotIn("user", printed.getvalue())

    def test_what_is_no_image_is_refused(self) -> None:
        path = self.folder / "x"
        for octets in (b"", b"\x7fELF", b"\x7fELF\x01\x01" + bytes(60), b"#!/bin/sh\n" + bytes(60)):
            path.write_bytes(octets)
            with contextlib.redirect_stderr(io.StringIO()) as said:
                self.assertEqual(size.main([str(path)]), 2, octets)
            self.assertEqual(said.getvalue().count("\n"), 1)

    def test_places(self) -> None:
        elf = Elf(self.build("nop"))
        self.assertEqual(elf.place(elf.symbol("user").address + 2), "user+0x2")
        self.assertEqual(elf.place(4), "0x00000004")
        with self.assertRaises(ElfError):
            elf.symbol("nothing")


if __name__ == "__main__":
    unittest.main()
