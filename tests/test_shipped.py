"""Which build this is, however it is asked for."""

import os
import subprocess
import sys

from alpkey import __version__, shipped
from tests.centre import SOURCES


def test_it_names_version_and_build() -> None:
    assert shipped.version() == f"{__version__} ({shipped.build()})"
    assert shipped.build() == "checkout"


def test_the_command_prints_it() -> None:
    command = [sys.executable, "-P", "-m", "alpkey", "--version"]
    environ = {"PYTHONPATH": SOURCES, "PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == f"alpkey {shipped.version()}\n"
