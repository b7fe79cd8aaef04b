"""What the tray starts by itself: one at a time, never at once, and none is left behind."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from alpkey.desktop.tray import background_runner
from alpkey.desktop.tray.background_runner import BackgroundRunner
from tests.core.state.test_snapshot import HOUR, NOW, snapshot

KEY = snapshot(before=12 * HOUR)
LATER = NOW + timedelta(minutes=2)
# Says that it runs; hears nobody.
CHILD = """
import pathlib, signal, sys, time
mark, last_word, seconds = sys.argv[1:4]
with open(mark, "a") as file:
    file.write("x")
print(last_word, flush=True)
time.sleep(float(seconds))
"""
DONE = '{"event":"done","result":{}}'
GARBAGE = "{"


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "mark"


@pytest.fixture
def started(qtbot: QtBot) -> Iterator[BackgroundRunner]:
    made = BackgroundRunner(NOW)
    yield made
    made.end()


def children(
    monkeypatch: pytest.MonkeyPatch, mark: Path, last_word: str, seconds: float = 0
) -> None:
    fixed = [sys.executable, "-c", CHILD, str(mark), last_word, str(seconds)]
    monkeypatch.setattr(background_runner, "command", lambda *arguments: [*fixed, *arguments])


def runs(mark: Path) -> int:
    return len(mark.read_text()) if mark.exists() else 0


@pytest.mark.parametrize("last_word", [DONE, GARBAGE])
def test_one_at_a_time_and_not_at_once(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    started: BackgroundRunner,
    mark: Path,
    last_word: str,
) -> None:
    children(monkeypatch, mark, last_word, 0.2)
    started.apply(KEY, NOW)
    assert started._child is None
    started.apply(KEY, LATER)
    first = started._child
    assert first is not None
    started.apply(KEY, LATER + HOUR)
    assert started._child is first
    qtbot.waitUntil(lambda: started._child is None)
    started.apply(KEY, LATER + timedelta(minutes=1))
    assert started._child is None
    started.apply(KEY, LATER + HOUR)
    qtbot.waitUntil(lambda: runs(mark) == 2)


def test_one_that_hangs_is_ended_and_the_next_one_comes(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, started: BackgroundRunner, mark: Path
) -> None:
    children(monkeypatch, mark, DONE, 60)
    monkeypatch.setattr(background_runner, "TIMEOUT_MS", 300)
    monkeypatch.setattr("alpkey.desktop.child.child_process.CANCEL_TIMEOUT_MS", 1)
    started.apply(KEY, LATER)
    qtbot.waitUntil(lambda: started._child is None)
    monkeypatch.setattr(background_runner, "TIMEOUT_MS", 60_000)
    before = runs(mark)
    started.apply(KEY, LATER + HOUR)
    qtbot.waitUntil(lambda: runs(mark) == before + 1)
    started.end()
    qtbot.waitUntil(lambda: started._child is None)
