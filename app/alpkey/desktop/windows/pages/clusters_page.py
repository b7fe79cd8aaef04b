"""The page of the clusters: a list, and actions for the chosen one."""

import shlex
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.errors import Cancelled, ErrorObject
from alpkey.core.messages.describe_error import describe
from alpkey.core.results.ssh import ConnectResult, DisconnectResult
from alpkey.core.ssh import vscode
from alpkey.desktop import local_zone
from alpkey.desktop.child.command_tracker import CommandTracker, ResultHandler
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.widgets import GRID_PX, Note, ask, button, copied, words_label

_BUTTONS = ("Connect", "Copy command", "Open in VS Code", "Try to log in", "Stop")
_FORWARD = "Forward my agent"
_FORWARDING = (
    "Programs on the cluster can then use your keys for as long as you are logged in, and so can "
    "its administrators. Only needed to go on from there to other computers."
)
_DISCONNECT = "Disconnect all"
_SHARING = (
    "Logins go through a connection that is open already. It outlives the key, and its revocation, "
    "by 10 minutes after the last session."
)
_NAME = Qt.ItemDataRole.UserRole


class ClustersPage(QWidget):
    """``start`` runs Alpkey with these arguments; ``taken`` are the window's own mnemonics."""

    def __init__(
        self, command: Callable[..., list[str]], start: Callable[..., object], taken: str
    ) -> None:
        super().__init__()
        self.commands = CommandTracker(command, self)
        self._start = start
        self._hosts: tuple[status_view.Destination, ...] = ()
        self._results: dict[str, str] = {}
        self._list = QListWidget()
        self._list.setObjectName("clusters")
        self._list.setAccessibleName("Clusters")
        self._list.itemActivated.connect(lambda _: self._connect())
        labels = status_view.with_mnemonics([*_BUTTONS, _DISCONNECT, _FORWARD], taken)
        actions = (self._connect, self._copy, self._open_editor, self._try, self.commands.stop)
        names = ("connect", "copy", "editor", "try", "stop")
        self._buttons = [
            button(text, action, name)
            for text, action, name in zip(labels, actions, names, strict=False)
        ]
        *self._doing, self._stop = self._buttons
        if vscode.installed(QStandardPaths.findExecutable) is None:
            self._buttons[2].hide()
        self._forward = QCheckBox(labels[-1])
        self._forward.setObjectName("forward-agent")
        self._forward.setAccessibleDescription(_FORWARDING)
        self._disconnect = button(labels[-2], self._ask_to_disconnect, "disconnect")
        self._disconnect.setAccessibleDescription(_SHARING)
        self._sharing = QWidget()
        self._note = Note("cluster-note")
        self._lay_out()
        self._stop.hide()

    def apply(self, state: CurrentState) -> None:
        """Rebuild the list only if the hosts have changed."""
        self._sharing.setVisible(state.connected or state.settings.share_connections)
        hosts = status_view.destinations(state.site, state.aliases)
        if hosts == self._hosts:
            return
        chosen = self._chosen
        self._hosts = hosts
        self._list.clear()
        for host in hosts:
            item = QListWidgetItem(self._line(host), self._list)
            item.setData(_NAME, host.name)
        rows = [host.name for host in hosts]
        self._list.setCurrentRow(rows.index(chosen) if chosen in rows else 0)

    @property
    def _chosen(self) -> str:
        item = self._list.currentItem()
        return str(item.data(_NAME)) if item else ""

    @property
    def _forwarding(self) -> list[str]:
        return ["--forward-agent"] if self._forward.isChecked() else []

    def _connect(self) -> None:
        if name := self._chosen:
            self._start("connect", name, *self._forwarding)

    def _copy(self) -> None:
        def copy(result: ConnectResult) -> None:
            self._note.say(copied(shlex.join(result["command"] or ())))

        self._run(copy, self._show_error, self._chosen, "--print", *self._forwarding)

    def _open_editor(self) -> None:
        name = self._chosen
        opens = f"VS Code opens on {name}."
        self._run(lambda _: self._note.say(opens), self._show_error, name, "--vscode")

    def _try(self) -> None:
        name = self._chosen
        self._note.say(f"Trying to log in to {name}\N{HORIZONTAL ELLIPSIS}")
        right = partial(self._tried, name, "Let you in")
        self._run(lambda _: right(""), partial(self._failed, name), name, "--check")

    def _ask_to_disconnect(self) -> None:
        message = describe(Cancelled("disconnect-question"))
        ask(self, "disconnect-question", message, "&Disconnect", "&Keep them", self._end_all)

    def _end_all(self) -> None:
        if self.commands.is_idle:
            self._show_running(True)
            ended, failed = (
                partial(self._ended, on_done)
                for on_done in (self._show_disconnected, self._show_error)
            )
            self.commands.run(ended, failed, "disconnect", "--events")

    def _show_disconnected(self, result: DisconnectResult) -> None:
        names = ", ".join(result["disconnected"])
        self._note.say(f"Disconnected: {names}" if names else "No shared connection was open.")

    def _failed(self, name: str, error: ErrorObject) -> None:
        if error["code"] == Cancelled.default_code:
            self._note.say("")
        else:
            self._tried(name, "Did not let you in", error_view.text(error))

    def _tried(self, name: str, outcome: str, why: str) -> None:
        """The outcome stays in the list while the window is open."""
        self._results[name] = f"{outcome} at {local_zone.now():%H:%M}"
        self._note.say(f"{self._results[name]}. {why}".strip())
        for row, host in enumerate(self._hosts):
            self._list.item(row).setText(self._line(host))

    def _line(self, host: status_view.Destination) -> str:
        result = self._results.get(host.name)
        return f"{host.name}  ({host.where})" + (f"\n{result}" if result else "")

    def _run(self, on_done: ResultHandler, on_error: ResultHandler, *arguments: str) -> None:
        if not (self.commands.is_idle and self._chosen):
            return
        self._show_running(True)
        self.commands.run(
            partial(self._ended, on_done),
            partial(self._ended, on_error),
            *("connect", *arguments, "--events"),
        )

    def _ended(self, on_done: ResultHandler, result: Any) -> None:
        self._show_running(False)
        on_done(result)

    def _show_running(self, running: bool) -> None:
        """While a command runs it can be stopped; the cursor stays in the list."""
        self._stop.setVisible(running)
        for widget in (*self._doing[1:], self._disconnect):
            widget.setEnabled(not running)

    def _show_error(self, error: ErrorObject) -> None:
        self._note.say(error_view.text(error))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        for action_button in self._buttons:
            row.addWidget(action_button)
        row.addStretch()
        sharing = QHBoxLayout(self._sharing)
        sharing.setContentsMargins(0, 0, 0, 0)
        sharing.setSpacing(2 * GRID_PX)
        sharing.addWidget(self._disconnect, alignment=Qt.AlignmentFlag.AlignVCenter)
        sharing.addWidget(words_label("sharing", _SHARING), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self._list, 1)
        layout.addLayout(row)
        layout.addWidget(self._note)
        layout.addWidget(self._forward)
        layout.addWidget(words_label("forwarding", _FORWARDING))
        layout.addWidget(self._sharing)
