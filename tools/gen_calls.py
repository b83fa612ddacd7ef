#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Everything that comes from the one table of system calls, abi/calls.toml.

  gen_calls.py --out DIR      DIR/abi/calls.h        numbers, statuses, rights, argument blocks
                              DIR/abi/call_list.h    the calls as a list of macros, also for assembly
                              DIR/abi/names.h        names for debug output and for tests
                              DIR/kernel/call_table.h   the handlers, and the list a port dispatches by
                              DIR/kernel/operand_table.h   the capability operands of each call
                              DIR/kernel/explain_table.h   what debug builds say of a refused call
                              DIR/rme/calls.h        the calls as functions of the user library
                              DIR/tests/rights_table.h   each operand of each call, for the matrix of rights
  gen_calls.py --docs FILE    the reference, docs/syscalls.md
  gen_calls.py --matrix       JSON on stdout: each call or function with each status it can return

The head of abi/calls.toml says what its entries mean; this program refuses a table that breaks it.
"""
import argparse
import json
import re
import sys
import textwrap
import tomllib
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "abi" / "calls.toml"
ARGS_MAX = 7
FUNCTION_ARGS_MAX = 4
MARKS = {"smp", "raw", "managed", "mmu", "mpu", "debug", "tiny"}
VERB_MARKS = {"", "raw", "managed", "each", "named"}

# What each checking verb may return, in its order, as (status, mark).
VERBS = {
    "lookup": [("RANGE", ""), ("FROZEN", ""), ("TYPE", "")],
    "right": [("RIGHTS", "")],
    "bounds": [("BOUNDS", "")],
    "slot": [("RANGE", "")],
    "occupy": [("OCCUPIED", ""), ("CONFLICT", "smp")],
    "allocate": [("MEMORY", ""), ("CONFLICT", "smp")],
    "delete": [("EMPTY", ""), ("NOT_FROZEN", ""), ("TYPE", ""), ("NOT_QUIESCENT", "smp"),
               ("LEAF", ""), ("CONFLICT", "smp"), ("REFERENCED", "smp")],
}

# Bits of struct operand_list (kernel/cap.h).
LIST_FIRST_BITS, LIST_COUNT_BITS = 6, 2

# How the reference calls the object types.
TYPE_TEXT = {
    "captable": "a capability table", "pagetable": "a page table", "process": "a process",
    "thread": "a thread", "invocation": "an invocation port", "signal": "a signal endpoint",
    "kmem": "kernel memory", "kfunc": "a kernel function",
}
# In the order of enum cap_type (kernel/cap.h).
EXPLAIN_TYPES = ("kfunc", "kmem", "captable", "pagetable", "process", "thread", "invocation", "signal")
MARK_TEXT = {
    "smp": "only with a second CPU", "raw": "only with raw address spaces",
    "managed": "only with page tables, not raw",
    "mmu": "only with an MMU", "mpu": "only with an MPU",
    "debug": "only in a debug build", "tiny": "only in a build with tiny limits",
}


class TableError(Exception):
    """The table contradicts itself; the text says where."""


@dataclass
class Check:
    """One step of a call: the statuses that it may return, and what it says in words. Of a verb also
    the verb, its mark and its operands."""
    cells: list
    text: str
    verb: str = ""
    mark: str = ""
    rest: tuple = ()


def type_text(kind):
    return TYPE_TEXT.get(kind, kind)


def fail(where, text):
    raise TableError(f"{where}: {text}")


# --- reading and refusing ------------------------------------------------------------------------

def parse_verb(where, table, operands, types, words):
    """A check made of a verb and its operands. `types` learns what each looked-up argument is."""
    verb, *rest = words
    verb, _, mark = verb.partition(":")
    if mark not in VERB_MARKS:
        fail(where, f"'{verb}' takes no mark '{mark}'")
    wanted = {"lookup": 2, "right": 2, "delete": 2}.get(verb, 1)
    if len(rest) != wanted:
        fail(where, f"'{verb}' takes {wanted} operand(s), not {len(rest)}")
    arg = rest[0]
    if arg not in operands:
        fail(where, f"'{arg}' is not an argument")

    if verb in ("lookup", "delete"):
        if rest[1] not in table["rights"]:
            fail(where, f"no object type is called '{rest[1]}'")
        if verb == "delete":
            text = f"`{arg}` does not hold {type_text(rest[1])} that is a frozen root, quiescent and unused"
        else:
            types[arg] = rest[1]
            text = f"`{arg}` does not name {type_text(rest[1])}"
            text += " (the null id names none)" if mark == "named" else ""
    elif verb in ("right", "bounds"):
        if arg not in types:
            fail(where, f"'{arg}' has not been looked up before")
        if verb == "right":
            if rest[1] not in table["rights"][types[arg]]:
                fail(where, f"a {types[arg]} has no right '{rest[1]}'")
            text = f"`{arg}` lacks `{right_name(types[arg], rest[1])}`"
        else:
            text = f"what is asked of `{arg}` lies outside its range"
    else:
        text = {"slot": f"`{arg}` lies outside its table",
                "occupy": f"`{arg}` is not empty; an empty slot is claimed here",
                "allocate": f"the memory at `{arg}` is misaligned or in use; free memory is marked here"}[verb]
    cells = [(status, cell_mark or (mark if mark == "raw" else "")) for status, cell_mark in VERBS[verb]]
    return Check(cells, text, verb, mark, tuple(rest))


def parse_check(where, table, operands, types, line):
    words = line.split()
    if words and words[0].partition(":")[0] in VERBS:
        return parse_verb(where, table, operands, types, words)
    match = re.fullmatch(r"([A-Z_]+)(?::([a-z]+))? (\S.*)", line)
    if not match:
        fail(where, f"'{line}' is neither a verb nor 'STATUS text'")
    status, mark, text = match[1], match[2] or "", match[3]
    if status not in table["statuses"]:
        fail(where, f"no status is called '{status}'")
    if mark and mark not in MARKS:
        fail(where, f"no mark is called '{mark}'")
    return Check([(status, mark)], text)


def parse_checks(kind, table, entry, operands):
    types = {}
    for index, line in enumerate(entry["checks"], 1):
        where = f"{kind} {entry['name']}: check {index}"
        yield parse_check(where, table, operands, types, line)


def require(kind, entry, keys):
    for key in keys:
        if key not in entry:
            fail(f"{kind} {entry.get('name', entry.get('number', '?'))}", f"'{key}' is missing")


def unique(kind, entries, key):
    seen = {}
    for entry in entries:
        if entry[key] in seen:
            fail(f"{kind} {entry['name']}", f"{key} {entry[key]} is taken by {seen[entry[key]]}")
        seen[entry[key]] = entry["name"]


def validate_args(kind, entry, most):
    args = entry["args"]
    where = f"{kind} {entry['name']}"
    if len(args) > most:
        fail(where, f"{len(args)} arguments, at most {most} fit")
    if len(set(args)) != len(args):
        fail(where, "an argument appears twice")
    for arg in args:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", arg) or arg == "number":
            fail(where, f"'{arg}' cannot be the name of an argument")


def validate_statuses(statuses):
    seen = {}
    for name, (value, _) in statuses.items():
        if not -63 <= value <= 0 or (value == 0) != (name == "OK"):
            fail(f"status {name}", f"{value} is not in -1 to -63 (and only OK is 0)")
        if value in seen:
            fail(f"status {name}", f"value {value} is taken by {seen[value]}")
        seen[value] = name


def validate_calls(table):
    for call in table["call"]:
        require("call", call, ("name", "number", "handler", "text", "args", "checks", "result", "bound"))
        validate_args("call", call, ARGS_MAX)
        if call.get("hot") and len(call["args"]) > 2:
            fail(f"call {call['name']}", "a hot call has two arguments at the most")
        call["steps"] = list(parse_checks("call", table, call, call["args"]))
    for key in ("name", "number", "handler"):
        unique("call", table["call"], key)
    table["call"].sort(key=lambda call: call["number"])
    for index, call in enumerate(table["call"]):
        if call["number"] != index:
            fail(f"call {call['name']}", f"number {call['number']}, but {index} is not used")


def validate_functions(table):
    for function in table["function"]:
        require("function", function, ("name", "number", "group", "object", "args", "checks", "result", "text"))
        validate_args("function", function, FUNCTION_ARGS_MAX)
        if not 0 <= function["number"] <= 0xFFFF:
            fail(f"function {function['name']}", "the number does not fit half a word")
        operands = function["args"] + ["object"]
        function["steps"] = list(parse_checks("function", table, function, operands))
    for key in ("name", "number"):
        unique("function", table["function"], key)
    table["function"].sort(key=lambda function: function["number"])


def load(path):
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TableError(str(error)) from error
    for key in ("statuses", "rights", "page_flags", "call", "function"):
        if key not in table:
            fail(str(path), f"[{key}] is missing")
    for kind, names in table["rights"].items():
        if len(set(names)) != len(names):
            fail(f"rights {kind}", "a right appears twice")
    validate_statuses(table["statuses"])
    validate_calls(table)
    validate_functions(table)
    return table


# --- headers -------------------------------------------------------------------------------------

def right_name(kind, right):
    return f"RIGHT_{kind.upper()}_{right}"


def is_hot(call):
    return bool(call.get("hot"))


def block_name(call):
    return f"args_{call['name'].lower()}"


def header(text):
    return f"/* SPDX-License-Identifier: Unlicense\n *\n * {text}\n" \
           " * Generated by tools/gen_calls.py from abi/calls.toml.\n */\n#pragma once\n\n"


def enum(tag, rows):
    """`rows` are (name, value, comment); the comments stand in a column."""
    width = max(len(f"{name} = {value},") for name, value, _ in rows)
    lines = [f"enum {tag} {{" if tag else "enum {"]
    for name, value, comment in rows:
        item = f"{name} = {value},"
        lines.append(f"    {item:{width}} /* {comment} */" if comment else f"    {item}")
    return "\n".join(lines) + "\n};\n\n"


def calls_header(table):
    out = [header("Numbers, statuses, rights and argument blocks of the system calls."),
           '#include "abi/types.h"\n\n']
    rows = [(f"RME_SVC_{call['name']}", call["number"], call["text"]) for call in table["call"]]
    out.append(enum("rme_call", rows + [("RME_CALL_COUNT", len(table["call"]), "")]))
    rows = [(f"RME_KFN_{function['name']}", f"0x{function['number']:04X}", function["text"])
            for function in table["function"]]
    out.append(enum("rme_function", rows))
    rows = [(f"STATUS_{name}", value, text) for name, (value, text) in table["statuses"].items()]
    out.append(enum("status", rows))
    out.append("enum {\n    STATUS_COUNT = "
               f"{1 - min(value for value, _ in table['statuses'].values())}, "
               "/* of values: 0 down to the last status */\n};\n\n")
    for kind, names in table["rights"].items():
        rows = [(right_name(kind, name), f"1 << {bit}", "") for bit, name in enumerate(names)]
        out.append(enum("", rows + [(f"RIGHTS_{kind.upper()}_ALL", f"(1 << {len(names)}) - 1", "")]))
    flags = table["page_flags"]["names"]
    rows = [(f"PAGE_{name}", f"1 << {bit}", "") for bit, name in enumerate(flags)]
    out.append(enum("", rows + [("PAGE_FLAGS_ALL", f"(1 << {len(flags)}) - 1", "")]))
    out.append("/* The registers of a call as a port saves them: the number, then the arguments. */\n\n")
    for call in table["call"]:
        words = "".join(f"    word_t {arg};\n" for arg in call["args"])
        out.append(f"struct {block_name(call)} {{\n    word_t number;\n{words}}};\n\n")
    return "".join(out).rstrip("\n") + "\n"


def macro_list(name, parameters, rows):
    head = f"#define {name}({parameters})"
    width = max(len(row) for row in [head] + [f"    {row}" for row in rows])
    lines = [f"{line:{width}} \\" for line in [head] + [f"    {row}" for row in rows[:-1]]]
    return "\n".join(lines + [f"    {rows[-1]}"]) + "\n"


def call_list_header(table):
    """Only preprocessor, so that assembly can make its stubs from it."""
    rows = [f"{'HOT' if is_hot(call) else 'COLD'}({call['number']}, {call['name'].lower()}, "
            f"{call['handler']}, {len(call['args'])})" for call in table["call"]]
    return (header("Each system call as HOT or COLD(number, name, handler, count of arguments).")
            + macro_list("RME_CALL_LIST", "HOT, COLD", rows))


def string_table(name, names, size=""):
    rows = "".join(f'    "{text}",\n' for text in names)
    return f"static const char *const {name}[{size}] = {{\n{rows}}};\n\n"


def names_header(table):
    out = [header("Names of calls, functions, statuses and rights, for debug output and tests."),
           '#include "abi/calls.h"\n\n']
    out.append(string_table("rme_call_names", [call["name"] for call in table["call"]], "RME_CALL_COUNT"))
    by_value = {-value: name for name, (value, _) in table["statuses"].items()}
    names = [by_value.get(value, "?") for value in range(max(by_value) + 1)]
    out.append("/* Indexed by -status. */\n" + string_table("rme_status_names", names, "STATUS_COUNT"))
    for kind, rights in table["rights"].items():
        if rights:
            out.append("/* Indexed by bit. */\n" + string_table(f"rme_{kind}_right_names", rights))
    out.append("static const struct {\n    word_t number;\n    const char *name;\n} rme_function_names[] = {\n")
    for function in table["function"]:
        out.append(f"    {{RME_KFN_{function['name']}, \"{function['name']}\"}},\n")
    out.append("};\n")
    return "".join(out)


def call_table_header(table):
    out = [header("The handlers of the system calls, and the list from which a port builds its dispatch."),
           '#include "abi/calls.h"\n\nstruct cpu;\nstruct capability;\n\n/* `caps` are the operands that operand_table.h names, resolved, their rights tested. */\n']
    for call in table["call"]:
        out.append(f"sword_t {call['handler']}(struct cpu *cpu, const struct {block_name(call)} *args,\n"
                   f"    struct capability **caps);\n")
    out.append("\n/* The result of a handler that is not stored: the caller's registers were replaced, or it waits and\n"
               " * gets its result later. */\n#define RESULT_NONE INTPTR_MIN\n")
    out.append("\n/* CALL(number, handler, block): a function above. */\n")
    rows = [f"CALL({call['number']}, {call['handler']}, {block_name(call)})" for call in table["call"]]
    out.append(macro_list("CALL_TABLE", "CALL", rows))
    return "".join(out)


def operands_of(call, raw):
    """(argument, type, right) of what the kernel looks up before the handler runs."""
    left_out = {"each", "named", "managed" if raw else "raw"}
    steps = [step for step in call["steps"] if step.verb in ("lookup", "right") and step.mark not in left_out]
    rights = {step.rest[0]: step.rest[1] for step in steps if step.verb == "right"}
    return [(arg, kind, right_name(kind, rights[arg]) if arg in rights else "0")
            for arg, kind in (step.rest for step in steps if step.verb == "lookup")]


def operand_rows(table, call, raw):
    """The operands of a call as C; a right is 1 + the number of its bit."""
    index = {arg: number for number, arg in enumerate(call["args"], 1)}
    for arg, kind, right in operands_of(call, raw):
        names = [right_name(kind, name) for name in table["rights"][kind]]
        bit, comment = (0, "") if right == "0" else (names.index(right) + 1, f" /* {right} */")
        yield f"{{{index[arg]}, CAP_{kind.upper()}, {bit}}},{comment}"


def place(rows, key):
    """Where the rows of `key` stand in `rows`; they are appended if they do not."""
    starts = [start for start in range(len(rows)) if rows[start:start + len(key)] == key]
    if not starts:
        rows.extend(key)
    return starts[0] if starts else len(rows) - len(key)


def operand_table_header(table):
    """One array, in which calls that take the same capabilities in a row share them: the longest
    lists come first."""
    keys = {(call["name"], raw): list(operand_rows(table, call, raw))
            for call in table["call"] for raw in (False, True)}
    rows = []
    lists = {name: (place(rows, key), len(key))
             for name, key in sorted(keys.items(), key=lambda item: -len(item[1]))}
    most = max(map(len, keys.values()))
    if len(rows) > 1 << LIST_FIRST_BITS or most >= 1 << LIST_COUNT_BITS:
        fail("operands", f"{len(rows)} in all or {most} of one call do not fit struct operand_list")
    places = []
    for call in table["call"]:
        both = zip(lists[call["name"], False], lists[call["name"], True])
        fields = [str(managed) if managed == raw else f"CONFIG_RAW ? {raw} : {managed}" for managed, raw in both]
        places.append(f"    [RME_SVC_{call['name']}] = {{{', '.join(fields)}}},\n")
    return (header("The capability operands of each call: what is looked up, and the right that it must have.")
            + '#include "config.h"\n#include "kernel/cap.h"\n\n'
            f"enum {{ OPERANDS_MAX = {most} }};\n\n"
            "static const struct operand operands[] = {\n" + "".join(f"    {row}\n" for row in rows) + "};\n\n"
            "/* Which of them belong to a call. */\n"
            "static const struct operand_list operand_lists[RME_CALL_COUNT] = {\n"
            + "".join(places) + "};\n\n"
            "/* The operands of a call, whose number is below RME_CALL_COUNT, and how many. */\n"
            "static inline const struct operand *call_operands(word_t number)\n"
            "{\n    return &operands[operand_lists[number].first];\n}\n\n"
            "static inline unsigned call_operand_count(word_t number)\n"
            "{\n    return operand_lists[number].count;\n}\n")


# --- what debug builds say -----------------------------------------------------------------------

NO_RIGHT = 0xFF
EXPLAIN_WHEN = {"": "EXPLAIN_ALWAYS", "each": "EXPLAIN_NAMED", "named": "EXPLAIN_NAMED",
                "managed": "EXPLAIN_MANAGED", "raw": "EXPLAIN_RAW"}


def explain_operands(entry, rights, index):
    """Rows of every capability that a call takes, also those that its handler resolves."""
    wanted = {step.rest[0]: (step.rest[1], step.mark) for step in entry["steps"] if step.verb == "right"}
    for step in entry["steps"]:
        if step.verb != "lookup":
            continue
        arg, kind = step.rest
        right = rights[kind].index(wanted[arg][0]) if arg in wanted else NO_RIGHT
        # Several threads at once: thread0, thread1 and so on.
        for other in (name for name in index if name.rstrip("0123456789") == arg.rstrip("0123456789")):
            yield f"{{{index[other]}, CAP_{kind.upper()}, {right}, {EXPLAIN_WHEN[step.mark]}}}"


def explain_slots(entry, index):
    """Pairs of a slot's argument and that of its table, which stands before it."""
    slots = dict.fromkeys(step.rest[0] for step in entry["steps"] if step.verb in ("slot", "occupy", "delete"))
    return [f"{{{index[arg]}, {index[arg] - 1}}}" for arg in slots]


def explain_reasons(entry):
    """What a status means here, where the table says more than what the status means anywhere."""
    texts = {}
    for step in entry["steps"]:
        if not step.verb:
            texts.setdefault(step.cells[0][0], []).append(step.text)
    return [f'{{STATUS_{status}, "{"; or ".join(lines)}"}}' for status, lines in texts.items()]


def explain_rows(entry, rights, index):
    return (list(explain_operands(entry, rights, index)), explain_slots(entry, index), explain_reasons(entry))


def explain_header(table):
    """Lists of rows for all calls and functions, one behind the other; an entry says where its own
    begin. An entry of all zeros ends each list."""
    calls, functions = [], []
    rows = ([], [], [])
    ends = ("{0, CAP_NONE, 0, EXPLAIN_ALWAYS}", "{0, 0}", "{STATUS_OK, NULL}")
    for kind, out in (("call", calls), ("function", functions)):
        for entry in table[kind]:
            first = 1 if kind == "call" else 4
            index = {arg: number for number, arg in enumerate(entry["args"], first)}
            starts = []
            for mine, add, end in zip(rows, explain_rows(entry, table["rights"], index), ends):
                starts.append(len(mine))
                mine += add + [end]
            names = ", ".join(f'"{arg}"' for arg in entry["args"])
            out.append((entry, f'{{"{entry["name"]}", {{{names}}}, {", ".join(map(str, starts))}}}'))
    lines = [header("What each argument, operand and refusal of a call means, for debug builds."),
             '#include "kernel/cap.h"\n\n',
             f"enum {{ EXPLAIN_NO_RIGHT = {NO_RIGHT} }};\n\n",
             "/* When an operand is looked at: unless it is the null id, without or with raw address spaces. */\n",
             "enum { EXPLAIN_ALWAYS, EXPLAIN_NAMED, EXPLAIN_MANAGED, EXPLAIN_RAW };\n\n",
             "/* A capability operand: word of the call, type, bit of its right, when. */\n",
             "struct explain_operand {\n    uint8_t arg, type, right, when;\n};\n\n",
             "/* A slot index, and the word that names its table. */\n",
             "struct explain_slot {\n    uint8_t arg, table;\n};\n\n",
             "struct explain_reason {\n    enum status status;\n    const char *text;\n};\n\n",
             f"struct explanation {{\n    const char *name;\n    const char *args[{ARGS_MAX}];\n"
             "    uint16_t operands, slots, reasons; /* where its rows begin */\n};\n\n"]
    for name, mine in zip(("operand", "slot", "reason"), rows):
        body = "".join(f"    {row},\n" for row in mine)
        lines.append(f"static const struct explain_{name} explain_{name}s[] = {{\n{body}}};\n\n")
    body = "".join(f"    {text},\n" for _, text in calls)
    lines.append(f"static const struct explanation explain_calls[RME_CALL_COUNT] = {{\n{body}}};\n\n")
    body = "".join(f"    {{RME_KFN_{entry['name']}, {text}}},\n" for entry, text in functions)
    lines.append("static const struct {\n    word_t number;\n    struct explanation explanation;\n} "
                 f"explain_functions[] = {{\n{body}}};\n\n")
    by_value = {-value: text for value, text in table["statuses"].values()}
    texts = [by_value.get(value, "?") for value in range(max(by_value) + 1)]
    lines.append("/* Indexed by -status. */\n" + string_table("explain_statuses", texts, "STATUS_COUNT"))
    by_value = {-value: name for name, (value, _) in table["statuses"].items()}
    names = [by_value.get(value, "?") for value in range(max(by_value) + 1)]
    lines.append(string_table("explain_names", names, "STATUS_COUNT"))
    kinds = [""] + list(EXPLAIN_TYPES)
    lines.append("/* Indexed by enum cap_type, then by bit. */\n"
                 + string_table("explain_types", ["nothing"] + [type_text(kind) for kind in kinds[1:]]))
    most = max(len(names) for names in table["rights"].values())
    body = "".join("    {" + ", ".join(f'"{right}"' for right in table["rights"].get(kind, [])) + "},\n"
                   for kind in kinds)
    lines.append(f"static const char *const explain_rights[][{most}] = {{\n{body}}};\n\n")
    lines.append(string_table("explain_page_flags", table["page_flags"]["names"]))
    return "".join(lines).rstrip("\n") + "\n"


# --- the matrix of rights ------------------------------------------------------------------------

def rights_operands(entry, rights, first):
    """(word, type, right, when) of each capability that a call takes, in the order of the lookups."""
    index = {arg: number for number, arg in enumerate(entry["args"], first)}
    wanted = {step.rest[0]: step.rest[1] for step in entry["steps"] if step.verb == "right"}
    for step in entry["steps"]:
        if step.verb != "lookup":
            continue
        arg, kind = step.rest
        right = str(rights[kind].index(wanted[arg])) if arg in wanted else "RIGHTS_NONE"
        for other in (name for name in index if name.rstrip("0123456789") == arg.rstrip("0123456789")):
            yield index[other], kind, right, step.mark


def rights_slots(entry, first):
    """(word, word of its table, kind of object where it is about to go) of each slot."""
    index = {arg: number for number, arg in enumerate(entry["args"], first)}
    rows = {}
    for step in entry["steps"]:
        if step.verb in ("slot", "occupy", "delete"):
            rows.setdefault(step.rest[0], "NONE")
        if step.verb == "delete":
            rows[step.rest[0]] = step.rest[1].upper()
    return [(index[arg], index[arg] - 1, kind) for arg, kind in rows.items()]


def rights_header(table):
    kinds = list(table["rights"])
    out = [header("What the matrix of rights (tests/rights) goes through."), '#include "abi/calls.h"\n\n']
    out.append(enum("rights_type", [(f"RIGHTS_{kind.upper()}", number, "") for number, kind in enumerate(kinds)]
                    + [("RIGHTS_TYPES", len(kinds), "")]))
    out.append("/* No right is asked for; a slot whose object does not matter. */\n"
               "enum { RIGHTS_NONE = 0xFF };\n\n")
    out.append("/* All rights of a type; where they end is a matter of its own for kernel functions. */\n"
               f"static const word_t rights_all[RIGHTS_TYPES] = {{\n"
               + "".join(f"    RIGHTS_{kind.upper()}_ALL,\n" for kind in kinds) + "};\n\n")
    out.append("/* When an operand is looked up: unless it is the null id; one of several; without or with raw\n"
               " * address spaces. */\n"
               "enum rights_when { RIGHTS_ALWAYS, RIGHTS_NAMED, RIGHTS_EACH, RIGHTS_MANAGED, RIGHTS_RAW };\n\n")
    out.append("struct rights_operand {\n    uint8_t word, type, right, when;\n};\n\n"
               "struct rights_slot {\n    uint8_t word, table, type;\n};\n\n"
               "struct rights_row {\n    const char *name;\n    word_t number, function;\n"
               "    uint8_t operand_count, slot_count;\n    struct rights_operand operands[6];\n"
               "    struct rights_slot slots[2];\n};\n\n")
    rows = []
    for kind, first in (("call", 1), ("function", 4)):
        for entry in table[kind]:
            operands = [f"{{{word}, RIGHTS_{name.upper()}, {right}, RIGHTS_{(mark or 'always').upper()}}}"
                        for word, name, right, mark in rights_operands(entry, table["rights"], first)]
            slots = [f"{{{word}, {place}, RIGHTS_{name}}}" for word, place, name in rights_slots(entry, first)]
            number, function = (entry["number"], 0) if kind == "call" else ("RME_SVC_KFN", entry["number"])
            rows.append(f'    {{"{entry["name"]}", {number}, {function}, {len(operands)}, {len(slots)}, '
                        f'{{{", ".join(operands)}}}, {{{", ".join(slots)}}}}},\n')
    out.append("static const struct rights_row rights_rows[] = {\n" + "".join(rows) + "};\n")
    return "".join(out)


# --- the user library ----------------------------------------------------------------------------

# What an argument names where no check says it.
HANDLE_BY_NAME = {"endpoint": "signal", "memory": "kmem", "thread0": "thread", "thread1": "thread",
                  "thread2": "thread", "thread3": "thread", "raw_cap": "kfunc"}


def handles_of(call):
    types = {step.rest[0]: step.rest[1] for step in call["steps"] if step.verb == "lookup"}
    return {arg: types.get(arg, HANDLE_BY_NAME.get(arg)) for arg in call["args"]}


def wrapped(text, width=96):
    lines = textwrap.wrap(text, width)
    return "".join(f" * {line}\n" for line in lines)


def user_comment(call):
    rights = [f"{step.rest[1]} on `{step.rest[0]}`" for step in call["steps"] if step.verb == "right"]
    statuses = dict.fromkeys(status for step in call["steps"] for status, _ in step.cells)
    text = [f"/* {call['name']}, call {call['number']}: {call['text']}.\n"]
    if rights:
        text.append(wrapped("Rights: " + ", ".join(rights) + "."))
    text.append(wrapped("Result: " + call["result"]))
    if statuses:
        text.append(wrapped("Refusals, in the order of the checks: " + ", ".join(statuses) + "."))
    text.append(wrapped(f"Time: {call['bound']}. */"))
    return "".join(text)


# The stubs of rme/arch, and how many words each takes.
USER_STUBS = [("rme_hot_call", 2), ("rme_call_6", 6), ("rme_call", ARGS_MAX)]


def user_function(call):
    handles = handles_of(call)
    args = [f"rme_{kind}_t {arg}" if kind else f"word_t {arg}" for arg, kind in handles.items()]
    words = [f"{arg}.id.raw" if kind else arg for arg, kind in handles.items()]
    head = f"static inline sword_t rme_{call['handler']}({', '.join(args)})\n{{\n"
    stub, size = next((stub, size) for stub, size in USER_STUBS if len(words) <= size)
    words += ["0"] * (size - len(words))
    body = f"    return {stub}(RME_SVC_{call['name']}, {', '.join(words)});\n"
    return user_comment(call) + head + body + "}\n\n"


def user_header(table):
    """INV_ACT has a second result and lets a stranger at the registers: it gets two stubs by hand."""
    calls = [call for call in table["call"] if call["name"] != "INV_ACT"]
    activate = next(call for call in table["call"] if call["name"] == "INV_ACT")
    return (header("The system calls as functions of C. Included by rme/call.h.")
            + "".join(user_function(call) for call in calls)
            + user_comment(activate)
            + "static inline sword_t rme_invocation_activate(rme_invocation_t port, word_t param, word_t *value)\n"
              "{\n    return rme_hot_invoke(RME_SVC_INV_ACT, port.id.raw, param, value);\n}\n")


# --- the reference -------------------------------------------------------------------------------

def status_link(status, mark):
    return f"`{status}`" + (f" ({MARK_TEXT[mark]})" if mark else "")


def step_row(number, step):
    statuses = ", ".join(status_link(status, mark) for status, mark in step.cells)
    return f"| {number} | {statuses} | {step.text} |\n"


def steps_text(entry, none):
    if not entry["steps"]:
        return none + "\n\n"
    rows = "".join(step_row(number, step) for number, step in enumerate(entry["steps"], 1))
    return f"| | refused with | when |\n|--:|---|---|\n{rows}\n"


def sentence(text):
    return text if text.endswith((".", "-")) else text + "."


def call_section(call):
    args = " ".join(f"`{arg}`" for arg in call["args"])
    kind = "hot; " if is_hot(call) else ""
    return (f"### {call['number']} {call['name']}\n\n{call['text']}.\n\n"
            f"- Arguments: {args}\n"
            f"- Result: {sentence(call['result'])}\n"
            f"- Bound: {call['bound']} ({kind}`{call['handler']}`)\n\n"
            + steps_text(call, "It is never refused."))


def function_section(function):
    args = "".join(f" `{arg}`" for arg in function["args"]) or " none"
    return (f"### 0x{function['number']:04X} {function['name']}\n\n{sentence(function['text'])}\n\n"
            f"- Object: {function['object']}\n- Further arguments:{args}\n"
            f"- Result: {sentence(function['result'])}\n\n"
            + steps_text(function, "Beyond the checks of KFN it is never refused."))


DOCS_HEAD = """<!-- SPDX-License-Identifier: Unlicense -->
<!-- Generated by tools/gen_calls.py from abi/calls.toml. Change it there. -->

# System calls

A call is a number and at most seven words. What comes back is one word: a status, or a result that
is not negative. The checks of each call are listed in the order in which the kernel makes them; the
first that fails decides the status. A call that is refused has changed nothing, with one exception:
a delete that is refused for a reason behind `NOT_QUIESCENT` thaws the capability, or nobody could
ever remove that reason.

Where a check says that an argument *names* an object, the id is resolved through one or two
capability tables: `RANGE` if an index is outside its table or the id malformed, `FROZEN` if a
capability on the way is frozen, `TYPE` if it is of another type or the slot is empty.

"""


def docs(table):
    out = [DOCS_HEAD, "| | call | does | arguments |\n|--:|---|---|---|\n"]
    for call in table["call"]:
        anchor = f"{call['number']}-{call['name'].lower()}"
        args = " ".join(f"`{arg}`" for arg in call["args"])
        out.append(f"| {call['number']} | [{call['name']}](#{anchor}) | {call['text']} | {args} |\n")
    out.append("\n## Calls\n\n")
    out += [call_section(call) for call in table["call"]]
    out.append("## Kernel functions\n\nThey are reached through KFN (call 4). The capability bounds the "
               "function's number and its first argument,\nthe *object*; a *pair* is CPU << 16 | vector, "
               "bounded half by half. The checks of KFN come first.\n\n")
    out += [function_section(function) for function in table["function"]]
    out.append("## Statuses\n\n| value | name | meaning |\n|--:|---|---|\n")
    out += [f"| {value} | `{name}` | {text} |\n" for name, (value, text) in table["statuses"].items()]
    out.append("\n## Rights\n\n| object | rights, from bit 0 |\n|---|---|\n")
    for kind, names in table["rights"].items():
        rights = ", ".join(f"`{name}`" for name in names) or "none: two ranges instead"
        out.append(f"| {type_text(kind)} | {rights} |\n")
    flags = ", ".join(f"`{name}`" for name in table["page_flags"]["names"])
    out.append(f"\nFlags of a page, from bit 0: {flags}.\n")
    return "".join(out)


# --- the matrix of tests -------------------------------------------------------------------------

def matrix(table):
    """Each (call or function, status, mark) once, in the order of the checks."""
    cells = []
    for kind in ("call", "function"):
        for entry in table[kind]:
            seen = dict.fromkeys(cell for step in entry["steps"] for cell in step.cells)
            cells += [{"kind": kind, "name": entry["name"], "number": entry["number"],
                       "status": status, "mark": mark} for status, mark in seen]
    return cells


def write(path, text):
    """Leave a file alone that would not change: nothing is built again for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main(argv):
    parser = argparse.ArgumentParser(description="Generate what comes from the table of system calls.")
    parser.add_argument("--table", default=TABLE, help="the table (abi/calls.toml)")
    parser.add_argument("--out", type=Path, help="directory for the headers")
    parser.add_argument("--docs", type=Path, help="file for the reference")
    parser.add_argument("--matrix", action="store_true", help="print the cells of the tests as JSON")
    options = parser.parse_args(argv)
    try:
        table = load(options.table)
    except TableError as error:
        print(f"gen_calls: {error}", file=sys.stderr)
        return 2
    if options.out:
        write(options.out / "abi" / "calls.h", calls_header(table))
        write(options.out / "abi" / "call_list.h", call_list_header(table))
        write(options.out / "abi" / "names.h", names_header(table))
        write(options.out / "kernel" / "call_table.h", call_table_header(table))
        write(options.out / "kernel" / "operand_table.h", operand_table_header(table))
        write(options.out / "kernel" / "explain_table.h", explain_header(table))
        write(options.out / "rme" / "calls.h", user_header(table))
        write(options.out / "tests" / "rights_table.h", rights_header(table))
    if options.docs:
        write(options.docs, docs(table))
    if options.matrix:
        print(json.dumps(matrix(table), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
