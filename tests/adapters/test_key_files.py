"""The pair on disk: cut off at every rename, it is old or new in the end, never mixed."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.adapters.key_files import KeyPairFiles
from alpkey.core.ports import IssuedPair
from alpkey.core.secret import Secret
from tests.keys import make_key

OLD = ("old key\n", "old certificate\n", "old public\n")
NEW = ("new key\n", "new certificate\n", "new public\n")
RENAMES = 4  # the intent, then the key, the certificate and the plain public key


class Cut(BaseException):
    """Stands for the power cut: nothing in the product catches it."""


def paths(folder: Path) -> list[Path]:
    return [folder / name for name in ("key", "key-cert.pub", "key.pub")]


def contents(folder: Path) -> tuple[str, ...]:
    return tuple(path.read_text() for path in paths(folder))


def pair_files(folder: Path) -> KeyPairFiles:
    """An old pair in ``folder``, and what looks after it."""
    for path, text in zip(paths(folder), OLD, strict=True):
        path.write_text(text)
    return KeyPairFiles(folder / "key", folder / "intent")


def install(pair: KeyPairFiles) -> None:
    pair.install(IssuedPair(Secret(NEW[0]), NEW[1]), NEW[2])


def cut_at(monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    """The ``nth`` rename from now on never happens."""
    replace, done = Path.replace, []

    def counted(self: Path, target: Path) -> Path:
        done.append(self)
        if len(done) == nth:
            raise Cut
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", counted)


def test_the_pair_is_installed_with_its_modes(tmp_path: Path) -> None:
    pair = pair_files(tmp_path)
    install(pair)
    assert contents(tmp_path) == NEW
    modes = [stat.S_IMODE(path.stat().st_mode) for path in paths(tmp_path)]
    assert modes == [0o600, 0o644, 0o644]
    assert not pair.interrupted()


@pytest.mark.parametrize("nth", range(1, RENAMES + 1))
def test_a_cut_at_any_rename_is_healed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    pair = pair_files(tmp_path)
    with monkeypatch.context() as patch:
        cut_at(patch, nth)
        with pytest.raises(Cut):
            install(pair)
    assert pair.finish_interrupted() == (nth > 1)
    assert contents(tmp_path) == (NEW if nth > 1 else OLD)
    assert not pair.interrupted()


@pytest.mark.parametrize("torn", [b"", b"{", b"\xff", b"[]", b"null"])
def test_a_torn_record_leaves_the_old_pair(tmp_path: Path, torn: bytes) -> None:
    pair = pair_files(tmp_path)
    (tmp_path / "intent").write_bytes(torn)
    assert pair.finish_interrupted()
    assert contents(tmp_path) == OLD
    assert not pair.interrupted()


def test_the_backup_is_a_copy(tmp_path: Path) -> None:
    pair = pair_files(tmp_path)
    backup = pair.keep_backup(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert backup.name == "key.before-alpkey-20260102-030405"
    assert backup.read_text() == OLD[0]
    assert contents(tmp_path) == OLD


def test_a_key_that_found_its_place_after_a_cut_waits_no_longer(tmp_path: Path) -> None:
    key, intent = tmp_path / "cscs-key", tmp_path / "intent"
    files = KeyPairFiles(key, intent)
    made = make_key(tmp_path / "made").read_text()
    files.keep_waiting(Secret(made))
    staged = tmp_path / "staged"
    staged.write_text(made)
    intent.write_text(json.dumps({str(staged): str(key)}))
    assert files.finish_interrupted()
    assert files.waiting() is None
    files.keep_waiting(Secret(make_key(tmp_path / "another").read_text()))
    intent.write_text("{}")
    assert files.finish_interrupted()
    assert files.waiting() is not None
