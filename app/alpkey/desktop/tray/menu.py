"""The menu: made once, its entries changed in place."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from alpkey.core.site import Site
from alpkey.desktop.views import MenuView


@dataclass(frozen=True, slots=True)
class Deeds:
    """What entries do; ``start`` runs Alpkey with these arguments."""

    start: Callable[..., None]
    quit: Callable[[], None]


class TrayMenu(QMenu):
    """``about_to_show`` is called before it opens, so that the countdown is made only then."""

    def __init__(self, site: Site | None, deeds: Deeds, about_to_show: Callable[[], None]) -> None:
        super().__init__()
        self._deeds = deeds
        self._entry("Renew key\N{HORIZONTAL ELLIPSIS}", "window", "renew")
        self._state = self._entry("", "window", "main")
        self._quota = self._entry("", "window", "main")
        self.addSeparator()
        for host in site.clusters if site else ():
            self._entry(f"Connect to {host.name}", "connect", host.name)
        if site:
            self._entry(f"Check {site.jump_host.capitalize()}", "connect", site.jump_host)
        self.addSeparator()
        self._entry("Open Alpkey", "window", "main")
        self.addAction("Quit", deeds.quit)
        self.aboutToShow.connect(about_to_show)

    def apply(self, view: MenuView) -> None:
        """Changes only what differs: a desktop redraws for every change."""
        for action, text in ((self._state, view.state), (self._quota, view.quota)):
            if action.text() != text:
                action.setText(text)

    def _entry(self, text: str, *arguments: str) -> QAction:
        return self.addAction(text, lambda: self._deeds.start(*arguments))
