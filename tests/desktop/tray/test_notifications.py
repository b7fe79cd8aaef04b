"""Notifications on a real bus, with a server that is there, absent, slow, or another one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from alpkey.core.paths import APP_ID
from alpkey.desktop.bus import Bus
from alpkey.desktop.tray.notifications import Notifications
from alpkey.desktop.views.icon_state import IconShape, IconView
from alpkey.desktop.views.status import Notice
from tests.desktop.buses import FakeNotificationDaemon

ICON = IconView(IconShape.NUMBER, "1h", 1, expiring=True)
FIRST = Notice("The key ends 17:42", "After that no new login works.", ICON)
SECOND = Notice("The key ends soon", "Now <b>really</b> & truly.", ICON)


class Heard:
    """What a Notifications said."""

    def __init__(self, said: Notifications) -> None:
        self.chosen: list[tuple[str, str]] = []
        self.closed = 0
        self.refused: list[Notice] = []
        said.chosen.connect(lambda *choice: self.chosen.append(choice))
        said.closed.connect(self._count)
        said.refused.connect(self.refused.append)

    def _count(self) -> None:
        self.closed += 1


@pytest.fixture
def bus(qtbot: QtBot, bus_address: str, connect: Callable[[], Bus]) -> Bus:
    return connect()


@pytest.fixture
def notifications(bus: Bus) -> Notifications:
    return Notifications(bus)


@pytest.fixture
def received(notifications: Notifications) -> Heard:
    return Heard(notifications)


@pytest.fixture
def server(bus_address: str) -> Iterator[FakeNotificationDaemon]:
    fake = FakeNotificationDaemon(bus_address)
    yield fake
    fake.end()


@pytest.fixture
def settle(qtbot: QtBot, bus: Bus) -> Callable[[], None]:
    """Lets everything that was sent be heard: the bus keeps the order of messages."""

    def go_around() -> None:
        from jeepney import message_bus

        for _ in range(3):
            answers: list[object] = []
            bus.call(message_bus.ListNames(), answers.append)
            qtbot.waitUntil(lambda answers=answers: bool(answers))

    return go_around


def test_shown_with_two_buttons(
    qtbot: QtBot, server: FakeNotificationDaemon, notifications: Notifications, received: Heard
) -> None:
    notifications.show(SECOND)
    qtbot.waitUntil(lambda: bool(server.shown))
    notified = server.shown[1]
    assert (notified.app_name, notified.title) == ("Alpkey", "The key ends soon")
    assert notified.body == "Now &lt;b&gt;really&lt;/b&gt; &amp; truly."
    assert notified.actions == ["default", "", "renew", "Renew", "later", "Later"]
    assert notified.hints["urgency"] == ("y", 1)
    assert notified.hints["desktop-entry"] == ("s", APP_ID), "the name of the desktop file"
    width, height, row_bytes, alpha, bits, channels, pixels = notified.hints["image-data"][1]
    assert (width, height, alpha, bits, channels) == (48, 48, True, 8, 4)
    assert len(pixels) == row_bytes * height
    assert any(pixels)
    assert notifications.buttons
    assert not received.refused


@pytest.mark.parametrize(
    ("action", "choice"), [("default", "renew"), ("renew", "renew"), ("later", "later")]
)
def test_a_button(
    qtbot: QtBot,
    server: FakeNotificationDaemon,
    notifications: Notifications,
    received: Heard,
    action: str,
    choice: str,
) -> None:
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: bool(server.shown))
    server.press(1, action, token="t0k3n")
    qtbot.waitUntil(lambda: received.closed == 1)
    assert received.chosen == [(choice, "t0k3n")]


def test_a_button_without_a_token_and_an_unknown_one(
    qtbot: QtBot, server: FakeNotificationDaemon, notifications: Notifications, received: Heard
) -> None:
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: bool(server.shown))
    server._emit("ActionInvoked", "us", 1, "of-a-later-version")
    server.press(1, "renew")
    qtbot.waitUntil(lambda: received.closed == 1)
    assert received.chosen == [("renew", "")]


def test_notifications_of_other_programs_are_ignored(
    qtbot: QtBot,
    server: FakeNotificationDaemon,
    notifications: Notifications,
    received: Heard,
    settle: Callable[[], None],
) -> None:
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: bool(server.shown))
    settle()
    server._emit("ActionInvoked", "us", 7, "renew")
    server._emit("NotificationClosed", "uu", 7, 2)
    settle()
    assert (received.chosen, received.closed) == ([], 0)


def test_another_program_cannot_press_our_buttons(
    qtbot: QtBot,
    bus_address: str,
    server: FakeNotificationDaemon,
    notifications: Notifications,
    received: Heard,
    settle: Callable[[], None],
) -> None:
    class Stranger(FakeNotificationDaemon):
        NAME = "org.example.Stranger"

    notifications.show(FIRST)
    qtbot.waitUntil(lambda: bool(server.shown))
    stranger = Stranger(bus_address)
    stranger._emit("ActionInvoked", "us", 1, "renew")
    settle()
    stranger.end()
    assert received.chosen == []


def test_one_is_replaced_and_never_stacked(
    qtbot: QtBot, server: FakeNotificationDaemon, notifications: Notifications
) -> None:
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: len(server.history) == 1)
    notifications.show(SECOND)
    qtbot.waitUntil(lambda: len(server.history) == 2)
    assert {number: notified.title for number, notified in server.shown.items()} == {
        1: SECOND.title
    }


def test_after_an_expiry_the_next_one_is_new(
    qtbot: QtBot, server: FakeNotificationDaemon, notifications: Notifications, received: Heard
) -> None:
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: bool(server.shown))
    server.expire(1)
    qtbot.waitUntil(lambda: received.closed == 1)
    notifications.show(SECOND)
    qtbot.waitUntil(lambda: list(server.shown) == [2])


def test_withdrawn(
    qtbot: QtBot, server: FakeNotificationDaemon, notifications: Notifications, received: Heard
) -> None:
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: bool(server.shown))
    notifications.withdraw()
    qtbot.waitUntil(lambda: not server.shown)
    assert received.closed == 0  # whoever withdraws knows


def test_a_server_without_buttons_and_markup(
    qtbot: QtBot, server: FakeNotificationDaemon, notifications: Notifications
) -> None:
    server.capabilities = ("body",)
    notifications.show(SECOND)
    qtbot.waitUntil(lambda: bool(server.shown))
    assert not notifications.buttons
    assert server.shown[1].actions == ["default", ""]
    assert server.shown[1].body == SECOND.body


def test_no_server(qtbot: QtBot, notifications: Notifications, received: Heard) -> None:
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: received.refused == [FIRST])


def test_a_server_that_comes_later(
    qtbot: QtBot, bus_address: str, notifications: Notifications, received: Heard
) -> None:
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: received.refused == [FIRST])
    server = FakeNotificationDaemon(bus_address)
    notifications.show(SECOND)
    qtbot.waitUntil(lambda: [notified.title for notified in server.history] == [SECOND.title])
    server.end()


def test_no_bus(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    connect: Callable[[], Bus],
) -> None:
    for address in (None, f"unix:path={tmp_path}/nobody", "tcp:host=localhost,port=1", "odd"):
        if address is None:
            monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        else:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        notifications = Notifications(connect())
        received = Heard(notifications)
        notifications.show(FIRST)
        assert received.refused == [FIRST], address
        notifications.withdraw()


def test_a_slow_server_is_asked_once_and_gets_the_last_notice(
    qtbot: QtBot,
    server: FakeNotificationDaemon,
    notifications: Notifications,
    settle: Callable[[], None],
) -> None:
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: bool(server.shown))
    settle()
    server.held = []
    notifications.show(SECOND)
    qtbot.waitUntil(lambda: server.called.count("Notify") == 2)
    notifications.show(FIRST)
    notifications.show(SECOND)
    notifications.withdraw()
    settle()
    assert server.called.count("Notify") == 2
    assert "CloseNotification" not in server.called
    server.let_go()
    qtbot.waitUntil(lambda: not server.shown)
    assert server.called.count("Notify") == 2


@pytest.mark.parametrize("method", ["GetCapabilities", "Notify"])
def test_a_server_that_hangs_is_given_up_and_its_late_word_taken_back(
    qtbot: QtBot,
    server: FakeNotificationDaemon,
    notifications: Notifications,
    received: Heard,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    monkeypatch.setattr("alpkey.desktop.tray.notifications.ANSWER_TIMEOUT_MS", 200)
    if method == "Notify":
        notifications.show(FIRST)
        qtbot.waitUntil(lambda: notifications._number == 1)
        notifications.withdraw()
    server.held = []
    notifications.show(SECOND)
    qtbot.waitUntil(lambda: received.refused == [SECOND])
    server.let_go()
    settle()
    qtbot.waitUntil(lambda: not server.shown)
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: len(server.shown) == 1)
    assert received.refused == [SECOND]


def test_a_server_that_ends_while_it_is_asked(
    qtbot: QtBot, server: FakeNotificationDaemon, notifications: Notifications, received: Heard
) -> None:
    server.held = []
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: server.called == ["GetCapabilities"])
    server.end()
    qtbot.waitUntil(lambda: received.refused == [FIRST])


def test_a_server_that_is_restarted(
    qtbot: QtBot,
    bus_address: str,
    server: FakeNotificationDaemon,
    notifications: Notifications,
    received: Heard,
) -> None:
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: bool(server.shown))
    server.end()
    qtbot.waitUntil(lambda: received.closed == 1)
    fresh = FakeNotificationDaemon(bus_address, ("body",))
    # Number 1 is somebody else's now, and is neither closed nor replaced.
    fresh.Notify("Mail", 0, "", "You have mail", "", [], {}, -1)
    notifications.withdraw()
    notifications.show(SECOND)
    qtbot.waitUntil(lambda: sorted(fresh.shown) == [1, 2])
    assert fresh.shown[1].title == "You have mail"
    assert not notifications.buttons
    assert received.refused == []
    fresh.end()


@pytest.mark.parametrize(("stays", "expire_ms"), [(False, -1), (True, 0)])
def test_one_that_matters_stays_until_it_is_answered(
    qtbot: QtBot,
    server: FakeNotificationDaemon,
    notifications: Notifications,
    stays: bool,
    expire_ms: int,
) -> None:
    notifications.show(FIRST._replace(stays=stays))
    qtbot.waitUntil(lambda: bool(server.shown))
    assert server.shown[1].expire_ms == expire_ms


def test_a_long_text_passes_in_pieces(
    qtbot: QtBot, server: FakeNotificationDaemon, notifications: Notifications
) -> None:
    """More than a socket takes at once: the rest is sent when it takes more."""
    long = Notice("Long", "\n".join(["x" * 1000] * 3000), ICON)
    notifications.show(long)
    qtbot.waitUntil(lambda: bool(server.shown), timeout=20_000)
    assert server.shown[1].body == long.body


def test_the_bus_of_the_session_where_no_variable_names_it(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    server: FakeNotificationDaemon,
    connect: Callable[[], Bus],
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    notifications = Notifications(connect())
    notifications.show(FIRST)
    qtbot.waitUntil(lambda: bool(server.shown))
