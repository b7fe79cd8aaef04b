"""A login that meets a dead key while somebody stays signed in: nobody need be asked."""

from collections.abc import Callable, Generator

from alpkey.core.errors import AlpkeyError, Cancelled
from alpkey.core.events import Action, Answer, Event
from alpkey.core.ports import Clock
from alpkey.core.state.snapshot import Snapshot


def renewed_without_asking(
    snapshot: Callable[[], Snapshot], clock: Clock, renew: Callable[[], Action] | None
) -> Generator[Event, Answer, bool]:
    """Whether there is a good key now.  Where that fails, somebody is asked as if it had not been.

    ``renew`` renews with a kept sign-in alone.  Raises Cancelled.
    """
    if renew is None or not snapshot().stays_signed_in:
        return False
    try:
        yield from renew()
    except Cancelled:
        raise
    except AlpkeyError:
        return False
    return snapshot().state(clock()).opens_doors
