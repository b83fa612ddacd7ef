# SPDX-License-Identifier: Unlicense
"""Runs the unittest cases of the calling program and prints them as TAP, closed by the one line
that every layer of tests ends with."""
import sys
import unittest


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.count = 0
        self.passed = 0

    def _line(self, state, test, note=""):
        self.count += 1
        print(f"{state} {self.count} - {test.id().removeprefix('__main__.')}{note}", flush=True)

    def _bad(self, test, error):
        self._line("not ok", test)
        for line in self._exc_info_to_string(error, test).splitlines():
            print(f"# {line}")

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        self._line("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._bad(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._bad(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line("ok", test, f" # SKIP {reason}")


def main():
    result = TapResult()
    unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]).run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"1..{result.count}")
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed else 0
