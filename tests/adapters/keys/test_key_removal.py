"""Keys taken off the disk: nothing beside them is lost, and no piece of them stays."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.adapters.keys import key_files
from alpkey.adapters.keys.key_files import KeyPairFiles
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.secret import Secret
from tests.keys import make_key, make_pair

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
THEIRS = (
    "id_ed25519",
    "cscs-key.before-alpkey-20260102-030405.pub",
    "cscs-key-sa",
    "cscs-key.pub.txt",
    ".cscs-key.swp",
    "config",
    "known_hosts",
)


@pytest.fixture
def ssh(tmp_path: Path) -> Path:
    """A folder with a pair, one that was moved aside, one that waits, and files of the person's."""
    folder = tmp_path / "ssh"
    folder.mkdir()
    make_pair(folder)
    for name in ("key", "key.pub", "key-cert.pub"):
        (folder / name).rename(folder / f"cscs-{name}")
    for name in ("ca", "ca.pub"):
        (folder / name).unlink()
    pair(folder).keep_backup(NOW)
    pair(folder).keep_waiting(Secret("a key that waits"))
    for name in THEIRS:
        (folder / name).write_text("theirs")
    return folder


def pair(folder: Path) -> KeyPairFiles:
    return KeyPairFiles(folder / "cscs-key", folder.parent / "intent")


def left(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_all_of_it_goes_and_nothing_else(ssh: Path) -> None:
    aside = "before-alpkey-20260102-030405"
    for name in ("", "-cert.pub", ".next", f".{aside}"):
        atomic_write.stage(ssh / f"cscs-key{name}", b"what a cut left", 0o600)
    for key in pair(ssh).every():
        pair(ssh).remove(key)
    assert pair(ssh).remove_waiting()
    assert left(ssh) == set(THEIRS)


def test_the_key_goes_last_so_that_what_a_cut_leaves_can_be_told(
    ssh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[str] = []
    monkeypatch.setattr(key_files, "_remove", lambda path: gone.append(path.name))
    for key in pair(ssh).every():
        pair(ssh).remove(key)
    aside = ".before-alpkey-20260102-030405"
    names = ["cscs-key-cert.pub", "cscs-key.pub", "cscs-key"]
    assert gone == [*names, *(name + aside for name in names)]


def test_a_link_of_the_persons_stays_and_leads_to_nothing(ssh: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (ssh / "cscs-key").rename(elsewhere)
    (ssh / "cscs-key").symlink_to(elsewhere)
    pair(ssh).remove(pair(ssh).every()[0])
    assert not elsewhere.exists()
    assert (ssh / "cscs-key").is_symlink()
    assert pair(ssh).current() is None
    pair(ssh).check_writable()


def test_a_folder_in_a_files_place_is_told(ssh: Path) -> None:
    (ssh / "cscs-key-cert.pub").unlink()
    (ssh / "cscs-key-cert.pub").mkdir()
    with pytest.raises(InvalidFile) as told:
        pair(ssh).remove_certificate()
    assert told.value.params["path"] == str(ssh / "cscs-key-cert.pub")


def test_a_key_that_hides_whose_it_is_is_named_all_the_same(ssh: Path) -> None:
    (ssh / "cscs-key").write_text("PuTTY-User-Key-File-3: ssh-ed25519\n")
    in_place, aside = pair(ssh).every()
    assert (in_place.path, in_place.public_key) == (ssh / "cscs-key", None)
    assert aside.public_key


def test_without_a_folder_there_is_nothing(tmp_path: Path) -> None:
    assert pair(tmp_path / "none").every() == []
    assert not pair(tmp_path / "none").remove_waiting()


def test_an_encrypted_one_moved_aside_is_told_as_such(ssh: Path) -> None:
    for one in ssh.glob("*before-alpkey*"):
        one.unlink()
    make_key(ssh / "cscs-key.before-alpkey-20260102-030405", passphrase="a passphrase")
    assert [one.encrypted for one in pair(ssh).every()] == [False, True]
