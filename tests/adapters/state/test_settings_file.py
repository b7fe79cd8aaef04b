"""The file of settings: changed one key at a time, with all else as the person left it."""

import os
import stat
import threading
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.adapters.clock import now
from alpkey.adapters.state.lock import FileLock
from alpkey.adapters.state.settings_file import TomlSettingsFile
from alpkey.core.errors import InvalidFile
from alpkey.core.settings.kinds import Plain
from tests.contracts.fakes import FakeLock

WRITTEN = """\
# Mine, since 2019.
username = "bob"   # the old one

terminal = [ "kitty",
             "-1" ]  # as it is

[clusters]
eiger = true  # weather
"""
MOMENT = datetime(2026, 11, 25, 14, 8, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config/config.toml"
    path.parent.mkdir()
    path.write_text(WRITTEN)
    return path


def file(path: Path) -> TomlSettingsFile:
    return TomlSettingsFile(path, FakeLock(), lambda: MOMENT)


def test_comments_order_and_spaces_stay(path: Path) -> None:
    file(path).change("username", "alice")
    assert path.read_text() == WRITTEN.replace('"bob"', '"alice"')


def test_a_new_key_comes_before_the_tables(path: Path) -> None:
    file(path).change("icon", "ring")
    assert tomllib.loads(path.read_text()) == {**tomllib.loads(WRITTEN), "icon": "ring"}
    assert [line for line in WRITTEN.splitlines() if line not in path.read_text()] == []


def test_of_a_table_only_the_rows_that_differ_are_touched(path: Path) -> None:
    file(path).change("clusters", {"eiger": True, "santis": False})
    assert path.read_text() == WRITTEN + "santis = false\n"
    file(path).change("clusters", {"santis": False})
    assert tomllib.loads(path.read_text())["clusters"] == {"santis": False}


def test_a_key_is_taken_out(path: Path) -> None:
    file(path).change("username", None)
    assert "username" not in tomllib.loads(path.read_text())
    assert "# Mine, since 2019." in path.read_text()


def test_nothing_is_written_where_nothing_changes(path: Path) -> None:
    before = path.stat()
    file(path).change("username", "bob")
    file(path).change("icon", None)
    after = path.stat()
    assert os.path.samestat(after, before)
    assert after.st_mtime_ns == before.st_mtime_ns


def test_the_first_setting_makes_the_file_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "new/config.toml"
    assert file(path).change("username", "alice") is None
    assert path.read_text() == 'username = "alice"\n'
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)]
    assert modes == [0o600, 0o700]


@pytest.mark.parametrize("content", [b"not toml [", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_what_cannot_be_read_is_set_aside_and_never_lost(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    aside = file(path).change("username", "alice")
    assert aside == path.with_name("config.toml.unreadable-20261125-140812")
    assert aside.read_bytes() == content
    assert path.read_text() == 'username = "alice"\n'


def test_what_was_set_aside_before_is_not_overwritten(path: Path) -> None:
    path.write_text("first [")
    aside = file(path).change("username", "alice")
    path.write_text("second [")
    with pytest.raises(InvalidFile):
        file(path).change("username", "alice")
    assert aside is not None
    assert (aside.read_text(), path.read_text()) == ("first [", "second [")


@pytest.mark.parametrize("above", [0, 1])
def test_a_file_that_others_may_write_is_refused(path: Path, above: int) -> None:
    (path, path.parent)[above].chmod(0o722)
    with pytest.raises(InvalidFile) as raised:
        file(path).change("username", "alice")
    assert (raised.value.code, raised.value.exit_code) == ("settings-unreadable", 9)
    assert path.read_text() == WRITTEN


def test_nor_is_one_begun_where_others_may_put_another(tmp_path: Path) -> None:
    path = tmp_path / "open/config.toml"
    path.parent.mkdir()
    path.parent.chmod(0o777)
    with pytest.raises(InvalidFile) as raised:
        file(path).change("username", "alice")
    assert f"folder {path.parent}. " in str(raised.value.params["reason"])
    assert not path.exists()


def test_a_link_is_followed(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked.toml"
    link.symlink_to(path)
    file(link).change("username", "alice")
    assert link.is_symlink()
    path.write_text("not toml [")
    assert file(link).change("username", "alice") is not None
    assert link.is_symlink()
    assert path.read_text() == 'username = "alice"\n'


def test_two_changes_at_once_lose_none(path: Path, tmp_path: Path) -> None:
    """Real locks, and every change by a writer of its own, as by the page's children."""
    keys = [f"key{number}" for number in range(12)]

    def put(key: str) -> None:
        lock = FileLock(tmp_path / "lock", lambda: tmp_path / "other", now)
        TomlSettingsFile(path, lock, now).change(key, key)

    writers = [threading.Thread(target=put, args=(key,)) for key in keys]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    written = tomllib.loads(path.read_text())
    assert {key: written.get(key) for key in keys} == {key: key for key in keys}


_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
_plains = st.one_of(_texts, st.booleans(), st.lists(_texts, max_size=3))


@given(st.lists(st.tuples(st.sampled_from(["username", "icon", "terminal"]), _plains), max_size=6))
def test_what_was_put_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, Plain]]
) -> None:
    path = tmp_path_factory.mktemp("settings") / "config.toml"
    path.write_text(WRITTEN)
    wanted = tomllib.loads(WRITTEN)
    for key, plain in changes:
        file(path).change(key, plain)
        wanted[key] = plain
    assert tomllib.loads(path.read_text()) == wanted
    assert "# Mine, since 2019." in path.read_text()


def test_a_file_with_a_byte_order_mark_is_changed_like_any_other(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + WRITTEN.encode())
    assert file(path).change("username", "alice") is None
    assert path.read_text() == WRITTEN.replace('"bob"', '"alice"')


def test_a_setting_of_a_newer_version_stays(path: Path) -> None:
    path.write_text('tray_sound = "bell"\n' + WRITTEN)
    file(path).change("username", "alice")
    assert tomllib.loads(path.read_text())["tray_sound"] == "bell"
