"""The person's known_hosts: a link stays a link, and nothing is left beside it."""

from pathlib import Path

import pytest

from alpkey.adapters.ssh.known_hosts import KnownHostsFile
from alpkey.adapters.state import atomic_write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ssh"
    made.mkdir()
    return made


def test_what_a_cut_left_staged_goes(folder: Path) -> None:
    path = folder / "known_hosts"
    atomic_write.stage(path, b"never renamed", 0o600)
    KnownHostsFile(path).replace(b"daint ssh-ed25519 AAAA\n")
    assert list(folder.iterdir()) == [path]


def test_a_link_stays_one_and_the_mode_with_it(folder: Path) -> None:
    path, target = folder / "known_hosts", folder / "elsewhere"
    target.write_bytes(b"")
    target.chmod(0o644)
    path.symlink_to(target)
    atomic_write.stage(target, b"never renamed", 0o600)
    KnownHostsFile(path).replace(b"daint ssh-ed25519 AAAA\n")
    assert path.is_symlink()
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (
        b"daint ssh-ed25519 AAAA\n",
        0o644,
    )
    assert sorted(folder.iterdir()) == [target, path]
