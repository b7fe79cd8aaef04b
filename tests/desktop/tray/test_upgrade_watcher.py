"""A program that is upgraded or removed while its tray runs."""

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from alpkey.desktop.tray.upgrade_watcher import UpgradeWatcher

SETTLE_MS = 50


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "lib/alpkey/alpkey"
    path.parent.mkdir(parents=True)
    path.write_text("old")
    return path


def test_a_file_in_its_place(qtbot: QtBot, program: Path) -> None:
    """As dpkg and rpm do it."""
    watcher = UpgradeWatcher(program, SETTLE_MS)
    with qtbot.waitSignal(watcher.replaced):
        fresh = program.with_name("alpkey.dpkg-new")
        fresh.write_text("new")
        fresh.rename(program)


def test_a_folder_in_its_place(qtbot: QtBot, program: Path) -> None:
    """As the .run does it."""
    watcher = UpgradeWatcher(program, SETTLE_MS)
    folder = program.parent
    fresh = folder.with_name("alpkey.new")
    shutil.copytree(folder, fresh)
    with qtbot.waitSignal(watcher.replaced):
        folder.rename(folder.with_name("alpkey.old"))
        fresh.rename(folder)


def test_no_program_any_more(qtbot: QtBot, program: Path) -> None:
    watcher = UpgradeWatcher(program, SETTLE_MS)
    with qtbot.waitSignal(watcher.removed):
        shutil.rmtree(program.parent)


def test_what_lies_beside_it_is_no_upgrade(qtbot: QtBot, program: Path) -> None:
    """And the next change is noticed, too."""
    watcher = UpgradeWatcher(program, SETTLE_MS)
    with qtbot.assertNotEmitted(watcher.replaced), qtbot.waitSignal(watcher._settle.timeout):
        (program.parent / "other").write_text("x")
    with qtbot.waitSignal(watcher.replaced):
        fresh = program.with_name("fresh")
        fresh.write_text("new")
        fresh.rename(program)
