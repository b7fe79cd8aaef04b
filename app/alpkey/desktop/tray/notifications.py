"""Notices by org.freedesktop.Notifications (Desktop Notifications Specification 1.2)."""

from html import escape
from itertools import count
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, new_method_call
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from alpkey.core.display_text import visible
from alpkey.core.paths import APP_ID
from alpkey.desktop import drawing
from alpkey.desktop.bus import DRIVER, Bus, field, succeeded
from alpkey.desktop.views.icon_state import IconView
from alpkey.desktop.views.status import Notice

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
SERVER = DBusAddress(PATH, bus_name=NAME, interface=NAME)
_CHOICES = {"default": "renew", "renew": "renew", "later": "later"}
_NORMAL = 1
_IMAGE_PX = 48
ANSWER_TIMEOUT_MS = 25_000  # the usual timeout of D-Bus libraries
_SERVER_DECIDES_EXPIRY = -1
_NEVER = 0


class Notifications(QObject):
    """One notification, which is shown, replaced and withdrawn.

    A server may be absent, slow, or restarted at any time.  One request is under way at a time, and
    what is wanted meanwhile follows it.  ``refused`` carries a notice that no server shows.
    """

    chosen = Signal(str, str)
    closed = Signal()
    refused = Signal(object)

    def __init__(self, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus
        self._capabilities: frozenset[str] | None = None
        self._server: object = (
            None  # the one that answered: another server does not know the number
        )
        self._number = 0
        self._wanted: Notice | None = None
        self._shown: Notice | None = None
        self._under_way = 0  # number of the request, from 1; 0 if none is
        self._requests = count(1)
        self._token = ""
        bus.received.connect(self._receive)
        bus.listen(MatchRule(type="signal", interface=NAME, path=PATH))
        bus.listen_for_owner(NAME)

    @property
    def buttons(self) -> bool:
        """Whether the server shows buttons; assumed until it was asked, as nearly all do."""
        return self._capabilities is None or "actions" in self._capabilities

    def show(self, notice: Notice) -> None:
        """Show ``notice`` in place of the current one."""
        self._wanted = notice
        self._advance()

    def withdraw(self) -> None:
        self._wanted = None
        self._advance()

    def _advance(self) -> None:
        if self._under_way or self._wanted is self._shown:
            return
        if self._wanted is None:
            self._close()
        elif self._capabilities is None:
            self._ask("GetCapabilities", self._learn)
        else:
            self._ask("Notify", self._shown_as, "susssasa{sv}i", self._request(self._wanted))

    def _ask(
        self, method: str, answered: Any, signature: str = "", body: tuple[Any, ...] = ()
    ) -> None:
        request, asked_for = next(self._requests), self._wanted

        def take(answer: Message | None) -> None:
            in_time = self._under_way == request
            if in_time:
                self._under_way = 0
            if answer is not None and succeeded(answer):
                answered(answer, asked_for, in_time)
            elif in_time and self._wanted is asked_for:
                self._wanted = None
                self._close()
                self.refused.emit(asked_for)
            self._advance()

        self._under_way = request
        self._bus.call(new_method_call(SERVER, method, signature or None, body), take)
        QTimer.singleShot(ANSWER_TIMEOUT_MS, self, lambda: take(None))

    def _learn(self, answer: Message, *_: object) -> None:
        self._capabilities = frozenset(answer.body[0])

    def _shown_as(self, answer: Message, notice: Notice | None, in_time: bool) -> None:
        """One that is shown too late is closed: the notice was shown by other means meanwhile."""
        number, server = answer.body[0], field(answer, HeaderFields.sender)
        if in_time:
            self._number, self._server, self._shown = number, server, notice
        elif number != self._number:
            self._close_number(server, number)

    def _request(self, notice: Notice) -> tuple[Any, ...]:
        """The arguments of ``Notify``; a server without buttons still reports a click."""
        capabilities = self._capabilities or frozenset()
        actions = ["default", ""]  # with a label, some servers show it as a third button
        if "actions" in capabilities:
            actions += ["renew", notice.renew, "later", notice.later]
        text = visible(notice.body)
        body = escape(text, quote=False) if "body-markup" in capabilities else text
        hints = {
            "urgency": ("y", _NORMAL),
            "desktop-entry": ("s", APP_ID),
            "image-data": ("(iiibiiay)", _image(notice.icon)),
        }
        head = ("Alpkey", self._number, "", visible(notice.title), body)
        return (*head, actions, hints, _NEVER if notice.stays else _SERVER_DECIDES_EXPIRY)

    def _close(self) -> None:
        if self._number:
            self._close_number(self._server, self._number)
        self._forget()

    def _close_number(self, server: object, number: int) -> None:
        at = DBusAddress(PATH, bus_name=str(server), interface=NAME)
        self._bus.call(new_method_call(at, "CloseNotification", "u", (number,)), start=False)

    def _forget(self) -> None:
        self._number, self._shown, self._token = 0, None, ""

    def _receive(self, message: Message) -> None:
        interface, member = (
            field(message, name) for name in (HeaderFields.interface, HeaderFields.member)
        )
        if interface == DRIVER and member == "NameOwnerChanged":
            self._owner_changed(*message.body)
        elif interface == NAME and self._is_own(message):
            self._receive_own(str(member), message.body[1])

    def _is_own(self, message: Message) -> bool:
        sender = field(message, HeaderFields.sender)
        return bool(self._number) and sender == self._server and message.body[0] == self._number

    def _receive_own(self, member: str, value: Any) -> None:
        match member:
            case "ActivationToken":
                self._token = str(value)
            case "ActionInvoked" if value in _CHOICES:
                token, self._token = self._token, ""
                self.chosen.emit(_CHOICES[value], token)
            case "NotificationClosed":
                self._gone()

    def _owner_changed(self, name: str, before: str, _after: str) -> None:
        """Another server has its own numbers, and maybe other capabilities."""
        if name == NAME and before:
            self._capabilities = None
            if self._shown is not None:
                self._gone()

    def _gone(self) -> None:
        """The notification is gone; a request under way still follows."""
        self._forget()
        if not self._under_way:
            self._wanted = None
            self.closed.emit()


def _image(view: IconView) -> tuple[int, int, int, bool, int, int, bytes]:
    """The icon as the specification requires: width, height, row bytes, alpha, bits, RGBA."""
    picture = drawing.pixmap(view, _IMAGE_PX).toImage()
    picture = picture.convertToFormat(QImage.Format.Format_RGBA8888)
    row_bytes = picture.bytesPerLine()
    return _IMAGE_PX, _IMAGE_PX, row_bytes, True, 8, 4, bytes(picture.constBits())
