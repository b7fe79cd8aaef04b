"""The page of the key: its state, its details, and where to connect."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

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
    copied,
    heading,
    scroll_area,
    words_label,
)

RING_PX = 96
COPY, COPIED = "Copy", "Copied"
COPIED_MS = 2000


class KeyPage(QWidget):
    """``start`` runs Alpkey with these arguments; ``sign_out`` and ``import_key`` open the dialogs
    for that.

    ``taken`` are the window's own mnemonics.
    """

    def __init__(
        self,
        site: Site,
        start: Callable[..., object],
        sign_out: Callable[[], None],
        import_key: Callable[[], None],
        taken: str,
    ) -> None:
        super().__init__()
        self._taken = taken
        self._start = start
        self._icon = QLabel()
        self._icon.setObjectName("ring")
        self._announced = ""
        self._state = heading("state")
        self._quota = words_label("quota")
        self._warning = words_label("warning")
        self._facts = QFormLayout()
        self._shown_facts: tuple[tuple[str, str], ...] = ()
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
        self._layout.addWidget(self._details(), 1)
        self._layout.addWidget(self._connect)
        bottom = QHBoxLayout()
        bottom.addWidget(self._set_up)
        bottom.addWidget(self.renew)
        bottom.addWidget(button("Im&port a key\N{HORIZONTAL ELLIPSIS}", import_key, "import"))
        bottom.addStretch()
        bottom.addWidget(button("Sign &out\N{HORIZONTAL ELLIPSIS}", sign_out, "leave"))
        self._layout.addLayout(bottom)

    def apply(self, state: CurrentState) -> None:
        if state.site:
            self._offer(_offered(state.site))
        warning = status_view.warning_line(state.snapshot, state.now) if state.snapshot else ""
        self._warning.setText(warning)
        self._warning.setVisible(bool(warning))
        self._set_up.setVisible(state.snapshot is not None and not state.snapshot.is_set_up)
        rows = status_view.key_rows(state.snapshot, state.now) if state.snapshot else ()
        self._show_facts(rows)
        if state.snapshot is None:
            self._icon.setPixmap(drawing.pixmap(WARNING_ICON, RING_PX))
            self._state.setText(status_view.UNREADABLE.state)
            self._quota.setText(state.trouble)
            return
        self._icon.setPixmap(drawing.pixmap(status_view.icon(state.snapshot, state.now), RING_PX))
        self._state.setText(status_view.state_line(state.snapshot, state.now))
        self._announce_change(status_view.state(state.snapshot, state.now))
        self._quota.setText(
            state.snapshot.trouble or status_view.quota_line(state.snapshot.quota, state.now)
        )

    def _announce_change(self, state: str) -> None:
        """Announce another state, not every minute that passes."""
        if self._announced and state != self._announced:
            announce(self, state)
        self._announced = state

    def _offer(self, hosts: list[Host]) -> None:
        """Rebuild the buttons only if the hosts have changed."""
        if hosts == self._hosts:
            return
        self._hosts = hosts
        row = self._connect_row()
        self._layout.replaceWidget(self._connect, row)
        self._connect.hide()
        self._connect.deleteLater()
        self._connect = row

    def _connect_row(self) -> QWidget:
        return connect_row(self._hosts, self._connect_to, self._taken + "rlup")

    def _show_facts(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Rebuild them only if they have changed, as a button may have the focus."""
        if rows == self._shown_facts:
            return
        self._shown_facts = rows
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for name, value in rows:
            self._facts.addRow(f"{name}:", self._fact(name, value))

    def _fact(self, name: str, value: str) -> QWidget:
        """The value, with a button to copy one that is pasted elsewhere."""
        label = words_label(f"fact-{name}", value)
        if name not in status_view.COPIED_FACTS:
            return label
        copy = QToolButton()  # it needs no letter of its own: there are three of them
        copy.setObjectName(f"copy-{name}")
        copy.setText(COPY)
        copy.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        copy.clicked.connect(lambda _checked: self._copy(value, copy))
        copy.setAccessibleName(f"Copy {name.lower()}")
        copy.setToolTip(f"Copy {name.lower()}")
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label, 1)
        layout.addWidget(copy)
        return row

    def _copy(self, value: str, copy: QToolButton) -> None:
        announce(self, copied(value))
        copy.setText(COPIED)
        QTimer.singleShot(COPIED_MS, copy, lambda: copy.setText(COPY))

    def _details(self) -> QWidget:
        """The facts, which scroll where the screen is too small for them."""
        details = scroll_area("details", "Details of the key")
        body = QWidget()
        body.setLayout(self._facts)
        self._facts.setContentsMargins(0, 0, 0, 0)
        details.setWidget(body)
        return details

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
