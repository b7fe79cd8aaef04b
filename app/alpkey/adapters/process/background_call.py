"""Calls in daemon threads: in the background, bounded in time, and several at once.

An executor of concurrent.futures would join its threads at exit: a keychain that never answers
would hold the process for ever.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from alpkey.core.background_call import BackgroundCall

T = TypeVar("T")


def run_in_background(call: Callable[[], T]) -> BackgroundCall[T]:
    """Start ``call`` in a daemon thread.

    Neither a name look-up nor a peer that sends one byte a minute can be interrupted from inside.
    The main thread only waits, so a signal is always handled at once.  A call that is given up is
    left to end by itself, at the latest with the process.
    """
    background = BackgroundCall(call)
    threading.Thread(target=background.run, daemon=True, name="background-call").start()
    return background


def within(timeout_s: float, call: Callable[[], T]) -> T:
    """What ``call`` returns or raises; TimeoutError after ``timeout_s`` seconds."""
    running = run_in_background(call)
    if not running.wait(timeout_s):
        raise TimeoutError(f"not done within {timeout_s:g} s")
    return running.result()


def side_by_side(calls: Mapping[str, Callable[[], Any]], timeout_s: float) -> dict[str, Any]:
    """What each of ``calls`` returns, all run at once; None for one that is late.

    Returns after ``timeout_s`` seconds at the latest.  Raises what a call raises.
    """
    deadline = time.monotonic() + timeout_s
    running = {name: run_in_background(call) for name, call in calls.items()}
    return {
        name: call.result() if call.wait(max(deadline - time.monotonic(), 0.0)) else None
        for name, call in running.items()
    }
