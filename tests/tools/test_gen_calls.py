#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The generator of the system calls: what it makes compiles and agrees, what is wrong it refuses."""
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import gen_calls

ROOT = Path(__file__).resolve().parents[2]

SMALL = """
[statuses]
OK = [0, "done"]
RANGE = [-1, "range"]
FROZEN = [-2, "frozen"]
TYPE = [-3, "type"]
RIGHTS = [-4, "rights"]
[rights]
signal = ["SEND", "RECEIVE"]
kfunc = []
[page_flags]
names = ["READ"]
[[call]]
number = 0
name = "SND"
handler = "send"
text = "Send"
hot = true
args = ["endpoint", "count"]
checks = ["lookup endpoint signal", "right endpoint SEND", "RANGE:smp too many"]
result = "OK"
bound = "constant"
[[call]]
number = 1
name = "ADD"
handler = "add"
text = "Add"
args = ["a", "b"]
checks = ["slot a", "RANGE again"]
result = "OK"
bound = "constant"
[[function]]
number = 0xF000
name = "FLUSH"
group = "page"
object = "0"
args = ["cpus"]
checks = []
result = "OK"
text = "Flush"
"""


def load(text):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return gen_calls.load(file.name)


class Refusals(unittest.TestCase):
    """Each way to write nonsense is named at its place."""

    def refused(self, old, new, message):
        self.assertIn(old, SMALL)
        with self.assertRaises(gen_calls.TableError) as caught:
            load(SMALL.replace(old, new, 1))
        self.assertIn(message, str(caught.exception))

    def test_small_table_is_fine(self):
        load(SMALL)

    def test_syntax(self):
        self.refused('OK = [0, "done"]', "OK = [0,", "line")

    def test_number_twice(self):
        self.refused("number = 1\n", "number = 0\n", "call ADD: number 0 is taken by SND")

    def test_number_gap(self):
        self.refused("number = 1\n", "number = 2\n", "but 1 is not used")

    def test_name_twice(self):
        self.refused('name = "ADD"', 'name = "SND"', "name SND is taken")

    def test_handler_twice(self):
        self.refused('handler = "add"', 'handler = "send"', "handler send is taken")

    def test_status_twice(self):
        self.refused("TYPE = [-3", "TYPE = [-2", "value -2 is taken by FROZEN")

    def test_status_positive(self):
        self.refused("TYPE = [-3", "TYPE = [3", "not in -1 to -63")

    def test_too_many_arguments(self):
        args = str(list("abcdefgh")).replace("'", '"')
        self.refused('["a", "b"]', args, "8 arguments, at most 7 fit")

    def test_hot_with_three(self):
        self.refused('["endpoint", "count"]', '["endpoint", "count", "c"]', "a hot call has two")

    def test_argument_twice(self):
        self.refused('["a", "b"]', '["a", "a"]', "appears twice")

    def test_unknown_status(self):
        self.refused("RANGE again", "RANJE again", "no status is called 'RANJE'")

    def test_unknown_mark(self):
        self.refused("RANGE:smp", "RANGE:sym", "no mark is called 'sym'")

    def test_unknown_type(self):
        self.refused("lookup endpoint signal", "lookup endpoint signals", "no object type")

    def test_unknown_right(self):
        self.refused("right endpoint SEND", "right endpoint FLY", "a signal has no right 'FLY'")

    def test_unknown_argument(self):
        self.refused("slot a", "slot c", "check 1: 'c' is not an argument")

    def test_right_before_lookup(self):
        self.refused("slot a", "right a SEND", "has not been looked up")

    def test_operand_missing(self):
        self.refused("slot a", "slot", "takes 1 operand")

    def test_not_a_check(self):
        self.refused("slot a", "look here", "neither a verb")

    def test_missing_key(self):
        self.refused('bound = "constant"\n[[call]]', "[[call]]", "call SND: 'bound' is missing")


class Operands(unittest.TestCase):
    """What the kernel resolves for a call before its handler runs."""

    def operands(self, checks, raw=False):
        table = load(SMALL.replace('["slot a", "RANGE again"]', checks))
        return gen_calls.operands_of(table["call"][1], raw)

    def test_lookup_and_right(self):
        self.assertEqual(self.operands('["lookup b signal", "right b SEND", "RANGE no", "lookup:each a signal"]'),
                         [("b", "signal", "RIGHT_SIGNAL_SEND")])

    def test_marks(self):
        checks = '["lookup:managed a signal", "lookup:raw b kfunc", "right:managed a SEND"]'
        self.assertEqual(self.operands(checks), [("a", "signal", "RIGHT_SIGNAL_SEND")])
        self.assertEqual(self.operands(checks, raw=True), [("b", "kfunc", "0")])


class Matrix(unittest.TestCase):
    def test_expands_in_order_and_once(self):
        cells = [(cell["name"], cell["status"], cell["mark"]) for cell in gen_calls.matrix(load(SMALL))]
        self.assertEqual(cells, [
            ("SND", "RANGE", ""), ("SND", "FROZEN", ""), ("SND", "TYPE", ""), ("SND", "RIGHTS", ""),
            ("SND", "RANGE", "smp"), ("ADD", "RANGE", "")])

    def test_prints_json(self):
        tool = Path(gen_calls.__file__)
        text = subprocess.run([sys.executable, tool, "--matrix"], check=True, capture_output=True).stdout
        self.assertGreater(len(json.loads(text)), 100)


class Headers(unittest.TestCase):
    """The real table, through a C compiler."""

    def setUp(self):
        self.out = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.out)
        self.assertEqual(gen_calls.main(["--out", str(self.out), "--docs", str(self.out / "s.md")]), 0)

    def test_compiles_without_a_warning(self):
        table = gen_calls.load(gen_calls.TABLE)
        last = table["call"][-1]["name"]
        source = self.out / "t.c"
        source.write_text(f"""
#include "abi/names.h"
#include "kernel/call_table.h"
#define CALL(number, handler, block) +(sizeof(struct block) >= 2 * sizeof(word_t))
static_assert(0 CALL_TABLE(CALL) == RME_CALL_COUNT, "each call is in the table");
static_assert(RME_SVC_{last} == RME_CALL_COUNT - 1, "numbers have no gap");
static_assert(sizeof(struct args_cpt_add) == 8 * sizeof(word_t), "number and seven words");
static_assert(sizeof(rme_status_names) / sizeof(rme_status_names[0]) == STATUS_COUNT, "names");
""".replace("static_assert", "_Static_assert"))
        subprocess.run(["cc", "-std=gnu17", "-Wall", "-Wextra", "-Wconversion", "-Wundef", "-Werror",
                        "-fsyntax-only", f"-I{self.out}", f"-I{ROOT}", source], check=True)

    def test_second_run_touches_nothing(self):
        path = self.out / "abi" / "calls.h"
        before = path.stat().st_mtime_ns
        gen_calls.main(["--out", str(self.out)])
        self.assertEqual(path.stat().st_mtime_ns, before)

    def test_every_refusal_can_be_explained(self):
        """Each operand that a call or function looks up has a row, and each status in words its words."""
        text = (self.out / "kernel" / "explain_table.h").read_text()
        table = gen_calls.load(gen_calls.TABLE)
        for entry in table["call"] + table["function"]:
            names = ", ".join(f'"{arg}"' for arg in entry["args"])
            self.assertIn(f'"{entry["name"]}", {{{names}}}', text)
            for step in entry["steps"]:
                if not step.verb:
                    self.assertIn(step.text, text)
        bind = next(call for call in table["call"] if call["name"] == "THD_SCHED_BIND")
        index = {arg: number for number, arg in enumerate(bind["args"], 1)}
        self.assertEqual(list(gen_calls.explain_operands(bind, table["rights"], index)), [
            "{1, CAP_THREAD, 1, EXPLAIN_ALWAYS}", "{2, CAP_THREAD, 2, EXPLAIN_ALWAYS}",
            "{3, CAP_SIGNAL, 5, EXPLAIN_NAMED}", "{6, CAP_KMEM, 4, EXPLAIN_NAMED}"])
        several = next(call for call in table["call"] if call["name"] == "THD_SCHED_PRIO")
        index = {arg: number for number, arg in enumerate(several["args"], 1)}
        self.assertEqual(len(list(gen_calls.explain_operands(several, table["rights"], index))), 4)

    def test_matrix_of_rights_has_every_operand(self):
        """Also those that a handler looks up, and the slots of what is about to go."""
        text = (self.out / "tests" / "rights_table.h").read_text()
        self.assertIn('{"THD_SCHED_BIND", 27, 0, 4, 0, {{1, RIGHTS_THREAD, 1, RIGHTS_ALWAYS}, '
                      "{2, RIGHTS_THREAD, 2, RIGHTS_ALWAYS}, {3, RIGHTS_SIGNAL, 5, RIGHTS_NAMED}, "
                      "{6, RIGHTS_KMEM, 4, RIGHTS_NAMED}}, {}}", text)
        self.assertIn('{"PGT_DEL", 16, 0, 1, 1, {{1, RIGHTS_CAPTABLE, 1, RIGHTS_ALWAYS}}, '
                      "{{2, 1, RIGHTS_PAGETABLE}}}", text)
        table = gen_calls.load(gen_calls.TABLE)
        lookups = sum(step.verb == "lookup" for entry in table["call"] + table["function"]
                      for step in entry["steps"])
        rows = text.split("rights_rows[]")[1]
        self.assertEqual(len(re.findall(r"RIGHTS_(?:ALWAYS|NAMED|EACH|MANAGED|RAW)}", rows)),
                         lookups + 3)  # THD_SCHED_PRIO: one line of the table, four threads

    def test_reference_has_every_call(self):
        text = (self.out / "s.md").read_text()
        table = gen_calls.load(gen_calls.TABLE)
        for entry in table["call"] + table["function"]:
            self.assertIn(f" {entry['name']}\n", text)
        for status in table["statuses"]:
            self.assertIn(f"| `{status}` |", text)


if __name__ == "__main__":
    unittest.main()
