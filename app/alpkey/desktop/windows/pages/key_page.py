"""The page of the key: its state at a glance, its facts, and where to go with it."""

from collections.abc import Callable

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from alpkey.core.site import Host, Site
from alpkey.desktop import drawing
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views.icon_state import WARNING_ICON
from alpkey.desktop.windows.widgets import (
    GRID_PX,
    announce,
    button,
    connect_row,
    heading,
    words_label,
)

RING_PX = 96


class KeyPage(QWidget):
    """``start`` runs Alpkey with these arguments; ``leave`` and ``bring`` open the dialogs to leave
    this computer and to import a key.

    ``taken`` are the window's own mnemonics.
    """

    def __init__(
        self,
        site: Site,
        start: Callable[..., object],
        leave: Callable[[], None],
        bring: Callable[[], None],
        taken: str,
    ) -> None:
        super().__init__()
        self._taken = taken
        self._start = start
        self._icon = QLabel()
        self._icon.setObjectName("ring")
        self._told = ""
        self._state = heading("state")
        self._quota = words_label("quota")
        self._warning = words_label("warning")
        self._facts = QFormLayout()
        self._hosts = _offered(site)
        self._connect = self._connect_row()
        self.renew: QPushButton = button(
            "&Renew key\N{HORIZONTAL ELLIPSIS}", lambda: start("window", "renew"), "renew"
        )
        self._set_up = button(
            "Set &up Alpkey\N{HORIZONTAL ELLIPSIS}",
            lambda: start("window", "first-start"),
            "set-up",
        )
        self._set_up.hide()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        self._layout.setSpacing(2 * GRID_PX)
        self._layout.addLayout(self._top())
        self._layout.addLayout(self._facts)
        self._layout.addStretch(1)
        self._layout.addWidget(self._connect)
        bottom = QHBoxLayout()
        bottom.addWidget(self._set_up)
        bottom.addWidget(self.renew)
        bottom.addWidget(button("Im&port a key\N{HORIZONTAL ELLIPSIS}", bring, "import"))
        bottom.addStretch()
        bottom.addWidget(button("&Leave this computer\N{HORIZONTAL ELLIPSIS}", leave, "leave"))
        self._layout.addLayout(bottom)

    def apply(self, seen: CurrentState) -> None:
        while self._facts.rowCount():
            self._facts.removeRow(0)
        if seen.site:
            self._offer(_offered(seen.site))
        warning = status_view.warning_line(seen.snapshot, seen.now) if seen.snapshot else ""
        self._warning.setText(warning)
        self._warning.setVisible(bool(warning))
        self._set_up.setVisible(seen.snapshot is not None and not seen.snapshot.is_set_up)
        if seen.snapshot is None:
            self._icon.setPixmap(drawing.pixmap(WARNING_ICON, RING_PX))
            self._state.setText(status_view.UNREADABLE.state)
            self._quota.setText(seen.trouble)
            return
        self._icon.setPixmap(drawing.pixmap(status_view.icon(seen.snapshot, seen.now), RING_PX))
        self._state.setText(status_view.state_line(seen.snapshot, seen.now))
        self._tell(status_view.state(seen.snapshot, seen.now))
        self._quota.setText(
            seen.snapshot.trouble or status_view.quota_line(seen.snapshot.quota, seen.now)
        )
        for name, value in status_view.key_rows(seen.snapshot, seen.now):
            self._facts.addRow(f"{name}:", words_label(f"fact-{name}", value))

    def _tell(self, state: str) -> None:
        """A screen reader hears of another state, not of every minute that passes."""
        if self._told and state != self._told:
            announce(self, state)
        self._told = state

    def _offer(self, hosts: list[Host]) -> None:
        """Makes the buttons anew only where the hosts have changed."""
        if hosts == self._hosts:
            return
        self._hosts = hosts
        fresh = self._connect_row()
        self._layout.replaceWidget(self._connect, fresh)
        self._connect.hide()
        self._connect.deleteLater()
        self._connect = fresh

    def _connect_row(self) -> QWidget:
        return connect_row(self._hosts, self._connect_to, self._taken + "rlup")

    def _connect_to(self, name: str) -> None:
        self._start("connect", name)

    def _top(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.addStretch()
        words.addWidget(self._state)
        words.addWidget(self._quota)
        words.addWidget(self._warning)
        words.addStretch()
        top = QHBoxLayout()
        top.setSpacing(2 * GRID_PX)
        top.addWidget(self._icon)
        top.addLayout(words, 1)
        return top


def _offered(site: Site) -> list[Host]:
    return [host for host in site.hosts if host.shown or host.name == site.jump_host]
