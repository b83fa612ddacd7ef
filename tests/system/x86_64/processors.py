#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Boot on several of QEMU's processors, with every mitigation that each can execute, and with none.

  processors.py --machine M --qemu Q [--debug] --vectors VECTORS IMAGE

Each must run both images to their closing line: VECTORS is about the FPU, which not all save alike. Every build says what
the processor offers and whether it is on (+) or not (-), which must be what is known of that processor; a debug build
also what it may be weak in. TAP.
"""
import argparse
import sys

import pc
import run_qemu

WHOLE = "+NX +WP +MCE{} +FSGSBASE +XSAVE +SMEP +SMAP"
# QEMU's emulation offers no register of speculation, and so no ibrs, ibpb and ssbd, on any of them.
MODELS = {
    "qemu64": ("+NX +WP +MCE", "may have ssb"),
    "max": (WHOLE.format(" +UMIP"), "may have ssb"),
    "max,-nx": (WHOLE.format(" +UMIP").replace("+NX ", ""), "may have ssb"),
    "Skylake-Client": (WHOLE.format(""), "may have meltdown l1tf buffers ssb"),
    "Cascadelake-Server": (WHOLE.format(""), "may have meltdown l1tf buffers ssb"),
    "EPYC": (WHOLE.format(""), "may have ssb retbleed"),
}
LINES = {
    "": "+lfence -rsb -verw",
    "mitigations=on": "+lfence +rsb +verw",
    "mitigations=off": "-lfence -rsb -verw",
    "mitigations=off verw=on": "-lfence -rsb +verw",
}


def wanted(model, line):
    """Every processor with nothing said and with all on; the other lines on one."""
    return line in ("", "mitigations=on") or model == "max"


def main():
    parser = argparse.ArgumentParser()
    pc.add_options(parser)
    parser.add_argument("--debug", action="store_true", help="the build reports on the console")
    parser.add_argument("--vectors", required=True)
    parser.add_argument("image")
    options = parser.parse_args()
    tap = pc.Tap()
    board = run_qemu.Machine(options.machine, options.qemu, options.arg)
    for model, told in MODELS.items():
        outcome = run_qemu.run(board, options.vectors, echo=False, needs_closing=True, silence=30.0,
                               extra=["-cpu", model])
        tap.check(outcome.status == run_qemu.GOOD, f"{model} keeps the registers of the FPU",
                  "\n".join([outcome.reason, *outcome.lines[-5:]]))
        for line, chosen in LINES.items():
            if not wanted(model, line):
                continue
            outcome = run_qemu.run(board, options.image, echo=False, needs_closing=True,
                                   silence=30.0, extra=["-cpu", model, "-append", line])
            text = "\n".join(outcome.lines)
            name = f"{model} '{line}'"
            tap.check(outcome.status == run_qemu.GOOD, f"{name} boots", f"{outcome.reason}\n{text[-300:]}")
            said = [line.strip() for line in outcome.lines if "RME on x86-64:" in line]
            tap.check(len(said) == 1 and said[0].endswith(f"RME on x86-64: {told[0]} {chosen}"),
                      f"{name} says what is on", f"{said}")
            if options.debug:
                tap.check(told[1] in text, f"{name} says what it may be weak in", text[:600])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
