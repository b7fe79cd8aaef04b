"""Leaving a computer by its dialog, with the real program and with a child that speaks as it."""

import json
import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from alpkey.core.messages import removal as removal_messages
from alpkey.desktop.child.launch import command
from alpkey.desktop.windows.sign_out_dialog import SignOutDialog
from tests.core.sites import site
from tests.desktop.scenes import CHILD, GOING, LEFT, failed
from tests.desktop.scenes import NO_NETWORK as LOST

PATIENCE_MS = 20_000
QUESTION = {
    "event": "ask",
    "ask": 1,
    "fields": [
        {
            "name": "leave",
            "kind": "confirm",
            "value": removal_messages.to_remove(GOING, revoked=False),
        }
    ],
    "error": None,
}


class Child:
    """A fake of ``alpkey sign-out`` that remembers how it was called."""

    def __init__(self) -> None:
        self.then: list[object] = [LEFT]
        self.called: list[tuple[str, ...]] = []

    def command(self, *arguments: str) -> list[str]:
        self.called.append(arguments)
        first = [] if "--yes" in arguments else [QUESTION]
        rows = [json.dumps(first), json.dumps(self.then)] if first else [json.dumps(self.then)]
        return [sys.executable, "-P", "-c", CHILD, *rows]


@pytest.fixture
def child() -> Child:
    return Child()


@pytest.fixture
def opened(qtbot: QtBot) -> Callable[[Callable[..., list[str]]], SignOutDialog]:
    def open_it(commands: Callable[..., list[str]]) -> SignOutDialog:
        dialog = SignOutDialog(site(), commands)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog, before_close_func=lambda window: end(qtbot, window))
        dialog.show()
        return dialog

    return open_it


def end(qtbot: QtBot, dialog: SignOutDialog) -> None:
    dialog.close()
    qtbot.waitUntil(lambda: dialog.commands.is_idle, timeout=PATIENCE_MS)


def text(dialog: SignOutDialog, name: str) -> str:
    return dialog.findChild(QLabel, name).text()


def press(qtbot: QtBot, dialog: SignOutDialog, name: str) -> None:
    qtbot.waitUntil(lambda: dialog.findChild(QPushButton, name) is not None, timeout=PATIENCE_MS)
    qtbot.keyClick(dialog.findChild(QPushButton, name), Qt.Key.Key_Space)


Opened = Callable[[Callable[..., list[str]]], SignOutDialog]


def test_it_lists_what_will_go_and_then_what_went(
    qtbot: QtBot, opened: Opened, child: Child
) -> None:
    dialog = opened(child.command)
    qtbot.waitUntil(lambda: "/home/alice/.ssh/cscs-key" in text(dialog, "leaving"))
    press(qtbot, dialog, "leave")
    qtbot.waitUntil(lambda: text(dialog, "heading") == "Signed out in part")
    assert "Not removed:\n  the saved sign-in of alice (It is locked)" in text(dialog, "leaving")
    assert child.called == [("sign-out", "--events")]
    press(qtbot, dialog, "close")
    assert not dialog.isVisible()


def test_only_where_nothing_is_left_it_says_signed_out(
    qtbot: QtBot, opened: Opened, child: Child
) -> None:
    child.then = [{"event": "done", "result": {**LEFT["result"], "left": []}}]
    dialog = opened(child.command)
    press(qtbot, dialog, "leave")
    qtbot.waitUntil(lambda: text(dialog, "heading") == "Signed out")
    assert "Not removed" not in text(dialog, "leaving")


@pytest.mark.parametrize("how", ["stay", "escape"])
def test_a_no_removes_nothing(qtbot: QtBot, opened: Opened, child: Child, how: str) -> None:
    dialog = opened(child.command)
    qtbot.waitUntil(lambda: dialog.findChild(QPushButton, "stay") is not None)
    assert dialog.focusWidget() is dialog.findChild(QPushButton, "stay")
    if how == "stay":
        press(qtbot, dialog, "stay")
    else:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert child.called == [("sign-out", "--events")]


def test_revoking_needs_a_sign_in(qtbot: QtBot, opened: Opened, child: Child) -> None:
    dialog = opened(child.command)
    qtbot.waitUntil(lambda: dialog.findChild(QPushButton, "leave") is not None)
    qtbot.keyClick(dialog.findChild(QCheckBox, "revoke"), Qt.Key.Key_Space)
    child.then = [LEFT]
    press(qtbot, dialog, "leave")
    qtbot.waitUntil(lambda: "opens nothing any more" in text(dialog, "leaving"))
    assert child.called[-1] == ("sign-out", "--revoke", "--browser", "--yes", "--events")


def test_a_failure_is_shown(qtbot: QtBot, opened: Opened, child: Child) -> None:
    child.then = [failed(LOST)]
    dialog = opened(child.command)
    press(qtbot, dialog, "leave")
    qtbot.waitUntil(lambda: "cannot be reached" in text(dialog, "heading"))


def test_without_anything_to_remove_nothing_is_asked(qtbot: QtBot, opened: Opened) -> None:
    """With the real program in an empty home."""
    dialog = opened(command)
    qtbot.waitUntil(
        lambda: text(dialog, "leaving") == "Nothing of Alpkey's own was removed.",
        timeout=PATIENCE_MS,
    )
