"""What every renewal shares, whoever issues the certificate: the wish, its guards, the result."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta

from alpkey.actions.status import StatusWorld, take_status
from alpkey.core.errors import QuotaUsedUp
from alpkey.core.events import Answer, Event, Result, Warn
from alpkey.core.keys.certificate_service import Duration
from alpkey.core.messages import times
from alpkey.core.ports import Cancellation, Lock
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.state.status import status_object


@dataclass(frozen=True, slots=True)
class RenewRequest:
    """What was asked for.  ``if_needed``: only where the key lives shorter than that.

    ``force`` asks the service though our count says that no key is left; ``yes`` agrees that a key
    which Alpkey did not make is replaced and kept as a backup; ``form``: whether the question is
    shown as a form, which can offer to keep the password.  ``duration`` and ``replace``, which
    revokes the certificate until now, are for the gateway alone; and so is ``attended``: somebody
    is there to sign in elsewhere; ``may_ask``: and to be asked whether to stay signed in.
    ``spares``: so many slots are left afterwards, by the service's own list, or nothing is done.
    """

    username: str | None = None
    if_needed: timedelta | None = None
    force: bool = False
    yes: bool = False
    form: bool = False
    duration: Duration = "1d"
    replace: bool = False
    attended: bool = True
    may_ask: bool = False
    spares: int = 0


def is_still_good(snapshot: Snapshot, request: RenewRequest, status: StatusWorld) -> bool:
    """Whether that is all that was wished for."""
    return request.if_needed is not None and snapshot.outlasts(request.if_needed, status.clock())


def guard_quota(snapshot: Snapshot, request: RenewRequest, status: StatusWorld) -> None:
    quota = snapshot.quota
    if quota.counted_out and not request.force:
        now = status.clock().astimezone()
        at = quota.next_slot_at
        next_slot = f"at {times.clock_time(at, now)}" if at else "when one has run out"
        raise QuotaUsedUp(limit=quota.limit, next_slot=next_slot)


def look_again(
    before: Snapshot, request: RenewRequest, status: StatusWorld, lock: Lock
) -> Generator[Event, Answer, Snapshot | None]:
    """Under the lock: what is there now; None where another renewal brought what was wanted."""
    if lock.weak:
        yield Warn("lock-weak", {"reason": "flock is not supported"})
    snapshot = status.snapshot()
    if snapshot.stamp != before.stamp:
        yield Warn("renewed-meanwhile")
        if is_still_good(snapshot, request, status):
            return None
    return snapshot


def renewal_result(
    status: StatusWorld, cancellation: Cancellation, service: str | None = None
) -> Result:
    """The status, and which ``service`` issued a key; None where none had to."""
    renewed = service is not None
    return {
        **status_object(take_status(status), status.clock()),
        "renewed": renewed,
        "service": service,
        "cancelled_late": renewed and cancellation.requested,
    }
