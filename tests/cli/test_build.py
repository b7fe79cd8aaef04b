"""Which build this is, as two programs find it out."""

import os
import subprocess
import sys

from alpkey import __version__, glance
from alpkey.cli import build
from tests.centre import SOURCES


def test_both_ways_to_find_it_agree() -> None:
    assert build.name() == f"{__version__} ({glance.build()})"


def test_the_command_prints_it() -> None:
    command = [sys.executable, "-P", "-m", "alpkey", "--version"]
    environ = {"PYTHONPATH": SOURCES, "PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == f"alpkey {build.name()}\n"
