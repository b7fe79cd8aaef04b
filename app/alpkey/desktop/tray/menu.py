"""The menu: made once, its entries changed in place."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from alpkey.core import words
from alpkey.core.site import Site
from alpkey.desktop.views import MenuView


@dataclass(frozen=True, slots=True)
class Deeds:
    """What entries do; ``start`` and ``run`` run Alpkey with these arguments.

    What is started speaks for itself; where what is run fails, a box tells.
    """

    start: Callable[..., None]
    run: Callable[..., None]
    quit: Callable[[], None]
    put_off: Callable[[], None]


class TrayMenu(QMenu):
    """``about_to_show`` is called before it opens, so that the countdown is made only then."""

    def __init__(self, deeds: Deeds, about_to_show: Callable[[], None]) -> None:
        super().__init__()
        self._deeds = deeds
        self._window_entry("Renew key\N{HORIZONTAL ELLIPSIS}", "renew")
        self._state = self._window_entry("", "main")
        self._quota = self._window_entry("", "main")
        self._later = self.addAction(words.LATER_IN_MENU, deeds.put_off)
        self._later.setVisible(False)
        self.addSeparator()
        self._offered: Site | None = None
        self._hosts: list[QAction] = []
        self._behind_hosts = self.addSeparator()
        self._window_entry("Open Alpkey", "main")
        self.addAction("Quit", deeds.quit)
        self.aboutToShow.connect(about_to_show)

    def offer(self, site: Site | None) -> None:
        """Offers the hosts of this site; touches nothing while they stay what they are."""
        if site is None or site == self._offered:
            return
        self._offered = site
        for action in self._hosts:
            self.removeAction(action)
        self._hosts = [
            *(self._connect_entry(f"Connect to {host.name}", host.name) for host in site.clusters),
            self._connect_entry(f"Check {site.jump_host.capitalize()}", site.jump_host),
        ]
        self.insertActions(self._behind_hosts, self._hosts)

    def apply(self, view: MenuView) -> None:
        """Changes only what differs: a desktop redraws for every change."""
        for action, text in ((self._state, view.state), (self._quota, view.quota)):
            if action.text() != text:
                action.setText(text)
        if self._later.isVisible() != view.can_put_off:
            self._later.setVisible(view.can_put_off)

    def _window_entry(self, text: str, kind: str) -> QAction:
        return self.addAction(text, lambda: self._deeds.start("window", kind))

    def _connect_entry(self, text: str, host: str) -> QAction:
        entry = QAction(text, self)
        entry.triggered.connect(lambda: self._deeds.run("connect", host))
        return entry
