# SPDX-License-Identifier: Unlicense
"""A PC in QEMU, seen from outside: its console, its monitor (QMP), and its debugger's stub.

Every wait has an end; whatever does not come in time is an OSError of the caller.
"""
import json
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
PATIENCE_S = 30.0


class Tap:
    """Cases of a test that is a script."""

    def __init__(self):
        self.passed, self.failed, self.skipped = 0, 0, 0

    def check(self, is_true, name, why=""):
        self.passed += bool(is_true)
        self.failed += not is_true
        print(f"{'' if is_true else 'not '}ok {self.passed + self.failed + self.skipped} - {name}", flush=True)
        for line in str(why).splitlines()[:20] if not is_true else []:
            print(f"# {line}")

    def skip(self, name, reason):
        self.skipped += 1
        print(f"ok {self.passed + self.failed + self.skipped} - {name} # SKIP {reason}", flush=True)

    def end(self):
        print(f"1..{self.passed + self.failed + self.skipped}")
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed else 0


class Stub:
    """The remote protocol of GDB, as much as is needed."""

    def __init__(self, path):
        self.link = socket.socket(socket.AF_UNIX)
        self.link.settimeout(PATIENCE_S)
        self.link.connect(str(path))
        self.rest = b""
        self.ask("?")
        # QEMU may say twice that it has stopped.
        while b"$" in self.rest or select.select([self.link], [], [], 0.2)[0]:
            self.receive()

    def send(self, text):
        data = text.encode()
        self.link.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xFF))

    def receive(self):
        while not (match := re.search(rb"\$([^#]*)#..", self.rest)):
            data = self.link.recv(65536)
            if not data:
                raise OSError("the stub has gone")
            self.rest += data
        self.rest = self.rest[match.end():]
        self.link.sendall(b"+")
        return match[1].decode()

    def ask(self, text):
        self.send(text)
        return self.receive()

    def must(self, text):
        answer = self.ask(text)
        if answer != "OK":
            raise OSError(f"the stub answers {text[:20]} by {answer!r}")

    def read(self, address, size):
        return bytes.fromhex(self.ask(f"m{address:x},{size:x}"))

    def write(self, address, data):
        self.must(f"M{address:x},{len(data):x}:{data.hex()}")

    def run_to(self, address):
        """Until that instruction is the next."""
        self.must(f"Z1,{address:x},1")
        self.ask("c")
        self.must(f"z1,{address:x},1")


class Pc:
    """One QEMU; use it in a `with`."""

    def __init__(self, options, image, extra=()):
        self.folder = tempfile.TemporaryDirectory(prefix="pc-")
        control, stub = (Path(self.folder.name, name) for name in ("control", "stub"))
        self.text, self.stub_path = "", stub
        self.process = subprocess.Popen(
            ["timeout", "--kill-after=5", "120", options.qemu, "-M", options.machine, "-display", "none", "-monitor",
             "none", "-serial", "stdio", "-no-reboot", "-qmp", f"unix:{control},server=on,wait=off", "-gdb",
             f"unix:{stub},server=on,wait=off", *options.arg, *extra, "-kernel", str(image)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._connect(control)

    def _connect(self, control):
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(PATIENCE_S)
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                link.connect(str(control))
                break
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.02)
        self.control = link.makefile("rw")
        self.control.readline()
        self.command("qmp_capabilities")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.folder.cleanup()

    def command(self, name, **arguments):
        self.control.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.control.flush()
        while True:
            answer = json.loads(self.control.readline() or '{"error": "QEMU has gone"}')
            if "error" in answer:
                raise OSError(f"{name}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    def monitor(self, text):
        return self.command("human-monitor-command", **{"command-line": text})

    def wait_for(self, pattern, seconds=PATIENCE_S):
        """The console until it matches; whether it does."""
        end, output = time.monotonic() + seconds, self.process.stdout.fileno()
        while not re.search(pattern, self.text, re.MULTILINE):
            left = end - time.monotonic()
            if left <= 0 or not select.select([output], [], [], left)[0]:
                return False
            data = os.read(output, 65536)
            if not data:
                return False
            self.text += data.decode("utf-8", "replace")
        return True

    def wait_for_end(self, seconds=PATIENCE_S):
        """Exit status, or None."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self.text += self.process.stdout.read().decode("utf-8", "replace")
        return status

    def registers(self):
        text = self.monitor("info registers")
        return {name: int(value, 16) for name, value in re.findall(r"\b([A-Z]+[0-9]*) *= *([0-9a-f]+)", text)}

    def stop_in_user_mode(self):
        """Whether it is found there: most of the time it is."""
        for _ in range(200):
            self.command("stop")
            if self.registers().get("CPL") == 3:
                return True
            self.command("cont")
            time.sleep(0.01)
        return False


def add_options(parser):
    parser.add_argument("--machine", required=True)
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--arg", action="append", default=[], help="one more argument for QEMU")
