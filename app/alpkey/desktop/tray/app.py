"""The tray's process.

Start-up: the one instance is claimed, or the running one is told to show the main window.  Then the
icon is made where a tray host is there; where none is, the main window opens, and the icon comes
when a host does.  From then on every change of a file and every minute is a new look.  Reminders
are loaded a moment later, and what shows them once the first one is due.
"""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from alpkey.core.places import Places
from alpkey.core.site import Site
from alpkey.desktop import drawing, looking, views
from alpkey.desktop.children import start
from alpkey.desktop.errands import Errands
from alpkey.desktop.instance import Instance, tell
from alpkey.desktop.signals import SignalNotifier
from alpkey.desktop.tray.clicks import meaning
from alpkey.desktop.tray.menu import Deeds, TrayMenu
from alpkey.desktop.watch import Watch

if TYPE_CHECKING:
    from alpkey.desktop.tray.reminders import Reminders

# The icon comes first, and at a login the rest of the desktop.
REMINDERS_AFTER_MS = 1500
HOST_SERVICE = "org.kde.StatusNotifierWatcher"


class Tray(QObject):
    """The icon with its menu, kept true to the files."""

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places
        self._site: Site | None = None
        self._icon: QSystemTrayIcon | None = None
        self._reminders: Reminders | None = None
        self._errands = Errands(self)
        deeds = Deeds(start, self._errands.run, QApplication.quit, self._put_off)
        self._menu = TrayMenu(deeds, self.refresh)
        self._shown: tuple[views.IconView, str] | None = None
        self._watch = Watch(places)
        self._watch.jumped.connect(self._wake)
        self._watch.changed.connect(self.refresh)

    def start(self) -> None:
        """Shows the icon, or the main window where no tray is there to show it in."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.show_icon()
        else:
            self.show_main_window()
        QTimer.singleShot(REMINDERS_AFTER_MS, self, self._start_reminders)

    def end(self) -> None:
        """Leaves nothing on the screen that nobody answers for."""
        if self._reminders is not None:
            self._reminders.end()

    def show_icon(self) -> None:
        """Makes the icon anew: one made before its host came stays in the old tray for good."""
        if self._icon is not None:
            # Hidden and gone, or it registers with the new host too and two icons stand there.
            self._icon.hide()
            self._icon.deleteLater()
        self._icon, self._shown = QSystemTrayIcon(self), None
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self._renew)
        if sys.platform != "darwin":
            self._icon.setContextMenu(self._menu)
        self.refresh()
        self._icon.show()

    def refresh(self) -> None:
        """Takes a look and applies it."""
        seen = looking.take(self._places)
        self._site = seen.site or self._site
        self._menu.offer(self._site)
        name = self._site.name if self._site else "Alpkey"
        if seen.look is None:
            self._apply(views.WARNING_ICON, seen.trouble)
            self._menu.apply(views.UNREADABLE)
            return
        icon = views.icon(seen.look, seen.now, numbered=seen.settings.icon == "number")
        self._apply(icon, views.tooltip(name, seen.look, seen.now))
        menu = views.menu(seen.look, seen.now)
        if self._reminders is not None:
            self._reminders.apply(seen.look, name, seen.settings)
            menu = replace(menu, can_put_off=self._reminders.can_be_put_off)
        self._menu.apply(menu)
        self._watch.set_working(seen.look.working)

    def show_main_window(self) -> None:
        start("window", "main")

    def _start_reminders(self) -> None:
        from alpkey.desktop.tray.reminders import Reminders
        from alpkey.desktop.tray.screens import screen

        shown_on = screen(sys.platform, lambda: self._icon, self)
        self._reminders = Reminders(self._places.tray_memory, shown_on, self._renew)
        self.refresh()

    def _put_off(self) -> None:
        if self._reminders is not None:
            self._reminders.put_off()

    def _wake(self) -> None:
        if self._reminders is not None:
            self._reminders.wake()

    def _renew(self, token: str = "") -> None:
        start("window", "renew", token=token)

    def _apply(self, icon: views.IconView, tooltip: str) -> None:
        if self._icon is None or (icon, tooltip) == self._shown:
            return
        if self._shown is None or icon != self._shown[0]:
            self._icon.setIcon(drawing.icon(icon, sys.platform == "darwin"))
        if self._shown is None or tooltip != self._shown[1]:
            self._icon.setToolTip(tooltip)
        self._shown = icon, tooltip

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        match meaning(reason, sys.platform):
            case "renew":
                start("window", "renew")
            case "menu" if self._icon:
                self._menu.popup(self._icon.geometry().bottomLeft())


def run(places: Places) -> int:
    """Runs until Quit; a second one only shows the main window of the first."""
    app = QApplication(["alpkey"])
    app.setApplicationName("Alpkey")
    app.setQuitOnLastWindowClosed(False)
    instance = Instance.claim(places.tray_socket)
    if instance is None:
        return 0 if tell(places.tray_socket, show="main") else 1
    tray = Tray(places)
    instance.heard.connect(lambda _: tray.show_main_window())
    hosts = _watch_for_hosts(tray)
    notifier = SignalNotifier(app)
    tray.start()
    with instance, notifier:
        code = app.exec()
    tray.end()
    del hosts
    return code


def _watch_for_hosts(tray: Tray) -> QObject | None:
    """Shows the icon once a tray host comes, which may be long after login."""
    if sys.platform == "darwin":
        return None
    from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher

    watcher = QDBusServiceWatcher(
        HOST_SERVICE,
        QDBusConnection.sessionBus(),
        QDBusServiceWatcher.WatchModeFlag.WatchForRegistration,
    )
    watcher.serviceRegistered.connect(lambda _: tray.show_icon())
    return watcher
