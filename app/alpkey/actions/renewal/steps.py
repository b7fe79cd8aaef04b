"""The steps of every renewal, wherever the certificate comes from.

Guard, sign in, lock, look again, get a certificate, prove it, note it, install it, load the agent.
Nothing on disk changes before the certificate is proven, and one that was issued is never lost:
from the sending of the request until it is installed, a cancel is deferred.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar

from alpkey.actions.agent.load import LoadableKey, Refill, load_after_renewal
from alpkey.actions.agent.unlock import KeyPassphrase
from alpkey.actions.install import LOCK_TIMEOUT_S, finish_interrupted, report_wait
from alpkey.actions.renewal.request import RenewRequest
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
from alpkey.actions.status import StatusWorld, take_status
from alpkey.core.cancellation import Cancellation
from alpkey.core.errors import AlpkeyError, InvalidFile, QuotaUsedUp
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.keys.certificate import Certificate
from alpkey.core.keys.certificate_check import check_clock
from alpkey.core.keys.ports import ChangePassphrase, KeyFiles, Pairs
from alpkey.core.messages import times
from alpkey.core.results.status import RenewResult
from alpkey.core.secret import Secret
from alpkey.core.site import SignInMethod, Site
from alpkey.core.state.journal import Known, fold
from alpkey.core.state.journal_facts import Fact, Issued, MaybeIssued, Refused
from alpkey.core.state.ports import Lock
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.state.status import status_object

T = TypeVar("T")
Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True)
class RenewalWorld:
    """The outside world of every renewal, without the service.

    ``centre_time`` is what the centre's clock shows now; None while it has not been heard.
    """

    site: Site
    files: KeyFiles
    pairs: Pairs
    lock: Lock
    cancellation: Cancellation
    status: StatusWorld
    kept: SavedSecretsWorld
    change_passphrase: ChangePassphrase
    refill: Refill
    centre_time: Callable[[], datetime | None]


class Renewal(ABC, Generic[T]):
    """One renewal; a subclass for each kind of service fills in the steps that differ.

    ``T`` is what signing in there brings.  ``snapshot`` and ``facts`` are read once before the lock
    and once under it; facts that are noted on the way are in ``facts`` at once.
    """

    maybe_granted: ClassVar[tuple[str, ...]] = ("answer-lost",)
    """The codes of errors after which the certificate may have been issued."""

    snapshot: Snapshot
    facts: Sequence[Fact]
    account: str
    method: SignInMethod | None
    attempt: str

    def __init__(self, request: RenewRequest, world: RenewalWorld, service: str) -> None:
        self.request = request
        self.world = world
        self.service_name = service
        self.passphrase = KeyPassphrase(world.kept, world.change_passphrase)

    def run(self) -> Action[RenewResult]:
        """The result is the status and ``renewed``, ``service``, ``cancelled_late``.

        Raises every error of the tree but NoKey and KeyExpired.
        """
        yield from finish_interrupted(self.world.files, self.world.lock)
        self._read()
        self._stamp = self.snapshot.stamp
        if self._is_enough:
            yield from self.world.refill(attended=False)
            return self._result()
        yield from self.prepare()
        self.passphrase.begin()
        return (yield from self.sign_in())

    def renew(self, signed_in: T) -> Action[RenewResult]:
        """From the sign-in to the result; raises SignInRefused where that is to be repeated."""
        yield from self.passphrase.wait()
        yield from report_wait(self.world.lock)
        with self.world.lock.held(LOCK_TIMEOUT_S):
            if self.world.lock.weak:
                yield Warn("lock-weak", {"reason": "flock is not supported"})
            self._read()
            if self.snapshot.stamp != self._stamp:
                yield Warn("renewed-meanwhile")
                if self._is_enough:
                    return self._result()
            yield from self.begin(signed_in)
            with self.world.cancellation.deferred():
                yield from self.issue()
                yield Step("issued")
                certificate = self.prove()
                self.note_issued(certificate)
                yield from self.install(certificate)
                yield Step("installed")
                yield from self.load(certificate)
                yield from self.finish(certificate)
                return self._result(self.service_name)

    @abstractmethod
    def prepare(self) -> Generator[Event, Answer, None]:
        """Check and ask all that comes before the sign-in.

        Raises the reason against a renewal, or Cancelled.
        """

    @abstractmethod
    def sign_in(self) -> Action[RenewResult]:
        """Sign in and ``renew`` with that."""

    @abstractmethod
    def begin(self, signed_in: T) -> Generator[Event, Answer, None]:
        """Check again under the lock; raises as ``prepare``.  Sets ``account`` and ``method``."""

    @abstractmethod
    def issue(self) -> Iterator[Event]:
        """Get the certificate.  Raises what the service raises."""

    @abstractmethod
    def prove(self) -> Certificate:
        """The certificate, proven to be for the key and the account.  Raises InvalidFile."""

    def note_issued(self, certificate: Certificate) -> None:
        self.note(self.issued(certificate))

    @abstractmethod
    def install(self, certificate: Certificate) -> Iterator[Event]:
        """Raises InvalidFile."""

    @abstractmethod
    def load(self, certificate: Certificate) -> Iterator[Event]:
        """Load the agent; a failure is only a warning."""

    def finish(self, _: Certificate) -> Iterator[Event]:
        """What is left to do after that; a failure is only a warning."""
        yield from ()

    @property
    def known(self) -> Known:
        """What the facts say about ``account``."""
        return fold(self.facts, self.account)

    def guard_quota(self) -> None:
        """Raises QuotaUsedUp where the count says that no key is left, unless that was forced."""
        quota = self.snapshot.quota
        if quota.counted_out and not self.request.force:
            now = self.world.status.clock().astimezone()
            at = quota.next_slot_at
            next_slot = f"at {times.clock_time(at, now)}" if at else "when one of them expires"
            raise QuotaUsedUp(limit=quota.limit, next_slot=next_slot)

    def send(
        self,
        request: Callable[[], Answered],
        lifetime: timedelta,
        *,
        fingerprint: str = "",
        kept: bool = False,
    ) -> Answered:
        """The answer to one request for a certificate that is valid for ``lifetime``.

        The attempt is in the journal before the request is sent, and stays open there where the
        certificate may have been issued.  Raises what ``request`` raises; InvalidFile before it is
        sent where this computer's clock is wrong.
        """
        journal, now, account = self.world.status.journal, self.world.status.clock(), self.account
        if centre_now := self.world.centre_time():
            check_clock(now, centre_now, lifetime)
        self.attempt = uuid.uuid4().hex
        journal.append([MaybeIssued(now, account, self.attempt, now + lifetime, fingerprint)])
        self.facts = journal.facts()
        try:
            return request()
        except AlpkeyError as error:
            if error.code not in self.maybe_granted:
                self.note(Refused(now, account, self.attempt, error.code, kept))
            raise

    def issued(
        self, certificate: Certificate, *, own_key: bool = True, local: bool = False
    ) -> Issued:
        return Issued.of(
            certificate,
            at=self.world.status.clock(),
            account=self.account,
            attempt=self.attempt,
            key_path=self.snapshot.key_path,
            own_key=own_key,
            local=local,
            method=self.method,
        )

    def load_open_key(
        self, private: Secret, certificate: Certificate, *, protected: bool
    ) -> Iterator[Event]:
        """``private`` has no passphrase; ``protected``: the file on disk has one."""
        key = LoadableKey(private, certificate, self.snapshot.key_path.name, protected)
        status = self.world.status
        yield from load_after_renewal(status.agents, key, self.known, status.clock)

    def note(self, fact: Fact) -> None:
        """A journal that cannot be written must not cost the key that was just issued."""
        journal = self.world.status.journal
        with suppress(InvalidFile):
            journal.append([fact])
            self.facts = journal.facts()

    def _read(self) -> None:
        status = self.world.status
        self.snapshot, self.facts = status.snapshot(), status.journal.facts()

    @property
    def _is_enough(self) -> bool:
        needed, now = self.request.if_needed, self.world.status.clock()
        return needed is not None and self.snapshot.outlasts(needed, now)

    def _result(self, service: str | None = None) -> RenewResult:
        return renewal_result(self.world.status, self.world.cancellation, service)


def renewal_result(
    status: StatusWorld, cancellation: Cancellation, service: str | None = None
) -> RenewResult:
    """The status, and which ``service`` issued a certificate; None where none had to."""
    renewed = service is not None
    return {
        **status_object(take_status(status), status.clock()),
        "renewed": renewed,
        "service": service,
        "cancelled_late": renewed and cancellation.requested,
    }
