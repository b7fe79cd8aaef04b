"""What every keeper of files outside our folders, and every record of them, keeps to."""

from dataclasses import replace
from pathlib import Path

import pytest

from alpkey.adapters.clock import now
from alpkey.adapters.state.external_changes import ExternalChangesFile
from alpkey.adapters.state.external_files import ExternalFilesOnDisk
from alpkey.core.desktop.external_file import ExternalFile
from alpkey.core.desktop.ports import ExternalFiles
from alpkey.core.state.ports import ExternalChanges
from tests.contracts.fakes import FakeExternalChanges, FakeExternalFiles


@pytest.fixture(params=["file", "fake"])
def external_changes(request: pytest.FixtureRequest, tmp_path: Path) -> ExternalChanges:
    return (
        FakeExternalChanges()
        if request.param == "fake"
        else ExternalChangesFile(tmp_path / "state/touched.json")
    )


class TestTouched:
    def test_an_entry_is_read_back_and_forgotten(self, external_changes: ExternalChanges) -> None:
        assert external_changes.entry("a") is None
        external_changes.note("a", {"path": "/x"})
        external_changes.note("b", {"path": "/y"})
        external_changes.note("a", {"path": "/z"})
        assert (external_changes.entry("a"), external_changes.entry("b")) == (
            {"path": "/z"},
            {"path": "/y"},
        )
        external_changes.note("a", None)
        external_changes.note("a", None)
        assert (external_changes.entry("a"), external_changes.entry("b")) == (None, {"path": "/y"})
        assert external_changes.names() == ["b"]


@pytest.fixture(params=["files", "fake"])
def outside(request: pytest.FixtureRequest) -> ExternalFiles:
    return (
        FakeExternalFiles()
        if request.param == "fake"
        else ExternalFilesOnDisk(FakeExternalChanges(), now)
    )


@pytest.fixture
def file(tmp_path: Path) -> ExternalFile:
    return ExternalFile("entry", tmp_path / "not/there/yet/entry.desktop", b"one")


def put_by_another(outside: ExternalFiles, file: ExternalFile, content: bytes) -> None:
    """Past the record, as a person or a desktop does it."""
    if isinstance(outside, FakeExternalFiles):
        outside.files[file.path] = content
    else:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_bytes(content)


class TestOutside:
    def test_what_is_put_is_there_until_it_is_taken_away(
        self, outside: ExternalFiles, file: ExternalFile
    ) -> None:
        assert (outside.content(file.path), outside.holds(file)) == (None, False)
        assert outside.put(file) is None
        assert (outside.content(file.path), outside.holds(file)) == (b"one", True)
        assert outside.take_away(file) is None
        assert (outside.content(file.path), outside.holds(file)) == (None, False)
        assert outside.take_away(file) is None

    def test_our_own_is_replaced_and_removed_without_a_word(
        self, outside: ExternalFiles, file: ExternalFile
    ) -> None:
        outside.put(file)
        assert outside.put(replace(file, content=b"two")) is None
        assert outside.content(file.path) == b"two"
        assert outside.take_away(file) is None

    @pytest.mark.parametrize("put_before", [True, False])
    @pytest.mark.parametrize("change", ["put", "take_away"])
    def test_what_another_wrote_is_kept(
        self, outside: ExternalFiles, file: ExternalFile, change: str, put_before: bool
    ) -> None:
        if put_before:
            outside.put(file)
        put_by_another(outside, file, b"theirs")
        kept = getattr(outside, change)(file)
        assert kept is not None
        assert kept.suffix != ".desktop"
        assert outside.content(kept) == b"theirs"
        assert outside.content(file.path) == (b"one" if change == "put" else None)

    @pytest.mark.parametrize("changed", [False, True])
    def test_whoever_has_it_no_longer_takes_it_back_by_its_name(
        self, outside: ExternalFiles, file: ExternalFile, changed: bool
    ) -> None:
        assert outside.placed() == {}
        outside.put(file)
        assert outside.placed() == {file.name: file.path}
        if changed:
            put_by_another(outside, file, b"theirs")
        kept = outside.take_back(file.name)
        assert (kept and outside.content(kept)) == (b"theirs" if changed else None)
        assert (outside.content(file.path), outside.placed()) == (None, {})

    def test_the_very_same_is_not_kept_twice(
        self, outside: ExternalFiles, file: ExternalFile
    ) -> None:
        put_by_another(outside, file, b"one")
        assert outside.put(file) is None

    def test_it_is_found_where_it_was_put(
        self, outside: ExternalFiles, file: ExternalFile, tmp_path: Path
    ) -> None:
        """The place has moved since, with XDG_CONFIG_HOME for one."""
        outside.put(file)
        moved = replace(file, path=tmp_path / "elsewhere")
        outside.put(moved)
        assert (outside.content(file.path), outside.content(moved.path)) == (None, b"one")
        outside.take_away(file)
        assert outside.content(moved.path) is None
