"""In any order of events: never two notifications of Alpkey, and the last one is shown."""

from collections import deque
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    new_error,
    new_method_return,
    new_signal,
)
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from alpkey.desktop.bus import Answer
from alpkey.desktop.tray.notifications import NAME, PATH, Notifications
from alpkey.desktop.views.icon_state import IconShape, IconView
from alpkey.desktop.views.status import Notice

ICON = IconView(IconShape.EXPIRED)
MAIL = "You have mail"
SERVER = DBusAddress(PATH, interface=NAME)
DRIVER = DBusAddress("/org/freedesktop/DBus", interface="org.freedesktop.DBus")


class FakeBus(QObject):
    """A fake bus with a fake server, both as slow as a test wants: nothing moves by itself.

    ``calls`` have not reached the server, ``news`` have not reached the client.
    """

    received = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.calls: deque[tuple[Message, Answer | None]] = deque()
        self.news: deque[Callable[[], None]] = deque()
        self.generation = 0
        self.shown: dict[int, str] = {}
        self.start()

    @property
    def owner(self) -> str:
        return f":1.{self.generation}"

    @property
    def own(self) -> list[str]:
        return [title for title in self.shown.values() if title != MAIL]

    def start(self) -> None:
        """A new server, with another program's notification under number 1."""
        self.generation += 1
        self.shown = {1: MAIL}
        self.last = 1

    def listen(self, _rule: object) -> None:
        """Everything is heard."""

    def listen_for_owner(self, _name: str) -> None:
        """Everything is heard."""

    def call(self, message: Message, answered: Answer | None = None, *, start: bool = True) -> None:
        message.header.serial = 1
        self.calls.append((message, answered))

    def serve(self) -> None:
        """The server takes one call; one that was meant for an earlier server is lost."""
        if not self.calls:
            return
        message, answered = self.calls.popleft()
        if message.header.fields[HeaderFields.destination] not in (NAME, self.owner):
            return
        member = message.header.fields[HeaderFields.member]
        signature, body = getattr(self, member)(*message.body)
        if answered:
            answer = new_method_return(message, signature, body)
            answer.header.fields[HeaderFields.sender] = self.owner
            self.news.append(lambda: answered(answer))

    def deliver(self) -> None:
        if self.news:
            self.news.popleft()()

    def settle(self) -> None:
        while self.calls or self.news:
            self.serve()
            self.deliver()

    def GetCapabilities(self) -> tuple[str | None, tuple[Any, ...]]:  # noqa: N802
        return "as", (["actions", "body"],)

    def Notify(  # noqa: N802
        self, _app: str, replaces: int, _icon: str, title: str, *more: Any
    ) -> tuple[str | None, tuple[Any, ...]]:
        if replaces not in self.shown:
            self.last += 1
            replaces = self.last
        self.shown[replaces] = title
        return "u", (replaces,)

    def CloseNotification(self, number: int) -> tuple[str | None, tuple[Any, ...]]:  # noqa: N802
        self._gone(number, 3)
        return None, ()

    def dismiss(self) -> None:
        for number in [shown_number for shown_number, title in self.shown.items() if title != MAIL]:
            self._gone(number, 2)

    def fail(self) -> None:
        """The server answers one call with an error; to close what it shows it never refuses."""
        if self.calls and self.calls[0][1] is not None:
            self._refuse()

    def _refuse(self) -> None:
        message, answered = self.calls.popleft()
        error = new_error(message, "org.freedesktop.DBus.Error.Failed")
        if answered:
            self.news.append(lambda: answered(error))

    def restart(self) -> None:
        """The server ends with all it shows, and open calls end in errors."""
        old = self.owner
        self.start()
        body = (NAME, old, self.owner)
        self._say(new_signal(DRIVER, "NameOwnerChanged", "sss", body), "org.freedesktop.DBus")
        while self.calls:
            self._refuse()

    def _gone(self, number: int, reason: int) -> None:
        if self.shown.pop(number, None):
            closed = new_signal(SERVER, "NotificationClosed", "uu", (number, reason))
            self._say(closed, self.owner)

    def _say(self, message: Message, sender: str) -> None:
        message.header.fields[HeaderFields.sender] = sender
        self.news.append(lambda: self.received.emit(message))


STEPS = ("show", "withdraw", "serve", "deliver", "settle", "dismiss", "fail", "restart")


@patch("alpkey.desktop.tray.notifications._image", lambda _: None)  # drawn too often here
@given(steps=st.lists(st.sampled_from(STEPS), min_size=10, max_size=40))
def test_any_order(qapp: QApplication, steps: list[str]) -> None:
    bus = FakeBus()
    notifications = Notifications(bus)  # type: ignore[arg-type]
    wanted: list[Notice | None] = [None]

    def lose() -> None:
        """The client was told that nobody shows it, or not any more."""
        assert wanted[-1] is not None
        wanted.append(None)

    def close() -> None:
        assert not bus.calls, "the next one is under way"
        lose()

    notifications.closed.connect(close)
    notifications.refused.connect(lambda _: lose())
    for number, step in enumerate(steps):
        if step == "show":
            wanted.append(Notice(f"reminder {number}", "", ICON))
            notifications.show(wanted[-1])  # type: ignore[arg-type]
        elif step == "withdraw":
            wanted.append(None)
            notifications.withdraw()
        else:
            getattr(bus, step)()
        assert len(bus.own) <= 1
        assert bus.shown.get(1) == MAIL
    bus.settle()
    assert bus.own == ([wanted[-1].title] if wanted[-1] else [])
