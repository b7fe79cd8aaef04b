"""A command that fails behind the scenes is told of in a box."""

import json
import sys

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from alpkey.desktop.child import menu_commands
from alpkey.desktop.child.menu_commands import MenuCommands

ERROR = {
    "code": "no-terminal",
    "title": "There is no terminal",
    "detail": "None of <those> was found.",
    "next_step": "Name one in the settings.",
    "params": {},
}


def saying(monkeypatch: pytest.MonkeyPatch, **event: object) -> None:
    """Lets every errand's child say one event and end."""
    program = (
        "import sys; assert sys.argv[1:] == ['connect', 'daint', '--events'];"
        f"print({json.dumps(event)!r})"
    )
    monkeypatch.setattr(
        menu_commands, "command", lambda *rest: [sys.executable, "-c", program, *rest]
    )


def boxes() -> list[QMessageBox]:
    shown = (widget for widget in QApplication.topLevelWidgets() if widget.isVisible())
    return [widget for widget in shown if isinstance(widget, QMessageBox)]


def test_success_is_silent(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(monkeypatch, event="done", result={})
    mine = MenuCommands()
    with qtbot.waitSignal(mine.idle):
        mine.run("connect", "daint")
        assert not mine.is_idle
    assert boxes() == []


def test_a_failure_is_shown_and_the_process_stays_until_it_was_read(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, event="failed", error=ERROR)
    mine = MenuCommands()
    mine.run("connect", "daint")
    qtbot.waitUntil(lambda: len(boxes()) == 1)
    (box,) = boxes()
    assert box.text() == ERROR["title"]
    assert box.informativeText() == f"{ERROR['detail']}\n\n{ERROR['next_step']}"
    assert not mine.is_idle
    with qtbot.waitSignal(mine.idle):
        box.accept()
