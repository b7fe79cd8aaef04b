"""The lock: one process at a time, the other learns who; weak where flock(2) is unknown."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from alpkey.adapters.clock import now
from alpkey.adapters.state.lock import FileLock
from alpkey.core.errors import Unreachable

HOLDS = """
import sys
from pathlib import Path
from alpkey.adapters.clock import now
from alpkey.adapters.state.lock import FileLock
with FileLock(Path(sys.argv[1]), lambda: Path(sys.argv[2]), now).held(5):
    print("held", flush=True)
    sys.stdin.read()
"""


def file_lock(folder: Path) -> FileLock:
    return FileLock(folder / "lock", lambda: folder / "fallback", now)


def test_another_process_is_waited_for_and_named(tmp_path: Path) -> None:
    lock = file_lock(tmp_path)
    command = [sys.executable, "-c", HOLDS, str(tmp_path / "lock"), str(tmp_path / "fallback")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Unreachable) as raised, lock.held(0.1):
            pass
        assert raised.value.code == "lock-held"
        assert raised.value.params["process"] == f"alpkey ({other.pid})"
        assert lock.holder() is not None
        other.communicate()
    with lock.held(5):
        pass
    assert lock.holder() is None


def test_without_locks_only_this_computer_is_guarded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock
    lock = file_lock(tmp_path)

    def unknown(handle: int, operation: int) -> None:
        if Path(f"/proc/self/fd/{handle}").resolve() == tmp_path / "lock":
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
        flock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", unknown)
    with lock.held(1):
        assert lock.weak
        assert (tmp_path / "fallback").stat().st_size
