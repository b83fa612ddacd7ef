#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""The drivers of examples/drivers, with a block device and a cable: what goes in and what comes out.

  drivers.py IMAGE --machine M --qemu Q [--arg=ARG ...] [--way messages|level|microvm]

64 KiB go through the serial driver, both ways at once, while a megabyte comes from the block device
and 64 KiB go there. Every byte is compared here, and the hashes that the system computes of what it
has read. TAP.
"""
import argparse
import random
import re
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))
import run_qemu  # noqa: E402
from claims import of_run, report  # noqa: E402

SERIAL_BYTES = 65536
GREETING = b"ready\n"
READ_BYTES = 1 << 20
WRITE_BYTES = 65536
DISK_BYTES = READ_BYTES + WRITE_BYTES + 512  # the last sector is nobody's
TIMEOUT_S = 60


def hash_of(data):
    """FNV-1a, as the example has it."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return value


def inverted(data):
    return bytes(byte ^ 0xFF for byte in data)


class Cable(threading.Thread):
    """The other end of the serial port: sends `data` behind the greeting, and keeps what comes back."""

    def __init__(self, path, data):
        super().__init__(daemon=True)
        self.path, self.data = path, data
        self.back = b""
        self.end = time.monotonic() + TIMEOUT_S

    def connect(self):
        while time.monotonic() < self.end:
            link = socket.socket(socket.AF_UNIX)
            try:
                link.connect(str(self.path))
                return link
            except OSError:
                link.close()
                time.sleep(0.02)
        return None

    def run(self):
        link = self.connect()
        if link is None:
            return
        sender = threading.Thread(target=self.send, args=(link,), daemon=True)
        link.settimeout(1)
        while len(self.back) < len(GREETING + self.data) and time.monotonic() < self.end:
            try:
                some = link.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if not some:
                break
            self.back += some
            if len(self.back) >= len(GREETING) and not sender.ident:
                sender.start()

    def send(self, link):
        try:
            link.sendall(self.data)
        except OSError:
            pass


def result(lines, name):
    """(bytes, hash, wrong) of a client."""
    for line in lines:
        found = re.fullmatch(rf"{name}: (\d+) bytes, hash ([0-9a-f]+), (\d+) wrong", line)
        if found:
            return int(found[1]), int(found[2], 16), int(found[3])
    return None


WAYS = {
    "messages": ([], ["-device", "virtio-blk-pci,drive=disk,disable-legacy=on"],
                 r"init: block device \d+ of bus \d+, line \d+, messages"),
    "level": ([], ["-device", "virtio-blk-pci,drive=disk,disable-legacy=on,vectors=0"],
              r"init: block device \d+ of bus \d+, line \d+, a level"),
    # Its devices interrupt at a second I/O APIC: lines 24 to 47.
    "microvm": (["microvm"], ["-global", "virtio-mmio.force-legacy=false", "-device", "virtio-blk-device,drive=disk"],
                r"init: block device \d+ in memory, line (2[4-9]|3\d|4[0-7]), a level"),
}


def devices(folder, way):
    return ["-chardev", f"socket,id=cable,path={folder}/cable,server=on,wait=off",
            "-device", "isa-serial,iobase=0x2f8,irq=3,chardev=cable",
            "-drive", f"file={folder}/disk,format=raw,if=none,id=disk,cache=writethrough", *WAYS[way][1]]


def main(argv):
    parser = argparse.ArgumentParser(description="Run examples/drivers and compare every byte.")
    parser.add_argument("image", type=Path)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--arg", action="append", default=[])
    parser.add_argument("--way", choices=WAYS, default="messages", help="how the block device is reached")
    options = parser.parse_args(argv)
    dice = random.Random(1)
    sent, disk = dice.randbytes(SERIAL_BYTES), dice.randbytes(DISK_BYTES)
    with tempfile.TemporaryDirectory(prefix="drivers-") as folder:
        Path(folder, "disk").write_bytes(disk)
        cable = Cable(Path(folder, "cable"), sent)
        cable.start()
        machine = run_qemu.Machine(*(WAYS[options.way][0] or [options.machine]), options.qemu, options.arg)
        outcome = run_qemu.run(machine, options.image,
                               timeout=TIMEOUT_S, silence=0, needs_closing=True, echo=False,
                               extra=devices(folder, options.way))
        cable.join(5)
        after = Path(folder, "disk").read_bytes()
    written = inverted(disk[:WRITE_BYTES])
    claims = [
        ("the system ends as it should", outcome.status == run_qemu.GOOD and outcome.passed == 1),
        ("the block device interrupts as it was told",
         any(re.fullmatch(WAYS[options.way][2], line) for line in outcome.lines)),
        ("all that was sent arrives", result(outcome.lines, "echo") == (SERIAL_BYTES, hash_of(sent), 0)),
        ("and all comes back, inverted, in order", cable.back == GREETING + inverted(sent)),
        ("a megabyte is read as it is on the disk",
         result(outcome.lines, "reader") == (READ_BYTES, hash_of(disk[:READ_BYTES]), 0)),
        ("what is written is on the disk", after[READ_BYTES:READ_BYTES + WRITE_BYTES] == written),
        ("and nothing else has changed",
         after[:READ_BYTES] == disk[:READ_BYTES] and after[READ_BYTES + WRITE_BYTES:] == disk[READ_BYTES + WRITE_BYTES:]),
    ]
    return report(claims, of_run(outcome), [f"{outcome.seconds:.1f} s, {len(cable.back)} bytes came back"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
