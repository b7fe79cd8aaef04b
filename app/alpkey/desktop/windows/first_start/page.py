"""What the pages share: a child checks, a child acts, and an error is shown on the page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from alpkey.core.desktop.setup_pages import Known, Page, is_needed
from alpkey.core.errors import Cancelled, ErrorObject
from alpkey.core.results.ssh import ConfigPlanResult, LoginHost
from alpkey.core.site import Site
from alpkey.core.state.snapshot import KeyState
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.child.command_tracker import CommandTracker, ResultHandler
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.windows.widgets import GRID_PX, Note


@dataclass(slots=True)
class SetupWorld:
    """What the pages need from outside, and what their children have found.

    ``command`` is Alpkey's command line with these arguments, ``start`` runs it.  ``renew`` opens
    the renewal over a window, and closes it once the key is installed.  ``config`` and ``hosts``
    are the last results of the children; None if unknown.
    """

    site: Site
    current_state: Callable[[], CurrentState]
    command: Callable[..., list[str]]
    start: Callable[..., object]
    renew: Callable[[QWidget], None]
    config: ConfigPlanResult | None = None
    hosts: list[LoginHost] | None = None

    def known(self) -> Known:
        """Everything that is known now."""
        state = self.current_state()
        snapshot = state.snapshot
        if snapshot is None:
            return Known(KeyState.BROKEN, False, None, self.config, self.hosts)
        return Known(
            snapshot.state(state.now), snapshot.has_key, snapshot.encrypted, self.config, self.hosts
        )


class SetupPage(QWidget):
    """One page, which the frame shows.

    ``checked``: it knows what there is to do.  ``done``: nothing is left to do here.  ``changed``:
    the label of its button, or whether it can be pressed.
    """

    checked = Signal()
    done = Signal()
    changed = Signal()

    page: Page
    title = ""
    checking = ""  # what is shown while it checks
    locks = True  # whether the page cannot be used while a child runs
    asks = False  # whether only a child can find out what there is to do

    def __init__(self, world: SetupWorld) -> None:
        super().__init__()
        self.world = world
        self.commands = CommandTracker(world.command, self)
        self._stopped = False
        self.trouble = Note("trouble")
        self.body = QWidget()
        self.rows = QVBoxLayout(self.body)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(GRID_PX)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self.body)
        layout.addWidget(self.trouble)
        layout.addStretch(1)

    # For the frame

    @property
    def action(self) -> str:
        """The label of the button; empty if there is nothing to do but to go on."""
        return ""

    @property
    def can_act(self) -> bool:
        return self.commands.is_idle

    @property
    def is_needed(self) -> bool:
        return is_needed(self.page, self.world.known())

    def check(self) -> None:
        """Find out what there is to do; ``checked`` follows."""
        self.checked.emit()

    def act(self) -> None:
        """Do what the button says; ``done`` follows if that succeeded."""
        self.done.emit()

    def follow(self) -> None:
        """Called when a file has changed."""

    @property
    def first(self) -> QWidget | None:
        """The widget to focus first, if not the button that goes on."""
        return None

    def begin(self) -> None:
        """Called when it is shown."""

    def stop(self) -> None:
        """Cancel what is under way; what must not be interrupted is still finished."""
        self._stopped = True
        self.commands.stop()

    # For the pages

    def run(
        self,
        on_done: ResultHandler,
        *arguments: str,
        on_error: ResultHandler | None = None,
        asked: ResultHandler | None = None,
    ) -> ChildProcess:
        """Run Alpkey with these arguments; an error goes to ``on_error``, or is shown here."""
        child = self.commands.run(
            partial(self._ended, on_done),
            partial(self._ended, on_error or self.show_error),
            *arguments,
            "--events",
        )
        if asked:
            child.asked.connect(asked)
        self.clear()
        self._show_whether_locked()
        return child

    def show_error(self, error: ErrorObject) -> None:
        """Show the error, unless the user cancelled."""
        if error["code"] != Cancelled.default_code:
            self.say(error_view.text(error), at_once=True)

    def say(self, text: str, *, at_once: bool = False) -> None:
        self.trouble.say(text, at_once=at_once)

    def clear(self) -> None:
        self.trouble.hide()

    def _ended(self, on_done: ResultHandler, result: Any) -> None:
        self._show_whether_locked()
        if not self._stopped:
            on_done(result)

    def _show_whether_locked(self) -> None:
        self.body.setEnabled(self.commands.is_idle or not self.locks)
        self.changed.emit()
