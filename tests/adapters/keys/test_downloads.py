"""Where a browser saves, and what is read of it."""

import os
from pathlib import Path

import pytest

from alpkey.adapters.keys.downloads import SIZE_LIMIT_BYTES, DownloadFolder
from alpkey.adapters.system import linux, macos
from alpkey.core.errors import InvalidFile, NoKey

NAMED = {
    "": "Downloads",
    'XDG_DOWNLOAD_DIR="$HOME/Téléchargements"\n': "Téléchargements",
    'XDG_DOWNLOAD_DIR="/srv/down"\n': "/srv/down",
    'XDG_DOWNLOAD_DIR="$HOME"\n': ".",
    'XDG_DOWNLOAD_DIR="$HOME/a \\$1"\n': "a $1",
    '# XDG_DOWNLOAD_DIR="$HOME/no"\nXDG_DOWNLOAD_DIR="$HOME/one"\nXDG_DESKTOP_DIR="$HOME/x"': "one",
    'XDG_DOWNLOAD_DIR="$HOME/one"\nXDG_DOWNLOAD_DIR="$HOME/two"\n': "two",
    'XDG_DOWNLOAD_DIR="relative"\n': "Downloads",
    "\udcff": "Downloads",
}


@pytest.mark.parametrize("text", NAMED)
@pytest.mark.parametrize("moved", [False, True])
def test_the_folder_that_the_desktop_names(tmp_path: Path, text: str, moved: bool) -> None:
    config = tmp_path / ("elsewhere" if moved else ".config")
    config.mkdir()
    (config / "user-dirs.dirs").write_bytes(text.encode(errors="surrogateescape"))
    environ = {"XDG_CONFIG_HOME": str(config)} if moved else {}
    assert linux.downloads_folder(environ, tmp_path) == tmp_path / NAMED[text]


def test_without_a_file_it_is_the_usual_one(tmp_path: Path) -> None:
    for platform in (linux, macos):
        assert platform.downloads_folder({}, tmp_path) == tmp_path / "Downloads"


def names(saved: DownloadFolder, *paths: Path) -> list[str]:
    return [one.name for one in saved.read(paths)]


def test_only_what_may_be_a_key_is_read_newest_first(tmp_path: Path) -> None:
    for age, name in enumerate(
        ("cscs-key", "cscs-key (1)", "CSCS-key-cert(2).pub", "my-cert.pub.txt", "film", "a.pub")
    ):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, age))
    (tmp_path / "cscs-key.part").touch()
    (tmp_path / "cscs-key-folder").mkdir()
    (tmp_path / "cscs-key-big").write_bytes(bytes(SIZE_LIMIT_BYTES + 1))
    wanted = ["my-cert.pub.txt", "CSCS-key-cert(2).pub", "cscs-key (1)", "cscs-key"]
    assert names(DownloadFolder(tmp_path, "cscs-key")) == wanted
    assert names(DownloadFolder(tmp_path / "none", "cscs-key"), tmp_path) == wanted
    assert names(DownloadFolder(tmp_path / "none", "cscs-key")) == []


def test_what_is_named_is_read_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "film").touch()
    assert names(DownloadFolder(tmp_path, "cscs-key"), tmp_path / "film") == ["film"]


@pytest.mark.parametrize("odd", ["big", "pipe"])
def test_what_cannot_hold_a_key_is_unfit(tmp_path: Path, odd: str) -> None:
    (tmp_path / "big").write_bytes(bytes(SIZE_LIMIT_BYTES + 1))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidFile):
        DownloadFolder(tmp_path, "cscs-key").read([tmp_path / odd])
    with pytest.raises(NoKey):
        DownloadFolder(tmp_path, "cscs-key").read([tmp_path / "nothing"])


def test_removing(tmp_path: Path) -> None:
    (tmp_path / "cscs-key").touch()
    saved = DownloadFolder(tmp_path, "cscs-key")
    (download,) = saved.read([])
    for _ in range(2):
        saved.remove(download)
    assert not (tmp_path / "cscs-key").exists()
