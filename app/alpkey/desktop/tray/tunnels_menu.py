"""The submenu of tunnels: a menu for each that runs, and entries for new ones."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from alpkey.desktop.views.tunnels import TunnelEntry


class TunnelActions(Protocol):
    """The actions of the entries."""

    def open(self, window: str, page: str = "") -> None: ...

    def open_page(self, url: str) -> None:
        """Open the address in the user's browser."""

    def copy(self, text: str) -> None:
        """Copy it to the clipboard."""

    def close_tunnel(self, tunnel_id: str) -> None:
        """Close it; a failure is shown in a box."""


class TunnelsMenu(QMenu):
    """Filled before it is opened, as some desktops need; changed in place."""

    def __init__(self, actions: TunnelActions) -> None:
        super().__init__("Tunnels")
        self._actions = actions
        self._shown: dict[str, TunnelEntry] = {}
        self._menus: dict[str, QMenu] = {}
        self._behind = self.addSeparator()
        self._behind.setVisible(False)
        self.addAction("New tunnel\N{HORIZONTAL ELLIPSIS}", lambda: actions.open("main", "tunnels"))
        self.addAction("My jobs\N{HORIZONTAL ELLIPSIS}", lambda: actions.open("main", "jobs"))

    def apply(self, title: str, tunnels: "tuple[TunnelEntry, ...]") -> None:
        """Show these tunnels; touch nothing that stays the same."""
        entries = {tunnel.id: tunnel for tunnel in tunnels}
        if entries == self._shown:
            return
        for closed_id in self._menus.keys() - entries.keys():
            menu = self._menus.pop(closed_id)
            self.removeAction(menu.menuAction())
            menu.deleteLater()
        self._shown = entries
        for tunnel in tunnels:
            menu = self._menus.get(tunnel.id) or self._make_menu(tunnel.id)
            if menu.title() != tunnel.text:
                menu.setTitle(tunnel.text)
        self._behind.setVisible(bool(tunnels))
        if self.title() != title:
            self.setTitle(title)

    def _make_menu(self, tunnel_id: str) -> QMenu:
        menu = QMenu(self)
        menu.addAction(
            "Open in browser", lambda: self._actions.open_page(self._shown[tunnel_id].url)
        )
        menu.addAction("Copy address", lambda: self._actions.copy(self._shown[tunnel_id].url))
        menu.addAction("Close", lambda: self._actions.close_tunnel(tunnel_id))
        self._menus[tunnel_id] = menu
        self.insertMenu(self._behind, menu)
        return menu
