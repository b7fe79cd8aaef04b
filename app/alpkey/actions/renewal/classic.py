"""Renew: sign in, get a certificate, prove it, install it, load the agent.

Nothing on disk changes before the answer is proven, and a key once issued is never lost: from the
sending of the request until the key is installed, a wish to cancel waits.
"""

import itertools
import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from alpkey.actions.agent import load as agent_actions
from alpkey.actions.agent.unlock import KeyPassphrase
from alpkey.actions.confirm import agree
from alpkey.actions.install import (
    LOCK_TIMEOUT_S,
    finish_interrupted,
    foreign_key,
    note,
    report_wait,
)
from alpkey.actions.keys.named_key import account_at, check_neighbours, refuse_to_replace
from alpkey.actions.renewal.common import (
    RenewRequest,
    guard_quota,
    is_still_good,
    look_again,
    renewal_result,
)
from alpkey.actions.signin.credentials_prompt import Form
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
from alpkey.actions.status import StatusWorld
from alpkey.core.errors import (
    AlpkeyError,
    Cancelled,
    NeedsBrowser,
)
from alpkey.core.events import (
    Action,
    Answer,
    Event,
    Result,
    Step,
    Warn,
)
from alpkey.core.keys.certificate import Certificate, public_line
from alpkey.core.keys.certificate_check import check_certificate
from alpkey.core.ports import (
    Cancellation,
    Credentials,
    IssuedPair,
    KeyFiles,
    KeyProtection,
    KeyService,
    Lock,
    Pairs,
)
from alpkey.core.site import SignInMethod, Site
from alpkey.core.state.journal import Issued, MaybeIssued, Refused, Retired, fold
from alpkey.core.state.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ClassicRenewalWorld:
    """The outside world of a renewal."""

    site: Site
    service: KeyService
    files: KeyFiles
    pairs: Pairs
    lock: Lock
    cancellation: Cancellation
    status: StatusWorld
    kept: SavedSecretsWorld
    protection: KeyProtection
    refill: agent_actions.Refill


def renew(request: RenewRequest, world: ClassicRenewalWorld) -> Action:
    """Renews the key; the result is the status and ``renewed``, ``service``, ``cancelled_late``.

    A refused sign-in is asked again, in the same action.  Raises every error of the tree but
    NoKey and KeyExpired.
    """
    yield from finish_interrupted(world.files, world.lock)
    before = world.status.snapshot()
    if is_still_good(before, request, world.status):
        yield from world.refill(attended=False)
        return renewal_result(world.status, world.cancellation)
    _keep_named(world)
    guard_quota(before, request, world.status)
    world.files.check_writable()
    numbers = itertools.count(1)
    backup = yield from _agree_to_backup(request, world, numbers)
    cover = KeyPassphrase(world.kept, world.protection)
    cover.begin()
    facts = world.status.journal.facts()
    account = request.username or account_at(before, world.files, facts)
    form = Form(world.kept, partial(_prove, world), account, numbers, offer=request.form)

    def use(credentials: Credentials) -> Generator[Event, Answer, Result]:
        yield from cover.wait()
        manner = _Manner(backup, cover, form)
        result = yield from _with_lock(request, world, before, credentials, manner)
        if result["renewed"]:
            yield from form.settle(credentials)
        return result

    return (yield from form.accepted(use))


class _Manner(NamedTuple):
    """How a key is got and put in place.

    With a ``backup`` of the one there, under a ``cover``, for what the ``form`` lets go.
    """

    backup: bool
    cover: KeyPassphrase
    form: Form


def _keep_named(world: ClassicRenewalWorld) -> None:
    """Raises InvalidFile where the service's pair would take the place of what the person named."""
    facts = world.status.journal.facts()
    refuse_to_replace(world.files, facts)
    check_neighbours(world.files, facts, world.status.clock())


def _agree_to_backup(
    request: RenewRequest, world: ClassicRenewalWorld, numbers: Iterator[int]
) -> Generator[Event, Answer, bool]:
    """Whether the key that is there has to be kept aside, once the person agreed to it."""
    stored = foreign_key(world.files, world.status.journal)
    if stored is None:
        return False
    if not request.yes:
        yield from agree(next(numbers), "replace", str(stored.path))
    return True


def _prove(world: ClassicRenewalWorld) -> Iterator[Event]:
    """The service shows itself before any secret is sent; a retirement is remembered."""
    # ssh takes its time to say which agent it uses: ask it while the person types.
    world.status.agents.theirs()
    service = world.service.name
    was_retired = service in fold(world.status.journal.facts()).retired
    try:
        world.service.prove()
    except NeedsBrowser as retired:
        if not was_retired:
            _note_retirement(world, service, retired=True)
        yield Warn("service-retired", retired.params)
        raise
    if was_retired:
        _note_retirement(world, service, retired=False)
    yield Step("service-ready")


def _note_retirement(world: ClassicRenewalWorld, service: str, *, retired: bool) -> None:
    with world.lock.held(LOCK_TIMEOUT_S):
        world.status.journal.append([Retired(world.status.clock(), service, retired)])


def _with_lock(
    request: RenewRequest,
    world: ClassicRenewalWorld,
    before: Snapshot,
    credentials: Credentials,
    manner: _Manner,
) -> Generator[Event, Answer, Result]:
    """From here on a slot may be spent: one renewal at a time, on what is true now."""
    yield from report_wait(world.lock)
    with world.lock.held(LOCK_TIMEOUT_S):
        snapshot = yield from look_again(before, request, world.status, world.lock)
        if snapshot is None:
            return renewal_result(world.status, world.cancellation)
        _keep_named(world)
        foreign = foreign_key(world.files, world.status.journal)
        if foreign and not manner.backup:  # it came while the person typed
            raise Cancelled("foreign-key", path=str(foreign.path))
        guard_quota(snapshot, request, world.status)
        yield from manner.form.about_to_send(credentials)
        with world.cancellation.deferred():
            return (yield from _issue_and_install(world, credentials, manner))


def _issue_and_install(
    world: ClassicRenewalWorld, credentials: Credentials, manner: _Manner
) -> Generator[Event, Answer, Result]:
    attempt = _Attempt(world, credentials)
    pair = attempt.issue()
    yield Step("signed-in")
    yield Step("issued")
    certificate = world.pairs.prove(pair)
    check_certificate(certificate, credentials.username, world.status.clock())
    attempt.note_issued(certificate)
    if manner.backup:
        yield Warn("backup-kept", {"path": str(world.files.keep_backup(world.status.clock()))})
    covered = IssuedPair(manner.cover.over(pair.private), pair.certificate)
    before = world.files.current()
    world.files.install(covered, public_line(certificate.public_key))
    yield Step("installed")
    known = fold(world.status.journal.facts(), credentials.username)
    if before and before.encrypted and not known.key_protected:
        yield Warn("passphrase-lost")
    key = agent_actions.LoadableKey.of(pair.private, certificate, world.status.snapshot())
    yield from agent_actions.load_after_renewal(world.status.agents, key, known, world.status.clock)
    return renewal_result(world.status, world.cancellation, world.service.name)


class _Attempt:
    """One signing request, in the journal from before it is sent until its end is known."""

    def __init__(self, world: ClassicRenewalWorld, credentials: Credentials) -> None:
        self._world = world
        self._credentials = credentials
        self._id = uuid.uuid4().hex

    def issue(self) -> IssuedPair:
        """The pair.  Only an answer that was lost leaves the attempt open in the journal."""
        world, now = self._world, self._world.status.clock()
        ends = now + timedelta(hours=world.site.validity_hours)
        account = self._credentials.username
        world.status.journal.append([MaybeIssued(now, account, self._id, ends)])
        try:
            return world.service.issue(self._credentials)
        except AlpkeyError as error:
            if error.code != "answer-lost":
                kept = self._credentials.kept
                self._note(Refused(now, account, self._id, error.code, kept))
            raise

    def note_issued(self, certificate: Certificate) -> None:
        self._note(
            Issued.of(
                certificate,
                at=self._world.status.clock(),
                account=self._credentials.username,
                attempt=self._id,
                key_path=self._world.status.snapshot().key_path,
                method=SignInMethod.PASSWORD,
            )
        )

    def _note(self, fact: Issued | Refused) -> None:
        note(self._world.status.journal, fact)
