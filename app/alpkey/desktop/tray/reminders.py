"""Reminders: the rules of ``core.schedule.reminders`` applied to a screen, and saved."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, SignalInstance

from alpkey.core.schedule.reminders import (
    Memory,
    Reminder,
    RenewAutomatically,
    Withdraw,
    next_action,
    reminder_to_snooze,
)
from alpkey.core.settings.settings import Settings
from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop import local_zone
from alpkey.desktop.tray import reminder_file
from alpkey.desktop.views import status as status_view

# After a sleep the network takes 2 to 15 s, and a renewal needs it.
WAKING_MS = 15_000

# How long reminders wait for an automatic renewal, and the least time between two of these.
AUTO_RENEWAL_MS = 45_000
AUTO_RENEWAL_AGAIN = timedelta(minutes=10)


class Screen(Protocol):
    """Where notices are shown, one at a time.

    ``changed()`` is emitted when ``locked`` is known or has changed, ``chosen(choice, token)`` when
    the user answers ("renew" or "later"), ``closed()`` when the notice is gone without an answer.
    ``token`` lets a window come to the front.
    """

    @property
    def changed(self) -> SignalInstance: ...

    @property
    def chosen(self) -> SignalInstance: ...

    @property
    def closed(self) -> SignalInstance: ...

    @property
    def locked(self) -> bool | None:
        """Whether the screen is locked; None until ``look_around`` has found out."""

    @property
    def buttons(self) -> bool:
        """Whether a notice has buttons; without buttons a click on it means "renew"."""

    def look_around(self) -> None:
        """Find out about the screen, without waiting."""

    def show(self, notice: status_view.Notice) -> None:
        """Show ``notice`` in place of any other."""

    def withdraw(self) -> None:
        """Remove the notice."""

    def close(self) -> None:
        """Remove the notice, and release the screen."""


class Reminders(QObject):
    """``renew`` is called with an activation token when the user chooses to renew, and
    ``renew_automatically`` when a renewal is due that needs no user.
    """

    def __init__(
        self,
        file: Path,
        screen: Screen,
        renew: Callable[[str], None],
        clock: Callable[[], datetime] = local_zone.now,
        renew_automatically: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__()
        self._file = file
        self._screen = screen
        self._renew = renew
        self._settings = Settings()
        self._renew_automatically = renew_automatically
        self._renewed_at: datetime | None = None
        self._clock = clock
        self._memory = reminder_file.load(file)
        self._snapshot: Snapshot | None = None
        self._site_name = ""
        self._showing: Reminder | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._act)
        screen.changed.connect(self._act)
        screen.chosen.connect(self._choose)
        screen.closed.connect(self._forget)

    def end(self) -> None:
        self._pause.stop()
        self._screen.close()

    def wake(self, after_ms: int = WAKING_MS) -> None:
        """The computer slept, or its clock was set: wait before showing what is due."""
        self._pause.start(after_ms)

    def apply(self, snapshot: Snapshot, site_name: str, settings: Settings) -> None:
        """A new snapshot was taken."""
        self._snapshot, self._site_name, self._settings = snapshot, site_name, settings
        self._act()

    @property
    def can_be_put_off(self) -> bool:
        """Whether the menu offers "Later": the notice itself could not."""
        return not self._screen.buttons and self._reminder_to_put_off() is not None

    def put_off(self) -> None:
        """ "Later", chosen in the menu or in the notice."""
        if (reminder := self._showing or self._reminder_to_put_off()) is not None:
            self._remember(self._memory.with_snooze(reminder, self._clock()))
        self._withdraw()

    def _reminder_to_put_off(self) -> Reminder | None:
        if self._snapshot is None:
            return None
        return reminder_to_snooze(self._snapshot, self._memory, self._settings, self._clock())

    def _act(self) -> None:
        if self._snapshot is None:
            return
        now = self._clock()
        held = self._pause.isActive() or bool(self._screen.locked)
        action = next_action(
            self._snapshot,
            self._memory,
            self._settings,
            now,
            showing=self._showing,
            held=held,
            may_renew=self._may_renew(now),
        )
        match action:
            case Withdraw():
                self._withdraw()
                self._act()
            case Reminder() | RenewAutomatically() if self._screen.locked is None:
                self._screen.look_around()
            case RenewAutomatically():
                self._renewed_at = now
                self._pause.start(AUTO_RENEWAL_MS)
                self._renew_automatically()
            case Reminder():
                self._show(action, self._snapshot, now)

    def _may_renew(self, now: datetime) -> bool:
        """The journal has the last attempt; this limit holds if it could not be written."""
        before = self._renewed_at
        return before is None or not timedelta(0) <= now - before < AUTO_RENEWAL_AGAIN

    def _show(self, reminder: Reminder, snapshot: Snapshot, now: datetime) -> None:
        """Save first: a lost reminder is better than one that is repeated for ever."""
        self._remember(self._memory.with_shown(reminder))
        self._showing = reminder
        self._screen.show(status_view.reminder(reminder.kind.code, self._site_name, snapshot, now))

    def _choose(self, choice: str, token: str) -> None:
        if choice == "later":
            self.put_off()
            return
        self._withdraw()
        self._renew(token)

    def _withdraw(self) -> None:
        self._showing = None
        self._screen.withdraw()

    def _forget(self) -> None:
        self._showing = None

    def _remember(self, new: Memory) -> None:
        self._memory = new
        reminder_file.save(self._file, new)
