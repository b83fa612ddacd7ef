# SPDX-License-Identifier: Unlicense
"""The words of a description for what kernel and init print, from system.json and the linked programs.

  boot/9/23        the object that init holds in slot 23 of its table 9: a name of the description
  boot/9/12/0      slot 0 of the table that is there: a capability of a process

What a debug kernel says of a refusal becomes one sentence in front of it, with what in the description helps:

  process `ping`, thread `main`: SIG_RCV on `bell` refused: right `poll` missing (grant it under
  processes.ping.signals)
"""
import json
import re
import shutil
import subprocess
from pathlib import Path

from elf import Elf, ElfError

PATH = re.compile(r"\bboot/(\d+)/(\d+)(?:/(\d+))?\b")
REFUSED = re.compile(r"^refused: (call \d+|\S+)(?: (\S+) on \S+)? of thread boot/(\d+)/(\d+) .*"
                     r" in process boot/(\d+)/(\d+): (\w+)$")
OPERAND = re.compile(r"^  (\w+) (0x[0-9a-f]+): (.*)$")
NEEDED = re.compile(r"is (?:the (?:frozen )?(?:leaf|root) of )?(.+), where (.+) is needed$")
FAULT = re.compile(r"^init: process (\w+), thread (\w+): .* at (0x[0-9a-f]+)$")
END = re.compile(r"^init: process \w+(, thread \w+ has ended| ended \(-?\d+\))$")
LACKS = re.compile(r"boot/(\d+)/(\d+)/(\d+) is the \S+ of .*, lacks (\w+)")
RIGHTS = {"SEND": "send", "RECEIVE_SINGLE": "receive", "RECEIVE_ALL": "receive", "POLL_SINGLE": "poll",
          "POLL_ALL": "poll", "KERNEL_SEND": "kernel_send", "ACTIVATE": "activate"}
KEYS = {"signal": "signals", "invocation": "calls", "kfunc": "functions", "thread": "threads"}
# By the name of the operand, where nothing is held.
TAKES = {"endpoint": "signals", "port": "calls", "cap": "functions", "thread": "threads", "thread0": "threads",
         "target": "threads", "source": "threads"}
WHY = {"UNKNOWN_CALL": "no call has this number"}
NOT_GRANTED = "init alone makes and changes objects"
# What helps, where it is no grant; `{}` is the process.
ADVICE = {
    "SIG_RCV ARGUMENT": "the four modes are in rme/call.h",
    "SIG_RCV BUSY": "one thread waits at a signal: give each one of its own",
    "SIG_SND FULL": "let somebody receive it",
    "SIG_SND OVERFLOW": "send fewer at once",
    "INV_ACT BUSY": "a port serves one at a time: try again, or give its callers one priority",
    "INV_ACT DEPTH": "let ports call fewer ports",
    "INV_RET NO_INVOCATION": "a thread ends by the return of its function",
    "KFN BOUNDS": "grant it under processes.{}.functions",
    "THD_SCHED_PRIO PRIORITY": "raise priority_max under processes.{}.threads",
    "THD_TIME_XFER PRIORITY": "raise priority_max of the scheduler under processes.{}.threads",
    "THD_SWT PRIORITY": "a thread hands over to one of its own priority",
}


class Names:
    """What to print instead of each line. A report of several lines comes out when it is whole."""

    def __init__(self, path):
        self.folder = Path(path).parent
        self.system = json.loads(Path(path).read_text(encoding="utf-8"))
        self.objects = {entry["id"]: entry for entry in self.system["objects"]}
        self.processes = {entry["name"]: entry for entry in self.system["processes"]}
        self.tables = {entry["captable"]: entry for entry in self.system["processes"]}
        self.programs = {}
        self.report = []

    # --- ids ---

    def id_of(self, table, index):
        is_small = self.system["machine"]["word_bytes"] == 4
        return int(table) << 8 | 0x80 | int(index) if is_small else int(table) << 16 | int(index)

    def capability(self, table, index, slot):
        """Process and capability of a slot in a table of init's; None: there is no such thing."""
        process = self.tables.get(self.id_of(table, index))
        found = [each for each in process["capabilities"] if each["slot"] == int(slot)] if process else []
        return (process, found[0]) if found else None

    def name_of(self, match):
        table, index, slot = match.groups()
        if slot is not None:
            found = self.capability(table, index, slot)
            return f"`{found[1]['of']}` of process `{found[0]['name']}`" if found else match[0]
        known = self.objects.get(self.id_of(table, index))
        return f"`{known['name']}`" if known else match[0]

    # --- addresses ---

    def program(self, process):
        if process not in self.programs:
            try:
                self.programs[process] = Elf(self.folder / f"{process}.elf")
            except ElfError:
                self.programs[process] = None
        return self.programs[process]

    def line_of(self, process, address):
        """FILE:LINE, where binutils are there and know it."""
        first = {"armv7m": "arm-none-eabi", "x86_64": "x86_64-linux-gnu"}.get(self.system["machine"]["arch"], "")
        tools = (f"{first}-addr2line", "addr2line")
        tool = next((name for name in tools if shutil.which(name)), None)
        if not tool:
            return ""
        output = subprocess.run([tool, "-e", self.folder / f"{process}.elf", hex(address)], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.split()
        known = output and not output[0].startswith("?") and not output[0].endswith(":?")
        return re.sub(r"^build/[^/]+/", "", output[0]) if known else ""

    def place(self, process, address):
        """Function, file and line of an address in a process's code; empty if there is none."""
        program = self.program(process)
        try:
            function = program.place(address) if program else ""
        except ElfError:
            function = ""
        return ", ".join(part for part in (function, self.line_of(process, address)) if part)

    # --- lines ---

    def reason(self, lines, process):
        """What was refused, why, and under which key of the process a grant would help: "" where no description grants
        such a thing, None where no grant helps."""
        lacks = next(filter(None, map(LACKS.search, lines)), None)
        found = lacks and self.capability(*lacks.groups()[:3])
        if found:
            return f"`{found[1]['of']}`", f"right `{RIGHTS.get(lacks[4], lacks[4])}` missing", KEYS[found[1]["type"]]
        operand = next(filter(None, map(OPERAND.match, lines)), None)
        path = operand and PATH.match(operand[3])
        held = path and path[3] and self.capability(*path.groups())
        what = f"`{held[1]['of']}`" if held else f"capability {int(operand[2], 16)}" if operand else ""
        needed = operand and NEEDED.search(operand[3])
        if held and needed:
            return what, f"it is {needed[1]}, and {needed[2]} is needed", TAKES.get(operand[1], "")
        if operand and (needed or not path):
            return what, f"process `{process}` holds nothing there", TAKES.get(operand[1], "")
        rest = [line.strip() for line in lines[1:] if not OPERAND.match(line) and not PATH.search(line)]
        return what, next(iter(rest), ""), None

    def refusal(self, lines):
        """The sentence about a refusal, or nothing."""
        head = REFUSED.match(lines[0])
        owner, inside = (head and self.objects.get(self.id_of(*head.group(i, i + 1)), {}).get("name") for i in (3, 5))
        if not owner or "." not in owner or not inside:
            return []
        home, thread = owner.split(".")
        process = inside  # whose capabilities are in force: of a port that the thread visits
        who = f"thread `{thread}`" if home == process else f"visited by `{owner}`"
        what, why, key = self.reason(lines, process)
        advice = ADVICE.get(f"{head[1]} {head[7]}", "").format(process)
        if key is not None:
            how = "name a `scheduler`" if key == "threads" else "grant it"
            advice = f"{how} under processes.{process}.{key}" if key else NOT_GRANTED
        call = " ".join(filter(None, head.group(1, 2))) + (f" on {what}" if what else "")
        why = why or WHY.get(head[7], head[7])
        return [f"process `{process}`, {who}: {call} refused: {why}" + (f" ({advice})" if advice else "")]

    def flush(self):
        lines, self.report = self.report, []
        if not lines:
            return []
        named = [PATH.sub(self.name_of, line) for line in lines]
        return self.refusal(lines) + [f"    {line}" for line in named]

    def feed(self, line):
        """The lines to show for one line of output."""
        if self.report and self.report[0].startswith("fault: ") and END.match(line):
            self.report = []  # a thread ends by an instruction that init knows
        if line.startswith(("refused: ", "fault: ")):
            before = self.flush()
            self.report = [line]
            return before
        if self.report and line.startswith("  "):
            self.report.append(line)
            return []
        fault = FAULT.match(line)
        where = self.place(fault[1], int(fault[3], 16)) if fault and int(fault[3], 16) else ""
        return self.flush() + [f"{line} ({where})" if where else line]
