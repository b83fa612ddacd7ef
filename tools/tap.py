#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Runs test programs, keeps what they report, adds it up.

  tap.py run --report FILE.xml -- COMMAND...   run it, show its output, keep its cases as JUnit XML
  tap.py step --report FILE.xml --name NAME -- COMMAND...
                                               one case: the command ends with status 0; its output
                                               is shown only if it does not
  tap.py sum DIR... [--junit FILE.xml]         add up all reports below DIR; the last line is
                                               `N passed, N failed, N skipped`

A program reports in TAP (`ok 1 - name`, `not ok 2 - name`, `# SKIP reason`, `1..N`) or, where it
counts only, by the closing line alone. One that ends with an error, without its plan or without any
case has failed, whatever its cases say; so has one that was killed before it could report. A program
that returns 77 and has no case was skipped.
"""
import argparse
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

CASE = re.compile(r"^(not )?ok\b\s*(\d+)?\s*(?:- )?(.*?)\s*(?:#\s*(SKIP|TODO)\b\s*(.*))?$", re.IGNORECASE)
PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#\s*SKIP\b\s*(.*))?$", re.IGNORECASE)
CLOSING = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")
SKIPPED_EXIT = 77


@dataclass
class Case:
    name: str
    state: str  # passed, failed or skipped
    text: str = ""


class Parser:
    """Reads the output of one program line by line."""

    def __init__(self):
        self.cases = []
        self.plan = None
        self.closing = None

    def line(self, line):
        if match := PLAN.match(line):
            self.plan = int(match[1])
            if self.plan == 0:
                self.cases.append(Case("all", "skipped", match[2] or ""))
                self.plan = 1
        elif match := CASE.match(line):
            skip = (match[4] or "").upper() == "SKIP"
            state = "skipped" if skip else "failed" if match[1] else "passed"
            self.cases.append(Case(match[3] or f"case {match[2] or len(self.cases) + 1}", state, match[5] or ""))
        elif match := CLOSING.match(line):
            self.closing = [int(number) for number in match.groups()]
        elif line.startswith("#") and self.cases and self.cases[-1].state == "failed":
            self.cases[-1].text += line[1:].strip() + "\n"

    def finish(self, status):
        """The cases of the program, with one more where the program as a whole is at fault."""
        cases = self.cases
        if not cases and self.closing:
            states = ("passed", "failed", "skipped")
            cases = [Case(f"case {i + 1}", state)
                     for state, number in zip(states, self.closing) for i in range(number)]
        if not cases and status == SKIPPED_EXIT:
            return [Case("all", "skipped", "the program asks for it")]
        problem = self._problem(cases, status)
        return cases + [Case("program", "failed", problem)] if problem else cases

    def _problem(self, cases, status):
        if not cases:
            return f"no case was reported (exit status {status})"
        if self.plan is not None and self.plan != len(self.cases):
            return f"{self.plan} cases were planned, {len(self.cases)} reported"
        if self.plan is None and self.closing is None:
            return "it ended without a plan or a closing line"
        if status != 0 and not any(case.state == "failed" for case in cases):
            return f"exit status {status}"
        return ""


def write_report(path, suite, cases):
    count = Counter(case.state for case in cases)
    root = xml.Element("testsuite", name=suite, tests=str(len(cases)),
                       failures=str(count["failed"]), skipped=str(count["skipped"]))
    for case in cases:
        element = xml.SubElement(root, "testcase", classname=suite, name=case.name)
        if case.state != "passed":
            tag = {"failed": "failure", "skipped": "skipped"}[case.state]
            printable = re.sub(r"[^\t\n\x20-\x7e]", "?", case.text)
            xml.SubElement(element, tag, message=printable.strip())
    path.parent.mkdir(parents=True, exist_ok=True)
    xml.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def run(report, command):
    suite = report.stem
    # What stands if this process is killed.
    write_report(report, suite, [Case("program", "failed", "it did not end by itself")])
    parser = Parser()
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        print(f"tap: {command[0]} cannot be run: {error.strerror}", file=sys.stderr)
        return 2
    for raw in process.stdout:
        line = raw.decode(errors="replace").rstrip("\r\n")
        print(line, flush=True)
        parser.line(line)
    cases = parser.finish(process.wait())
    write_report(report, suite, cases)
    return 1 if any(case.state == "failed" for case in cases) else 0


def step(report, name, command):
    try:
        process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        status, text = process.returncode, process.stdout.decode(errors="replace")
    except OSError as error:
        status, text = 2, f"{command[0]} cannot be run: {error.strerror}\n"
    state = {0: "passed", SKIPPED_EXIT: "skipped"}.get(status, "failed")
    write_report(report, report.stem, [Case(name, state, text[-4000:])])
    print(f"{'not ok' if state == 'failed' else 'ok'} - {name}{' # SKIP' if state == 'skipped' else ''}", flush=True)
    if state != "passed":
        print(text, end="", flush=True)
    return 1 if state == "failed" else 0


def add_up(folders, junit):
    total = Counter()
    suites = xml.Element("testsuites")
    failed = []
    for folder in folders:
        for path in sorted(folder.rglob("*.xml")):
            suite = xml.parse(path).getroot()
            suites.append(suite)
            tests, failures, skipped = (int(suite.get(key)) for key in ("tests", "failures", "skipped"))
            total.update(passed=tests - failures - skipped, failed=failures, skipped=skipped)
            failed += [f"{suite.get('name')}: {case.get('name')}" for case in suite if case.find("failure") is not None]
    for name in failed:
        print(f"failed: {name}")
    if junit:
        xml.ElementTree(suites).write(junit, encoding="utf-8", xml_declaration=True)
    if not total:
        print("no test ran")
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if failed or not total else 0


def main(argv):
    parser = argparse.ArgumentParser(description="Run test programs that report in TAP, and add up.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    sub = verbs.add_parser("run", help="run one program")
    sub.add_argument("--report", type=Path, required=True, metavar="FILE.xml")
    sub.add_argument("command", nargs="+")
    sub = verbs.add_parser("step", help="run one command as one case")
    sub.add_argument("--report", type=Path, required=True, metavar="FILE.xml")
    sub.add_argument("--name", required=True)
    sub.add_argument("command", nargs="+")
    sub = verbs.add_parser("sum", help="add up reports")
    sub.add_argument("folders", type=Path, nargs="+")
    sub.add_argument("--junit", type=Path, metavar="FILE.xml")
    options = parser.parse_args(argv)
    if options.verb == "run":
        return run(options.report, options.command)
    if options.verb == "step":
        return step(options.report, options.name, options.command)
    return add_up(options.folders, options.junit)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
