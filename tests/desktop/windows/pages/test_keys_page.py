"""The page of my keys, by keyboard, with a child that sends what the real one sends."""

import json
import sys
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.windows.pages.keys_page import KeysPage
from tests.core.sites import site
from tests.core.state.test_snapshot import HOUR, NOW, snapshot
from tests.desktop.scenes import CHILD, PAGES, failed, listed
from tests.desktop.scenes import NO_NETWORK as LOST

Rows = list[Any]
MINE, OTHER = "11327954362781958041", "11327954362781958042"


class Centre:
    """A fake of ``alpkey keys``: says these rows, and remembers how it was called."""

    def __init__(self) -> None:
        self.says: Rows = []
        self.called: list[tuple[str, ...]] = []

    def command(self, *arguments: str) -> list[str]:
        self.called.append(arguments)
        return [sys.executable, "-P", "-c", CHILD, json.dumps(self.says)]


@pytest.fixture
def centre() -> Centre:
    return Centre()


@pytest.fixture
def page(qtbot: QtBot, centre: Centre) -> KeysPage:
    made = KeysPage(site(), centre.command, "")
    qtbot.addWidget(made, before_close_func=lambda window: end(qtbot, window))
    made.show()
    made.apply(state(snapshot(before=13 * HOUR)))
    return made


def end(qtbot: QtBot, page: KeysPage) -> None:
    page.commands.stop()
    qtbot.waitUntil(lambda: page.commands.is_idle)


def state(snapshot: Snapshot) -> CurrentState:
    return CurrentState(NOW, snapshot, site=site())


def press(qtbot: QtBot, page: KeysPage, name: str) -> None:
    qtbot.keyClick(page.findChildren(QPushButton, name)[-1], Qt.Key.Key_Space)


def text(page: KeysPage, name: str) -> str:
    return page.findChildren(QLabel, name)[-1].text()


def open_list(qtbot: QtBot, page: KeysPage, centre: Centre, method: str = "browser") -> None:
    centre.says = listed()
    press(qtbot, page, f"keys-{method}")
    qtbot.waitUntil(lambda: bool(page.findChildren(QLabel, f"key-{OTHER}")))


def answer(qtbot: QtBot, page: KeysPage, choice: str) -> None:
    box = page.findChild(QMessageBox, "revoke-question")
    qtbot.keyClick(
        next(button for button in box.buttons() if button.text() == choice), Qt.Key.Key_Space
    )


def test_before_a_sign_in_it_shows_what_this_computer_knows(page: KeysPage) -> None:
    assert "serial" in text(page, "own-key")
    assert "CSCS lists all of them" in text(page, "keys-note")


def test_a_centre_without_a_list_is_explained(qtbot: QtBot, centre: Centre) -> None:
    classic = replace(site(), openid=None)
    made = KeysPage(classic, centre.command, "")
    qtbot.addWidget(made)
    made.show()
    made.apply(CurrentState(NOW, snapshot(before=13 * HOUR), site=classic))
    assert "keys made on other computers are not counted" in text(made, "keys-note")
    assert not made.findChild(QPushButton, "keys-browser").isVisible()


def test_the_list_shows_which_key_is_this_computers(
    qtbot: QtBot, page: KeysPage, centre: Centre
) -> None:
    open_list(qtbot, page, centre)
    assert centre.called == [("keys", "list", "--browser", "--events")]
    assert text(page, f"key-{MINE}").startswith("This computer's")
    assert text(page, f"key-{OTHER}").startswith("Another computer's")
    assert text(page, "keys-state") == "2 of 5 keys left"
    page.apply(state(snapshot(before=HOUR)))
    assert text(page, "keys-state") == "2 of 5 keys left"


def test_a_sign_in_on_another_device_can_be_cancelled(
    qtbot: QtBot, page: KeysPage, centre: Centre
) -> None:
    centre.says = [PAGES["device"]]
    press(qtbot, page, "keys-device")
    qtbot.waitUntil(lambda: text(page, "user-code") == "WDJB-MJHT")
    press(qtbot, page, "cancel-keys")
    qtbot.waitUntil(lambda: page.commands.is_idle)
    assert page.findChild(QPushButton, "keys-device").isVisible()


def test_a_failure_shows_what_to_do(qtbot: QtBot, page: KeysPage, centre: Centre) -> None:
    centre.says = [failed(LOST)]
    press(qtbot, page, "keys-browser")
    qtbot.waitUntil(lambda: "cannot be reached" in text(page, "keys-note"))


def test_one_is_revoked_after_a_question(qtbot: QtBot, page: KeysPage, centre: Centre) -> None:
    open_list(qtbot, page, centre, "device")
    press(qtbot, page, f"revoke-{OTHER}")
    answer(qtbot, page, "&Keep")
    assert len(centre.called) == 1
    QApplication.processEvents()
    centre.says = [{"event": "done", "result": {"revoked": [], "dry_run": False}}]
    press(qtbot, page, f"revoke-{OTHER}")
    assert OTHER in page.findChildren(QMessageBox, "revoke-question")[-1].informativeText()
    answer(qtbot, page, "&Revoke")
    qtbot.waitUntil(lambda: text(page, "keys-note").startswith("Revoked"))
    assert centre.called[-1] == ("keys", "revoke", OTHER, "--yes", "--device", "--events")
    assert page.findChild(QPushButton, f"revoke-{MINE}")
    assert OTHER not in {label.text() for label in page.findChildren(QLabel) if label.isVisible()}


def test_all_are_revoked_for_a_lost_laptop(qtbot: QtBot, page: KeysPage, centre: Centre) -> None:
    open_list(qtbot, page, centre)
    centre.says = [{"event": "done", "result": {"revoked": [], "dry_run": False}}]
    press(qtbot, page, "revoke-all")
    answer(qtbot, page, "&Revoke")
    qtbot.waitUntil(lambda: bool(page.findChildren(QLabel, "no-keys")))
    assert {MINE, OTHER} < set(centre.called[-1])
