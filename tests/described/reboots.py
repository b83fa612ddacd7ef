#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""A system whose process has the policy `reboot`: the machine is reset, at which QEMU ends, and nothing goes on before.

  reboots.py IMAGE --machine M [--qemu Q] [--arg A ...]

TAP.
"""
import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import run_qemu  # noqa: E402
from claims import of_run, report  # noqa: E402

LAST = "init: the machine begins again"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--arg", action="append", default=[])
    options = parser.parse_args()
    machine = run_qemu.Machine(options.machine, options.qemu, options.arg)
    outcome = run_qemu.run(machine, options.image, exact=True, echo=False, silence=30.0)
    lines = [line for line in outcome.lines if line]
    claims = [("the machine was reset", outcome.reason == "the image ended by itself"),
              ("that was the last thing that happened", lines[-1:] == [LAST])]
    return report(claims, of_run(outcome))


if __name__ == "__main__":
    sys.exit(main())
