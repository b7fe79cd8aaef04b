"""The page of the tunnels: each with its state and actions, and a button for a new one."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from alpkey.core.errors import Cancelled, ErrorObject
from alpkey.core.site import Site
from alpkey.core.tunnels.record import TunnelObservation, TunnelState, TunnelTarget
from alpkey.desktop.child.command_tracker import CommandTracker
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views import tunnels as tunnel_view
from alpkey.desktop.windows.tunnel_dialog import TunnelDialog
from alpkey.desktop.windows.widgets import (
    GRID_PX,
    Note,
    announce,
    bold_label,
    button,
    copied,
    heading,
    open_page,
    scroll_area,
    stack,
    words_label,
)

WHAT_FOR = (
    "A tunnel leads from this computer to a service on a compute node, such as Jupyter or "
    "TensorBoard. It stays open when this window is closed."
)
_NEW = "New tunnel\N{HORIZONTAL ELLIPSIS}"
_JOBS = "My jobs\N{HORIZONTAL ELLIPSIS}"
_OPEN, _COPY, _CLOSE = "Open in browser", "Copy address", "Close"
_AGAIN, _REMOVE = "Open again\N{HORIZONTAL ELLIPSIS}", "Remove"
_RENEW, _END = "Renew key\N{HORIZONTAL ELLIPSIS}", "End the job\N{HORIZONTAL ELLIPSIS}"

TunnelAction = Callable[[TunnelObservation], object]


class TunnelsPage(QWidget):
    """``start`` runs Alpkey with these arguments; ``taken`` are the window's own mnemonics."""

    def __init__(
        self,
        site: Site,
        command: Callable[..., list[str]],
        start: Callable[..., object],
        taken: str,
    ) -> None:
        super().__init__()
        self.commands = CommandTracker(command, self)
        self._command = command
        self._start = start
        self._taken = taken
        self._site = site
        self._can_log_in = False
        self._last: TunnelTarget | None = None
        self._tunnels: tuple[TunnelObservation, ...] | None = None
        self._state = heading("tunnels-state")
        self._note = Note("tunnels-note")
        self._list = scroll_area("tunnels", "Tunnels")
        self._new = button("", self.open_new, "new-tunnel")
        self._jobs = button("", self.open_new, "my-jobs")
        row = QHBoxLayout()
        row.addWidget(self._new)
        row.addWidget(self._jobs)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self._state)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._note)
        layout.addLayout(row)

    def apply(self, state: CurrentState) -> None:
        """Rebuild the list only if a tunnel has changed, as a button may have the focus."""
        if state.site:
            self._site = state.site
        if state.snapshot is None:
            return
        self._can_log_in = state.snapshot.state(state.now).opens_doors
        self._last = state.snapshot.last_tunnel
        if state.snapshot.tunnels != self._tunnels:
            self._show(state.snapshot.tunnels)

    def open_new(self, before: TunnelTarget | None = None) -> None:
        """Open the dialog with ``before`` filled in, or else the last tunnel.

        A dialog that is open already comes to the front.
        """
        if (dialog := self.findChild(TunnelDialog)) is not None:
            dialog.activateWindow()
            return
        dialog = TunnelDialog(
            self._site,
            self._command,
            can_log_in=self._can_log_in,
            before=before or self._last,
            parent=self,
        )
        dialog.open()

    def _show(self, tunnels: tuple[TunnelObservation, ...]) -> None:
        before, self._tunnels = self._tunnels, tunnels
        focused = self.focusWidget()
        keeps = focused.objectName() if focused is not None else ""
        self._state.setText(tunnel_view.summary(tunnels))
        actions = [self._actions(tunnel) for tunnel in tunnels]
        labels = [_NEW, _JOBS, *(label for row in actions for label in row)]
        new, jobs, *marked = status_view.with_mnemonics(labels, self._taken)
        self._new.setText(new)
        self._jobs.setText(jobs)
        rest = iter(marked)
        cards = [
            self._card(tunnel, [(next(rest), action) for action in row.values()])
            for tunnel, row in zip(tunnels, actions, strict=True)
        ]
        self._list.setWidget(stack(cards or [words_label("what-for", WHAT_FOR)]))
        if keeps and (again := self.findChild(QWidget, keeps)) is not None:
            again.setFocus()
        if before is not None:
            announce(self, self._news(before))

    def _news(self, before: tuple[TunnelObservation, ...]) -> str:
        """What a screen reader says about a change of the list."""
        changed = [tunnel for tunnel in self._tunnels or () if tunnel not in before]
        news = [f"{tunnel_view.name(tunnel)}: {tunnel_view.state(tunnel)}" for tunnel in changed]
        return "\n".join(news) or self._state.text()

    def _actions(self, tunnel: TunnelObservation) -> dict[str, TunnelAction]:
        """By label; the most common action comes first."""
        if not tunnel.alive:
            return {_AGAIN: lambda other: self.open_new(other.target), _REMOVE: self._close}
        first: dict[str, TunnelAction] = {
            _OPEN: lambda other: open_page(other.target.url),
            _COPY: self._copy,
        }
        if tunnel.state is TunnelState.WAITING:
            first = {_RENEW: lambda _: self._start("window", "renew")}
        return {**first, _END: lambda other: self.open_new(other.target), _CLOSE: self._close}

    def _card(self, tunnel: TunnelObservation, actions: list[tuple[str, TunnelAction]]) -> QWidget:
        title = bold_label(f"title-{tunnel.id}", tunnel_view.name(tunnel))
        row = QHBoxLayout()
        for number, (label, action) in enumerate(actions):
            made = button(label, partial(action, tunnel), f"tunnel-{tunnel.id}-{number}")
            made.setAccessibleDescription(tunnel_view.name(tunnel))
            row.addWidget(made)
        row.addStretch()
        card = QWidget()
        layout = QVBoxLayout(card)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX // 2)
        layout.addWidget(title)
        layout.addWidget(words_label(f"state-{tunnel.id}", tunnel_view.details(tunnel)))
        layout.addLayout(row)
        return card

    def _copy(self, tunnel: TunnelObservation) -> None:
        self._note.say(copied(tunnel.target.url))

    def _close(self, tunnel: TunnelObservation) -> None:
        self.commands.run(
            lambda _: self._note.say(""), self._show_error, "tunnel", "close", tunnel.id, "--events"
        )

    def _show_error(self, error: ErrorObject) -> None:
        if error["code"] != Cancelled.default_code:
            self._note.say(error_view.text(error))
