"""What commands on hosts keep to."""

import os
from pathlib import Path

import pytest

from alpkey.adapters.ssh.remote import SshRemote
from alpkey.core.errors import Unreachable
from alpkey.core.ssh.ports import RemoteResult, RunOnHost
from tests.centre import Home, centre, home, running_centre
from tests.contracts.fakes_ssh import FakeRemote

__all__ = ["centre", "home", "running_centre"]


@pytest.fixture(params=["ssh", "fake"])
def remote(request: pytest.FixtureRequest) -> tuple[RunOnHost, Path | None]:
    if request.param == "fake":
        says = {
            "echo": lambda words: RemoteResult(0, words[1] + "\n", ""),
            "false": lambda _: RemoteResult(1, "", ""),
        }
        return FakeRemote({"daint": says}).run, None
    at: Home = request.getfixturevalue("home")
    at.renew()
    command = at.json("connect", "daint", "--print")[1]["command"]
    return SshRemote(os.environ).run, Path(command[command.index("-F") + 1])


Given = tuple[RunOnHost, Path | None]


class TestContract:
    def test_a_command_answers(self, remote: Given) -> None:
        ran = remote[0]("daint", remote[1], ["echo", "said"])
        assert (ran.code, ran.output, ran.logged_in) == (0, "said\n", True)

    def test_a_command_that_fails_did_log_in(self, remote: Given) -> None:
        ran = remote[0]("daint", remote[1], ["false"])
        assert (ran.code, ran.logged_in) == (1, True)

    def test_a_command_that_is_not_there_did_too(self, remote: Given) -> None:
        ran = remote[0]("daint", remote[1], ["no-such-thing"])
        assert (ran.code, ran.logged_in) == (127, True)

    def test_a_host_that_is_not_there_says_so(self, remote: Given) -> None:
        ran = remote[0]("nowhere.invalid", remote[1], ["true"])
        assert not ran.logged_in
        assert "Could not resolve hostname" in ran.login("nowhere.invalid").said


def test_without_ssh_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreachable) as missing:
        SshRemote(os.environ).run("daint", None, ["true"])
    assert missing.value.code == "ssh-missing"


@pytest.fixture
def ssh_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in ssh's place, to be written."""
    program = tmp_path / "ssh"
    program.touch(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return program


def test_a_host_that_says_nothing_is_given_up(ssh_program: Path) -> None:
    ssh_program.write_text("#!/bin/sh\nexec sleep 60\n")
    ran = SshRemote(os.environ, timeout_s=0.2).run("daint", None, ["true"])
    assert (ran.code, ran.logged_in) == (None, False)


def test_nobody_waits_for_the_ssh_that_jumps(ssh_program: Path) -> None:
    ssh_program.write_text("#!/bin/sh\nsleep 60 >/dev/null &\necho said; echo why >&2\n")
    ran = SshRemote(os.environ, timeout_s=20).run("daint", None, ["true"])
    assert (ran.code, ran.output) == (0, "said\n")
    assert ran.login("daint").said == "why\n"
