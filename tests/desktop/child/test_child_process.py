"""A child and its words, whatever becomes of it."""

import sys
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from alpkey.desktop.child import child_process
from alpkey.desktop.child.child_process import ChildProcess

GARBAGE = """
import sys
sys.stdout.buffer.write(
    b'\\xff\\xfe\\n[1]\\nnull\\n{"event": 7}\\n{"event":"step","id":"issued","params":{}}\\n'
)
print('{"event":"done","result":{"renewed":true}}')
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(60)
"""
SLOW_TO_END = """
import pathlib, sys, time
print('{"event":"done","result":{}}', flush=True)
time.sleep(0.2)
pathlib.Path(sys.argv[1]).touch()
"""


def child(program: str) -> ChildProcess:
    return ChildProcess([sys.executable, "-c", program])


def test_garbage_is_passed_over(qtbot: QtBot) -> None:
    steps: list[str] = []
    process = child(GARBAGE)
    process.stepped.connect(steps.append)
    with qtbot.waitSignal(process.done) as signal:
        process.start()
    assert signal.args == [{"renewed": True}]
    assert steps == ["issued"]


@pytest.mark.parametrize("command", [["/nowhere/alpkey"], [sys.executable, "-c", "0"]])
def test_an_end_without_a_result_is_reported(qtbot: QtBot, command: list[str]) -> None:
    process = ChildProcess(command)
    with qtbot.waitSignal(process.failed) as signal:
        process.start()
    error: dict[str, Any] = signal.args[0]
    assert error["code"] == "broken-off"
    assert error["next_step"]
    assert not process.running


def test_a_child_that_hears_nothing_is_ended(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "CANCEL_TIMEOUT_MS", 1)
    process = child(DEAF)
    with qtbot.waitSignal(process.failed):
        process.start()
        process.cancel()
    assert not process.running


def test_the_last_word_comes_after_the_end(qtbot: QtBot, tmp_path: Path) -> None:
    """So that what the child held, such as the lock, is free when the person reads of it."""
    mark = tmp_path / "ended"
    process = ChildProcess([sys.executable, "-c", SLOW_TO_END, str(mark)])
    there: list[bool] = []
    process.done.connect(lambda _: there.append(mark.exists()))
    with qtbot.waitSignal(process.done):
        process.start()
    assert there == [True]
