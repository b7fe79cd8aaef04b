"""What the pages share: a child looks, a child does, and what failed is told at its place."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from alpkey.core.desktop.setup_pages import Known, Page, is_needed
from alpkey.core.errors import Cancelled
from alpkey.core.site import Site
from alpkey.core.state.snapshot import KeyState
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.child.command_tracker import CommandTracker, Then
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.windows.widgets import GRID_PX, Note


@dataclass(slots=True)
class SetupWorld:
    """``snapshot`` takes a look, ``command`` is Alpkey's with these arguments, ``start`` runs it.

    ``renew`` opens the renewal over a window, and closes it once the key is there.  ``config`` and
    ``hosts`` are what the children told last; None where that is not known.
    """

    site: Site
    current_state: Callable[[], CurrentState]
    command: Callable[..., list[str]]
    start: Callable[..., object]
    renew: Callable[[QWidget], None]
    config: dict[str, Any] | None = None
    hosts: list[dict[str, Any]] | None = None

    def known(self) -> Known:
        """All that is known now."""
        seen = self.current_state()
        snapshot = seen.snapshot
        if snapshot is None:
            return Known(KeyState.BROKEN, False, None, self.config, self.hosts)
        state = snapshot.state(seen.now)
        return Known(state, snapshot.has_key, snapshot.encrypted, self.config, self.hosts)


class SetupPage(QWidget):
    """One page, which the frame shows.

    ``looked``: it knows what there is to do.  ``done``: nothing is left to do here.  ``changed``:
    what its button says, or whether it can be pressed.
    """

    looked = Signal()
    done = Signal()
    changed = Signal()

    page: Page
    title = ""
    looking = ""  # what is said while it looks
    locks = True  # whether nothing else can be done on it while a child runs
    asks = False  # whether only a child can tell that there is something to do

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

    # What the frame asks

    @property
    def action(self) -> str:
        """What the button says; empty where there is nothing to do but to go on."""
        return ""

    @property
    def can_act(self) -> bool:
        return self.commands.is_idle

    @property
    def is_needed(self) -> bool:
        return is_needed(self.page, self.world.known())

    def check(self) -> None:
        """Finds out what there is to do; ``looked`` follows."""
        self.looked.emit()

    def act(self) -> None:
        """Does what the button says; ``done`` follows where it went well."""
        self.done.emit()

    def follow(self) -> None:
        """Called when a file has changed."""

    @property
    def first(self) -> QWidget | None:
        """Where to begin, if not at the button that goes on."""
        return None

    def begin(self) -> None:
        """Called when it is shown."""

    def stop(self) -> None:
        """Ends what is under way; what must not be broken off is still finished."""
        self._stopped = True
        self.commands.stop()

    # What the pages use

    def run(
        self,
        then: Then,
        *arguments: str,
        otherwise: Then | None = None,
        asked: Then | None = None,
    ) -> ChildProcess:
        """Runs Alpkey with these arguments; a failure is told on the page, or to ``otherwise``."""
        engine = self.commands.run(
            partial(self._ended, then),
            partial(self._ended, otherwise or self.tell),
            *arguments,
            "--events",
        )
        if asked:
            engine.asked.connect(asked)
        self.clear()
        self._show_whether_locked()
        return engine

    def tell(self, error: dict[str, Any]) -> None:
        """The error in words; a person who cancelled knows."""
        if error["code"] != Cancelled.default_code:
            self.say(error_view.text(error), at_once=True)

    def say(self, text: str, *, at_once: bool = False) -> None:
        self.trouble.say(text, at_once=at_once)

    def clear(self) -> None:
        self.trouble.hide()

    def _ended(self, then: Then, word: dict[str, Any]) -> None:
        self._show_whether_locked()
        if not self._stopped:
            then(word)

    def _show_whether_locked(self) -> None:
        self.body.setEnabled(self.commands.is_idle or not self.locks)
        self.changed.emit()
