"""The example of systemd units that keep a service account's certificate fresh."""

import configparser
import os
import shlex
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from alpkey.cli.renew import renew_command

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "resources/systemd"
NAME = "alpkey-service-account"


def unit(kind: str) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None, delimiters="=", comment_prefixes="#")
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string((UNITS / f"{NAME}.{kind}").read_text())
    return read


def test_systemd_accepts_them(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze") or pytest.skip("no systemd-analyze")
    done = subprocess.run(
        [analyze, "--user", "verify", *sorted(UNITS.iterdir())],
        check=False,
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_what_it_runs_is_a_renewal_where_one_is_needed() -> None:
    start = shlex.split(unit("service")["Service"]["ExecStart"])
    assert start[:3] == ["/usr/bin/env", "alpkey", "renew"]
    given = renew_command.make_context("alpkey renew", start[3:]).params
    assert given["program"]
    pause = timedelta(seconds=int(unit("timer")["Timer"]["OnUnitInactiveSec"]))
    assert pause < given["if_needed"] < timedelta(minutes=1)


def test_the_key_comes_from_a_file_that_nobody_else_may_read() -> None:
    service = unit("service")["Service"]
    file = service["EnvironmentFile"].removeprefix("%h/")
    assert "CSCS_API_KEY" not in service["Environment"]
    assert f"install -m 600 /dev/null ~/{file}" in (ROOT / "docs/administrators.md").read_text()
