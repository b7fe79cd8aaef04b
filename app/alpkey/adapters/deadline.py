"""A bound on the time of a whole call, whatever it does inside."""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns or raises; TimeoutError once ``seconds`` are over.

    The call runs in a daemon thread, for neither a name look-up nor a peer that sends one byte a
    minute can be interrupted from inside.  The main thread only waits, so a signal is always
    handled at once.  A call that is given up is left to end by itself.
    """
    outcome: list[tuple[T | None, BaseException | None]] = []
    done = threading.Event()

    def run() -> None:
        try:
            outcome.append((call(), None))
        except BaseException as raised:  # noqa: BLE001  raised again in the caller's thread
            outcome.append((None, raised))
        finally:
            done.set()

    threading.Thread(target=run, daemon=True, name="within-deadline").start()
    if not done.wait(seconds):
        raise TimeoutError(f"not done within {seconds:g} s")
    result, raised = outcome[0]
    if raised is not None:
        raise raised
    return result  # type: ignore[return-value]  # the call returned, so this is its T
