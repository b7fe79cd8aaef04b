"""The tray's process.

Start-up: the one instance is claimed, or the running one is told to show the main window.  Then the
icon is made where a tray host is there; where none is, the main window stands in for it, unless a
login started us: then reminders are all that is seen, until the icon comes with a host.  Only then
is everything else loaded, and the first look taken: from then on every change of a file and every
minute is a new one.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from alpkey.core.errors import AlpkeyError, Unreachable
from alpkey.core.paths import Paths
from alpkey.core.runtime_folder import TRAY, WINDOW
from alpkey.desktop import drawing
from alpkey.desktop.instance import Instance, tell
from alpkey.desktop.signals import SignalNotifier
from alpkey.desktop.tray.clicks import meaning
from alpkey.desktop.tray.menu import TrayMenu
from alpkey.desktop.tray.window_fallback import WindowFallback
from alpkey.desktop.views.icon_state import STARTING, IconView
from alpkey.runtime_folder import RuntimeFolder

if TYPE_CHECKING:
    from alpkey.desktop.tray.controller import TrayController
    from alpkey.desktop.views.status import TrayView

HOST_SERVICE = "org.kde.StatusNotifierWatcher"
SUCCESSOR = 75  # how the event loop ends where another version takes over


class Tray(QObject):
    """The icon with its menu, and what both of them do."""

    def __init__(self, places: Paths) -> None:
        super().__init__()
        self._places = places
        self._icon: QSystemTrayIcon | None = None
        self._following: TrayController | None = None
        self._shown: tuple[IconView, str] = (STARTING, "Alpkey")
        self._is_new = False
        self._menu = TrayMenu(self)
        self._stand_in = WindowFallback(self._open_stand_in, self._close_stand_in, self)

    def start(self, *, at_login: bool) -> None:
        """Shows the icon; where no tray is there to show it in, a person gets the main window."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.show_icon()
        elif not at_login:
            self._stand_in.appear()
        QTimer.singleShot(0, self, self._follow)

    def end(self) -> None:
        """Leaves nothing on the screen that nobody answers for."""
        if self._following is not None:
            self._following.end()

    def host_came(self) -> None:
        self.show_icon()
        self._stand_in.host_came()

    def host_went(self) -> None:
        """Takes the icon away: one that waits would come to the next host beside the new one."""
        self._drop_icon()
        self._stand_in.host_went()

    def show_icon(self) -> None:
        """Makes the icon anew: one made before its host came stays in the old tray for good."""
        self._drop_icon()
        self._icon = QSystemTrayIcon(self)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self.renew)
        if sys.platform != "darwin":
            self._icon.setContextMenu(self._menu)
        self._draw(*self._shown)
        self._icon.show()

    def apply(self, view: "TrayView") -> None:
        """Shows what was seen, and touches nothing that stays as it is.

        A host of the old kind (XEmbed) tells nobody that it has come.
        """
        if self._icon is None and QSystemTrayIcon.isSystemTrayAvailable():
            self.host_came()
        self._menu.offer(view.connections)
        self._menu.apply(view.menu)
        self._is_new = view.menu.is_new
        self._menu.tunnels.apply(view.tunnels_title, view.tunnels)
        if (view.icon, view.tooltip) != self._shown:
            before, self._shown = self._shown, (view.icon, view.tooltip)
            self._draw(
                view.icon if view.icon != before[0] else None,
                view.tooltip if view.tooltip != before[1] else None,
            )

    def hear(self, message: dict[str, object]) -> None:
        """What another program of ours wants: the end, or else the main window."""
        if "quit" in message:
            self.quit()
        else:
            self.show_main_window()

    def show_main_window(self) -> None:
        self.open("main")

    def renew(self, token: str = "") -> None:
        """Opens the renewal; ``token`` lets its window come to the front."""
        self.open("renew", token=token)

    # What the entries of the menu do

    def open(self, window: str, page: str = "", *, token: str = "") -> None:
        from alpkey.desktop.child.launch import start

        start("window", window, *(("--page", page) if page else ()), token=token)

    def connect_to(self, host: str) -> None:
        if self._following is not None:
            self._following.connect_to(host)

    def open_page(self, url: str) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        QDesktopServices.openUrl(QUrl(url))

    def copy(self, text: str) -> None:
        QApplication.clipboard().setText(text)

    def close_tunnel(self, tunnel_id: str) -> None:
        if self._following is not None:
            self._following.close_tunnel(tunnel_id)

    def put_off(self) -> None:
        if self._following is not None:
            self._following.put_off()

    def quit(self) -> None:
        if self._following is None:
            self._end_all()
        else:
            self._following.quit()

    def refresh(self) -> None:
        if self._following is not None:
            self._following.refresh()

    def _follow(self) -> None:
        from alpkey.desktop.tray.controller import TrayController

        self._following = TrayController(
            self._places,
            self.apply,
            self.renew,
            lambda: self._icon,
            self._stand_in.appear,
            self._end_all,
        )

    def _end_all(self) -> None:
        """The windows end, too; one in which a renewal is under way asks first."""
        self._tell_windows(quit=True)
        QApplication.quit()

    def _open_stand_in(self) -> None:
        from alpkey.desktop.child.launch import start

        start("window", "main", "--for", "tray")

    def _close_stand_in(self) -> None:
        self._tell_windows(leave="main")

    def _tell_windows(self, **message: object) -> None:
        tell(RuntimeFolder(self._places.runtime).place(WINDOW), **message)

    def _drop_icon(self) -> None:
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None

    def _draw(self, icon: IconView | None, tooltip: str | None) -> None:
        if self._icon is None:
            return
        if icon is not None:
            scale = max(one.devicePixelRatio() for one in QApplication.screens())
            self._icon.setIcon(drawing.icon(icon, sys.platform == "darwin", scale))
        if tooltip is not None:
            self._icon.setToolTip(tooltip)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        match meaning(reason, sys.platform, is_new=self._is_new):
            case "renew" | "first-start" as window:
                self.open(window)
            case "menu" if self._icon:
                self._menu.popup(self._icon.geometry().bottomLeft())


def run(places: Paths, *, at_login: bool) -> int:
    """Runs until Quit; a second one that a person starts shows the main window of the first."""
    app = QApplication(["alpkey"])
    app.setApplicationName("Alpkey")
    app.setQuitOnLastWindowClosed(False)
    try:
        path = RuntimeFolder(places.runtime).ready() / TRAY
        instance = Instance.claim(path)
        if instance is None:
            if at_login or tell(path, show="main"):
                return 0
            raise Unreachable("instance-silent", name="tray")
    except AlpkeyError as error:
        from alpkey.desktop.refusal import refuse

        with SignalNotifier(app):
            return refuse(error)
    tray = Tray(places)
    instance.heard.connect(tray.hear)
    notifier = SignalNotifier(app)
    tray.start(at_login=at_login)
    hosts = _watch_for_hosts(tray)
    succession = _watch_for_upgrades()
    with instance, notifier:
        code = app.exec()
    tray.end()
    del hosts, succession
    if code == SUCCESSOR:
        from alpkey.desktop.tray.upgrade_watcher import succeed

        succeed()
    return code


def _watch_for_hosts(tray: Tray) -> QObject | None:
    """Tells the tray when a host comes, which may be long after login, and when it goes."""
    if sys.platform == "darwin":
        return None
    from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher

    watcher = QDBusServiceWatcher(
        HOST_SERVICE,
        QDBusConnection.sessionBus(),
        QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange,
    )
    watcher.serviceRegistered.connect(lambda _: tray.host_came())
    watcher.serviceUnregistered.connect(lambda _: tray.host_went())
    return watcher


def _watch_for_upgrades() -> QObject | None:
    """Only a bundle is replaced as a whole; a checkout changes while somebody works on it."""
    if not getattr(sys, "frozen", False):
        return None
    from alpkey.desktop.tray.upgrade_watcher import UpgradeWatcher

    succession = UpgradeWatcher(Path(sys.executable))
    succession.replaced.connect(lambda: QApplication.exit(SUCCESSOR))
    succession.removed.connect(QApplication.quit)
    return succession
