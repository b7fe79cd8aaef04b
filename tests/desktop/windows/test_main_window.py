"""The main window follows the files, and does what the menu does."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTabWidget, QToolButton
from pytestqt.qtbot import QtBot

from alpkey import __version__, shipped
from alpkey.core.keys.certificate import fingerprint
from alpkey.core.paths import Paths, user_paths
from alpkey.desktop import current_state
from alpkey.desktop.windows.about_dialog import AboutDialog
from alpkey.desktop.windows.main_window import MainWindow
from tests.core.sites import site
from tests.keys import make_pair

Started = list[tuple[str, ...]]


@pytest.fixture
def at() -> Paths:
    found = user_paths()
    found.ssh.mkdir(parents=True)
    return found


@pytest.fixture
def started() -> Started:
    return []


@pytest.fixture
def window(qtbot: QtBot, at: Paths, started: Started) -> MainWindow:
    made = MainWindow(at, site(), lambda *arguments: started.append(arguments))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.show()
    return made


def text(window: MainWindow, name: str) -> str:
    return window.findChildren(QLabel, name)[-1].text()


def test_a_missing_key_is_shown(window: MainWindow) -> None:
    assert text(window, "state") == "There is no key yet"
    assert text(window, "quota") == "Quota unknown"


def test_it_follows_a_renewal_and_its_end(
    qtbot: QtBot, window: MainWindow, at: Paths, tmp_path: Path
) -> None:
    key = at.private_key(site().key_file)
    beside = key.with_name(key.name + "-cert.pub")
    private, certificate = make_pair(tmp_path)
    key.write_bytes(private)
    shutil.copy(tmp_path / "key-cert.pub", beside)
    qtbot.waitUntil(lambda: text(window, "state").startswith("Key valid until"))
    assert text(window, "fact-Username") == "alice"
    assert text(window, "fact-Serial") == str(certificate.serial)
    assert text(window, "fact-Fingerprint") == fingerprint(certificate.public_key)
    for name, value in (
        ("Serial", str(certificate.serial)),
        ("Fingerprint", fingerprint(certificate.public_key)),
        ("File", str(key)),
    ):
        copy = window.findChild(QToolButton, f"copy-{name}")
        copy.setFocus()
        qtbot.keyClick(copy, Qt.Key.Key_Space)
        assert (QApplication.clipboard().text(), copy.text()) == (value, "Copied")
        window.refresh()
        assert copy.hasFocus()
    key.unlink()
    beside.unlink()
    qtbot.waitUntil(lambda: text(window, "state") == "There is no key yet")


def test_buttons_do_as_the_menu_does(qtbot: QtBot, window: MainWindow, started: Started) -> None:
    for name in ("renew", "connect-ela", "connect-daint"):
        qtbot.keyClick(window.findChild(QPushButton, name), Qt.Key.Key_Space)
    assert started == [("window", "renew"), ("connect", "ela"), ("connect", "daint")]


def test_while_nothing_is_set_up_that_is_offered_first(
    qtbot: QtBot, window: MainWindow, at: Paths, started: Started, tmp_path: Path
) -> None:
    set_up = window.findChild(QPushButton, "set-up")
    qtbot.keyClick(set_up, Qt.Key.Key_Space)
    assert started == [("window", "first-start")]
    at.private_key(site().key_file).write_bytes(make_pair(tmp_path)[0])
    qtbot.waitUntil(lambda: not set_up.isVisible())


def test_unreadable_settings_are_shown(qtbot: QtBot, window: MainWindow, at: Paths) -> None:
    at.settings.parent.mkdir(parents=True)
    at.settings.write_text("lead_time = 7")
    qtbot.waitUntil(lambda: text(window, "state") == "The settings cannot be used")
    assert "lead_time" in text(window, "quota")


def shortcut(qtbot: QtBot, window: MainWindow, keys: str) -> None:
    """Press keys in the window, as its user does."""
    with qtbot.waitActive(window):
        window.activateWindow()
    QTest.keySequence(window, QKeySequence(keys))


def test_each_page_has_a_shortcut(qtbot: QtBot, window: MainWindow) -> None:
    pages = window.findChild(QTabWidget, "pages")
    for number in reversed(range(pages.count() - 2)):  # without the doctor, which would run
        shortcut(qtbot, window, f"Ctrl+{number + 1}")
        assert pages.currentIndex() == number


def test_f5_reads_the_files_again(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    take = current_state.take
    monkeypatch.setattr(current_state, "take", lambda paths: taken.append(paths) or take(paths))
    shortcut(qtbot, window, "F5")
    assert taken


def test_f1_shows_version_licences_and_keys(qtbot: QtBot, window: MainWindow) -> None:
    shortcut(qtbot, window, "F1")
    about = window.findChild(AboutDialog)
    version = f"Alpkey {__version__} ({shipped.build()})"
    assert about.findChild(QLabel, "version").text() == version
    assert "BSD 3-Clause" in about.findChild(QLabel, "licences").text()
    qtbot.keyClick(about.findChild(QPushButton, "copy-version"), Qt.Key.Key_Space)
    assert QApplication.clipboard().text() == version
    qtbot.keyClick(about, Qt.Key.Key_Escape)
    assert not about.isVisible()


def test_ctrl_w_closes_the_window(qtbot: QtBot, window: MainWindow) -> None:
    shortcut(qtbot, window, "Ctrl+W")
    assert not window.isVisible()


def test_ctrl_q_quits_alpkey(qtbot: QtBot, at: Paths) -> None:
    done: list[str] = []
    made = MainWindow(at, site(), lambda *_: None, lambda: done.append("quit"))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.show()
    shortcut(qtbot, made, "Ctrl+Q")
    assert done == ["quit"]


def test_it_fits_a_small_screen(window: MainWindow) -> None:
    """1366 by 768 pixels at 200 % are 384 high, the frame included."""
    assert window.minimumSizeHint().height() <= 350
