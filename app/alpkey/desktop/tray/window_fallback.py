"""The main window in place of the icon, while there is no host to show one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from alpkey.desktop.bus import Bus
    from alpkey.desktop.tray.screen_lock import ScreenLock

# A panel that was killed restarts within a few seconds.
GRACE_MS = 10_000


class WindowFallback(QObject):
    """``appear`` opens the main window, ``hide_window`` closes it unless the user works in it.

    The buses are asked only after a host has been away for a while.
    """

    def __init__(
        self,
        appear: Callable[[], None],
        hide_window: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._show_window, self._hide_window = appear, hide_window
        self._is_shown = self._was_locked = False
        self._buses: tuple[Bus, ...] = ()
        self._lock: ScreenLock | None = None
        self._grace = QTimer(self)
        self._grace.setSingleShot(True)
        self._grace.timeout.connect(self._wait_for_unlock)

    def appear(self) -> None:
        self._is_shown = True
        self._show_window()

    def host_went(self) -> None:
        self._grace.start(GRACE_MS)

    def host_came(self) -> None:
        self._grace.stop()
        self._stop_waiting()
        if self._is_shown:
            self._is_shown = False
            self._hide_window()

    def _wait_for_unlock(self) -> None:
        """GNOME removes its host while the screen is locked, and brings it back."""
        from alpkey.desktop.bus import session_bus, system_bus
        from alpkey.desktop.tray.screen_lock import ScreenLock

        self._stop_waiting()
        self._was_locked = False
        session, system = self._buses = session_bus(self), system_bus(self)
        self._lock = ScreenLock(session, system, self)
        self._lock.changed.connect(self._lock_changed)

    def _lock_changed(self) -> None:
        """After an unlock the host gets the same time again."""
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
