"""The windows' process: one for each home, opened by a click, gone with its last window.

The renewal is what most clicks are for: each other window is loaded once it is opened.
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
from alpkey.desktop import current_state, drawing, local_time
from alpkey.desktop.child.launch import WAYLAND_ACTIVATION, command
from alpkey.desktop.child.menu_commands import MenuCommands
from alpkey.desktop.instance import Instance, tell
from alpkey.desktop.refusal import refuse
from alpkey.desktop.screen_reader import ScreenReader
from alpkey.desktop.signals import SignalNotifier
from alpkey.desktop.views.icon_state import RING_STEPS, IconShape, IconView
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

    ``site`` is the shipped one, for as long as the person's settings cannot be read.
    """

    def __init__(self, places: Paths, site: Site) -> None:
        self._places = places
        self._site = site
        self._open: dict[str, Window] = {}
        self._reader = ScreenReader()
        self._stands_in = False
        self._errands = MenuCommands()
        self._errands.idle.connect(self._quit_when_over)

    def show(self, kind: str, wish: Mapping[str, object]) -> None:
        """Opens the window of this kind, or raises it.

        One that stands in ``for`` the tray comes unasked, and does not push itself to the front.
        """
        unasked = wish.get("for") == "tray"
        if kind == "main":
            self._stands_in = unasked and (self._stands_in or kind not in self._open)
        window = self._window(kind, wish)
        if not isinstance(window, QDialog):
            window.turn_to(str(wish.get("page")))
        window.show()
        if not unasked:
            window.raise_()
            window.activateWindow()

    def hear(self, message: dict[str, object]) -> None:
        """What another start wants: a window, or in the demo a form filled in."""
        fill = message.get("fill")
        dialog = self._open.get("renew")
        if isinstance(fill, dict):
            if self._site.demo and isinstance(dialog, RenewalDialog):
                dialog.fill(fill)
            return
        if "quit" in message:
            self.quit()
            return
        if "leave" in message:
            self.leave(str(message["leave"]))
            return
        if isinstance(token := message.get("token"), str) and token:
            os.environ[WAYLAND_ACTIVATION] = token  # Qt takes it from there as a window is raised
        self.show(str(message.get("show")), message)

    def leave(self, kind: str) -> None:
        """The icon is back: closes what stood in for it, unless it is the person's by now."""
        window = self._open.get(kind)
        if window is not None and self._stands_in and not window.isActiveWindow():
            window.close()

    def quit(self) -> None:
        """The tray has ended: closes all windows, after a question while a renewal is under way."""
        dialog = self._open.get("renew")
        if isinstance(dialog, RenewalDialog) and dialog.is_under_way:
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
        """A window of ours is opened here, and returned; everything else is a child."""
        if arguments[0] == "window":
            kind, *more = arguments[1:]
            self.show(kind, {"page": more[-1], "again": "--again" in more} if more else {})
            return self._open[kind]
        self._errands.run(*arguments)
        return None

    def _window(self, kind: str, wish: Mapping[str, object]) -> "Window":
        if kind not in self._open:
            then = wish.get("connect")
            again = wish.get("again") is True
            window = self._made(kind, then if isinstance(then, str) else None, again=again)
            self._open[kind] = window
            window.destroyed.connect(lambda: self._closed(kind))
        return self._open[kind]

    def _made(self, kind: str, then_connect: str | None, *, again: bool) -> "Window":
        site = current_state.take(self._places).site or self._site
        if kind == "renew":
            return RenewalDialog(self._renewal_world(site), then_connect, again=again)
        if kind in setup_messages.WINDOWS:
            from alpkey.desktop.file_watcher import Watch
            from alpkey.desktop.windows.first_start import frame

            if page := frame.SINGLE_PAGES.get(kind):
                return frame.OnePage(self._setup_world(site), page)
            return frame.FirstStart(self._setup_world(site), Watch(self._places))
        from alpkey.desktop.windows.main_window import MainWindow

        return MainWindow(self._places, site, self.start)

    def _renewal_world(self, site: Site) -> RenewalWorld:
        take = partial(current_state.take, self._places)
        end = self._end_tray if sys.platform == "darwin" else None
        return RenewalWorld(site, take, command, self.start, self._reader, local_time.now, end)

    def _end_tray(self) -> bool:
        return tell(RuntimeFolder(self._places.runtime).place(TRAY), quit=True)

    def _setup_world(self, site: Site) -> "SetupWorld":
        from alpkey.desktop.windows.first_start.page import SetupWorld

        take = partial(current_state.take, self._places)
        return SetupWorld(site, take, command, self.start, self._renew_over)

    def _renew_over(self, window: QWidget) -> None:
        """The renewal in front of ``window``, which goes on where it has ended well."""
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
        if not self._open and self._errands.is_idle:
            QApplication.quit()


def run(places: Paths, kind: str, wish: Mapping[str, str]) -> int:
    """Runs until the last window is closed; a second process only tells the first."""
    app = QApplication(["alpkey"])
    app.setApplicationName("Alpkey")
    app.setDesktopFileName(APP_ID)  # a desktop finds the icon and the name of our windows by it
    app.setQuitOnLastWindowClosed(False)
    app.setWindowIcon(drawing.icon(IconView(IconShape.HOLLOW, eighths=RING_STEPS)))
    notifier = SignalNotifier(app)
    if kind == "demo" and "ALPKEY_DEMO" in os.environ:
        return _run_demo(app, places, notifier)
    try:
        path = RuntimeFolder(places.runtime).ready() / WINDOW
        instance = Instance.claim(path)
        if instance is None:
            token = os.environ.get(WAYLAND_ACTIVATION, "")
            if tell(path, show=kind, token=token, **wish):
                return 0
            raise Unreachable("instance-silent", name="window")
        windows = Windows(places, glance.shipped_site(places))
    except AlpkeyError as error:
        with notifier:
            return refuse(error)
    instance.heard.connect(windows.hear)
    windows.show(kind, wish)
    with instance, notifier:
        return app.exec()


def _run_demo(app: QApplication, places: Paths, notifier: SignalNotifier) -> int:
    from alpkey.desktop.windows.demo import DemoHelper

    helper = DemoHelper(places)
    helper.finished.connect(app.quit)
    helper.show()
    with notifier:
        return app.exec()
