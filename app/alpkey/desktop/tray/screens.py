"""Screens for reminders: the notifications of a Linux desktop, or messages of the tray icon."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from alpkey.desktop.views.status import Notice

if TYPE_CHECKING:
    from alpkey.desktop.bus import Bus
    from alpkey.desktop.tray.notifications import Notifications
    from alpkey.desktop.tray.screen_lock import ScreenLock

FindIcon = Callable[[], QSystemTrayIcon | None]


class IconScreen(QObject):
    """Notices as messages of the tray icon: without buttons, and they cannot be withdrawn.

    The owner of the icon receives clicks on them.  Without an icon ``fallback`` is called instead.
    """

    changed = Signal()
    chosen = Signal(str, str)
    closed = Signal()
    locked = False
    buttons = False

    def __init__(
        self, icon: FindIcon, on_error: Callable[[], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._fallback = on_error

    def look_around(self) -> None:
        self.changed.emit()

    def show(self, notice: Notice) -> None:
        if (icon := self._icon()) is not None:
            icon.showMessage(notice.title, notice.body, icon.icon())
        else:
            self._fallback()

    def withdraw(self) -> None:
        """A message disappears by itself."""

    def close(self) -> None:
        """There is nothing to release."""


class DesktopScreen(QObject):
    """The notifications of a Linux desktop, if there are any; else the icon's messages.

    ``look_around`` connects to the message buses, and loads their modules only then.
    """

    changed = Signal()
    chosen = Signal(str, str)
    closed = Signal()

    def __init__(self, icon_screen: IconScreen, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon_screen = icon_screen
        self._refused = False
        self._buses: tuple[Bus, ...] = ()
        self._notifications: Notifications | None = None
        self._lock: ScreenLock | None = None

    @property
    def locked(self) -> bool | None:
        return self._lock.locked if self._lock else None

    @property
    def buttons(self) -> bool:
        return not self._refused and (self._notifications is None or self._notifications.buttons)

    def look_around(self) -> None:
        if self._lock is not None:
            return
        from alpkey.desktop.bus import session_bus, system_bus
        from alpkey.desktop.tray.notifications import Notifications
        from alpkey.desktop.tray.screen_lock import ScreenLock

        session, system = self._buses = session_bus(self), system_bus(self)
        self._notifications = Notifications(session, self)
        self._notifications.chosen.connect(self.chosen)
        self._notifications.closed.connect(self.closed)
        self._notifications.refused.connect(self._show_by_icon)
        self._lock = ScreenLock(session, system, self)
        self._lock.changed.connect(self.changed)

    def show(self, notice: Notice) -> None:
        self.look_around()
        if self._notifications is not None:
            self._refused = False
            self._notifications.show(notice)

    def withdraw(self) -> None:
        if self._notifications is not None:
            self._notifications.withdraw()

    def close(self) -> None:
        """Remove the notice, whose buttons would do nothing any more, and leave the buses."""
        self.withdraw()
        for bus in self._buses:
            bus.close()

    def _show_by_icon(self, notice: Notice) -> None:
        self._refused = True
        self._icon_screen.show(notice)


def screen(
    platform: str, icon: FindIcon, on_error: Callable[[], None], parent: QObject
) -> IconScreen | DesktopScreen:
    """The screen of this platform; ``icon`` returns the current tray icon.

    ``fallback`` is called if nothing can show a notice.
    """
    by_icon = IconScreen(icon, on_error, parent)
    return by_icon if platform == "darwin" else DesktopScreen(by_icon, parent)
