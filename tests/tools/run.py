#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Run the tests of the host tools: TAP lines, then `N passed, N failed, N skipped`.

    run.py [MODULE...]      all, or the named ones (test_tap)
"""

from __future__ import annotations

import sys
import traceback
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


class TapResult(unittest.TestResult):
    """One TAP line per test, the reason of a failure below it."""

    passed = 0

    def _line(self, good: bool, test: unittest.TestCase, note: str = "") -> None:
        name = test.id().removeprefix("test_")
        print(f"{'ok' if good else 'not ok'} {self.testsRun} - {name}{note}", flush=True)

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.passed += 1
        self._line(True, test)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self._line(True, test, f" # SKIP {reason}")

    def addFailure(self, test: unittest.TestCase, err) -> None:
        super().addFailure(test, err)
        self._fail(test, err)

    def addError(self, test: unittest.TestCase, err) -> None:
        super().addError(test, err)
        self._fail(test, err)

    def addSubTest(self, test: unittest.TestCase, subtest, err) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._fail(subtest, err)

    def _fail(self, test, err) -> None:
        self._line(False, test)
        for line in "".join(traceback.format_exception(*err)).splitlines():
            print(f"# {line}")


def main() -> int:
    sys.path[:0] = [str(HERE), str(HERE.parent.parent / "tools")]
    sys.dont_write_bytecode = True
    loader = unittest.defaultTestLoader
    suite = (loader.loadTestsFromNames(sys.argv[1:]) if sys.argv[1:]
             else loader.discover(str(HERE), top_level_dir=str(HERE)))
    result = TapResult()
    suite.run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"1..{result.testsRun}")
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
