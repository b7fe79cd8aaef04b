"""Files outside our folders on a real disk: noted first, with their mode, nothing left behind."""

import hashlib
import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from alpkey.adapters.clock import now
from alpkey.adapters.state import atomic_write
from alpkey.adapters.state.external_changes import ExternalChangesFile
from alpkey.adapters.state.external_files import ExternalFilesOnDisk
from alpkey.core.desktop.external_file import ExternalFile
from alpkey.core.errors import InvalidFile


@pytest.fixture
def external_changes(tmp_path: Path) -> Path:
    return tmp_path / "state/touched.json"


@pytest.fixture
def outside(external_changes: Path) -> ExternalFilesOnDisk:
    return ExternalFilesOnDisk(ExternalChangesFile(external_changes), now)


def test_it_is_noted_with_path_and_digest(
    outside: ExternalFilesOnDisk, external_changes: Path, tmp_path: Path
) -> None:
    file = ExternalFile("entry", tmp_path / "x/entry", b"one", 0o755)
    outside.put(file)
    digest = hashlib.sha256(b"one").hexdigest()
    assert json.loads(external_changes.read_text()) == {
        "entry": {"path": str(file.path), "sha256": digest}
    }
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (file.path, external_changes)]
    assert modes == [0o755, 0o600]
    outside.take_away(file)
    assert json.loads(external_changes.read_text()) == {}


def test_entries_of_others_stay(
    outside: ExternalFilesOnDisk, external_changes: Path, tmp_path: Path
) -> None:
    external_changes.parent.mkdir()
    external_changes.write_text('{"ssh-config": {"line": "Include x"}, "later": 5}')
    file = ExternalFile("entry", tmp_path / "entry", b"one")
    outside.put(file)
    outside.take_away(file)
    assert json.loads(external_changes.read_text()) == {
        "ssh-config": {"line": "Include x"},
        "later": 5,
    }


def test_it_is_noted_before_it_is_written_and_forgotten_where_that_fails(
    outside: ExternalFilesOnDisk,
    external_changes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noted: list[bool] = []

    def fails(path: Path, *_: object) -> None:
        noted.append("entry" in json.loads(external_changes.read_text()))
        raise InvalidFile("disk-full", path=str(path))

    real = atomic_write.replace
    monkeypatch.setattr(
        atomic_write,
        "replace",
        lambda path, *rest: (real if path == external_changes else fails)(path, *rest),
    )
    with pytest.raises(InvalidFile):
        outside.put(ExternalFile("entry", tmp_path / "entry", b"one"))
    assert noted == [True]
    assert json.loads(external_changes.read_text()) == {}


@pytest.mark.parametrize("content", ["not json", "[]"])
def test_a_record_that_cannot_be_read_is_not_overwritten(
    outside: ExternalFilesOnDisk, external_changes: Path, tmp_path: Path, content: str
) -> None:
    external_changes.parent.mkdir()
    external_changes.write_text(content)
    file = ExternalFile("entry", tmp_path / "entry", b"one")
    for change in (outside.put, outside.take_away):
        with pytest.raises(InvalidFile):
            change(file)
    assert external_changes.read_text() == content
    assert not file.path.exists()


def test_a_folder_of_ours_goes_with_its_last_file_unless_something_lies_in_it(
    outside: ExternalFilesOnDisk, tmp_path: Path
) -> None:
    app = tmp_path / "Applications/Alpkey.app"
    one = ExternalFile("one", app / "Contents/Info.plist", b"1", folder=app)
    two = ExternalFile("two", app / "Contents/MacOS/alpkey", b"2", folder=app)
    for file in (one, two):
        outside.put(file)
    outside.take_away(one)
    assert two.path.exists()
    outside.take_away(two)
    assert list(tmp_path.joinpath("Applications").iterdir()) == []
    for file in (one, two):
        outside.put(file)
    (app / "theirs").touch()
    for file in (one, two):
        outside.take_away(file)
    assert [path.name for path in app.iterdir()] == ["theirs"]


def test_a_folder_of_ours_goes_though_only_the_record_knows_it(
    outside: ExternalFilesOnDisk, tmp_path: Path
) -> None:
    app = tmp_path / "Applications/Alpkey.app"
    outside.put(ExternalFile("one", app / "Contents/Info.plist", b"1", folder=app))
    outside.take_back("one")
    assert list(tmp_path.joinpath("Applications").iterdir()) == []


def test_what_the_record_holds_of_others_is_no_file_of_ours(
    outside: ExternalFilesOnDisk, external_changes: Path
) -> None:
    external_changes.parent.mkdir()
    external_changes.write_text('{"ssh-config": {"path": "/c"}, "later": 5}')
    assert outside.placed() == {}


def test_a_place_that_cannot_be_written_is_named(
    outside: ExternalFilesOnDisk, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    file = ExternalFile("entry", tmp_path / "file/entry", b"one")
    with pytest.raises(InvalidFile) as raised:
        outside.put(file)
    assert str(tmp_path / "file") in str(raised.value.params["path"])
    assert outside.content(file.path) is None
    with pytest.raises(InvalidFile):
        outside.content(tmp_path)


def test_a_link_of_the_persons_is_followed_and_then_removed(
    outside: ExternalFilesOnDisk, tmp_path: Path
) -> None:
    """As by those who keep their dot files elsewhere."""
    kept_elsewhere = tmp_path / "dots"
    kept_elsewhere.write_bytes(b"one")
    link = tmp_path / "entry"
    link.symlink_to(kept_elsewhere)
    file = ExternalFile("entry", link, b"one")
    outside.put(replace(file, content=b"two"))
    assert (link.is_symlink(), kept_elsewhere.read_bytes()) == (True, b"two")
    outside.take_away(file)
    assert not os.path.lexists(link)
