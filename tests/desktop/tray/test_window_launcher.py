"""A click is answered even where the program of the windows is gone."""

import os
import sys

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from alpkey.desktop.child import launch
from alpkey.desktop.tray import window_launcher
from alpkey.desktop.tray.window_launcher import HEAD, WindowLauncher


def program(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture(params=["notified", "polled"], autouse=True)
def watched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Linux, and as on macOS."""
    if request.param == "polled":
        monkeypatch.setattr(window_launcher, "POLL_MS", 50)
        monkeypatch.delattr(os, "pidfd_open")


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were started."""
    numbers: list[int] = []

    def start_child(*arguments: str, token: str) -> int:
        numbers.append(launch.start_child(*arguments, token=token))
        return numbers[-1]

    monkeypatch.setattr(window_launcher, "start_child", start_child)
    return numbers


def started(monkeypatch: pytest.MonkeyPatch, command: list[str]) -> WindowLauncher:
    monkeypatch.setattr(launch, "command", lambda *_: command)
    launcher = WindowLauncher()
    launcher.start("main")
    return launcher


def box() -> QMessageBox | None:
    shown = (one for one in QApplication.topLevelWidgets() if one.isVisible())
    return next((one for one in shown if isinstance(one, QMessageBox)), None)


def is_there(process_id: int) -> bool:
    """Whether it runs, or its exit code was not taken yet."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    "command", [program("import nowhere"), program("raise SystemExit(127)"), ["/no/such/program"]]
)
def test_a_program_that_cannot_run_is_told(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, children: list[int], command: list[str]
) -> None:
    launcher = started(monkeypatch, command)
    qtbot.waitUntil(lambda: box() is not None, timeout=20_000)
    told = box()
    assert told is not None
    assert told.text() == HEAD
    launcher.start("main")
    qtbot.waitUntil(lambda: not any(map(is_there, children)), timeout=20_000)
    assert box() is told, "one box is enough"
    told.close()


@pytest.mark.parametrize("code", [0, 9, 15])
def test_an_end_that_was_wanted_or_told_already_is_passed_over(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, children: list[int], code: int
) -> None:
    launcher = started(monkeypatch, program(f"raise SystemExit({code})"))
    qtbot.waitUntil(lambda: not any(map(is_there, children)), timeout=20_000)
    assert box() is None
    launcher.deleteLater()
