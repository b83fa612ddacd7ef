#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The machine code of the x86-64 kernel, where emulators do not show what is wrong with it.

  code.py KERNEL.o

TAP: no branch goes through a register (Spectre v2); no way back to user code is reached but behind
the test that its address is canonical, on which SYSRET and IRET fault in the kernel (CVE-2012-0217);
each entry by an interrupt or exception takes the kernel's GS base, waits until that is so
(CVE-2019-1125), and clears the flags that user code may have set; pages of users are never opened to
the kernel (STAC).
"""
import re
import subprocess
import sys

RETURNS = re.compile(r"\b(sysretq?|iretq)\b")
CANONICAL = re.compile(r"\bshr +\$0x2f,")
BLOCK_END = re.compile(r"\b(sysretq?|iretq|jmp|ret)\b")
RETURNS_MIN = 7
# Ways back that are no thread's, or that boot puts in the place of one behind that test (entry.S: back).
EXEMPT = ("asleep", "spurious_door", "swapping_verw", "swapped_verw", "all_verw")
# The test of the code segment, which says who was interrupted, and where user code goes on.
DOORS = {"interrupt_door": ["testb", "je"], "exception_door": ["testb", "jne"]}
ENTRY = "interrupted"


def functions(lines):
    """(function, instruction) of each line of code."""
    name = ""
    for line in lines:
        label = re.match(r"[0-9a-f]+ <(.*)>:", line)
        if label:
            name = label[1]
        elif ":\t" in line:
            yield name, line.split(":\t", 1)[1].strip()


def indirect(code):
    return [f"{name}: {text}" for name, text in code if re.search(r"\b(jmp|call)q? +\*", text)]


def opened(code):
    return [f"{name}: {text}" for name, text in code if re.match(r"stac\b", text)]


def returns(code):
    wrong, is_tested, count, before = [], False, 0, ""
    for name, text in code:
        is_tested |= bool(CANONICAL.search(before) and text.startswith("jne "))
        if RETURNS.search(text) and name not in EXEMPT:
            count += 1
            if not is_tested:
                wrong.append(f"{name}: {text} without a canonical address")
        if BLOCK_END.search(text):
            is_tested = False
        before = text
    return wrong if count >= RETURNS_MIN else [*wrong, f"only {count} returns were found"]


def entries(code):
    """One place, which both doors reach behind a test of their own."""
    wanted = {**DOORS, ENTRY: ["swapgs", "lfence", "cld", "clac"]}
    wrong = []
    for name, begin in wanted.items():
        body = [text.split()[0] for where, text in code if where == name]
        if body[:len(begin)] != begin:
            wrong.append(f"{name}: {' '.join(body[:6])}")
    places = {name for name, text in code if text.startswith(("jmp ", "je ", "jne ")) and f"<{ENTRY}>" in text}
    if places != {"exception_door"}:
        wrong.append(f"{ENTRY} is reached from {', '.join(sorted(places))}")
    return wrong


def main(argv):
    output = subprocess.run(["objdump", "-d", "--no-show-raw-insn", argv[0]], stdout=subprocess.PIPE,
                            text=True, check=True).stdout
    code = list(functions(output.splitlines()))
    cases = [
        ("no branch goes through a register", indirect(code)),
        ("each way back to user code is behind the test that its address is canonical", returns(code)),
        ("each entry takes the kernel's GS base, waits for it and clears flags", entries(code)),
        ("pages of users are never opened", opened(code)),
    ]
    failed = 0
    for number, (name, wrong) in enumerate(cases, 1):
        failed += bool(wrong)
        print(f"{'not ' if wrong else ''}ok {number} - {name}")
        for line in wrong:
            print(f"# {line}")
    print(f"1..{len(cases)}")
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
