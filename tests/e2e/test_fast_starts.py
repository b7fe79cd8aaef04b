"""What the commands that are to start as fast as Python import: exactly this, and nothing else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.centre import SOURCES, Home

IMPORTED = re.compile(r"import time:[^|]*\|[^|]*\| *(\S+)")

# What `python -m` loads to find a program; the installed command does without.
RUNPY = {"runpy", "pkgutil", "importlib.machinery"}


def imported(*arguments: str, **environ: str) -> set[str]:
    command = [sys.executable, "-X", "importtime", "-P", *arguments]
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(IMPORTED.findall(done.stderr))


def beyond_python(*arguments: str, **environ: str) -> set[str]:
    """The modules that a command loads beyond those of a Python that starts a module."""
    environ = {"PYTHONPATH": SOURCES, **environ}
    empty = str(Path(SOURCES) / "alpkey/core/keychain/__init__.py")
    bare = imported("-c", f"import runpy; runpy.run_path({empty!r})", **environ)
    return imported("-m", "alpkey", *arguments, **environ) - bare - RUNPY


@pytest.fixture
def connected(home: Home) -> Home:
    """A home with a good key from which a connection was made."""
    del home.environ["PYTHONWARNINGS"]
    assert home.renew()[0] == 0
    assert home.run("connect", "daint", "--print").returncode == 0
    assert home.json("status")[0] == 0
    return home


LOOK = {"alpkey", "alpkey.core", "alpkey.core.base_dirs", "gc", "pwd"}


def test_the_version() -> None:
    assert beyond_python("--version") == {"alpkey", "alpkey.shipped", "gc"}


def test_the_line_of_a_prompt(connected: Home) -> None:
    assert beyond_python("status", "--short", **connected.environ) == LOOK | {
        "alpkey.cli",
        "alpkey.cli.output",
        "alpkey.cli.output.short_status",
        "alpkey.core.look_line",
    }


def test_a_connection_with_a_good_key(connected: Home) -> None:
    assert beyond_python("connect", "daint", "--print", **connected.environ) == LOOK | {
        "_socket",
        "alpkey.adapters",
        "alpkey.adapters.state",
        "alpkey.adapters.state.connect_record_file",
        "alpkey.core.ssh",
        "alpkey.core.ssh.connect_record",
        "alpkey.wiring",
        "alpkey.wiring.fast_connect",
    }
