"""What reminders rely on in a notification server, held by xfce4-notifyd and by the fake.

Desktop Notifications Specification 1.2.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, HeaderFields, MatchRule, new_method_call
from jeepney.bus import get_bus
from pytestqt.qtbot import QtBot

from alpkey.desktop.bus import Bus, field, succeeded
from tests.desktop.buses import NOTIFICATIONS, FakeNotificationDaemon
from tests.e2e.desk import desk
from tests.message_bus import MessageBus

PATH = "/org/freedesktop/Notifications"
SERVER = DBusAddress(PATH, bus_name=NOTIFICATIONS, interface=NOTIFICATIONS)
REAL = "/usr/share/dbus-1/services/org.xfce.xfce4-notifyd.Notifications.service"
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def real_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bus of a desk that starts xfce4-notifyd when it is called."""
    if not Path(REAL).exists():
        pytest.skip("notifications need xfce4-notifyd")
    with desk(tmp_path_factory.mktemp("desk")) as running:
        yield running.environ["DBUS_SESSION_BUS_ADDRESS"]


@pytest.fixture
def fake_address(qtbot: QtBot, tmp_path: Path) -> Iterator[str]:
    with closing(MessageBus(tmp_path)) as bus:
        server = FakeNotificationDaemon(bus.address)
        yield bus.address
        server.end()


@pytest.fixture(params=["fake_address", "real_address"])
def bus(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Bus]:
    connected = Bus(get_bus(request.getfixturevalue(request.param)))
    connected.listen(MatchRule(type="signal", interface=NOTIFICATIONS, path=PATH))
    yield connected
    connected.close()


@pytest.fixture
def ask(qtbot: QtBot, bus: Bus) -> Ask:
    def ask_it(method: str, signature: str | None = None, *body: Any) -> Any:
        answers: list[Any] = []
        bus.call(new_method_call(SERVER, method, signature, body), answers.append)
        qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
        assert succeeded(answers[0]), answers[0] and answers[0].body
        return answers[0].body[0] if answers[0].body else None

    return ask_it


def notify(ask: Ask, replaces: int = 0) -> int:
    actions = ["default", "", "renew", "Renew", "later", "Later"]
    number: int = ask("Notify", "susssasa{sv}i", "a", replaces, "", "t", "b", actions, {}, -1)
    return number


def test_it_tells_what_it_can(ask: Ask) -> None:
    assert {"actions", "body", "body-markup"} <= set(ask("GetCapabilities"))


def test_one_that_is_replaced_keeps_its_number(ask: Ask) -> None:
    first, second = notify(ask), notify(ask)
    assert 0 < first != second > 0
    assert notify(ask, replaces=first) == first
    for number in (first, second):
        ask("CloseNotification", "u", number)


def test_one_that_is_closed_says_so(qtbot: QtBot, bus: Bus, ask: Ask) -> None:
    received: list[tuple[str, Any]] = []
    bus.received.connect(
        lambda message: received.append((field(message, HeaderFields.member), message.body))
    )
    number = notify(ask)
    ask("CloseNotification", "u", number)
    qtbot.waitUntil(lambda: ("NotificationClosed", (number, 3)) in received)
