"""Whether a screen reader is active, as the desktop reports it."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from alpkey.desktop.screen_reader import ScreenReader
from tests.desktop.buses import FakeAccessibility
from tests.desktop.conftest import Serve


@pytest.fixture
def accessibility(bus_address: str, serve: Serve[FakeAccessibility]) -> FakeAccessibility:
    return serve(FakeAccessibility(bus_address))


def test_one_that_runs_is_known(qtbot: QtBot, accessibility: FakeAccessibility) -> None:
    accessibility.screen_reader = True
    reader = ScreenReader()
    assert not reader.is_active
    qtbot.waitUntil(lambda: reader.is_active)


def test_one_that_starts_and_ends_is_followed(
    qtbot: QtBot, accessibility: FakeAccessibility
) -> None:
    reader = ScreenReader()
    qtbot.waitUntil(lambda: "Get" in accessibility.called)
    for active in (True, False):
        with qtbot.waitSignal(reader.changed):
            accessibility.set_screen_reader(active)
        assert reader.is_active is active


def test_a_desktop_without_a_bus_has_none(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    reader = ScreenReader()
    QCoreApplication.processEvents()
    assert not reader.is_active


@pytest.mark.parametrize(("output", "active"), [("1", True), ("0", False)])
def test_a_mac_is_asked_for_voice_over(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, active: bool
) -> None:
    """With a fake of ``defaults`` that notes what it was asked, as no Mac is to be had."""
    fake, asked = tmp_path / "defaults", tmp_path / "asked"
    fake.write_text(f'#!/bin/sh\necho "$@" > {asked}.new; mv {asked}.new {asked}; echo {output}\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(sys, "platform", "darwin")
    reader = ScreenReader()
    qtbot.waitUntil(asked.exists)
    assert asked.read_text() == "read com.apple.universalaccess voiceOverOnOffKey\n"
    qtbot.waitUntil(lambda: reader.is_active is active)
