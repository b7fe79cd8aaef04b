"""Named fakes of the services that stand on a message bus.

They answer from within the test's own loop: a test says when each of them speaks.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import open_dbus_connection
from PySide6.QtCore import QObject, QSocketNotifier


class FakeService(QObject):
    """A fake service: its methods are its own, named as on the bus and answering the whole body.

    While ``held`` is a list, answers wait in it until ``let_go``.
    """

    NAME = ""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.connection = open_dbus_connection(address)
        self.held: list[Message] | None = None
        self.called: list[str] = []
        taken = self.connection.send_and_get_reply(message_bus.RequestName(self.NAME))
        assert taken.body == (1,), taken
        self._notifier = QSocketNotifier(
            self.connection.sock.fileno(), QSocketNotifier.Type.Read, self
        )
        self._notifier.activated.connect(self._drain)

    def end(self) -> None:
        """Leaves the bus, as a service does that is killed."""
        self._notifier.setEnabled(False)
        self.connection.close()

    def let_go(self) -> None:
        assert self.held is not None
        answers, self.held = self.held, None
        for answer in answers:
            self.connection.send(answer)

    def emit(self, path: str, interface: str, member: str, signature: str, *body: Any) -> None:
        """Emits a signal."""
        emitter = DBusAddress(path, interface=interface)
        self.connection.send(new_signal(emitter, member, signature, body))

    def _drain(self) -> None:
        try:
            while True:
                self._take(self.connection.receive(timeout=0))
        except TimeoutError:
            return
        except ConnectionError:
            self.end()

    def _take(self, message: Message) -> None:
        if message.header.message_type is not MessageType.method_call:
            return
        member = message.header.fields[HeaderFields.member]
        self.called.append(member)
        method = getattr(self, member, None)
        if method is None:
            self._answer(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))
            return
        signature, body = method(*message.body)
        self._answer(new_method_return(message, signature or None, body))

    def _answer(self, answer: Message) -> None:
        if self.held is None:
            self.connection.send(answer)
        else:
            self.held.append(answer)


@dataclass(frozen=True)
class Notified:
    """A notification as the server was asked to show it."""

    app_name: str
    icon: str
    title: str
    body: str
    actions: list[str]
    hints: dict[str, Any]
    expire_ms: int


NOTIFICATIONS = "org.freedesktop.Notifications"
ALL_CAPABILITIES = ("actions", "body", "body-markup")


class FakeNotificationDaemon(FakeService):
    """A fake of a desktop's notification server (Desktop Notifications Specification 1.2)."""

    NAME = NOTIFICATIONS

    def __init__(self, address: str, capabilities: tuple[str, ...] = ALL_CAPABILITIES) -> None:
        self.capabilities = capabilities
        self.shown: dict[int, Notified] = {}
        self.history: deque[Notified] = deque()
        self._last = 0
        super().__init__(address)

    def GetCapabilities(self) -> tuple[str, tuple[Any, ...]]:  # noqa: N802  named by the bus
        return "as", (list(self.capabilities),)

    def GetServerInformation(self) -> tuple[str, tuple[Any, ...]]:  # noqa: N802
        return "ssss", ("fake", "tests", "1", "1.2")

    def Notify(  # noqa: N802
        self, app_name: str, replaces: int, icon: str, title: str, body: str, *more: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """The number stays when a notification is replaced, even if it is gone meanwhile."""
        if not replaces:
            self._last += 1
        number = replaces or self._last
        self.shown[number] = Notified(app_name, icon, title, body, *more)
        self.history.append(self.shown[number])
        return "u", (number,)

    def CloseNotification(self, number: int) -> tuple[str, tuple[Any, ...]]:  # noqa: N802
        self._close(number, 3)
        return "", ()

    def press(self, number: int, action: str, token: str = "") -> None:
        """The user presses a button, or with "default" the notification itself."""
        if token:
            self._emit("ActivationToken", "us", number, token)
        self._emit("ActionInvoked", "us", number, action)
        self._close(number, 2)

    def expire(self, number: int) -> None:
        self._close(number, 1)

    def _close(self, number: int, reason: int) -> None:
        if self.shown.pop(number, None):
            self._emit("NotificationClosed", "uu", number, reason)

    def _emit(self, member: str, signature: str, *body: Any) -> None:
        self.emit("/org/freedesktop/Notifications", NOTIFICATIONS, member, signature, *body)


class FakeScreenSaver(FakeService):
    """A fake of GNOME's screen saver, of which the others took their interface."""

    NAME = "org.gnome.ScreenSaver"

    def __init__(self, address: str, active: bool = False) -> None:
        self.active = active
        super().__init__(address)

    def GetActive(self) -> tuple[str, tuple[Any, ...]]:  # noqa: N802
        return "b", (self.active,)

    def set_active(self, active: bool) -> None:
        self.active = active
        self.emit("/org/gnome/ScreenSaver", self.NAME, "ActiveChanged", "b", active)


class FakeLogin(FakeService):
    """A fake of systemd's login1 with one session."""

    NAME = "org.freedesktop.login1"
    SESSION = "/org/freedesktop/login1/session/_32"

    def __init__(self, address: str, locked: bool = False) -> None:
        self.locked = locked
        super().__init__(address)

    def GetSession(self, name: str) -> tuple[str, tuple[Any, ...]]:  # noqa: N802
        assert name == "auto"
        return "o", (self.SESSION,)

    def Get(self, interface: str, name: str) -> tuple[str, tuple[Any, ...]]:  # noqa: N802
        assert (interface, name) == ("org.freedesktop.login1.Session", "LockedHint")
        return "v", (("b", self.locked),)

    def set_locked(self, locked: bool) -> None:
        self.locked = locked
        changed = {"LockedHint": ("b", locked)}
        self.emit(
            self.SESSION,
            "org.freedesktop.DBus.Properties",
            "PropertiesChanged",
            "sa{sv}as",
            "org.freedesktop.login1.Session",
            changed,
            [],
        )


class FakeAccessibility(FakeService):
    """A fake of at-spi2-core's launcher, which says whether a screen reader is active."""

    NAME = "org.a11y.Bus"
    STATUS = "org.a11y.Status"

    def __init__(self, address: str) -> None:
        self.screen_reader = False
        super().__init__(address)

    def Get(self, interface: str, name: str) -> tuple[str, tuple[Any, ...]]:  # noqa: N802
        assert (interface, name) == (self.STATUS, "ScreenReaderEnabled")
        return "v", (("b", self.screen_reader),)

    def set_screen_reader(self, active: bool) -> None:
        self.screen_reader = active
        changed = {"ScreenReaderEnabled": ("b", active)}
        properties = "org.freedesktop.DBus.Properties"
        self.emit(
            "/org/a11y/bus", properties, "PropertiesChanged", "sa{sv}as", self.STATUS, changed, []
        )
