"""Watching the renewal window from outside; its place is taken by programs that hold the lock."""

import sys
import time
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
sys.exit(end.read_text() or 0)
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
    assert window(lock).ask(None, opened.exists, 20) == "done"
    close(lock)


def test_a_window_that_was_closed_is_a_no(lock: Path) -> None:
    def closes_it() -> bool:
        if Path(f"{lock}.open").exists():
            close(lock)
        return False

    assert window(lock).ask(None, closes_it, 20) == "declined"


def test_time_runs_out_on_a_window_that_stays(lock: Path) -> None:
    assert window(lock).ask(None, lambda: False, 0.5) == "late"
    close(lock)


def test_a_window_that_crashed_was_not_closed_by_the_user(lock: Path) -> None:
    def crashes() -> bool:
        if Path(f"{lock}.open").exists():
            Path(f"{lock}.close").write_text("crash")
        return False

    assert window(lock).ask(None, crashes, 20) == "crashed"


@pytest.mark.parametrize("command", [["sleep", "2"], ["/no/such/program"]])
def test_a_window_that_never_opens_was_not_closed_by_the_user(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal_window, "OPENS_WITHIN_S", 0.3)
    process = RenewalWindowProcess(command, lambda: False)
    assert process.ask(None, lambda: False, 20) == "not-opened"


def test_a_window_that_was_closed_before_it_was_seen_is_a_no() -> None:
    assert RenewalWindowProcess(["true"], lambda: False).ask(None, lambda: False, 20) == "declined"


def test_a_window_that_ends_with_an_error_at_once_is_not_waited_for() -> None:
    process = RenewalWindowProcess(["false"], lambda: False)
    began = time.monotonic()
    assert process.ask(None, lambda: False, 20) == "not-opened"
    assert time.monotonic() - began < renewal_window.OPENS_WITHIN_S
