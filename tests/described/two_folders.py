#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Same input, same bytes: a system that is built from a copy of the tree, in another folder, is the same.

  two_folders.py BUILD SYSTEM

BUILD is a build of this tree for a chip, with the system. Everything is made anew from the copy: builder,
kernel, library, programs, image. (tests/builder/again.py repeats the builder's part alone.) TAP.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import scratch  # noqa: E402

KEPT = ("RME_BOARD", "RME_OPTIONS", "RME_LAYOUT", "RME_OPTIMIZE")


def settings(build):
    """What decides about the bytes of a build."""
    for line in (build / "CMakeCache.txt").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.partition(":")[0] in KEPT:
            yield f"-D{name}={value}"


def main(argv):
    build, system = Path(argv[0]).resolve(), argv[1]
    with tempfile.TemporaryDirectory(prefix="another-folder-with-a-longer-name-") as folder:
        tree, other = Path(folder, "a", "tree"), Path(folder, "b")
        for name in scratch.files():
            scratch.write(tree / name, (scratch.ROOT / name).read_bytes())
        for path in tree.glob("examples/*/fetch"):
            path.chmod(0o755)
        subprocess.run(["cmake", "-S", tree, "-B", other, "-G", "Ninja", "--toolchain", tree / "cmake" / "arm-gcc.cmake",
                        "-DRME_PARTS=librme;init;drivers;examples", "-DRME_EXAMPLES=OFF",
                        f"-DRME_SYSTEMS={tree}/examples/{system}", *settings(build)],
                       check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["cmake", "--build", other, "--target", f"described_{system}", "-j", scratch.JOBS],
                       check=True, stdout=subprocess.DEVNULL)
        names = [f"{system}.{suffix}" for suffix in ("elf", "bin", "hex")]
        names += [f"systems/{system}/{name}" for name in ("system.json", "report.txt", "system.gdb")]
        same = [(name, (build / name).read_bytes() == (other / name).read_bytes()) for name in names]
    for number, (name, holds) in enumerate(same, 1):
        print(f"{'' if holds else 'not '}ok {number} - {name} is the same")
    failed = sum(not holds for _, holds in same)
    print(f"1..{len(same)}\n{len(same) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
