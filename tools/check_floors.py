#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Includes in kernel/ point strictly downward, so that there is no circle.

  check_floors.py [ROOT]    reads ROOT/kernel/floors.txt: lines `floor: names`; a name is a .c/.h pair

A pair may include its own header, and a back end (pagetable_mpu) that of its object (pagetable).
"""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]kernel/([^".>]+)\.h[">]', re.MULTILINE)


def read_floors(path):
    floors = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        floor, colon, names = text.partition(":")
        if not colon or not floor.strip().isdigit():
            raise ValueError(f"{path}:{number}: expected 'floor: names'")
        for name in names.split():
            if name in floors:
                raise ValueError(f"{path}:{number}: '{name}' stands on two floors")
            floors[name] = int(floor)
    return floors


def violations(root):
    """One sentence for each include that does not point downward, and each file without a floor."""
    floors = read_floors(root / "kernel" / "floors.txt")
    for path in sorted((root / "kernel").glob("*.[ch]")):
        name = path.stem
        if name not in floors:
            yield f"kernel/{path.name} stands on no floor"
            continue
        for target in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if target == name or name.startswith(target + "_"):
                continue
            if target not in floors:
                yield f"kernel/{path.name} includes kernel/{target}.h, which stands on no floor"
            elif floors[target] >= floors[name]:
                yield (f"kernel/{path.name} (floor {floors[name]}) includes kernel/{target}.h "
                       f"(floor {floors[target]})")


def main(argv):
    root = Path(argv[0]) if argv else Path(__file__).resolve().parent.parent
    try:
        found = list(violations(root))
    except (OSError, ValueError) as error:
        print(f"check_floors: {error}", file=sys.stderr)
        return 2
    for text in found:
        print(text, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
