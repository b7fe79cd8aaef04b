"""The tray's process.

Start-up: become the one instance, or have the running one show the main window.  Then show the
icon if there is a tray host.  Without one the main window replaces it, unless a login started the
tray: then only reminders are shown until a host comes.  Only after that is everything else loaded
and the first snapshot taken; every change of a file and every minute brings a new one.  While
nothing is set up, and unless a login started the tray, the first start opens once by itself.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from alpkey.core.display_text import visible
from alpkey.core.errors import AlpkeyError, Unreachable
from alpkey.core.paths import APP_ID, Paths
from alpkey.core.runtime_folder import TRAY, WINDOW
from alpkey.desktop import drawing
from alpkey.desktop.instance import Instance, display_elsewhere, send
from alpkey.desktop.signals import SignalNotifier
from alpkey.desktop.tray.clicks import meaning
from alpkey.desktop.tray.menu import TrayMenu
from alpkey.desktop.tray.window_fallback import WindowFallback
from alpkey.desktop.views.icon_state import STARTING, IconView
from alpkey.runtime_folder import RuntimeFolder

if TYPE_CHECKING:
    from alpkey.desktop.tray.controller import TrayController
    from alpkey.desktop.tray.window_launcher import WindowLauncher
    from alpkey.desktop.views.status import TrayView

HOST_SERVICE = "org.kde.StatusNotifierWatcher"
START_ANEW = 75  # exit code of the event loop: a new version is there, or a new message bus


class Tray(QObject):
    """The icon with its menu, and their actions."""

    def __init__(self, paths: Paths) -> None:
        super().__init__()
        self._paths = paths
        self._icon: QSystemTrayIcon | None = None
        self._controller: TrayController | None = None
        self._shown: tuple[IconView, str] = (STARTING, "Alpkey")
        self._is_new = False
        self._renews = ""
        self._made_launcher: WindowLauncher | None = None
        self._menu = TrayMenu(self)
        self._fallback = WindowFallback(self._open_fallback, self._close_fallback, self)

    def start(self, *, at_login: bool) -> None:
        """Show the icon; without a tray host, and unless at a login, the main window instead."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.show_icon()
        elif not at_login:
            self._fallback.appear()
        QTimer.singleShot(0, self, self._follow if at_login else self._follow_and_welcome)

    def end(self) -> None:
        """Leave nothing on the screen that would no longer react."""
        if self._controller is not None:
            self._controller.end()

    def host_came(self) -> None:
        self.show_icon()
        self._fallback.host_came()

    def host_went(self) -> None:
        """Remove the icon: one that is left would appear at the next host beside the new one."""
        self._drop_icon()
        self._fallback.host_went()

    def show_icon(self) -> None:
        """Make a new icon: one made before its host came stays in the old tray for ever."""
        self._drop_icon()
        self._icon = QSystemTrayIcon(self)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self.renew)
        if sys.platform != "darwin":
            self._icon.setContextMenu(self._menu)
        self._draw(*self._shown)
        self._icon.show()

    def apply(self, view: "TrayView") -> None:
        """Show ``view``, and touch nothing that stays the same.

        A host of the old kind (XEmbed) does not announce itself, so this checks for one.
        """
        if self._icon is None and QSystemTrayIcon.isSystemTrayAvailable():
            self.host_came()
        self._menu.offer(view.connections)
        self._menu.apply(view.menu)
        self._is_new = view.menu.is_new
        self._renews = view.renews
        self._menu.tunnels.apply(view.tunnels_title, view.tunnels)
        if (view.icon, view.tooltip) != self._shown:
            before, self._shown = self._shown, (view.icon, view.tooltip)
            self._draw(
                view.icon if view.icon != before[0] else None,
                view.tooltip if view.tooltip != before[1] else None,
            )

    def handle(self, message: dict[str, object]) -> None:
        """Do what another process of Alpkey asks for: quit, or else show the main window."""
        if "quit" in message:
            self.quit()
        else:
            self.show_main_window()

    def show_main_window(self) -> None:
        self.open("main")

    def renew(self, token: str = "") -> None:
        """Open the renewal; ``token`` lets its window come to the front."""
        self.open("renew", account=self._renews, token=token)

    # Actions of the menu

    def renew_account(self, name: str) -> None:
        self.open("renew", account=name)

    def open(self, window: str, page: str = "", *, account: str = "", token: str = "") -> None:
        options = {"--page": page, "--account": account}
        words = [word for option, value in options.items() if value for word in (option, value)]
        self._launcher.start(window, *words, token=token)

    def connect_to(self, host: str) -> None:
        if self._controller is not None:
            self._controller.connect_to(host)

    def open_page(self, url: str) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        QDesktopServices.openUrl(QUrl(url))

    def copy(self, text: str) -> None:
        QApplication.clipboard().setText(text)

    def close_tunnel(self, tunnel_id: str) -> None:
        if self._controller is not None:
            self._controller.close_tunnel(tunnel_id)

    def put_off(self) -> None:
        if self._controller is not None:
            self._controller.put_off()

    def quit(self) -> None:
        if self._controller is None:
            self._end_all()
        else:
            self._controller.quit()

    def refresh(self) -> None:
        if self._controller is not None:
            self._controller.refresh()

    def _follow(self) -> None:
        from alpkey.desktop.tray.controller import TrayController

        _ = self._launcher  # before its files may be replaced
        self._controller = TrayController(
            self._paths,
            self.apply,
            self.renew,
            lambda: self._icon,
            self._fallback.appear,
            self._end_all,
        )

    def _follow_and_welcome(self) -> None:
        """Follow the files; while nothing is set up, open the first start by itself, once."""
        from alpkey.desktop.tray.reminder_file import claim_first_start

        self._follow()
        if self._is_new and claim_first_start(self._paths.tray_memory):
            self.open("first-start")

    def _end_all(self) -> None:
        """Quit the windows, too; one with a renewal under way asks first."""
        self._send_to_windows(quit=True)
        QApplication.quit()

    def _open_fallback(self) -> None:
        self._launcher.start("main", "--for", "tray")

    @property
    def _launcher(self) -> "WindowLauncher":
        """Made once the icon is there."""
        if self._made_launcher is None:
            from alpkey.desktop.tray.window_launcher import WindowLauncher

            self._made_launcher = WindowLauncher(self)
        return self._made_launcher

    def _close_fallback(self) -> None:
        self._send_to_windows(leave="main")

    def _send_to_windows(self, **message: object) -> None:
        send(RuntimeFolder(self._paths.runtime).place(WINDOW), **message)

    def _drop_icon(self) -> None:
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None

    def _draw(self, icon: IconView | None, tooltip: str | None) -> None:
        if self._icon is None:
            return
        if icon is not None:
            scale = max(monitor.devicePixelRatio() for monitor in QApplication.screens())
            self._icon.setIcon(drawing.icon(icon, sys.platform == "darwin", scale))
        if tooltip is not None:
            self._icon.setToolTip(visible(tooltip))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        match meaning(reason, sys.platform, is_new=self._is_new):
            case "renew":
                self.renew()
            case "first-start":
                self.open("first-start")
            case "menu" if self._icon:
                self._menu.popup(self._icon.geometry().bottomLeft())


def run(paths: Paths, *, at_login: bool) -> int:
    """Run until Quit; a second one that the user starts shows the main window of the first."""
    app = QApplication(["alpkey"])
    app.setApplicationName("Alpkey")
    app.setDesktopFileName(APP_ID)
    app.setQuitOnLastWindowClosed(False)
    try:
        path = RuntimeFolder(paths.runtime).ready() / TRAY
        instance = Instance.claim(path)
        if instance is None:
            if not at_login and (elsewhere := display_elsewhere(path)):
                raise Unreachable("window-elsewhere", display=elsewhere)
            if at_login or send(path, show="main"):
                return 0
            raise Unreachable("instance-silent", name="tray")
    except AlpkeyError as error:
        from alpkey.desktop.startup_error import show_startup_error

        with SignalNotifier(app):
            return show_startup_error(error)
    tray = Tray(paths)
    instance.received.connect(tray.handle)
    notifier = SignalNotifier(app)
    tray.start(at_login=at_login)
    host_watcher = _watch_for_hosts(tray)
    upgrade_watcher = _watch_for_upgrades()
    bus_watcher = _watch_the_bus()
    with instance, notifier:
        code = app.exec()
    tray.end()
    del host_watcher, upgrade_watcher, bus_watcher
    if code == START_ANEW:
        from alpkey.desktop.tray.upgrade_watcher import exec_new_version

        exec_new_version()
    return code


def _watch_for_hosts(tray: Tray) -> QObject | None:
    """Notify the tray when a host comes, which may be long after login, and when it goes."""
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


def _watch_the_bus() -> QObject | None:
    """Qt never connects again to a session bus that was restarted, so the tray restarts then."""
    if sys.platform == "darwin":
        return None
    from alpkey.desktop.tray.bus_watcher import BusWatcher

    bus_watcher = BusWatcher()
    bus_watcher.came_back.connect(lambda: QApplication.exit(START_ANEW))
    return bus_watcher


def _watch_for_upgrades() -> QObject | None:
    """Only for a bundle, which is replaced as a whole; a checkout changes all the time."""
    if not getattr(sys, "frozen", False):
        return None
    from alpkey.desktop.tray.upgrade_watcher import UpgradeWatcher

    upgrade_watcher = UpgradeWatcher(Path(sys.executable))
    upgrade_watcher.replaced.connect(lambda: QApplication.exit(START_ANEW))
    upgrade_watcher.removed.connect(QApplication.quit)
    return upgrade_watcher
