#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Begin a system: `new_system.py PATH` makes a folder with a commented description and a program."""
import re
import sys
from pathlib import Path

DESCRIPTION = """\
# yaml-language-server: $schema={schema}
#
# A system: what there is, and who may use it. docs/description.md has every key.
system: {name}

processes:
  {name}:
    sources: [main.c]           # C files, beside this one
    threads:
      main:                     # begins with main(), because that is its name
        priority: 4             # 1 is the lowest
        budget: infinite        # or a time: 10 ms
    devices:
      console: [read, write]    # so that it can print

# More that a process can have:
#   ports:   {{ask: {{}}}}              a function that others may call
#   calls:   [other.ask]            whom it may call
#   signals: {{bell: [receive]}}      send, receive or poll; the signal stands under `signals:` of the system
#   shared:  {{frame: [read]}}        memory that others see too; it stands under `shared:` of the system
#   heap:    2 KiB
#   restart: {{policy: restart}}      when it faults
"""

PROGRAM = """\
/* What this process holds is declared in handles.h, which the builder writes. */
#include "handles.h"
#include "rme/print.h"

int main(void)
{{
    rme_print("{name}: hello\\n");
    return 0;
}}
"""


def main(argv):
    if len(argv) != 1:
        print("usage: new_system.py PATH", file=sys.stderr)
        return 2
    folder = Path(argv[0])
    name = folder.name
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,47}", name):
        print(f"new: '{name}' is no name: letters, digits and '_', a letter first", file=sys.stderr)
        return 2
    if folder.exists():
        print(f"new: {folder} is there already", file=sys.stderr)
        return 2
    schema = Path(__file__).resolve().parent.parent / "docs" / "system.schema.json"
    folder.mkdir(parents=True)
    (folder / "system.yaml").write_text(DESCRIPTION.format(name=name, schema=schema), encoding="utf-8")
    (folder / "main.c").write_text(PROGRAM.format(name=name), encoding="utf-8")
    print(f"{folder}/system.yaml\n{folder}/main.c\nNext: './rme run {folder}' builds it and boots it in QEMU.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
