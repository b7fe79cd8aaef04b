"""The main window in the icon's place, for as long as there is no host to show an icon."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from alpkey.desktop.bus import Bus
    from alpkey.desktop.tray.screen_lock import ScreenLock

# A panel that was killed is back within a few seconds.
GRACE_MS = 10_000


class WindowFallback(QObject):
    """``appear`` opens the main window, ``leave`` closes it unless the person took it over.

    The buses are asked only once a host has been away for a while.
    """

    def __init__(
        self, appear: Callable[[], None], leave: Callable[[], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._appear, self._leave = appear, leave
        self._is_there = self._was_locked = False
        self._buses: tuple[Bus, ...] = ()
        self._lock: ScreenLock | None = None
        self._grace = QTimer(self)
        self._grace.setSingleShot(True)
        self._grace.timeout.connect(self._wait_for_eyes)

    def appear(self) -> None:
        self._is_there = True
        self._appear()

    def host_went(self) -> None:
        self._grace.start(GRACE_MS)

    def host_came(self) -> None:
        self._grace.stop()
        self._stop_waiting()
        if self._is_there:
            self._is_there = False
            self._leave()

    def _wait_for_eyes(self) -> None:
        """GNOME takes its host away while the screen is locked, and brings it back."""
        from alpkey.desktop.bus import session_bus, system_bus
        from alpkey.desktop.tray.screen_lock import ScreenLock

        self._stop_waiting()
        self._was_locked = False
        session, system = self._buses = session_bus(self), system_bus(self)
        self._lock = ScreenLock(session, system, self)
        self._lock.changed.connect(self._looked)

    def _looked(self) -> None:
        """After an unlock the host has its time once more."""
        if self._lock is None or self._lock.locked:
            self._was_locked = True
            return
        self._stop_waiting()
        if self._was_locked:
            self.host_went()
        else:
            self.appear()

    def _stop_waiting(self) -> None:
        if self._lock is not None:
            self._lock.deleteLater()
            self._lock = None
        for bus in self._buses:
            bus.close()
            bus.deleteLater()
        self._buses = ()
