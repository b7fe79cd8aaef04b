"""A login that meets an expired key while the user stays signed in: no question is needed."""

from collections.abc import Callable, Generator

from alpkey.core.errors import AlpkeyError, Cancelled
from alpkey.core.events import Action, Answer, Event
from alpkey.core.results.status import RenewResult
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.timestamps import Clock


def renewed_without_asking(
    snapshot: Callable[[], Snapshot], clock: Clock, renew: Callable[[], Action[RenewResult]] | None
) -> Generator[Event, Answer, bool]:
    """Whether the key opens doors now; where it does not, the user can still be asked.

    ``renew`` renews with a saved sign-in alone.  Raises Cancelled.
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
