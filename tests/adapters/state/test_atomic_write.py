"""Files that are replaced: whole or not at all, with their mode, through links."""

import errno
import os
import stat
from pathlib import Path

import pytest

from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_file_gets_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    atomic_write.replace(path, b"new", mode)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", mode)


def test_a_link_is_followed(tmp_path: Path) -> None:
    path, target = tmp_path / "link", tmp_path / "target"
    target.write_bytes(b"old")
    path.symlink_to(target)
    atomic_write.replace(path, b"new", 0o600)
    assert path.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_circle_of_links_is_named(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.symlink_to(other)
    other.symlink_to(one)
    with pytest.raises(InvalidFile):
        atomic_write.replace(one, b"new", 0o600)


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk-full"), (errno.EDQUOT, "disk-full"), (errno.EIO, "folder-unfit")],
)
def test_a_failed_write_leaves_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    before = sorted(tmp_path.iterdir())

    def fails(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(InvalidFile) as raised:
        atomic_write.replace(path, b"new", 0o600)
    assert raised.value.code == code
    assert path.read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == before
