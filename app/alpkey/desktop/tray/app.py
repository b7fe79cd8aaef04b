"""The tray's process.

Start-up: the one instance is claimed, or the running one is told to show the main window.  Then the
icon is made where a tray host is there; where none is, the main window opens, and the icon comes
when a host does.  From then on every change of a file and every minute is a new look.
"""

import sys

from PySide6.QtCore import QObject
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

HOST_SERVICE = "org.kde.StatusNotifierWatcher"


class Tray(QObject):
    """The icon with its menu, kept true to the files."""

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places
        self._site: Site | None = None
        self._errands = Errands(self)
        self._menu = TrayMenu(Deeds(start, self._errands.run, QApplication.quit), self.refresh)
        self._icon: QSystemTrayIcon | None = None
        self._shown: tuple[views.IconView, str] | None = None
        self._watch = Watch(places)
        self._watch.changed.connect(self.refresh)

    def start(self) -> None:
        """Shows the icon, or the main window where no tray is there to show it in."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.show_icon()
        else:
            self.show_main_window()

    def show_icon(self) -> None:
        """Makes the icon anew: one made before its host came stays in the old tray for good."""
        if self._icon is not None:
            # Hidden and gone, or it registers with the new host too and two icons stand there.
            self._icon.hide()
            self._icon.deleteLater()
        self._icon, self._shown = QSystemTrayIcon(self), None
        self._icon.activated.connect(self._activated)
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
        self._menu.apply(views.menu(seen.look, seen.now))
        self._watch.set_working(seen.look.working)

    def show_main_window(self) -> None:
        start("window", "main")

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
