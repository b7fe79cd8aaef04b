"""The real ssh as judge: what is in place, what is on trial, and what never ends."""

import fcntl
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from alpkey.adapters.ssh import config_trial
from alpkey.adapters.ssh.config_trial import OpenSshConfig, sweep_trials
from alpkey.core.errors import Cancelled, InvalidFile, Unreachable
from alpkey.core.paths import user_paths
from tests.e2e.waiting import until

OURS = "Host daint\n    Port 22\n    HostName daint.alps.cscs.ch\n"


@pytest.fixture
def config() -> Path:
    path = user_paths().user_config
    path.parent.mkdir(parents=True, mode=0o700)
    return path


def config_queries(environ: Mapping[str, str] = os.environ) -> OpenSshConfig:
    return OpenSshConfig(user_paths(), environ)


def test_without_a_file_ssh_has_its_own_mind() -> None:
    assert config_queries().query("daint")["hostname"] == ("daint",)


def test_the_file_in_place_is_asked(config: Path) -> None:
    config.write_text("Host d\n  Port 3\n  IdentityFile /a\n  IdentityFile /b\n")
    assert config_queries().query("d")["port"] == ("3",)
    assert config_queries().query("d")["identityfile"] == ("/a", "/b")


@pytest.mark.parametrize("end", [b"\n", b"", b"\r\n", b" # x"])
def test_a_trial_lays_both_on_each_other_in_both_ways(end: bytes) -> None:
    theirs = b"Host daint\n  User bob\n  Port 99\nHost other\n  Port 3" + end
    with config_queries().try_config(OURS, theirs) as trial:
        ours_first, theirs_first = trial.ours_first("daint"), trial.theirs_first("daint")
    assert (ours_first["port"], theirs_first["port"]) == (("22",), ("99",))
    assert ours_first["user"] == theirs_first["user"] == ("bob",)
    assert theirs_first["hostname"] == ("daint.alps.cscs.ch",)


def test_a_trial_leaves_nothing_behind() -> None:
    with pytest.raises(InvalidFile), config_queries().try_config(OURS, b"Nonsense\n") as trial:
        trial.ours_first("daint")
    assert list(user_paths().undo.iterdir()) == []


def test_a_refusal_names_the_persons_file_and_not_ours(config: Path) -> None:
    with (
        pytest.raises(InvalidFile) as raised,
        config_queries().try_config(OURS, b"Host a\n  Nonsense 1\n") as trial,
    ):
        trial.theirs_first("daint")
    assert str(raised.value.params["reason"]).startswith(f"{config}: line 2: ")


def test_a_name_is_never_an_option(config: Path) -> None:
    with pytest.raises(InvalidFile):
        config_queries().query("-oProxyCommand=id")


def test_what_a_match_line_leaves_running_holds_nobody_up(config: Path, tmp_path: Path) -> None:
    config.write_text('Match exec "sleep 60 & echo $! >' + str(tmp_path / "pid") + '"\n  Port 3\n')
    began = time.monotonic()
    assert config_queries().query("d")["port"] == ("3",)
    assert time.monotonic() - began < config_trial.TIMEOUT_S
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)


def test_what_hangs_is_ended_with_all_it_started(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config_trial, "TIMEOUT_S", 0.5)
    pid = tmp_path / "pid"
    config.write_text(f'Match exec "echo $$ >{pid}; sleep 60; true"\n  Port 3\n')
    with pytest.raises(InvalidFile) as raised:
        config_queries().query("d")
    assert raised.value.code == "config-hangs"
    until(lambda: not _runs(int(pid.read_text())), "the end of what was started")


def test_a_cancel_ends_the_wait(config: Path, tmp_path: Path) -> None:
    """As the command line cancels: a signal raises in the main thread."""
    config.write_text('Match exec "kill -USR1 $PARENT; sleep 60"\n  Port 3\n')

    def cancel(_number: int, _frame: object) -> None:
        raise Cancelled

    before = signal.signal(signal.SIGUSR1, cancel)
    try:
        with pytest.raises(Cancelled):
            config_queries({**os.environ, "PARENT": str(os.getpid())}).query("d")
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_without_ssh_it_says_so() -> None:
    with pytest.raises(Unreachable) as raised:
        config_queries({"PATH": "/nowhere"}).query("d")
    assert raised.value.code == "ssh-missing"


def _runs(process: int) -> bool:
    """A zombie no longer runs."""
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_trial_that_was_cut_off_is_swept_and_one_that_runs_is_not(tmp_path: Path) -> None:
    undo = tmp_path / "undo"
    for name in ("trial-abcd1234", "trial-of-the-user", "trial-running1"):
        (undo / name).mkdir(parents=True)
        (undo / name / "own").touch()
        os.utime(undo / name, (1, 1))
    with (undo / "trial-running1/own").open() as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        sweep_trials(undo, 2)
        assert {path.name for path in undo.iterdir()} == {"trial-of-the-user", "trial-running1"}
    sweep_trials(undo, 0.5)
    assert (undo / "trial-running1").exists()
    sweep_trials(undo, 2)
    assert not (undo / "trial-running1").exists()
