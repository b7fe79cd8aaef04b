"""The main window, with a page for each subject."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QTabWidget, QToolButton

from alpkey.core.messages import about as about_messages
from alpkey.core.paths import Paths
from alpkey.core.site import Site
from alpkey.desktop import current_state
from alpkey.desktop.child.command_tracker import CommandTracker
from alpkey.desktop.child.launch import command
from alpkey.desktop.file_watcher import FileWatcher
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.about_dialog import AboutDialog
from alpkey.desktop.windows.import_dialog import ImportDialog
from alpkey.desktop.windows.pages.clusters_page import ClustersPage
from alpkey.desktop.windows.pages.doctor_page import DoctorPage
from alpkey.desktop.windows.pages.key_page import KeyPage
from alpkey.desktop.windows.pages.keys_page import KeysPage
from alpkey.desktop.windows.pages.settings_page import SettingsPage
from alpkey.desktop.windows.pages.tunnels_page import TunnelsPage
from alpkey.desktop.windows.sign_out_dialog import SignOutDialog
from alpkey.desktop.windows.widgets import GRID_PX

SIZE_PX = (72 * GRID_PX, 56 * GRID_PX)
FRAME_PX = QSize(2 * GRID_PX, 5 * GRID_PX)  # what a window manager draws around a window, at most
TABS = {
    "key": "&Key",
    "clusters": "&Clusters",
    "tunnels": "&Tunnels",
    "keys": "&My keys",
    "doctor": "&Doctor",
    "settings": "&Settings",
}


class MainWindow(QMainWindow):
    """Shows the current state, and follows the files as the tray does.

    ``quit_alpkey`` ends the tray and all windows; by default only this one closes.
    """

    def __init__(
        self,
        paths: Paths,
        site: Site,
        start: Callable[..., object],
        quit_alpkey: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self._paths = paths
        self._site = site
        self.setWindowTitle("Alpkey - DEMO" if site.demo else "Alpkey")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        taken = status_view.mnemonics(TABS.values())
        self._key = KeyPage(site, start, self._sign_out, self._import, taken)
        self._clusters = ClustersPage(command, start, taken)
        self._tunnels = TunnelsPage(site, command, start, taken)
        self._keys = KeysPage(site, command, taken)
        self._doctor = DoctorPage(command, start, taken)
        self._settings = SettingsPage(command, start, taken)
        querying_pages = (self._clusters, self._tunnels, self._keys, self._doctor)
        self._querying = tuple(page.commands for page in querying_pages)
        for commands in self._running:
            commands.idle.connect(self._idle)
        pages = self._pages = QTabWidget()
        pages.setObjectName("pages")
        pages.setDocumentMode(True)
        for part in (pages, pages.tabBar()):
            part.setAccessibleName("Pages")
        made = (self._key, *querying_pages, self._settings)
        for page, title in zip(made, TABS.values(), strict=True):
            pages.addTab(page, title)
        pages.setCornerWidget(self._about_button())
        self.setCentralWidget(pages)
        self.resize(QSize(*SIZE_PX).boundedTo(self.screen().availableGeometry().size() - FRAME_PX))
        self._add_shortcuts(quit_alpkey or self.close)
        self._key.renew.setFocus()
        self._watch = FileWatcher(paths)
        self._watch.changed.connect(self.refresh)
        self.refresh()

    def _sign_out(self) -> None:
        dialog = SignOutDialog(current_state.take(self._paths).site or self._site, command, self)
        dialog.open()

    def _import(self) -> None:
        ImportDialog(self._site, command, self).open()

    def refresh(self) -> None:
        """Read the current state and show it."""
        state = current_state.take(self._paths)
        self._watch.follow(state.snapshot)
        for page in (self._key, self._clusters, self._tunnels, self._keys, self._settings):
            page.apply(state)

    def _about_button(self) -> QToolButton:
        about = QToolButton()
        about.setObjectName("about")
        about.setText("?")
        about.setAutoRaise(True)
        about.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        about.setAccessibleName(about_messages.TITLE)
        about.setToolTip(f"{about_messages.TITLE} (F1)")
        about.clicked.connect(lambda _checked: self._about())
        return about

    def _about(self) -> None:
        AboutDialog(self._site, self).open()

    def _add_shortcuts(self, quit_alpkey: Callable[[], object]) -> None:
        actions: dict[str, Callable[[], object]] = {
            "F5": self._refresh_page,
            "F1": self._about,
            "Ctrl+W": self.close,
            "Ctrl+Q": quit_alpkey,
        }
        for number in range(self._pages.count()):
            actions[f"Ctrl+{number + 1}"] = partial(self._pages.setCurrentIndex, number)
        for keys, action in actions.items():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda action=action: action())

    def _refresh_page(self) -> None:
        """Read the files again; on its page the doctor looks again, too."""
        self.refresh()
        if self._doctor.isVisible() and self._doctor.commands.is_idle:
            self._doctor.examine()

    def turn_to(self, page: str) -> None:
        """Show the page of this name; do nothing if there is none."""
        if page == "jobs":
            page = "tunnels"
            self._tunnels.open_new()
        if page in TABS:
            self._pages.setCurrentIndex(list(TABS).index(page))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        """What was typed last is still written; commands that only query are cancelled."""
        self._settings.commit()
        self._settings.autostart.stop()
        for commands in self._querying:
            commands.stop()
        if all(commands.is_idle for commands in self._running):
            super().closeEvent(event)
        else:
            self.hide()
            event.ignore()

    @property
    def _running(self) -> tuple[CommandTracker, ...]:
        settings = self._settings
        own = (settings.commands, settings.autostart.commands, settings.forget.commands)
        return (*self._querying, *own)

    def _idle(self) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self.close()
