"""The menu: made once, its entries changed in place."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from alpkey.desktop.tray.tunnels_menu import TunnelActions, TunnelsMenu

if TYPE_CHECKING:
    from alpkey.desktop.views.status import Connection, MenuView


class MenuActions(TunnelActions, Protocol):
    """What entries do."""

    def open(self, window: str, page: str = "") -> None:
        """Opens a window, the main one at this page; it speaks for itself."""

    def connect_to(self, host: str) -> None:
        """Connects; where that fails, a box tells."""

    def put_off(self) -> None:
        """Puts the reminder off."""

    def quit(self) -> None:
        """Ends the tray."""

    def refresh(self) -> None:
        """Called before the menu opens, so that the countdown is made only then."""


class TrayMenu(QMenu):
    """Every entry is there from the start; what it says comes with ``apply`` and ``offer``."""

    def __init__(self, actions: MenuActions) -> None:
        super().__init__()
        self._deeds = actions
        self._set_up = self._window_entry("Set up Alpkey\N{HORIZONTAL ELLIPSIS}", "first-start")
        self._set_up.setVisible(False)
        self._window_entry("Renew key\N{HORIZONTAL ELLIPSIS}", "renew")
        self._state = self._window_entry("", "main")
        self._quota = self._window_entry("", "main")
        self._warning = self._window_entry("", "main", "doctor")
        self._later = self.addAction("", actions.put_off)
        for passing in (self._warning, self._later):
            passing.setVisible(False)
        self.addSeparator()
        self._offered: tuple[Connection, ...] = ()
        self._hosts: list[QAction] = []
        self._behind_hosts = self.addSeparator()
        self.tunnels = TunnelsMenu(actions)
        self.addMenu(self.tunnels)
        self.addSeparator()
        self._window_entry("Open Alpkey", "main")
        self._window_entry("Doctor", "main", "doctor")
        self._window_entry("Settings", "main", "settings")
        self._news_page = ""
        self._news = self.addAction("", lambda: actions.open_page(self._news_page))
        self._news.setVisible(False)
        self.addAction("Quit", actions.quit)
        self.aboutToShow.connect(actions.refresh)

    def offer(self, connections: "tuple[Connection, ...]") -> None:
        """Offers these; touches nothing while they stay what they are."""
        if connections in ((), self._offered):
            return
        self._offered = connections
        for action in self._hosts:
            self.removeAction(action)
        self._hosts = [self._connect_entry(one.text, one.name) for one in connections]
        self.insertActions(self._behind_hosts, self._hosts)

    def apply(self, view: "MenuView") -> None:
        """Changes only what differs: a desktop redraws for every change."""
        texts = (
            (self._state, view.state),
            (self._quota, view.quota),
            (self._warning, view.warning),
            (self._later, view.later),
            (self._news, view.news),
        )
        self._news_page = view.news_page
        for action, text in texts:
            if action.text() != text:
                action.setText(text)
        passing = (
            (self._set_up, view.is_new),
            (self._warning, bool(view.warning)),
            (self._later, bool(view.later)),
            (self._news, bool(view.news)),
        )
        for action, shown in passing:
            if action.isVisible() != shown:
                action.setVisible(shown)

    def _window_entry(self, text: str, kind: str, page: str = "") -> QAction:
        return self.addAction(text, lambda: self._deeds.open(kind, page))

    def _connect_entry(self, text: str, host: str) -> QAction:
        entry = QAction(text, self)
        entry.triggered.connect(lambda: self._deeds.connect_to(host))
        return entry
