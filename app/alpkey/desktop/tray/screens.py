"""The screens on which reminders are shown: a Linux desktop's, and any other by the tray icon."""

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
    """Notices as messages of the tray icon: no buttons, and no way to take one back.

    Whoever owns the icon hears that one was clicked.  Where there is no icon either, ``otherwise``
    has to tell it.
    """

    changed = Signal()
    chosen = Signal(str, str)
    closed = Signal()
    locked = False
    buttons = False

    def __init__(
        self, icon: FindIcon, otherwise: Callable[[], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._otherwise = otherwise

    def look_around(self) -> None:
        self.changed.emit()

    def show(self, notice: Notice) -> None:
        if (icon := self._icon()) is not None:
            icon.showMessage(notice.title, notice.body, icon.icon())
        else:
            self._otherwise()

    def withdraw(self) -> None:
        """A message goes by itself."""

    def close(self) -> None:
        """Nothing is open."""


class DesktopScreen(QObject):
    """The notifications of a Linux desktop, where there are any; else the icon's messages.

    Connected to the message buses by ``look_around``, and nothing of theirs is loaded before.
    """

    changed = Signal()
    chosen = Signal(str, str)
    closed = Signal()

    def __init__(self, instead: IconScreen, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._instead = instead
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
        self._notifications.refused.connect(self._show_instead)
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
        """Takes the notice away, whose buttons nobody would hear any more, and leaves the buses."""
        self.withdraw()
        for bus in self._buses:
            bus.close()

    def _show_instead(self, notice: Notice) -> None:
        self._refused = True
        self._instead.show(notice)


def screen(
    platform: str, icon: FindIcon, otherwise: Callable[[], None], parent: QObject
) -> IconScreen | DesktopScreen:
    """The screen of this platform; ``icon`` finds the tray icon, which may be made anew.

    ``otherwise`` is called where nothing can show a notice.
    """
    by_icon = IconScreen(icon, otherwise, parent)
    return by_icon if platform == "darwin" else DesktopScreen(by_icon, parent)
