#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Boot on several of QEMU's processors, with every mitigation that each can execute, and with none.

  processors.py --machine M --qemu Q [--debug] --vectors VECTORS IMAGE

Each must run both images to their closing line: VECTORS is about the FPU, which not all save alike. A debug build says what it found and chose, which must be what is
known of that processor; a protection that is offered and not on is told as "NOT ON". TAP.
"""
import argparse
import sys

import pc
import run_qemu

WHOLE = "NX WP SMEP SMAP {} FSGSBASE MCE XSAVE"
PLAIN = "NX WP (no SMEP) (no SMAP) (no UMIP) (no FSGSBASE) MCE FXSAVE"
# QEMU's emulation offers no register of speculation, and so no ibrs, ibpb and ssbd, on any of them.
MODELS = {
    "qemu64": (PLAIN, "may have ssb"),
    "max": (WHOLE.format("UMIP"), "may have ssb"),
    "max,-nx": (WHOLE.format("UMIP").replace("NX", "(no NX)", 1), "may have ssb"),
    "Skylake-Client": (WHOLE.format("(no UMIP)"), "may have meltdown l1tf buffers ssb"),
    "Cascadelake-Server": (WHOLE.format("(no UMIP)"), "may have meltdown l1tf buffers ssb"),
    "EPYC": (WHOLE.format("(no UMIP)"), "may have ssb retbleed"),
}
LINES = {
    "": "lfence=on ibrs=none ibpb=none rsb=off verw=off ssbd=none",
    "mitigations=on": "lfence=on ibrs=none ibpb=none rsb=on verw=on ssbd=none",
    "mitigations=off": "lfence=off ibrs=none ibpb=none rsb=off verw=off ssbd=none",
    "mitigations=off verw=on": "lfence=off ibrs=none ibpb=none rsb=off verw=on ssbd=none",
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
            if options.debug:
                tap.check(all(part in text for part in (*told, f"mitigations: {chosen}"))
                          and "NOT ON" not in text, f"{name} is told", text[:600])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
