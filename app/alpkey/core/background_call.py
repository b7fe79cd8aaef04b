"""Something that is being found out elsewhere, and may never come."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class BackgroundCall(Protocol[T_co]):
    """The outcome of a call that runs beside us.  Whoever no longer wants it only walks away."""

    def wait(self, timeout_s: float) -> bool:
        """Whether it is there, at the latest after ``timeout_s``."""

    def tell(self, action: Callable[[], None]) -> None:
        """Has ``action`` called once it is there: in any thread, and at once where it already
        is.
        """

    def result(self) -> T_co:
        """What the call returned, or raises what it raised; only once it is there."""


class RunInBackground(Protocol):
    """Starts a call that nothing waits for."""

    def __call__(self, call: Callable[[], T]) -> BackgroundCall[T]: ...
