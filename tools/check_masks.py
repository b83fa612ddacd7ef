#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Every index that a user could have chosen goes through index_mask() before it reaches a table.

  check_masks.py [--list]     --list: print every access that was looked at

Looked at are the subscripts of the kernel's code, additions to a pointer into a table, and calls of
functions that take an index (ACCESSORS). Each index must be

  - a constant, or the variable of a loop, in the same function;
  - an expression with index_mask(), or a variable that was assigned one in the same function;
  - a variable that index_below() has looked at there, or an AND with a constant;
  - or one of tools/masks.toml, with a reason. An entry that nothing needs is an error too.

Files of machines that do not speculate, of debug builds, and of boot, are left out (LEFT_OUT).
"""
import argparse
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("kernel", "arch/x86_64", "arch/x86_64/include/port")
LEFT_OUT = re.compile(
    r"kernel/(debug\w*|report|pagetable_mpu|pagetable_boot\w*|boot)\.[ch]$"  # debug builds; MPUs; boot
    r"|arch/x86_64/(acpi|boot_page|firmware|reference|start|cpu|memory|features|processor|speculation)\.[ch]$")  # boot
ACCESSORS = ("arch_cpu", "arch_cpu_interrupt", "arch_irq_mask", "arch_irq_unmask", "arch_irq_is_enabled",
             "interrupt_bind", "interrupt_deliver", "call_operands", "call_operand_count")
# Pointers into tables, to which an index is added.
TABLES = r"(?:->object|\.slots|arch_kmem_bitmap\(\)|arch_irq_table\(\)|kmem\.begin)"
CONSTANT = re.compile(r"^(?:[A-Z_][A-Z_0-9]*|\d\w*|sizeof|word_t|uint\d+_t|unsigned|[-+*/%<>()&|~ .]|\bu\b)*$")
FUNCTION = re.compile(r"^(?:[a-zA-Z_][^\n;{}=]*?\b(\w+)\((?:[^;{}]*?)\))\n\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)


def balanced(text, at, opening, closing):
    """What stands between the bracket at `at` and its partner."""
    depth = 0
    for end in range(at, len(text)):
        depth += (text[end] == opening) - (text[end] == closing)
        if depth == 0:
            return text[at + 1:end]
    return text[at + 1:]


def accesses(body):
    """Index expressions of a function's body."""
    for match in re.finditer(r"[\w)\]]\[", body):
        index = balanced(body, match.end() - 1, "[", "]")
        line = body[body.rfind("\n", 0, match.start()) + 1:match.end()]
        # A declaration is no access, nor is a designated initialiser.
        if not re.match(r"\s*(?!return\b)(?:static |const |_Alignas\S* |struct )*\w+ \*?(?:const )?\w+\[$", line) and index:
            yield index
    for match in re.finditer(rf"{TABLES} \+ ", body):
        yield re.split(r"[;,]", body[match.end():], maxsplit=1)[0].strip()
    for name in ACCESSORS:
        for match in re.finditer(rf"\b{name}\(", body):
            yield balanced(body, match.end() - 1, "(", ")").split(",")[0].strip()


def is_sound(index, body):
    if "index_mask(" in index or CONSTANT.match(index):
        return True
    if re.fullmatch(r"\(\w+ & \([A-Z_]+ - 1\)\)", index):
        return True
    # With casts and constants off it may be a single variable.
    name = re.sub(r"^\((?:unsigned|word_t|int)\)", "", index).strip()
    name = re.sub(r" *[-+*/%] *(?:\d+|[A-Z_0-9]+)$", "", name)
    if not re.fullmatch(r"\w+", name):
        return False
    if re.search(rf"\bfor \([^;]*\b{name} = |\bwhile \({name}-- > 0\)", body):
        return True
    return bool(re.search(rf"\b{name} =[^;=][^;]*\bindex_mask\(|\bindex_below\(&{name},", body))


def main(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args(argv)
    known = tomllib.loads((ROOT / "tools" / "masks.toml").read_text(encoding="utf-8"))
    needed, wrong, count = set(), [], 0
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.[ch]")):
        name = str(path.relative_to(ROOT))
        if LEFT_OUT.search(name):
            continue
        text = re.sub(r"/\*.*?\*/|\"[^\"\n]*\"", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for function in FUNCTION.finditer(text):
            for index in accesses(function[2]):
                count += 1
                index_text = " ".join(index.split())
                place, anywhere = (f"{name} {where} {index_text}" for where in (function[1], "*"))
                if is_sound(index, function[2]):
                    if options.list:
                        print(f"sound  {place}")
                elif place in known or anywhere in known:
                    needed.add(place if place in known else anywhere)
                else:
                    wrong.append(place)
    for place in wrong:
        print(f"no mask: {place}")
    for place in sorted(known.keys() - needed):
        print(f"tools/masks.toml: nothing needs '{place}'")
    if count < 40:
        print(f"only {count} accesses were found")
    print(f"{count} accesses, {len(needed)} with a reason")
    return 1 if wrong or known.keys() - needed or count < 40 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
