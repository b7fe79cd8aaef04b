"""state/touched.json: entries of several things in one file."""

import json
from pathlib import Path

import pytest

from alpkey.adapters.state.external_changes import ExternalChangesFile
from alpkey.core.errors import InvalidFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state/touched.json"


def test_an_entry_comes_and_goes_beside_others(path: Path) -> None:
    external_changes = ExternalChangesFile(path)
    assert external_changes.entry("ssh-config") is None
    external_changes.note("ssh-config", {"path": "/c", "existed": False})
    ExternalChangesFile(path).note("autostart", {"path": "/a"})
    assert external_changes.entry("ssh-config") == {"path": "/c", "existed": False}
    external_changes.note("ssh-config", None)
    assert json.loads(path.read_text()) == {"autostart": {"path": "/a"}}


def test_forgetting_what_never_was_writes_nothing(path: Path) -> None:
    ExternalChangesFile(path).note("x", None)
    assert not path.exists()


@pytest.mark.parametrize("content", [b"{torn", b"[]", b"\xff"])
def test_what_cannot_be_read_is_not_overwritten(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(InvalidFile):
        ExternalChangesFile(path).note("x", {"path": "/x"})
    assert path.read_bytes() == content
