"""Whether the screen is locked, from screen savers and systemd's login1.

An active screen saver counts as locked: the user sees nothing in either case.  A service that does
not run is not started for the question.
"""

from collections.abc import Callable
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, Properties, new_method_call
from PySide6.QtCore import QObject, QTimer, Signal

from alpkey.desktop.bus import Bus, field, succeeded

ANSWER_TIMEOUT_MS = 2000

# By bus name, which is the interface's name too: the object that answers GetActive.
SCREEN_SAVERS = {
    "org.freedesktop.ScreenSaver": "/org/freedesktop/ScreenSaver",
    "org.gnome.ScreenSaver": "/org/gnome/ScreenSaver",
    "org.cinnamon.ScreenSaver": "/org/cinnamon/ScreenSaver",
    "org.mate.ScreenSaver": "/org/mate/ScreenSaver",
    "org.xfce.ScreenSaver": "/org/xfce/ScreenSaver",
}
LOGIN = "org.freedesktop.login1"
SESSION = "org.freedesktop.login1.Session"
MANAGER = DBusAddress(
    "/org/freedesktop/login1", bus_name=LOGIN, interface="org.freedesktop.login1.Manager"
)
_PROPERTIES = "org.freedesktop.DBus.Properties"


class ScreenLock(QObject):
    """``changed`` is emitted once ``locked`` is known, and when it changes."""

    changed = Signal()

    def __init__(self, session: Bus, system: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._system = session, system
        self._states: dict[str, bool] = {}
        self._open_questions = 1  # one until all are asked: nothing is reported before
        self._reported: bool | None = None
        session.received.connect(self._receive_saver)
        system.received.connect(self._receive_login)
        for name, path in SCREEN_SAVERS.items():
            self._follow_saver(name, path)
        self._question(system, new_method_call(MANAGER, "GetSession", "s", ("auto",)), self._follow)
        QTimer.singleShot(0, self, self._answered)
        QTimer.singleShot(ANSWER_TIMEOUT_MS, self, self._stop_waiting)

    @property
    def locked(self) -> bool | None:
        """None until all have answered, or the timeout is over."""
        return self._reported

    def _follow_saver(self, name: str, path: str) -> None:
        self._session.listen(MatchRule(type="signal", interface=name, member="ActiveChanged"))
        self._session.listen_for_owner(name)
        at = DBusAddress(path, bus_name=name, interface=name)
        active = new_method_call(at, "GetActive")
        self._question(self._session, active, lambda body: self._note(name, body[0]))

    def _follow(self, body: Any) -> None:
        """The session of login1 is known: ask whether it is locked, and follow changes."""
        path = body[0]
        self._system.listen(
            MatchRule(type="signal", interface=_PROPERTIES, member="PropertiesChanged", path=path)
        )
        at = DBusAddress(path, bus_name=LOGIN, interface=SESSION)
        hint = Properties(at).get("LockedHint")
        self._question(self._system, hint, lambda body: self._note(LOGIN, body[0][1]))

    def _question(self, bus: Bus, call: Message, answered: Callable[[Any], None]) -> None:
        def take(answer: Message | None) -> None:
            if answer is not None and succeeded(answer):
                answered(answer.body)
            self._answered()

        self._open_questions += 1
        bus.call(call, take, start=False)

    def _answered(self) -> None:
        self._open_questions -= 1
        self._report()

    def _receive_saver(self, message: Message) -> None:
        name, member = field(message, HeaderFields.interface), field(message, HeaderFields.member)
        if member == "ActiveChanged" and name in SCREEN_SAVERS:
            self._note(str(name), message.body[0])
        elif member == "NameOwnerChanged" and not message.body[2]:
            self._states.pop(message.body[0], None)
        self._report()

    def _receive_login(self, message: Message) -> None:
        if field(message, HeaderFields.member) == "PropertiesChanged":
            _, changed, _ = message.body
            if "LockedHint" in changed:
                self._note(LOGIN, changed["LockedHint"][1])
                self._report()

    def _note(self, source: str, locked: object) -> None:
        self._states[source] = locked is True

    def _stop_waiting(self) -> None:
        self._open_questions = min(self._open_questions, 0)
        self._report()

    def _report(self) -> None:
        if self._open_questions > 0:
            return
        locked = any(self._states.values())
        if locked is not self._reported:
            self._reported = locked
            self.changed.emit()
