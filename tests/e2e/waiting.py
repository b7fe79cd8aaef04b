"""Waiting for something to become true, without guessing how long that takes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 40.0
PAUSE_S = 0.02


def until(snapshot: Callable[[], T | None], what: str, patience_s: float = PATIENCE_S) -> T:
    """What ``snapshot`` returns once it is true.  AssertionError, naming ``what``, when it never
    is.
    """
    deadline = time.monotonic() + patience_s
    while True:
        if found := snapshot():
            return found
        assert time.monotonic() < deadline, f"{what}: not within {patience_s:g} s"
        time.sleep(PAUSE_S)
