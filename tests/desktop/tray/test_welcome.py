"""The first start opens by itself, once, when the user starts the tray with nothing set up."""

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from alpkey.core.paths import Paths, user_paths
from alpkey.desktop.tray.app import Tray
from tests.core.sites import site
from tests.keys import make_pair

Opened = list[str]


class WelcomingTray(Tray):
    """Notes what it opens."""

    def __init__(self, paths: Paths, opened: Opened) -> None:
        super().__init__(paths)
        self._opened = opened

    def show_icon(self) -> None:
        """There is no panel to show one."""

    def open(self, window: str, page: str = "", *, token: str = "") -> None:
        del page, token
        self._opened.append(window)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.setattr(
        "alpkey.desktop.tray.app.QSystemTrayIcon.isSystemTrayAvailable", lambda: True
    )
    user_paths().ssh.mkdir(parents=True, mode=0o700)
    return []


def run(qtbot: QtBot, opened: Opened, *, at_login: bool) -> None:
    """Start a tray, let it follow the files, and end it."""
    tray = WelcomingTray(user_paths(), opened)
    tray.start(at_login=at_login)
    qtbot.waitUntil(lambda: tray._controller is not None)
    assert tray._controller
    tray.end()
    for part in (tray._controller._watch, tray._controller):  # with their timers
        shiboken6.delete(part)


def test_it_opens_at_the_first_start_by_hand_and_never_again(qtbot: QtBot, opened: Opened) -> None:
    run(qtbot, opened, at_login=True)
    assert opened == []
    run(qtbot, opened, at_login=False)
    run(qtbot, opened, at_login=False)
    assert opened == ["first-start"]


def test_it_stays_closed_where_there_is_a_key(
    qtbot: QtBot, opened: Opened, tmp_path_factory: pytest.TempPathFactory
) -> None:
    key = user_paths().private_key(site().key_file)
    key.write_bytes(make_pair(tmp_path_factory.mktemp("pair"))[0])
    run(qtbot, opened, at_login=False)
    assert opened == []


def test_it_does_not_open_where_the_settings_cannot_be_read(qtbot: QtBot, opened: Opened) -> None:
    settings = user_paths().settings
    settings.parent.mkdir(parents=True)
    settings.write_text("lead_time = 7")
    run(qtbot, opened, at_login=False)
    assert opened == []
