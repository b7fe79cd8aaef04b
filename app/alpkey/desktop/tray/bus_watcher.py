"""The session bus going away, and coming back."""

import os
import re

from PySide6.QtCore import SLOT, QObject, QTimer, Signal, Slot
from PySide6.QtDBus import QDBusConnection

CHECK_MS = 1000
ADDRESS = "DBUS_SESSION_BUS_ADDRESS"


class BusWatcher(QObject):
    """``came_back`` is emitted once a bus can be reached again after the session's went away.

    libdbus itself sends the signal ``Disconnected`` from a path of its own (D-Bus specification of
    org.freedesktop.DBus.Local).
    """

    came_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._tries = 0
        # The new bus has another GUID, and one that does not match is refused.
        self._address = re.sub(",guid=[0-9a-fA-F]+", "", os.environ.get(ADDRESS, ""))
        self._timer = QTimer(self, interval=CHECK_MS)
        self._timer.timeout.connect(self._check)
        # PySide6 takes the slot as text, whatever its stubs say.
        QDBusConnection.sessionBus().connect(  # type: ignore[call-overload]
            "",
            "/org/freedesktop/DBus/Local",
            "org.freedesktop.DBus.Local",
            "Disconnected",
            self,
            SLOT("lost()"),
        )

    @Slot()
    def lost(self) -> None:
        """Look for a new bus from now on."""
        self._timer.start()

    def _check(self) -> None:
        self._tries += 1
        name = f"alpkey-try-{self._tries}"
        session: str | QDBusConnection.BusType = QDBusConnection.BusType.SessionBus
        # By its address where that is known, for libdbus remembers the first one with its GUID.
        is_there = QDBusConnection.connectToBus(self._address or session, name).isConnected()
        QDBusConnection.disconnectFromBus(name)
        if is_there:
            self._timer.stop()
            if self._address:
                os.environ[ADDRESS] = self._address
            self.came_back.emit()
