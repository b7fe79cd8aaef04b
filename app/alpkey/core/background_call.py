"""A call whose outcome may come late, or never."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class BackgroundCall(Generic[T_co]):
    """A call that another thread runs.  It can be waited for, and it can simply be given up."""

    def __init__(self, call: Callable[[], T_co]) -> None:
        self._call = call
        self._outcome: tuple[T_co | None, BaseException | None] = (None, None)
        self._done = threading.Event()
        self._actions: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def run(self) -> None:
        """Make the call, in the thread that this is called in, then the actions of ``on_done``."""
        try:
            self._outcome = (self._call(), None)
        except BaseException as error:  # noqa: BLE001  raised again in the caller's thread
            self._outcome = (None, error)
        with self._lock:
            self._done.set()
        for action in self._actions:
            action()

    def wait(self, timeout_s: float) -> bool:
        """Whether the call has ended, after ``timeout_s`` seconds at the latest."""
        return self._done.wait(timeout_s)

    def on_done(self, action: Callable[[], None]) -> None:
        """Have ``action`` called once the call has ended, in any thread; at once if it has."""
        with self._lock:
            if not self._done.is_set():
                self._actions.append(action)
                return
        action()

    def result(self) -> T_co:
        """What the call returned; raises what it raised.  Use it only once the call has ended."""
        result, error = self._outcome
        if error is not None:
            raise error
        return result  # type: ignore[return-value]  # the call returned, so this is its T_co


class RunInBackground(Protocol):
    def __call__(self, call: Callable[[], T]) -> BackgroundCall[T]:
        """Start a call that nothing has to wait for."""
