"""The main window: the key at a glance, and all that the tray's menu can do."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.places import Places
from alpkey.core.site import Site
from alpkey.desktop import drawing, looking, views
from alpkey.desktop.watch import Watch
from alpkey.desktop.windows.parts import GRID_PX, button, connect_row, heading, words_label

RING_PX = 96
MINIMUM_WIDTH_PX = 64 * GRID_PX


class MainWindow(QMainWindow):
    """Follows the files as the tray does."""

    def __init__(self, places: Places, site: Site, start: Callable[..., None]) -> None:
        super().__init__()
        self._places = places
        self.setWindowTitle("Alpkey - DEMO" if site.demo else "Alpkey")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._icon = QLabel()
        self._icon.setObjectName("ring")
        self._state = heading("state")
        self._quota = words_label("quota")
        self._facts = QFormLayout()
        hosts = [host for host in site.hosts if host.shown or host.name == site.jump_host]
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(2 * GRID_PX)
        layout.addStrut(MINIMUM_WIDTH_PX)
        layout.addLayout(self._top())
        layout.addLayout(self._facts)
        layout.addStretch()
        layout.addWidget(connect_row(hosts, lambda name: start("connect", name)))
        renew = button(
            "&Renew key\N{HORIZONTAL ELLIPSIS}", lambda: start("window", "renew"), "renew"
        )
        layout.addWidget(renew, alignment=Qt.AlignmentFlag.AlignLeft)
        self.setCentralWidget(body)
        renew.setFocus()
        self._watch = Watch(places)
        self._watch.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Takes a look and applies it."""
        seen = looking.take(self._places)
        while self._facts.rowCount():
            self._facts.removeRow(0)
        if seen.look is None:
            self._icon.setPixmap(drawing.pixmap(views.WARNING_ICON, RING_PX))
            self._state.setText(views.UNREADABLE.state)
            self._quota.setText(seen.trouble)
            return
        self._watch.set_working(seen.look.working)
        self._icon.setPixmap(drawing.pixmap(views.icon(seen.look, seen.now), RING_PX))
        self._state.setText(views.state_line(seen.look, seen.now))
        self._quota.setText(seen.look.trouble or views.quota_line(seen.look.quota, seen.now))
        for name, value in views.key_rows(seen.look, seen.now):
            self._facts.addRow(f"{name}:", words_label(f"fact-{name}", value))

    def _top(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.addStretch()
        words.addWidget(self._state)
        words.addWidget(self._quota)
        words.addStretch()
        top = QHBoxLayout()
        top.setSpacing(2 * GRID_PX)
        top.addWidget(self._icon)
        top.addLayout(words, 1)
        return top
