"""A message bus on Qt's own loop: nothing here waits, and there is no thread.

What is sent and read is what the D-Bus specification says; jeepney knows its bytes.  Imported only
once a reminder is due, so that an idle tray stays small.
"""

import os
import socket
from collections.abc import Callable
from itertools import count
from typing import Any

from jeepney import HeaderFields, MatchRule, Message, MessageFlag, MessageType, Parser, message_bus
from jeepney.auth import BEGIN, AuthenticationError, Authenticator
from jeepney.bus import find_session_bus, find_system_bus
from PySide6.QtCore import QObject, QSocketNotifier, Signal

Answer = Callable[[Message | None], None]

DRIVER = "org.freedesktop.DBus"
_CHUNK_BYTES = 65536


class Bus(QObject):
    """A connection.  ``received`` carries each signal that was asked for with ``listen``.

    A connection that fails or ends is ``lost``: every call is then answered with None.
    """

    received = Signal(object)

    def __init__(self, address: str | None, parent: QObject | None = None) -> None:
        """``address`` is a socket's, as jeepney writes it; None if there is no bus."""
        super().__init__(parent)
        self.lost = False
        self._serials = count(1)
        self._waiting: dict[int, Answer] = {}
        self._outgoing = b""
        self._parser = Parser()
        self._sign_in = Authenticator()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.setblocking(False)
        self._readable = self._notifier(QSocketNotifier.Type.Read, self._read)
        self._writable = self._notifier(QSocketNotifier.Type.Write, self._write)
        self._writable.setEnabled(False)
        try:
            if address is None:
                raise ConnectionRefusedError
            self._socket.connect(address)
            self._socket.send(self._sign_in.data_to_send() or b"")
        except OSError:
            self.close()
        self.call(message_bus.Hello())

    def call(self, message: Message, answered: Answer | None = None, *, start: bool = True) -> None:
        """Send a call; ``answered`` gets the answer or the error, or None if none ever comes.

        Unless ``start``, a service that does not run is not started for it.
        """
        if self.lost:
            if answered:
                answered(None)
            return
        if not start:
            message.header.flags |= MessageFlag.no_auto_start
        serial = next(self._serials)
        if answered:
            self._waiting[serial] = answered
        self._outgoing += message.serialise(serial=serial)
        self._write()

    def listen(self, rule: MatchRule) -> None:
        """Have ``received`` emitted for the signals that ``rule`` matches."""
        self.call(message_bus.AddMatch(rule))

    def listen_for_owner(self, name: str) -> None:
        """Have ``received`` emitted when the owner of this name changes (NameOwnerChanged)."""
        rule = MatchRule(type="signal", sender=DRIVER, interface=DRIVER, member="NameOwnerChanged")
        rule.add_arg_condition(0, name)
        self.listen(rule)

    def close(self) -> None:
        """Leave the bus; calls that wait are answered with None."""
        if self.lost:
            return
        self.lost = True
        self._readable.setEnabled(False)
        self._writable.setEnabled(False)
        self._socket.close()
        waiting, self._waiting = self._waiting, {}
        for answered in waiting.values():
            answered(None)

    def _notifier(self, kind: QSocketNotifier.Type, slot: Callable[[], None]) -> QSocketNotifier:
        notifier = QSocketNotifier(self._socket.fileno(), kind, self)
        notifier.activated.connect(slot)
        return notifier

    def _read(self) -> None:
        try:
            data = self._socket.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
        elif self._sign_in.authenticated:
            for message in self._parser.feed(data):
                self._take(message)
        else:
            self._go_on_signing_in(data)

    def _go_on_signing_in(self, data: bytes) -> None:
        try:
            self._sign_in.feed(data)
        except AuthenticationError:
            self.close()
            return
        if self._sign_in.authenticated:
            self._outgoing = BEGIN + self._outgoing
            self._write()

    def _write(self) -> None:
        """Send what the socket takes now; the rest is sent once it takes more."""
        if self.lost or not self._sign_in.authenticated:
            return
        try:
            self._outgoing = self._outgoing[self._socket.send(self._outgoing) :]
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            return
        self._writable.setEnabled(bool(self._outgoing))

    def _take(self, message: Message) -> None:
        if message.header.message_type is MessageType.signal:
            self.received.emit(message)
        elif answered := self._waiting.pop(field(message, HeaderFields.reply_serial), None):
            answered(message)


def session_bus(parent: QObject | None = None) -> Bus:
    """The bus of the user's session: the one in the environment, else the one at systemd's path."""
    address = _address(find_session_bus)
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if address is None and "DBUS_SESSION_BUS_ADDRESS" not in os.environ and runtime:
        address = f"{runtime}/bus"
    return Bus(address, parent)


def system_bus(parent: QObject | None = None) -> Bus:
    return Bus(_address(find_system_bus), parent)


def succeeded(message: Message | None) -> bool:
    """Whether a call was answered, and without an error."""
    return message is not None and message.header.message_type is MessageType.method_return


def field(message: Message, which: HeaderFields) -> Any:
    """A field of a message's header; None if it is missing."""
    return message.header.fields.get(which)


def _address(find: Callable[[], str]) -> str | None:
    """The address of a bus; None if there is none, or one that is no local socket."""
    try:
        return find()
    except (KeyError, ValueError, RuntimeError):
        return None
