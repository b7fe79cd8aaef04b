"""The steps of every renewal, wherever the certificate comes from.

Guard, sign in, lock, look again, get a certificate, prove it, note it, install it, load the agent.
From the sending of the request until the certificate is installed, a cancel is deferred.
"""

from collections.abc import Callable, Generator
from typing import Protocol, TypeVar

from alpkey.actions.agent.unlock import KeyPassphrase
from alpkey.actions.install import LOCK_TIMEOUT_S, finish_interrupted, report_wait
from alpkey.actions.renewal.issuance import Issuance
from alpkey.actions.renewal.request import RenewRequest
from alpkey.actions.renewal.world import Reading, RenewalWorld
from alpkey.actions.status import StatusWorld, take_status
from alpkey.core.errors import QuotaUsedUp
from alpkey.core.events import Action, Answer, Event, Result, Warn
from alpkey.core.messages import describe
from alpkey.core.ports import Cancellation
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.state.status import status_object

T = TypeVar("T")


class CertificateSource(Protocol[T]):
    """A service that issues certificates; ``T`` is what signing in there brings."""

    @property
    def name(self) -> str: ...

    def prepare(self, before: Reading) -> Generator[Event, Answer, None]:
        """Check and ask everything that comes before the sign-in.

        Raises what stands against a renewal, and Cancelled.
        """

    def sign_in(self, renew: Callable[[T], Action]) -> Action:
        """Sign in and ``renew`` with that; again where ``renew`` raises that it was refused."""

    def begin(
        self, now: Reading, signed_in: T, passphrase: KeyPassphrase
    ) -> Generator[Event, Answer, Issuance]:
        """What gets the certificate, once everything is checked again, under the lock.

        Raises what stands against a renewal now, and Cancelled.
        """


def renew_from(source: CertificateSource[T], request: RenewRequest, world: RenewalWorld) -> Action:
    """Renew; the result is the status and ``renewed``, ``service``, ``cancelled_late``.

    Raises every error of the tree but NoKey and KeyExpired.
    """
    yield from finish_interrupted(world.files, world.lock)
    before = Reading.of(world.status)
    if _is_enough(before.snapshot, request, world):
        yield from world.refill(attended=False)
        return renewal_result(world.status, world.cancellation)
    yield from source.prepare(before)
    passphrase = KeyPassphrase(world.kept, world.protection)
    passphrase.begin()

    def renew(signed_in: T) -> Action:
        yield from passphrase.wait()
        yield from report_wait(world.lock)
        with world.lock.held(LOCK_TIMEOUT_S):
            now = yield from _look_again(before.snapshot, request, world)
            if now is None:
                return renewal_result(world.status, world.cancellation)
            issuance = yield from source.begin(now, signed_in, passphrase)
            with world.cancellation.deferred():
                yield from issuance.run()
                return renewal_result(world.status, world.cancellation, source.name)

    return (yield from source.sign_in(renew))


def guard_quota(snapshot: Snapshot, request: RenewRequest, status: StatusWorld) -> None:
    """Raises QuotaUsedUp where the count says that no key is left, unless that was forced."""
    quota = snapshot.quota
    if quota.counted_out and not request.force:
        now = status.clock().astimezone()
        at = quota.next_slot_at
        next_slot = f"at {describe.clock_time(at, now)}" if at else "when one has run out"
        raise QuotaUsedUp(limit=quota.limit, next_slot=next_slot)


def renewal_result(
    status: StatusWorld, cancellation: Cancellation, service: str | None = None
) -> Result:
    """The status, and which ``service`` issued a certificate; None where none had to."""
    renewed = service is not None
    return {
        **status_object(take_status(status), status.clock()),
        "renewed": renewed,
        "service": service,
        "cancelled_late": renewed and cancellation.requested,
    }


def _is_enough(snapshot: Snapshot, request: RenewRequest, world: RenewalWorld) -> bool:
    needed, now = request.if_needed, world.status.clock()
    return needed is not None and snapshot.outlasts(needed, now)


def _look_again(
    before: Snapshot, request: RenewRequest, world: RenewalWorld
) -> Generator[Event, Answer, Reading | None]:
    """What is there now, under the lock; None where another renewal brought what was asked for."""
    if world.lock.weak:
        yield Warn("lock-weak", {"reason": "flock is not supported"})
    now = Reading.of(world.status)
    if now.snapshot.stamp != before.stamp:
        yield Warn("renewed-meanwhile")
        if _is_enough(now.snapshot, request, world):
            return None
    return now
