#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The same random program of calls on the host and on a board: the traces must be equal.

  compare.py --machine M --qemu Q [--arg=A ...] --host PROGRAM [--calls N] [--seed S] IMAGE

Both print a digest of all that was done and seen behind every thousandth call. Where the first two
differ, that thousand runs again and is printed whole, and the first act that differs is shown. The
host's program says which pairs of call and status were reached (coverage.c). TAP.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import run_qemu  # noqa: E402

BLOCK = re.compile(r"^TRACE ([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)$")
STEP = re.compile(r"^(SEEN|ACT) [0-9a-f]+ ")
BEFORE = 3  # steps that are shown before the one that differs
SEEN = "what it did: act, how, status, value, parameter, stack, what must be 0, the registers that cross"
ACT = "what it does next: act, how, number or target, seven words, stack"


class Traces:
    def __init__(self, options):
        self.options = options
        self.reason = ""

    def host(self, first=0, last=0):
        options = self.options
        run = subprocess.run([options.host, str(options.calls), str(options.seed), str(first), str(last)],
                             stdout=subprocess.PIPE, check=False, timeout=options.timeout, text=True)
        return run.stdout.splitlines(), run.returncode

    def board(self, first=0, last=0):
        options = self.options
        words = f"trace.calls={options.calls} trace.seed={options.seed} trace.first={first} trace.last={last}"
        machine = run_qemu.Machine(options.machine, options.qemu, options.arg)
        outcome = run_qemu.run(machine, options.image, timeout=options.timeout, silence=60, echo=False,
                               needs_closing=True, extra=["-append", words])
        self.reason = outcome.reason
        return outcome.lines, outcome.status


def chosen(lines, what):
    return [line for line in lines if what.match(line)]


def first_difference(host, board):
    """Index of the first line in which two lists differ, None if they are equal."""
    for i, (ours, theirs) in enumerate(zip(host, board)):
        if ours != theirs:
            return i
    return None if len(host) == len(board) else min(len(host), len(board))


def window(blocks, at):
    """The acts of a block: numbers of the first and the last."""
    first = int(BLOCK.match(blocks[at - 1])[2], 16) if at else 0
    # A block that one side never printed: as many acts as it may have had.
    last = int(BLOCK.match(blocks[at])[2], 16) if at < len(blocks) else first + 4000
    return first, last


def explain(traces, blocks, at):
    first, last = window(blocks, at)
    traces.options.calls = 1000 * (at + 1)
    host = chosen(traces.host(first, last)[0], STEP)
    board = chosen(traces.board(first, last)[0], STEP)
    step = first_difference(host, board)
    if step is None:
        yield "the thousand is the same when it runs again: the board does not repeat itself"
        return
    yield SEEN
    yield ACT
    for line in host[max(0, step - BEFORE):step]:
        yield f"        {line}"
    for name, lines in (("host ", host), ("board", board)):
        yield f"  {name} {lines[step] if step < len(lines) else 'nothing more: ' + traces.reason}"


def check(options):
    traces = Traces(options)
    lines, covered = traces.host()
    host = chosen(lines, BLOCK)
    output, _ = traces.board()
    board = chosen(output, BLOCK)
    for line in lines:
        if line.startswith("#"):
            print(line)
    at = first_difference(host, board)
    is_whole = len(host) == options.calls // 1000
    yield f"{options.calls} calls have the same trace on host and board", at is None and is_whole
    if at is not None:
        print(f"# the first {1000 * at} calls have; behind them:")
        for line in explain(traces, host, at):
            print(f"# {line}")
    if at is None and not is_whole:
        print(f"# {len(host)} blocks of a thousand; the host ends with status {covered}")
    yield "the board ends well", traces.reason.startswith("1 passed") or at is not None
    yield "every pair of call and status that is due was reached", covered == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--arg", action="append", default=[])
    parser.add_argument("--host", required=True)
    parser.add_argument("--calls", type=int, default=50000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("image", type=Path)
    failed = count = 0
    for count, (claim, is_right) in enumerate(check(parser.parse_args()), 1):
        print(f"{'ok' if is_right else 'not ok'} {count} - {claim}", flush=True)
        failed += not is_right
    print(f"1..{count}\n{count - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
