"""Cancel: Ctrl-C, the end of a window, or a line on standard input, all by one signal."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from alpkey.core.errors import AlpkeyError, Cancelled

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SignalCancellation:
    """Raises Cancelled in the main thread at once, or as soon as it is no longer deferred."""

    def __init__(self) -> None:
        self.requested = False
        self._deferring = False
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)

    @staticmethod
    def ask() -> None:
        """Cancel from any thread; a signal also ends a wait for network or lock."""
        os.kill(os.getpid(), signal.SIGINT)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Inside, a request to cancel is only recorded.

        After success it stays so: what follows only shows what was done.
        """
        self._deferring = True
        try:
            yield
        except BaseException:
            self._deferring = False
            raise

    @contextmanager
    def briefly(self) -> Iterator[None]:
        """Raises Cancelled at its end where it was requested inside."""
        before, self._deferring = self._deferring, True
        try:
            yield
        finally:
            self._deferring = before
        if not before:
            self.check()

    def end_after(self, seconds: float, error: AlpkeyError) -> None:
        """Raises ``error`` in the main thread then, unless a cancel would have to wait."""

        def end(_number: int, _frame: FrameType | None) -> None:
            if not self._deferring:
                raise error

        signal.signal(signal.SIGALRM, end)
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def defer_for_good(self) -> None:
        """From here on the outcome is final and is only shown."""
        self._deferring = True

    def check(self) -> None:
        """Raise Cancelled where it was requested while it had to wait."""
        if self.requested:
            raise Cancelled

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.requested = True
        if not self._deferring:
            raise Cancelled
