#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Make an ISO image that boots an ELF with a Multiboot2 header through GRUB, with BIOS and with UEFI.

  iso.py IMAGE --out FILE [--text TEXT] [--module FILE[=TEXT] ...]

TEXT is the command line of the image, or of a module. Exit status: 0 good, 2 it could not be made.
"""
import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# What GRUB needs to read the disc and to start the image; all the rest makes it slow and large.
GRUB_MODULES = "multiboot2 normal iso9660 part_gpt part_msdos fat"
PLATFORMS = {"BIOS": "/usr/lib/grub/i386-pc", "UEFI": "/usr/lib/grub/x86_64-efi"}
TOOLS = ("grub-mkrescue", "xorriso", "mformat")


class IsoError(Exception):
    """The image cannot be made; the text says why."""


def quoted(text):
    """Words of a command line as GRUB's script takes them."""
    if not text.isprintable():
        raise IsoError(f"a command line is one line of text, not {text!r}")
    return "".join(" '" + word.replace("'", "'\\''") + "'" for word in text.split())


def configuration(text, modules):
    lines = ["set timeout=0", "menuentry RME {", f"    multiboot2 /boot/rme.elf{quoted(text)}"]
    lines += [f"    module2 /boot/module{i}{quoted(words)}" for i, (_, words) in enumerate(modules)]
    return "\n".join([*lines, "}"]) + "\n"


def check_tools():
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    missing += [f"GRUB for {name}" for name, folder in PLATFORMS.items() if not Path(folder).is_dir()]
    if missing:
        raise IsoError(f"not installed: {', '.join(missing)} (`./rme iso` installs them)")


def make(image, out, text="", modules=()):
    """`modules`: pairs of file and text."""
    check_tools()
    with tempfile.TemporaryDirectory(prefix="iso-") as folder:
        boot = Path(folder, "boot")
        (boot / "grub").mkdir(parents=True)
        (boot / "grub" / "grub.cfg").write_text(configuration(text, modules), encoding="utf-8")
        try:
            shutil.copyfile(image, boot / "rme.elf")
            for i, (module, _) in enumerate(modules):
                shutil.copyfile(module, boot / f"module{i}")
        except OSError as error:
            raise IsoError(f"cannot read {error.filename}: {error.strerror}") from error
        made = subprocess.run(["grub-mkrescue", f"--install-modules={GRUB_MODULES}", "--locales=", "--fonts=",
                               "--themes=", "-o", str(out), folder],
                              capture_output=True, text=True, check=False)
    if made.returncode != 0 or not Path(out).is_file():
        raise IsoError(f"grub-mkrescue failed:\n{made.stderr.strip()}")


def module_of(text):
    name, _, words = text.partition("=")
    return Path(name), words


def main(argv):
    parser = argparse.ArgumentParser(description="Make an ISO image that boots with BIOS and with UEFI.")
    parser.add_argument("image", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--text", default="", help="command line of the image")
    parser.add_argument("--module", type=module_of, action="append", default=[], metavar="FILE[=TEXT]",
                        help="a boot module and its command line")
    options = parser.parse_args(argv)
    try:
        make(options.image, options.out, options.text, options.module)
    except IsoError as error:
        print(f"iso: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
