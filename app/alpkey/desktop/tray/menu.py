"""The menu of the tray: made once, its entries changed in place."""

from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from alpkey.core import display_text
from alpkey.desktop.tray.tunnels_menu import TunnelActions, TunnelsMenu

if TYPE_CHECKING:
    from alpkey.desktop.views.status import Connection, MenuView


class MenuActions(TunnelActions, Protocol):
    """The actions of the entries."""

    def open(self, window: str, page: str = "") -> None:
        """Open a window; the main one at ``page``."""

    def renew_account(self, name: str) -> None:
        """Open the renewal of an account beside the first."""

    def connect_to(self, host: str) -> None:
        """Connect; a failure is shown in a box."""

    def put_off(self) -> None:
        """Put the reminder off."""

    def quit(self) -> None:
        """Quit the tray."""

    def refresh(self) -> None:
        """Called before the menu opens, which shows the minutes left."""


class TrayMenu(QMenu):
    """Every entry exists from the start; its text comes with ``apply`` and ``offer``."""

    def __init__(self, actions: MenuActions) -> None:
        super().__init__()
        self._actions = actions
        self._set_up = self._window_entry("Set up Alpkey\N{HORIZONTAL ELLIPSIS}", "first-start")
        self._set_up.setVisible(False)
        self._window_entry("Renew key\N{HORIZONTAL ELLIPSIS}", "renew")
        self._state = self._window_entry("", "main")
        self._quota = self._window_entry("", "main")
        self._warning = self._window_entry("", "main", "doctor")
        self._later = self.addAction("", actions.put_off)
        for temporary in (self._warning, self._later):
            temporary.setVisible(False)
        self._accounts: dict[str, QAction] = {}
        self._behind_accounts = self.addSeparator()
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
        self._asked = self._opens = False
        self.aboutToShow.connect(self._open)

    def offer(self, connections: "tuple[Connection, ...]") -> None:
        """Show these connections; touch nothing if they are the same."""
        if connections in ((), self._offered):
            return
        self._offered = connections
        for action in self._hosts:
            self.removeAction(action)
        self._hosts = [
            self._connect_entry(connection.text, connection.name) for connection in connections
        ]
        self.insertActions(self._behind_hosts, self._hosts)

    def apply(self, view: "MenuView") -> None:
        """Change only what differs: a desktop redraws the menu at every change."""
        texts = (
            (self._state, view.state),
            (self._quota, view.quota),
            (self._warning, view.warning),
            (self._later, view.later),
            (self._news, view.news),
        )
        self._news_page = view.news_page
        self._show_accounts(view)
        for action, text in texts:
            safe = display_text.visible(text)
            if action.text() != safe and not self._can_wait(action.text(), safe):
                action.setText(safe)
        visible = (
            (self._set_up, view.is_new),
            (self._warning, bool(view.warning)),
            (self._later, bool(view.later)),
            (self._news, bool(view.news)),
        )
        for action, shown in visible:
            if action.isVisible() != shown:
                action.setVisible(shown)

    def _show_accounts(self, view: "MenuView") -> None:
        """An entry for each account beside the first, which renews its key."""
        for name in self._accounts.keys() - {entry.name for entry in view.accounts}:
            self.removeAction(self._accounts.pop(name))
        for entry in view.accounts:
            if entry.name not in self._accounts:
                action = QAction(self)
                action.triggered.connect(partial(self._actions.renew_account, entry.name))
                self.insertAction(self._behind_accounts, action)
                self._accounts[entry.name] = action
            action = self._accounts[entry.name]
            if action.text() != (safe := display_text.visible(entry.text)):
                action.setText(safe)

    def _open(self) -> None:
        self._asked = self._opens = True
        self._actions.refresh()
        self._opens = False

    def _can_wait(self, shown: str, text: str) -> bool:
        """Whether only minutes passed, in a menu that is not shown.

        Each change of a text wakes the message bus and the desktop.  A desktop that never asked
        before it showed the menu may never do so, and gets every change.
        """
        return self._asked and not self._opens and _wording(shown) == _wording(text)

    def _window_entry(self, text: str, kind: str, page: str = "") -> QAction:
        return self.addAction(text, lambda: self._actions.open(kind, page))

    def _connect_entry(self, text: str, host: str) -> QAction:
        entry = QAction(text, self)
        entry.triggered.connect(lambda: self._actions.connect_to(host))
        return entry


def _wording(text: str) -> str:
    """The text without its numbers."""
    return "".join(letter for letter in text if not letter.isdigit())
