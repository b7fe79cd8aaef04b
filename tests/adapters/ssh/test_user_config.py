"""The person's configuration file: what it was stays, whatever is put in its place."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.adapters.ssh.user_config import UserConfigFile
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "ssh/config"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"theirs")
    return path


@pytest.fixture
def person(config: Path, tmp_path: Path) -> UserConfigFile:
    return UserConfigFile(config, tmp_path / "state/undo")


def test_mode_and_group_stay(person: UserConfigFile, config: Path) -> None:
    group = next((g for g in os.getgroups() if g != os.getgid()), 4 if os.getuid() == 0 else None)
    if group is not None:
        os.chown(config, -1, group)
    config.chmod(0o640)
    before = config.stat()
    person.replace(person.read(), b"new")
    after = config.stat()
    assert config.read_bytes() == b"new"
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )


def test_attributes_stay(person: UserConfigFile, config: Path) -> None:
    try:
        os.setxattr(config, "user.note", b"mine")
    except (OSError, AttributeError):
        pytest.skip("this file system keeps no attributes of a person's own")
    person.replace(person.read(), b"new")
    assert os.getxattr(config, "user.note") == b"mine"


def test_what_a_cut_left_staged_goes(person: UserConfigFile, config: Path) -> None:
    theirs = config.with_name(".config.swp")
    theirs.write_bytes(b"an editor's")
    atomic_write.stage(config, b"never renamed", 0o600)
    person.replace(person.read(), b"new")
    assert sorted(config.parent.iterdir()) == [theirs, config]


def test_what_was_read_has_to_be_there_still(person: UserConfigFile, config: Path) -> None:
    read = person.read()
    config.write_bytes(b"somebody else's")
    with pytest.raises(InvalidFile) as raised:
        person.replace(read, b"new")
    assert raised.value.code == "config-changed"
    assert config.read_bytes() == b"somebody else's"
    config.unlink()
    with pytest.raises(InvalidFile):
        person.replace(read, b"new")
    assert not config.exists()


def test_a_failed_write_leaves_the_old_and_nothing_beside_it(
    person: UserConfigFile, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InvalidFile) as raised:
        person.replace(person.read(), b"new")
    assert raised.value.code == "disk-full"
    assert config.read_bytes() == b"theirs"
    assert list(config.parent.iterdir()) == [config]


def test_a_backup_is_the_persons_alone(person: UserConfigFile) -> None:
    backup = person.keep_backup(b"\0theirs", NOW)
    assert backup.read_bytes() == b"\0theirs"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.parent.stat().st_mode) == 0o700


def test_taken_away_and_made_anew(person: UserConfigFile, config: Path) -> None:
    person.replace(person.read(), None)
    assert not config.exists()
    assert person.read().content is None
    person.replace(person.read(), b"new")
    assert (config.read_bytes(), stat.S_IMODE(config.stat().st_mode)) == (b"new", 0o600)


def test_includes_are_followed_as_far_as_they_go(person: UserConfigFile, config: Path) -> None:
    """Beside the file, in the home, by pattern; no circle, no pipe, nothing that is not there."""
    home = Path(os.environ["HOME"])
    (home / "more").write_bytes(b"at home")
    (config.parent / "a.conf").write_bytes(b"Include a.conf config")
    (config.parent / "b.conf").write_bytes(b"b")
    os.mkfifo(config.parent / "p.conf")
    found = list(person.included(b'Include *.conf "~/more" /no/such\nInclude a.conf'))
    assert found == [b"Include a.conf config", b"theirs", b"b", b"at home"]


def test_a_deep_chain_ends(person: UserConfigFile, config: Path) -> None:
    for number in range(40):
        (config.parent / f"c{number}").write_text(f"Include c{number + 1}")
    assert len(list(person.included(b"Include c0"))) == 16


def test_a_circle_of_links_is_named(config: Path, tmp_path: Path) -> None:
    config.unlink()
    config.symlink_to(config)
    with pytest.raises(InvalidFile):
        UserConfigFile(config, tmp_path).read()
    with pytest.raises(InvalidFile):
        atomic_write.followed(config)
