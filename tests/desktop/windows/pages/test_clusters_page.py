"""The page of the clusters, by keyboard, in a main window whose children are the real program."""

import socket
import tempfile
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QListWidget,
    QMessageBox,
    QPushButton,
    QTabWidget,
)
from pytestqt.qtbot import QtBot

from alpkey.core.paths import Paths, user_paths
from alpkey.desktop.windows.main_window import MainWindow
from alpkey.desktop.windows.pages.clusters_page import ClustersPage
from tests.core.sites import site

PATIENCE_MS = 20_000
Started = list[tuple[str, ...]]


@pytest.fixture
def at() -> Paths:
    found = user_paths()
    found.state.mkdir(parents=True, mode=0o700)
    found.ssh.mkdir(parents=True, mode=0o700)
    found.aliases.write_text("mine\tdaint\n")
    return found


@pytest.fixture
def started() -> Started:
    return []


@pytest.fixture
def page(qtbot: QtBot, at: Paths, started: Started) -> ClustersPage:
    window = MainWindow(at, site(), lambda *arguments: started.append(arguments))
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    found = window.findChild(ClustersPage)
    qtbot.addWidget(window, before_close_func=lambda window: end(qtbot, window, found))
    window.findChild(QTabWidget, "pages").setCurrentWidget(found)
    window.show()
    return found


def end(qtbot: QtBot, window: MainWindow, page: ClustersPage) -> None:
    window.close()
    qtbot.waitUntil(lambda: page.commands.is_idle, timeout=PATIENCE_MS)


def press(qtbot: QtBot, page: ClustersPage, name: str) -> None:
    qtbot.keyClick(page.findChild(QPushButton, name), Qt.Key.Key_Space)


def note(page: ClustersPage) -> str:
    return page.findChild(QLabel, "cluster-note").text()


def test_all_that_can_be_connected_to_is_listed(page: ClustersPage) -> None:
    rows = page.findChild(QListWidget)
    lines = [rows.item(row).text() for row in range(rows.count())]
    assert lines[0] == "daint  (daint.alps.cscs.ch)"
    assert lines[-2:] == ["mine  (daint.alps.cscs.ch)", "ela  (ela.cscs.ch)"]


def test_arrows_choose_and_enter_connects(
    qtbot: QtBot, page: ClustersPage, started: Started
) -> None:
    rows = page.findChild(QListWidget)
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert started == [("connect", "santis")]


def test_the_agent_is_forwarded_only_where_that_is_ticked(
    qtbot: QtBot, page: ClustersPage, started: Started
) -> None:
    box = page.findChild(QCheckBox, "forward-agent")
    assert not box.isChecked()
    press(qtbot, page, "connect")
    qtbot.keyClick(box, Qt.Key.Key_Space)
    press(qtbot, page, "connect")
    assert started == [("connect", "daint"), ("connect", "daint", "--forward-agent")]


def test_the_command_is_copied_as_a_shell_takes_it(
    qtbot: QtBot, page: ClustersPage, at: Paths
) -> None:
    press(qtbot, page, "copy")
    qtbot.waitUntil(lambda: note(page).startswith("Copied"), timeout=PATIENCE_MS)
    assert QGuiApplication.clipboard().text() == f"ssh -F {at.ssh}/alpkey/connect daint"


def test_a_failed_try_shows_why_and_stays_in_the_list(qtbot: QtBot, page: ClustersPage) -> None:
    press(qtbot, page, "try")
    assert page.findChild(QPushButton, "stop").isVisible()
    qtbot.waitUntil(lambda: "There is no key" in note(page), timeout=PATIENCE_MS)
    assert "alpkey renew" in note(page)
    assert not page.findChild(QPushButton, "stop").isVisible()
    assert "Did not let you in at" in page.findChild(QListWidget).item(0).text()


def test_a_try_can_be_stopped(qtbot: QtBot, page: ClustersPage) -> None:
    press(qtbot, page, "try")
    press(qtbot, page, "stop")
    qtbot.waitUntil(lambda: page.commands.is_idle, timeout=PATIENCE_MS)
    assert page.findChild(QPushButton, "try").isEnabled()


def test_vs_code_is_offered_only_where_it_is(
    qtbot: QtBot, at: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def find(name: str) -> str:
        asked.append(name)
        return "/usr/bin/codium" if name == "codium" else ""

    monkeypatch.setattr(QStandardPaths, "findExecutable", find)
    made = ClustersPage(lambda *_: ["false"], lambda *_: None, "")
    qtbot.addWidget(made)
    made.show()
    assert made.findChild(QPushButton, "editor").isVisible()
    assert asked[:3] == ["code", "code-insiders", "codium"]


def test_disconnecting_is_offered_only_where_connections_are_shared(
    qtbot: QtBot, page: ClustersPage, at: Paths
) -> None:
    """By the setting, or because some are open still."""
    window, button = page.window(), page.findChild(QPushButton, "disconnect")
    assert isinstance(window, MainWindow)
    window.refresh()
    assert not button.isVisible()
    at.config.mkdir(parents=True, mode=0o700)
    at.settings.write_text("share_connections = true\n")
    at.settings.chmod(0o600)
    window.refresh()
    assert button.isVisible()
    at.settings.unlink()
    at.shared_connections.mkdir(mode=0o700)
    (at.shared_connections / ("0" * 39)).touch()
    window.refresh()
    assert not button.isVisible()
    (at.shared_connections / ("0" * 40)).touch()
    window.refresh()
    assert button.isVisible()


def test_all_are_ended_after_a_question_by_keyboard(
    qtbot: QtBot, page: ClustersPage, at: Paths
) -> None:
    window, button = page.window(), page.findChild(QPushButton, "disconnect")
    assert isinstance(window, MainWindow)
    at.shared_connections.mkdir(mode=0o700)
    stale = at.shared_connections / ("0" * 40)
    with tempfile.TemporaryDirectory(dir="/tmp") as short, socket.socket(socket.AF_UNIX) as made:
        made.bind(f"{short}/s")
        Path(f"{short}/s").rename(stale)
    window.refresh()
    press(qtbot, page, "disconnect")
    box = page.findChild(QMessageBox, "disconnect-question")
    qtbot.keyClick(box, Qt.Key.Key_Return)  # the safe answer
    assert (page.commands.is_idle, stale.exists()) == (True, True)
    press(qtbot, page, "disconnect")
    box = page.findChildren(QMessageBox, "disconnect-question")[-1]
    [yes] = [button for button in box.buttons() if button.text() == "&Disconnect"]
    qtbot.keyClick(yes, Qt.Key.Key_Space)
    assert not button.isEnabled()
    qtbot.waitUntil(lambda: note(page).startswith("Disconnected: 0000"), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not button.isVisible(), timeout=PATIENCE_MS)
    assert not stale.exists()
