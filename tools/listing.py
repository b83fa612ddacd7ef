#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The way of one operation of the benchmark, instruction by instruction: address, place, code.

    listing.py OPERATION [--row ROW] [options of bench.py] IMAGE.elf

The row is the one that the board's goals are about. One round in the middle is followed; what it executes is what
`bench.json` counts. Exit status as bench.py's.
"""
import re
import subprocess
import sys
import tomllib

import bench
import plugin
import run_qemu
from elf import EM_ARM, Elf, ElfError

# Marks stand in pairs around what is measured: the 401st is the first of round 201.
ROUND = 401
CODE = re.compile(r"^ *([0-9a-f]+):\t(.*)$")


def disassembly(image):
    """The text of each instruction, by its address."""
    program = "arm-none-eabi-objdump" if image.machine == EM_ARM else "objdump"
    text = subprocess.run([program, "-d", "--no-show-raw-insn", str(image.path)], check=True, capture_output=True,
                          text=True).stdout
    found = (CODE.match(line) for line in text.splitlines())
    return {int(match[1], 16): match[2].replace("\t", " ").split("<")[0].rstrip() for match in found if match}


def find(lines, row, operation):
    """The measurement and its number."""
    for number, line in enumerate(lines):
        if (line.row, line.operation) == (row, operation):
            return line, number
    known = ", ".join(line.operation for line in lines if line.row == row)
    raise bench.BenchError(f"row {row} has no operation '{operation}'; it has: {known}")


def follow(options, board, number):
    """Addresses of what is executed between the two marks of a round."""
    trace = options.out.parent / "listing.txt"
    out = options.out.parent / "count.json"
    argument = plugin.arguments(Elf(options.elf), out, vectors=options.vector, counter=options.counter,
                                extra=[f"trace={trace}", f"round={number}:{ROUND}"])
    outcome = run_qemu.run(board, options.elf, timeout=options.timeout, silence=0, exact=True, echo=False,
                           extra=["-plugin", argument])
    if outcome.status != run_qemu.GOOD:
        raise bench.BenchError(outcome.reason)
    return [int(line.split()[2], 16) for line in trace.read_text().splitlines()]


def cut(addresses, operation, image, vectors):
    """What bench.py counts of an interrupt begins at the vector."""
    if operation != bench.FROM_VECTOR:
        return addresses
    places = {plugin.address_of(image, vector) for vector in vectors}
    for index, address in enumerate(addresses):
        if address in places:
            return addresses[index:]
    raise bench.BenchError("the vector is not in this round")


def main(argv):
    operation, argv = argv[0], argv[1:]
    options = bench.options_of(argv)
    try:
        base = tomllib.loads(bench.BASELINES.read_text())
        image, board = Elf(options.elf), run_qemu.Machine(options.machine, options.qemu, options.arg)
        printed, results = bench.measure(board, options.elf, options.out.parent, vectors=options.vector,
                                   counter=options.counter, timeout=options.timeout)
        lines = bench.parse(printed)
        bench.join(lines, results)
        row = next((line.row for line in lines if line.operation == operation and line.row in ("refused", "extra")),
                   base.get("goal_rows", {}).get(options.board, base["first_row"]))
        line, number = find(lines, row, operation)
        addresses = cut(follow(options, board, number), operation, image, options.vector)
        if not line.low <= len(addresses) <= line.high:
            raise bench.BenchError(f"{len(addresses)} instructions were followed, {line.low} to {line.high} counted")
    except (bench.BenchError, plugin.PluginError, ElfError, OSError) as error:
        print(f"listing: {error}", file=sys.stderr)
        return 2
    code = disassembly(image)
    print(f"{operation}, {base['rows'].get(row, row)}: {len(addresses)} instructions")
    for number, address in enumerate(addresses, 1):
        print(f"{number:>4}  {address:>8x}  {image.place(address):<34} {code.get(address, '?')}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
