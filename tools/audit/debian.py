# SPDX-License-Identifier: Unlicense
"""Debian's packages belong to Debian's Python. Where another one comes first in PATH, go on with Debian's."""
import importlib.util
import os
import sys

PYTHON = "/usr/bin/python3"
NEEDED = {"elftools": "python3-pyelftools", "yaml": "python3-yaml"}


def go_on():
    missing = [package for module, package in NEEDED.items() if importlib.util.find_spec(module) is None]
    if not missing:
        return
    if os.environ.get("RME_DEBIAN_PYTHON") or not os.path.exists(PYTHON):
        sys.exit(f"audit: these packages are missing: {' '.join(missing)}")
    os.environ["RME_DEBIAN_PYTHON"] = "yes"
    os.execv(PYTHON, [PYTHON, *sys.argv])
