"""The submenu of tunnels: a menu for each that lives, and the ways to more."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from alpkey.desktop.views.tunnels import TunnelEntry


class TunnelActions(Protocol):
    """What entries do."""

    def open(self, window: str, page: str = "") -> None: ...

    def open_page(self, url: str) -> None:
        """Opens the address in the person's browser."""

    def copy(self, text: str) -> None:
        """Puts it on the clipboard."""

    def close_tunnel(self, tunnel_id: str) -> None:
        """Closes it; where that fails, a box tells."""


class TunnelsMenu(QMenu):
    """Filled before it is opened, for some desktops show no other; changed in place."""

    def __init__(self, actions: TunnelActions) -> None:
        super().__init__("Tunnels")
        self._deeds = actions
        self._shown: dict[str, TunnelEntry] = {}
        self._menus: dict[str, QMenu] = {}
        self._behind = self.addSeparator()
        self._behind.setVisible(False)
        self.addAction("New tunnel\N{HORIZONTAL ELLIPSIS}", lambda: actions.open("main", "tunnels"))
        self.addAction("My jobs\N{HORIZONTAL ELLIPSIS}", lambda: actions.open("main", "jobs"))

    def apply(self, title: str, tunnels: "tuple[TunnelEntry, ...]") -> None:
        """Shows these; touches nothing that stays as it is."""
        now = {one.id: one for one in tunnels}
        if now == self._shown:
            return
        for gone in self._menus.keys() - now.keys():
            menu = self._menus.pop(gone)
            self.removeAction(menu.menuAction())
            menu.deleteLater()
        self._shown = now
        for one in tunnels:
            menu = self._menus.get(one.id) or self._made(one.id)
            if menu.title() != one.text:
                menu.setTitle(one.text)
        self._behind.setVisible(bool(tunnels))
        if self.title() != title:
            self.setTitle(title)

    def _made(self, tunnel_id: str) -> QMenu:
        menu = QMenu(self)
        menu.addAction("Open in browser", lambda: self._deeds.open_page(self._shown[tunnel_id].url))
        menu.addAction("Copy address", lambda: self._deeds.copy(self._shown[tunnel_id].url))
        menu.addAction("Close", lambda: self._deeds.close_tunnel(tunnel_id))
        self._menus[tunnel_id] = menu
        self.insertMenu(self._behind, menu)
        return menu
