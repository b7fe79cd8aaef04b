"""The process of the windows: one for each home, started by a click, ended with its last window.

Most clicks are for the renewal: the other windows are loaded when they are opened.
"""

import os
import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget

from alpkey import glance
from alpkey.core.errors import AlpkeyError, Unreachable
from alpkey.core.messages import setup as setup_messages
from alpkey.core.paths import APP_ID, Paths
from alpkey.core.runtime_folder import TRAY, WINDOW
from alpkey.core.site import Site
from alpkey.desktop import current_state, drawing, local_zone
from alpkey.desktop.child.launch import WAYLAND_ACTIVATION, command
from alpkey.desktop.child.menu_commands import MenuCommands
from alpkey.desktop.instance import Instance, display_elsewhere, send
from alpkey.desktop.screen_reader import ScreenReader
from alpkey.desktop.signals import SignalNotifier
from alpkey.desktop.startup_error import show_startup_error
from alpkey.desktop.views.icon_state import IconShape, IconView
from alpkey.desktop.windows.renewal.dialog import RenewalDialog, RenewalWorld
from alpkey.runtime_folder import RuntimeFolder

if TYPE_CHECKING:
    from alpkey.desktop.windows.first_start.page import SetupWorld
    from alpkey.desktop.windows.main_window import MainWindow

    Window = QDialog | MainWindow

_UNDER_WAY = (
    "A renewal is under way. A key that was issued already is still installed if you cancel it."
)


class Windows:
    """The windows of this process, at most one of each kind.

    ``site`` is the shipped one, used while the user's settings cannot be read.
    """

    def __init__(self, paths: Paths, site: Site) -> None:
        self._paths = paths
        self._site = site
        self._open: dict[str, Window] = {}
        self._reader = ScreenReader()
        self._replaces_icon = False
        self._menu_commands = MenuCommands()
        self._menu_commands.idle.connect(self._quit_when_over)

    def show(self, kind: str, options: Mapping[str, object]) -> None:
        """Open the window of this kind, or raise it.

        One that is shown ``for`` the tray opens by itself, and is not raised to the front.
        """
        is_automatic = options.get("for") == "tray"
        if kind == "main":
            self._replaces_icon = is_automatic and (self._replaces_icon or kind not in self._open)
        window = self._window(kind, options)
        if not isinstance(window, QDialog):
            window.turn_to(str(options.get("page")))
        window.show()
        if not is_automatic:
            window.raise_()
            window.activateWindow()

    def handle(self, message: dict[str, object]) -> None:
        """Do what another process asks for: a window, or in the demo a form filled in."""
        fill = message.get("fill")
        if isinstance(fill, dict):
            if self._site.demo:
                self._fill(fill)
            return
        if "quit" in message:
            self.quit()
            return
        if "leave" in message:
            self.leave(str(message["leave"]))
            return
        if isinstance(token := message.get("token"), str) and token:
            os.environ[WAYLAND_ACTIVATION] = token  # Qt reads it there when a window is raised
        self.show(str(message.get("show")), message)

    def _fill(self, values: dict[str, str]) -> None:
        """Fill in the form of the renewal, or else the page of the first start."""
        if isinstance(dialog := self._open.get("renew"), RenewalDialog):
            dialog.fill(values)
        elif setup := self._open.get("first-start"):
            from alpkey.desktop.windows.first_start.frame import FirstStart

            if isinstance(setup, FirstStart):
                setup.fill(values["username"])

    def leave(self, kind: str) -> None:
        """The icon is back: close the window that replaced it, unless the user works in it."""
        window = self._open.get(kind)
        if window is not None and self._replaces_icon and not window.isActiveWindow():
            window.close()

    def quit(self) -> None:
        """The tray has ended: close all windows, after a question while a renewal is under way.

        The demo has no key to lose, and its home is removed: there it closes at once.
        """
        dialog = self._open.get("renew")
        if isinstance(dialog, RenewalDialog) and dialog.is_under_way and not self._site.demo:
            box = QMessageBox(QMessageBox.Icon.Question, "Quit Alpkey", _UNDER_WAY, parent=dialog)
            go_on = box.addButton("&Go on", QMessageBox.ButtonRole.RejectRole)
            cancel = box.addButton("&Cancel it", QMessageBox.ButtonRole.AcceptRole)
            box.setDefaultButton(go_on)
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            cancel.clicked.connect(self._close_all)
            box.open()
        else:
            self._close_all()

    def _close_all(self) -> None:
        for window in list(self._open.values()):
            window.close()

    def start(self, *arguments: str) -> "Window | None":
        """Open one of Alpkey's windows here and return it; run anything else as a child."""
        if arguments[0] == "window":
            kind, *more = arguments[1:]
            self.show(kind, {"page": more[-1], "again": "--again" in more} if more else {})
            return self._open[kind]
        self._menu_commands.run(*arguments)
        return None

    def _window(self, kind: str, options: Mapping[str, object]) -> "Window":
        if kind not in self._open:
            window = self._made(
                kind,
                _text_of(options, "connect"),
                again=options.get("again") is True,
                account=_text_of(options, "account"),
            )
            self._open[kind] = window
            window.destroyed.connect(lambda: self._closed(kind))
        return self._open[kind]

    def _made(
        self, kind: str, then_connect: str | None, *, again: bool, account: str | None
    ) -> "Window":
        site = current_state.take(self._paths, account).site or self._site
        if kind == "renew":
            return RenewalDialog(self._renewal_world(site, account), then_connect, again=again)
        if kind in setup_messages.WINDOWS:
            from alpkey.desktop.file_watcher import FileWatcher
            from alpkey.desktop.windows.first_start import frame

            if page := frame.SINGLE_PAGES.get(kind):
                return frame.OnePage(self._setup_world(site), page)
            return frame.FirstStart(self._setup_world(site), FileWatcher(self._paths))
        from alpkey.desktop.windows.main_window import MainWindow

        return MainWindow(self._paths, site, self.start, self._quit_all)

    def _renewal_world(self, site: Site, account: str | None) -> RenewalWorld:
        take = partial(current_state.take, self._paths, account)
        end = self._end_tray if sys.platform == "darwin" else None
        of_account = ("--account", account) if account else ()
        return RenewalWorld(
            site,
            take,
            lambda *arguments: command(*arguments, *of_account),
            self.start,
            self._reader,
            local_zone.now,
            end,
        )

    def _quit_all(self) -> None:
        """Have the tray quit, which ends the windows, too; without a tray end them here."""
        if not self._end_tray():
            self.quit()

    def _end_tray(self) -> bool:
        return send(RuntimeFolder(self._paths.runtime).place(TRAY), quit=True)

    def _setup_world(self, site: Site) -> "SetupWorld":
        from alpkey.desktop.windows.first_start.page import SetupWorld

        take = partial(current_state.take, self._paths)
        return SetupWorld(site, take, command, self.start, self._renew_over)

    def _renew_over(self, window: QWidget) -> None:
        """Show the renewal in front of ``window``, and close it once it has succeeded."""
        dialog = self._window("renew", {})
        if isinstance(dialog, RenewalDialog) and not dialog.isVisible():
            dialog.setParent(window, dialog.windowFlags())
            dialog.setWindowModality(Qt.WindowModality.WindowModal)
            dialog.renewed.connect(dialog.close)
        self.show("renew", {})

    def _closed(self, kind: str) -> None:
        del self._open[kind]
        self._quit_when_over()

    def _quit_when_over(self) -> None:
        if not self._open and self._menu_commands.is_idle:
            QApplication.quit()


def _text_of(options: Mapping[str, object], name: str) -> str | None:
    value = options.get(name)
    return value if isinstance(value, str) else None


def run(paths: Paths, kind: str, options: Mapping[str, str]) -> int:
    """Run until the last window is closed; a second process only sends its request to the first."""
    app = QApplication(["alpkey"])
    app.setApplicationName("Alpkey")
    app.setDesktopFileName(APP_ID)  # by it desktops find icon and name of the windows
    app.setQuitOnLastWindowClosed(False)
    app.setWindowIcon(drawing.icon(IconView(IconShape.MISSING)))
    notifier = SignalNotifier(app)
    if kind == "demo" and "ALPKEY_DEMO" in os.environ:
        return _run_demo(app, paths, notifier)
    try:
        path = RuntimeFolder(paths.runtime).ready() / WINDOW
        instance = Instance.claim(path)
        if instance is None and (elsewhere := display_elsewhere(path)):
            raise Unreachable("window-elsewhere", display=elsewhere)
        if instance is None:
            token = os.environ.get(WAYLAND_ACTIVATION, "")
            if send(path, show=kind, token=token, **options):
                return 0
            raise Unreachable("instance-silent", name="window")
        windows = Windows(paths, glance.shipped_site(paths))
    except AlpkeyError as error:
        with notifier:
            return show_startup_error(error)
    instance.received.connect(windows.handle)
    windows.show(kind, options)
    with instance, notifier:
        return app.exec()


def _run_demo(app: QApplication, paths: Paths, notifier: SignalNotifier) -> int:
    from alpkey.desktop.windows.demo import DemoHelper

    helper = DemoHelper(paths)
    helper.finished.connect(app.quit)
    helper.show()
    with notifier:
        code = app.exec()
    folder = RuntimeFolder(paths.runtime)
    for name in (TRAY, WINDOW):  # the tray may have ended, or be without windows
        send(folder.place(name), quit=True)
    return code
