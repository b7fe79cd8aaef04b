"""Watching the renewal window from outside; its place is taken by programs that hold the lock."""

import sys
from pathlib import Path

import pytest

from alpkey.adapters.state.lock import is_held
from alpkey.adapters.system import renewal_window
from alpkey.adapters.system.renewal_window import RenewalWindowProcess

HOLDS = """
import fcntl, sys, pathlib, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
pathlib.Path(sys.argv[1] + ".open").touch()
end = pathlib.Path(sys.argv[1] + ".close")
while not end.exists():
    time.sleep(0.02)
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "window.lock"


def window(lock: Path) -> RenewalWindowProcess:
    return RenewalWindowProcess([sys.executable, "-c", HOLDS, str(lock)], lambda: is_held(lock))


def close(lock: Path) -> None:
    Path(f"{lock}.close").touch()


def test_it_is_done_when_it_is_done(lock: Path) -> None:
    opened = Path(f"{lock}.open")
    assert window(lock).ask(None, opened.exists, 20) is True
    close(lock)


def test_a_window_that_was_closed_is_a_no(lock: Path) -> None:
    def closes_it() -> bool:
        if Path(f"{lock}.open").exists():
            close(lock)
        return False

    assert window(lock).ask(None, closes_it, 20) is False


def test_time_runs_out_on_a_window_that_stays(lock: Path) -> None:
    assert window(lock).ask(None, lambda: False, 0.5) is True
    close(lock)


def test_a_window_that_never_opens_is_a_no(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal_window, "OPENS_WITHIN_S", 0.3)
    assert RenewalWindowProcess(["true"], lambda: False).ask(None, lambda: False, 20) is False
    assert (
        RenewalWindowProcess(["/no/such/program"], lambda: False).ask(None, lambda: False, 20)
        is False
    )
