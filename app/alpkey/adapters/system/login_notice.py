"""A notification that a login waits for a key; a click on it opens the renewal window.

By org.freedesktop.Notifications, as its specification 1.2 describes it.  This process shows the
notification itself, because it waits, and closes it when it no longer does.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, Literal

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from alpkey.adapters.system.renewal_window import RenewalWindowProcess
from alpkey.core.messages import reminders as reminder_messages
from alpkey.core.paths import APP_ID
from alpkey.core.ssh.ports import RenewalWindowEnd

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
SERVER = DBusAddress(PATH, bus_name=NAME, interface=NAME)
CALL_TIMEOUT_S = 5.0
NO = "no"
_POLL_S = 0.25
_CRITICAL = 2  # a login waits, so it stays until it is answered
_NEVER_EXPIRES = 0
_BY_THE_USER = 2

_Answer = Literal["renew", "declined", "done", "late", "unseen"]


class LoginNotice:
    """A notification where the tray runs and the desktop shows buttons; else the window at once.

    ``has_tray`` says whether the tray of this home runs.
    """

    def __init__(self, window: RenewalWindowProcess, has_tray: Callable[[], bool]) -> None:
        self._window = window
        self._has_tray = has_tray
        self._token = ""

    def ask(self, host: str | None, done: Callable[[], bool], timeout_s: float) -> RenewalWindowEnd:
        ends = time.monotonic() + timeout_s
        match self._ask(host, done, ends) if self._has_tray() else "unseen":
            case "renew" | "unseen":
                left = max(ends - time.monotonic(), 0)
                return self._window.ask(host, done, left, token=self._token)
            case end:
                return end

    def _ask(self, host: str | None, done: Callable[[], bool], ends: float) -> _Answer:
        try:
            with closing(open_dbus_connection(bus="SESSION")) as bus, _notice(bus, host) as number:
                return self._wait_for_answer(bus, number, done, ends)
        except (OSError, KeyError, ValueError, LookupError):
            return "unseen"

    def _wait_for_answer(
        self, bus: DBusConnection, number: int, done: Callable[[], bool], ends: float
    ) -> _Answer:
        while time.monotonic() < ends:
            if done():
                return "done"
            with suppress(TimeoutError):
                message = bus.receive(timeout=_POLL_S)
                if message.header.message_type is MessageType.signal:
                    answer = self._meaning(message, number)
                    if answer is not None:
                        return answer
        return "late"

    def _meaning(self, message: Message, number: int) -> _Answer | None:
        member = message.header.fields.get(HeaderFields.member)
        match member, *message.body:
            case "ActivationToken", shown, token if shown == number:
                self._token = str(token)
            case "ActionInvoked", shown, action if shown == number:
                return "declined" if action == NO else "renew"
            case "NotificationClosed", shown, reason if shown == number:
                return "declined" if reason == _BY_THE_USER else None
            case "NameOwnerChanged", name, _, _ if name == NAME:
                return "unseen"
        return None


@contextmanager
def _notice(bus: DBusConnection, host: str | None) -> Iterator[int]:
    """Show it, and close it.  Raises LookupError where it could not be answered, and OSError."""
    for rule in (
        MatchRule(type="signal", interface=NAME, path=PATH),
        _owner_changes(),
    ):
        _call(bus, message_bus.AddMatch(rule))
    capabilities = _call(bus, new_method_call(SERVER, "GetCapabilities"))[0]
    if "actions" not in capabilities:
        raise LookupError
    actions = ["default", "", "renew", reminder_messages.RENEW_NOW, NO, reminder_messages.NOT_NOW]
    hints = {"urgency": ("y", _CRITICAL), "desktop-entry": ("s", APP_ID)}
    head = (
        "Alpkey",
        0,
        "",
        reminder_messages.login_is_waiting(host),
        reminder_messages.LOGIN_CONTINUES,
    )
    shown = (*head, actions, hints, _NEVER_EXPIRES)
    number = _call(bus, new_method_call(SERVER, "Notify", "susssasa{sv}i", shown))[0]
    try:
        yield number
    finally:
        with suppress(OSError, LookupError):
            _call(bus, new_method_call(SERVER, "CloseNotification", "u", (number,)))


def _owner_changes() -> MatchRule:
    driver = message_bus.bus_name
    rule = MatchRule(type="signal", sender=driver, interface=driver, member="NameOwnerChanged")
    rule.add_arg_condition(0, NAME)
    return rule


def _call(bus: DBusConnection, message: Message) -> tuple[Any, ...]:
    """The answer.  Raises LookupError where it is an error, and OSError."""
    reply = bus.send_and_get_reply(message, timeout=CALL_TIMEOUT_S)
    if reply.header.message_type is not MessageType.method_return:
        raise LookupError
    body: tuple[Any, ...] = reply.body
    return body
