"""Quit: in the tray it ends the windows, too; in a window's menu on macOS it ends the tray."""

import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from alpkey.core.paths import user_paths
from alpkey.core.runtime_folder import TRAY
from alpkey.desktop.instance import Instance
from alpkey.desktop.windows.app import Windows
from alpkey.desktop.windows.first_start.frame import FirstStart
from alpkey.desktop.windows.main_window import MainWindow
from alpkey.desktop.windows.renewal.dialog import RenewalDialog
from alpkey.runtime_folder import RuntimeFolder
from tests.core.sites import site


@pytest.fixture
def windows(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Windows:
    monkeypatch.setattr(QApplication, "quit", lambda: None)
    at = user_paths()
    at.ssh.mkdir(parents=True, mode=0o700)
    return Windows(at, site())


def shown(kind: type) -> list[object]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind)]


def dialog(windows: Windows) -> RenewalDialog:
    windows.show("renew", {})
    return next(widget for widget in shown(RenewalDialog) if isinstance(widget, RenewalDialog))


def test_all_windows_close(qtbot: QtBot, windows: Windows) -> None:
    windows.show("main", {})
    dialog(windows)
    windows.handle({"quit": True})
    qtbot.waitUntil(lambda: not shown(MainWindow) and not shown(RenewalDialog), timeout=20_000)


@pytest.mark.parametrize(("choice", "keep"), [("&Go on", True), ("&Cancel it", False)])
def test_a_renewal_under_way_is_asked_about(
    qtbot: QtBot, windows: Windows, monkeypatch: pytest.MonkeyPatch, choice: str, keep: bool
) -> None:
    renewal = dialog(windows)
    monkeypatch.setattr(RenewalDialog, "is_under_way", True)
    windows.handle({"quit": True})
    box = renewal.findChild(QMessageBox)
    assert box.defaultButton().text() == "&Go on"
    qtbot.keyClick(
        next(button for button in box.buttons() if button.text() == choice), Qt.Key.Key_Space
    )
    if keep:
        assert renewal.isVisible()
        renewal.close()
    qtbot.waitUntil(lambda: not shown(RenewalDialog), timeout=20_000)


def test_the_demo_ends_without_a_question(
    qtbot: QtBot, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = Windows(user_paths(), replace(site(), demo=True))
    dialog(demo)
    with monkeypatch.context() as busy:
        busy.setattr(RenewalDialog, "is_under_way", True)
        demo.handle({"quit": True})
    qtbot.waitUntil(lambda: not shown(RenewalDialog), timeout=20_000)


@pytest.mark.parametrize(("demo", "text"), [(True, "alice"), (False, "")])
def test_only_the_demo_fills_in_the_first_start(
    qtbot: QtBot, windows: Windows, demo: bool, text: str
) -> None:
    made = Windows(user_paths(), replace(site(), demo=demo))
    made.show("first-start", {})
    (setup,) = shown(FirstStart)
    assert isinstance(setup, FirstStart)
    made.handle({"fill": {"username": "alice", "password": "secret", "otp": "123456"}})
    assert setup.findChild(QLineEdit, "username").text() == text
    setup.close()
    qtbot.waitUntil(lambda: not shown(FirstStart), timeout=20_000)


def test_on_a_mac_the_dialog_holds_what_the_menu_holds(
    qtbot: QtBot, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as on_mac:
        on_mac.setattr(sys, "platform", "darwin")
        renewal = dialog(windows)
    actions = renewal.findChild(QPushButton, "menu").menu().actions()
    entries = {action.text(): action for action in actions if action.text()}
    assert list(entries) == [
        *(f"Connect to {host.name}" for host in site().clusters),
        *("Open Alpkey", "Doctor", "Settings", "Quit"),
    ]
    with (
        Instance.claim(RuntimeFolder(user_paths().runtime).ready() / TRAY) as tray,
        qtbot.waitSignal(tray.received) as received,
    ):
        entries["Quit"].trigger()
    assert received.args == [{"quit": True}]
    renewal.close()
    qtbot.waitUntil(lambda: not shown(RenewalDialog), timeout=20_000)


def test_elsewhere_it_has_no_menu(qtbot: QtBot, windows: Windows) -> None:
    renewal = dialog(windows)
    assert renewal.findChild(QPushButton, "menu") is None
    renewal.close()
    qtbot.waitUntil(lambda: not shown(RenewalDialog), timeout=20_000)
