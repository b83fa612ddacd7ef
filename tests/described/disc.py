#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""A described system boots from a disc, with BIOS and with UEFI, and prints what it always prints.

  disc.py IMAGE --board B --machine M [--qemu Q] [--arg A ...] --lines FILE

Makes the disc as `./rme iso SYSTEM` does. TAP. Each boot is bounded in time.
"""
import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import iso  # noqa: E402
import run_qemu  # noqa: E402
import transcript  # noqa: E402

FIRMWARES = {"BIOS": [], "UEFI": ["-bios", "/usr/share/ovmf/OVMF.fd"]}
LIMIT_S = 100


def main(argv):
    parser = argparse.ArgumentParser(description="Boot a described system from a disc.")
    parser.add_argument("image", type=Path)
    for name in ("--board", "--machine", "--qemu"):
        parser.add_argument(name, required=True)
    parser.add_argument("--arg", action="append", default=[])
    parser.add_argument("--lines", type=Path, required=True)
    options = parser.parse_args(argv)
    wanted = options.lines.read_text(encoding="utf-8").splitlines()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="disc-") as folder:
        disc = Path(folder, "system.iso")
        iso.make(options.image, disc)
        for number, (name, more) in enumerate(FIRMWARES.items(), 1):
            machine = run_qemu.Machine(options.machine, options.qemu, [*options.arg, *more])
            outcome = run_qemu.run(machine, disc, timeout=LIMIT_S, silence=0, echo=False, until=wanted[-1])
            lines = transcript.spoken(outcome, options.board)
            holds = outcome.status == run_qemu.GOOD and lines == wanted
            failed += not holds
            print(f"{'' if holds else 'not '}ok {number} - {name}: all {len(wanted)} lines, and no other")
            if not holds:
                print(f"# {outcome.reason}\n" + "".join(f"# {line}\n" for line in outcome.lines), end="")
    print(f"1..{len(FIRMWARES)}\n{len(FIRMWARES) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
