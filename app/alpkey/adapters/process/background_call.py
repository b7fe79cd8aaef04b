"""A bound on the time of a whole call, whatever it does inside."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class ThreadCall(Generic[T]):
    """A call in a daemon thread: it can be waited for, and it can be given up.

    Neither a name look-up nor a peer that sends one byte a minute can be interrupted from inside.
    The main thread only waits, so a signal is always handled at once.  A call that is given up is
    left to end by itself, at the latest with the process.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._outcome: list[tuple[T | None, BaseException | None]] = []
        self._done = threading.Event()
        self._deeds: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._run, daemon=True, name="aside").start()

    def wait(self, timeout_s: float) -> bool:
        """Whether the call has ended, at the latest after ``timeout_s``."""
        return self._done.wait(timeout_s)

    def tell(self, action: Callable[[], None]) -> None:
        """Has ``action`` called once the call has ended, in any thread."""
        with self._lock:
            if not self._done.is_set():
                self._deeds.append(action)
                return
        action()

    def result(self) -> T:
        """What the call returned or raised; only once it has ended."""
        result, raised = self._outcome[0]
        if raised is not None:
            raise raised
        return result  # type: ignore[return-value]  # the call returned, so this is its T

    def _run(self) -> None:
        try:
            self._outcome.append((self._call(), None))
        except BaseException as raised:  # noqa: BLE001  raised again in the caller's thread
            self._outcome.append((None, raised))
        with self._lock:
            self._done.set()
        for action in self._deeds:
            action()


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns or raises; TimeoutError once ``seconds`` are over."""
    running = ThreadCall(call)
    if not running.wait(seconds):
        raise TimeoutError(f"not done within {seconds:g} s")
    return running.result()


def side_by_side(calls: Mapping[str, Callable[[], Any]], timeout_s: float) -> dict[str, Any]:
    """What each of ``calls`` returns, all run at once; None for one that is late.

    Returns after ``timeout_s`` at the latest.  Raises what a call raises.
    """
    deadline = time.monotonic() + timeout_s
    all_of = {name: ThreadCall(call) for name, call in calls.items()}
    return {
        name: one.result() if one.wait(max(deadline - time.monotonic(), 0.0)) else None
        for name, one in all_of.items()
    }
