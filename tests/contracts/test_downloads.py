"""The contract of what reads a browser's downloads."""

import os
from pathlib import Path

import pytest

from alpkey.adapters.keys.downloads import DownloadFolder
from alpkey.core.errors import NoKey
from alpkey.core.keys.ports import Downloads
from tests.contracts.fakes import FakeDownloads


@pytest.fixture(params=["folder", "fake"])
def downloads(request: pytest.FixtureRequest, tmp_path: Path) -> Downloads:
    """A folder with an older and a newer key."""
    names = ("cscs-key", "cscs-key (1)")
    if request.param == "fake":
        fake = FakeDownloads(tmp_path)
        for name in names:
            fake.save(name, f"content of {name}")
        return fake
    for age, name in enumerate(names):
        (tmp_path / name).write_text(f"content of {name}")
        os.utime(tmp_path / name, (0, age))
    return DownloadFolder(tmp_path, "cscs-key")


def names(downloads: Downloads, *paths: Path) -> list[str]:
    return [download.name for download in downloads.read(paths)]


def test_the_folder_is_read_newest_first(downloads: Downloads) -> None:
    assert names(downloads) == ["cscs-key (1)", "cscs-key"]
    assert names(downloads, downloads.folder) == ["cscs-key (1)", "cscs-key"]
    assert downloads.read(())[1].content.reveal() == "content of cscs-key"


def test_a_file_that_is_named_is_read_alone(downloads: Downloads) -> None:
    path = downloads.folder / "cscs-key"
    assert names(downloads, path) == ["cscs-key"]
    assert downloads.read([path])[0].path == path


def test_a_file_that_is_missing_is_an_error(downloads: Downloads) -> None:
    with pytest.raises(NoKey) as raised:
        downloads.read([downloads.folder / "nothing"])
    assert raised.value.code == "import-nothing-there"


def test_a_download_can_be_removed_twice(downloads: Downloads) -> None:
    [newest, _] = downloads.read(())
    for _ in range(2):
        downloads.remove(newest)
        assert names(downloads) == ["cscs-key"]
