"""The pair on disk: cut off at every rename, it is old or new in the end, never mixed."""

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.adapters.keys.key_files import KeyPairFiles
from alpkey.core.errors import InvalidFile
from alpkey.core.keys.ports import IssuedPair
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


def test_a_public_half_is_added_only_where_nothing_has_its_name(tmp_path: Path) -> None:
    files = KeyPairFiles(tmp_path / "key", tmp_path / "intent", named=True)
    public = tmp_path / "key.pub"
    files.add_public("ssh-ed25519 AAAA")
    assert public.read_text() == "ssh-ed25519 AAAA\n"
    for leads_nowhere in (False, True):
        if leads_nowhere:
            public.unlink()
            public.symlink_to(tmp_path / "nowhere")
        with pytest.raises(InvalidFile):
            files.add_public("ssh-ed25519 BBBB")
        assert [one.name for one in tmp_path.glob("*key*")] == ["key.pub"]


def test_a_named_key_that_came_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    pair = IssuedPair(Secret(NEW[0]), NEW[1])
    files = KeyPairFiles(tmp_path / "key", tmp_path / "intent", named=True)
    (tmp_path / "key").write_text(OLD[0])
    with pytest.raises(InvalidFile) as raised:
        files.install_own(pair, NEW[2])
    assert raised.value.code == "key-changed"
    assert [one.name for one in tmp_path.glob("*key*")] == ["key"]


def test_installing_removes_no_other_key_than_the_one_that_waited(tmp_path: Path) -> None:
    files = KeyPairFiles(tmp_path / "key", tmp_path / "intent")
    following = tmp_path / "key.next"
    following.write_text("notes of the person\n")
    made = make_key(tmp_path / "made").read_text()
    files.install_own(IssuedPair(Secret(made), NEW[1]), NEW[2])
    assert following.read_text() == "notes of the person\n"
    following.write_text(made)
    files.install_own(IssuedPair(Secret(made), NEW[1]), NEW[2])
    assert not following.exists()


def test_two_backups_within_a_second_are_two(tmp_path: Path) -> None:
    pair, at = pair_files(tmp_path), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    first = pair.keep_backup(at)
    install(pair)
    second = pair.keep_backup(at)
    certificate = pair.keep_certificate(at)
    assert (first.read_text(), second.read_text()) == (OLD[0], NEW[0])
    assert certificate.read_text() == NEW[1]
    assert len(list(tmp_path.glob("key-cert.pub.before-alpkey-*"))) == 3


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o644])
def test_a_certificate_closes_its_key_and_opens_none(tmp_path: Path, mode: int) -> None:
    pair = pair_files(tmp_path)
    (tmp_path / "key").chmod(mode)
    pair.install_certificate(NEW[1])
    wanted = mode if not mode & 0o077 else 0o600
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == wanted


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key")
    files = KeyPairFiles(tmp_path / "key", tmp_path / "intent", named=True)
    for snapshot in (files.current, files.private, files.check_kinds):
        with pytest.raises(InvalidFile):
            snapshot()
