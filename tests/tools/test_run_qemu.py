# SPDX-License-Identifier: Unlicense
"""The runner, with shell scripts in the place of QEMU, and once with QEMU itself."""

from __future__ import annotations

import os
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import run_qemu
from guest import NEEDS, GuestCase
from run_qemu import CANNOT, FAILED, GOOD, Machine, Outcome


class Endings(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.image = self.folder / "image.elf"
        self.image.write_bytes(b"")

    def play(self, script: str, **options) -> Outcome:
        qemu = self.folder / "qemu"
        qemu.write_text(f"#!/bin/sh\n{script}\n")
        qemu.chmod(0o755)
        return run_qemu.run(Machine("none", str(qemu)), self.image, echo=False, **options)

    def test_closing_line_ends_the_run(self) -> None:
        outcome = self.play("echo ok 1; echo 3 passed, 0 failed, 1 skipped; exec sleep 60")
        self.assertEqual((outcome.status, outcome.passed, outcome.skipped), (GOOD, 3, 1))
        self.assertEqual(outcome.lines[:2], ["ok 1", "3 passed, 0 failed, 1 skipped"])
        self.assertLess(outcome.seconds, 10)

    def test_failed_cases_fail(self) -> None:
        outcome = self.play("printf '1 passed, 2 failed, 0 skipped\\r\\n'")
        self.assertEqual((outcome.status, outcome.failed), (FAILED, 2))

    def test_closing_line_must_be_the_whole_line(self) -> None:
        outcome = self.play("echo x 3 passed, 0 failed, 1 skipped", needs_closing=True)
        self.assertEqual(outcome.status, FAILED)
        self.assertIn("without its closing line", outcome.reason)

    def test_panic_fails_with_its_report(self) -> None:
        outcome = self.play("echo PANIC: slot 3; sleep 0.1; echo pc 0x100; exec sleep 60")
        self.assertEqual(outcome.status, FAILED)
        self.assertIn("slot 3", outcome.reason)
        self.assertIn("pc 0x100", outcome.lines)

    def test_silence_is_named(self) -> None:
        outcome = self.play("echo hello; exec sleep 60", silence=0.3)
        self.assertEqual((outcome.status, outcome.reason), (FAILED, "no output for 0.3 s"))

    def test_no_output_at_all_is_named(self) -> None:
        outcome = self.play("exec sleep 60", silence=0.3)
        self.assertEqual(outcome.reason, "no output at all for 0.3 s")

    def test_timeout_is_named(self) -> None:
        outcome = self.play("while :; do echo x; sleep 0.05; done", timeout=0.5)
        self.assertEqual((outcome.status, outcome.reason), (FAILED, "timeout after 0.5 s"))

    def test_image_that_cannot_wake_is_named(self) -> None:
        outcome = self.play("echo 'warning: icount sleep disabled and no active timers'; "
                            "exec sleep 60")
        self.assertIn("never wake", outcome.reason)

    def test_image_that_waits_for_a_key_may_sleep(self) -> None:
        keyboard, keys = os.pipe()
        self.addCleanup(os.close, keyboard)
        self.addCleanup(os.close, keys)
        outcome = self.play("echo 'warning: icount sleep disabled and no active timers'; read line; "
                            "echo \"got $line\"; exec sleep 60", keyboard=keyboard, until="got",
                            show=lambda line: line.startswith("warning") and os.write(keys, b"a key\n"))
        self.assertEqual((outcome.status, outcome.lines[-1]), (GOOD, "got a key"))

    def test_the_end_of_a_keyboard_is_no_end_of_the_line(self) -> None:
        keyboard, keys = os.pipe()
        self.addCleanup(os.close, keyboard)
        os.write(keys, b"a\n")
        os.close(keys)
        outcome = self.play("read line; echo \"got $line\"; read line; echo over", keyboard=keyboard, silence=0.5)
        self.assertEqual((outcome.status, outcome.lines), (FAILED, ["got a"]))
        self.assertIn("no output", outcome.reason)

    def test_without_a_keyboard_nothing_comes(self) -> None:
        self.assertEqual(self.play("read line || echo over").lines, ["over"])

    def test_exit_status_of_the_image(self) -> None:
        self.assertEqual(self.play("exit 0").status, GOOD)
        self.assertEqual(self.play("exit 1").status, FAILED)

    def test_missing_qemu_is_one_sentence(self) -> None:
        outcome = run_qemu.run(Machine("none", "qemu-that-is-not"), self.image)
        self.assertEqual(outcome.status, CANNOT)
        self.assertIn("qemu-that-is-not is not installed", outcome.reason)
        self.assertNotIn("\n", outcome.reason)

    def test_missing_image_is_one_sentence(self) -> None:
        outcome = run_qemu.run(Machine("none"), self.folder / "nothing.elf")
        self.assertEqual(outcome.status, CANNOT)

    def test_nothing_is_left_running(self) -> None:
        marker = self.folder / "alive"
        with mock.patch.multiple(run_qemu, AFTER_CLOSING_S=0.1, TO_EXIT_S=0.1):
            self.play("trap '' TERM; echo 1 passed, 0 failed, 0 skipped; "
                      f"sleep 1.5; touch {marker}")
        time.sleep(1.5)
        self.assertFalse(marker.exists())


@NEEDS
class WithQemu(GuestCase):
    def test_hanging_guest_is_located(self) -> None:
        outcome = run_qemu.run(run_qemu.Machine("netduinoplus2"), self.build("b ."), silence=0.7,
                               echo=False)
        self.assertEqual(outcome.status, FAILED)
        self.assertRegex(outcome.reason, r"no output at all .*; it is at user\+0x")

    def test_the_monitor_is_asked_at_the_end(self) -> None:
        outcome = run_qemu.run(run_qemu.Machine("netduinoplus2"), self.build("b ."), silence=0.7,
                               echo=False, ask=["info registers", "xp /1xw 0xE000ED00"])
        self.assertIn("R15=", outcome.answers[0])
        self.assertIn("0x410fc240", outcome.answers[1])  # CPUID of a Cortex-M4

    def test_unknown_machine_cannot_run(self) -> None:
        outcome = run_qemu.run(run_qemu.Machine("no-machine"), self.build("nop"), echo=False)
        self.assertEqual(outcome.status, CANNOT)
        self.assertIn("unsupported machine", outcome.reason)


if __name__ == "__main__":
    unittest.main()
