"""Questions that are answered with yes or no."""

from collections.abc import Generator

from alpkey.core.errors import Cancelled
from alpkey.core.events import Answer, Ask, Await, Event, Field


def is_wanted(
    number: int, name: str, about: str, *, offer: bool = False
) -> Generator[Event, Answer, bool]:
    """Ask the question ``name`` about what is shown; whether the answer was yes.

    An ``offer`` that no one can answer is declined; any other such question raises Cancelled.
    """
    ask = Ask(number, (Field(name, "confirm", value=about),), offer=offer)
    yield ask
    answer = yield Await(ask)
    return answer.get(name) is True


def agree(number: int, name: str, about: str) -> Generator[Event, Answer, None]:
    """Ask the same question.  Raises Cancelled unless the answer was yes."""
    if not (yield from is_wanted(number, name, about)):
        raise Cancelled
