"""The ports of a key on demand."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from alpkey.core.ssh.caller import SshCaller


class LoginQueue(Protocol):
    """Many logins at once ask once: each waits for its turn, and then looks again."""

    def held(self, timeout_s: float) -> AbstractContextManager[None]:
        """Holds the turn.  Raises KeyExpired (``not-renewed``) after ``timeout_s``."""

    def declined_at(self) -> datetime | None:
        """When the person said no, if that is remembered."""

    def note_declined(self, now: datetime) -> None:
        """Remembers it, where that can be written."""


class CallingProcesses(Protocol):
    """The ssh processes that we run for, nearest first: a jump is an ssh called by another."""

    def calls(self) -> Sequence[SshCaller]: ...

    def is_batch(self, call: SshCaller) -> bool:
        """Whether ssh itself, asked with the same words, would ask nobody anything."""


class RenewalWindow(Protocol):
    def ask(self, host: str | None, done: Callable[[], bool], timeout_s: float) -> bool:
        """Opens the window, perhaps after a click on a notice that a login to ``host`` waits.

        Returns once it is ``done``, refused or closed (False), or out of time.
        """
