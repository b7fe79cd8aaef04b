"""What a cut leaves behind: found, finished, swept, and told truly."""

import errno
import fcntl
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.adapters.keys.key_files import KeyPairFiles
from alpkey.adapters.state import atomic_write
from alpkey.adapters.state.journal_file import JournalFile
from alpkey.adapters.state.lock import FileLock
from alpkey.core.errors import InvalidFile
from alpkey.core.keys.ports import IssuedPair
from alpkey.core.secret import Secret


def _now() -> datetime:
    return datetime(2026, 12, 1, tzinfo=UTC)


def _staged(key: Path) -> Path:
    left = key.with_name(f".{key.name}.alpkey-abcd1234")
    left.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    os.utime(left, (1, 1))
    return left


def test_a_locked_step_sweeps_what_is_older_than_the_lock(tmp_path: Path) -> None:
    key = tmp_path / "key"
    files = KeyPairFiles(key, tmp_path / "intent")
    left, other = _staged(key), _staged(tmp_path / "key-of-another")
    newer = key.with_name(f".{key.name}.alpkey-zzzz9999")
    newer.touch()
    os.utime(newer, (time.time() + 60, time.time() + 60))
    with FileLock(tmp_path / "lock", lambda: tmp_path / "lock", _now, files.sweep).held(1):
        assert not left.exists()
    assert other.exists()
    assert newer.exists()


def test_nothing_is_swept_while_an_installation_waits_to_be_finished(tmp_path: Path) -> None:
    key, intent = tmp_path / "key", tmp_path / "intent"
    left = _staged(key)
    intent.write_text(json.dumps({str(left): str(key)}))
    files = KeyPairFiles(key, intent)
    files.sweep(time.time())
    assert files.finish_interrupted()
    assert key.read_text().startswith("-----BEGIN")
    assert not intent.exists()


@pytest.mark.parametrize("damaged", ["[" * 100_000, '{"a": 5}', "[]", "5", '{"x": "/\\u0000"}'])
def test_a_damaged_intent_is_no_bug(tmp_path: Path, damaged: str) -> None:
    intent = tmp_path / "intent"
    intent.write_text(damaged)
    assert KeyPairFiles(tmp_path / "key", intent).finish_interrupted()
    assert not intent.exists()


def test_words_about_a_half_installed_pair_name_what_was_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    files = KeyPairFiles(key, tmp_path / "intent")
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if str(target).endswith("-cert.pub"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(InvalidFile) as caught:
        files.install(IssuedPair(Secret("private"), "certificate"), "public")
    assert caught.value.code == "pair-unfinished"
    assert caught.value.params["replaced"] == str(key)
    monkeypatch.undo()
    assert files.finish_interrupted()
    assert files.certificate() == "certificate\n"


def test_the_probe_of_writability_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: int) -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "own"
    monkeypatch.setattr(os, "fsync", killed)
    monkeypatch.setattr(atomic_write, "discard", lambda _: None)  # as after a kill
    with pytest.raises(KeyboardInterrupt):
        KeyPairFiles(folder / "key", tmp_path / "intent").check_writable()
    assert list(folder.iterdir()) == []


def test_an_error_while_the_lock_is_released_denies_no_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = FileLock(tmp_path / "lock", lambda: tmp_path / "lock", _now)

    def failing(_handle: int, _length: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with lock.held(1):
        monkeypatch.setattr(os, "ftruncate", failing)
    monkeypatch.undo()
    assert lock.holder() is None


@pytest.mark.parametrize("number", [524, errno.EINVAL, errno.ENOTTY, errno.EBADF, errno.ENOLCK])
def test_any_other_error_of_flock_means_the_second_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    first, second = tmp_path / "lock", tmp_path / "second"
    flock = fcntl.flock

    def failing(handle: int, operation: int) -> None:
        if os.path.samestat(os.fstat(handle), first.stat()):
            raise OSError(number, "not here")
        flock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", failing)
    lock = FileLock(first, lambda: second, _now)
    with lock.held(1):
        assert lock.weak
        assert second.exists()


def test_a_pipe_as_a_state_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "journal.jsonl"
    os.mkfifo(pipe)
    with pytest.raises(InvalidFile):
        JournalFile(pipe, _now).facts()
    with pytest.raises(InvalidFile), FileLock(pipe, lambda: pipe, _now).held(1):
        pass


@pytest.mark.parametrize("mask", [0o000, 0o002, 0o077])
def test_files_have_their_mode_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    before = os.umask(mask)
    try:
        atomic_write.replace(folder / "file", b"x", 0o600)
        with FileLock(folder / "lock", lambda: folder / "lock", _now).held(1):
            pass
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {"file": 0o600, "lock": 0o600}
