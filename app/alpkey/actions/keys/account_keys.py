"""The account's keys as the service knows them: listed, and revoked."""

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from alpkey.actions.confirm import agree
from alpkey.actions.install import LOCK_TIMEOUT_S
from alpkey.actions.signin.saved_session import Who
from alpkey.actions.signin.sign_in import SignInWorld, sign_in
from alpkey.core.cancellation import Cancellation
from alpkey.core.errors import InvalidInput, Unreachable
from alpkey.core.events import Action, Answer, Event
from alpkey.core.keys.certificate import fingerprint
from alpkey.core.keys.certificate_service import CertificateService, ListedKey
from alpkey.core.results.keys import AccountKey, KeysResult, RevokedKeysResult
from alpkey.core.secret import Secret
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal import Known, fold
from alpkey.core.state.journal_facts import Listed, Revoked
from alpkey.core.state.ports import Journal, Lock
from alpkey.core.state.quota import from_list, slots_in
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.state.status import quota_object
from alpkey.core.timestamps import Clock, rfc3339


@dataclass(frozen=True, slots=True)
class KeysWorld:
    """The outside world of listing and revoking keys at the service."""

    sign_in: SignInWorld
    service: CertificateService
    snapshot: Callable[[], Snapshot]
    remember: Callable[[Snapshot], None]
    journal: Journal
    lock: Lock
    cancellation: Cancellation
    clock: Clock


def list_keys(method: SignInMethod, world: KeysWorld, *, every: bool = False) -> Action[KeysResult]:
    """The account's keys, newest first, and the quota that they leave.

    With ``every`` also those that expired or were revoked.  Raises SignInRefused, Unreachable,
    Cancelled or InvalidFile.
    """
    snapshot = world.snapshot()
    known = fold(world.journal.facts(), snapshot.account)
    signed_in = yield from sign_in(method, world.sign_in, Who(snapshot.account))
    asked_at = world.clock()
    keys = world.service.listed(signed_in.tokens.access, every=every)
    _note_list(keys, asked_at, signed_in.account, world)
    newest_first = sorted(keys, key=lambda key: key.valid_before, reverse=True)
    return {
        "keys": [_described(key, snapshot, known) for key in newest_first],
        "quota": quota_object(from_list(keys, snapshot.quota.limit, world.clock())),
    }


def _note_list(
    keys: Sequence[ListedKey], asked_at: datetime, account: str | None, world: KeysWorld
) -> None:
    """Note what the service answered, and when, for those who look at the quota.

    While another renewal holds the lock nothing is noted: the list is complete without that.
    """
    if account is None:
        return
    with suppress(Unreachable), world.lock.held(LOCK_TIMEOUT_S):
        world.journal.append([Listed(asked_at, account, slots_in(keys, asked_at))])
        world.remember(world.snapshot())


@dataclass(frozen=True, slots=True)
class RevokeRequest:
    """Which keys: those with these ``serials``, or with ``all_of_them`` every active one.

    ``yes`` agrees beforehand; with ``dry_run`` nothing is asked and nothing revoked.
    """

    serials: tuple[int, ...] = ()
    all_of_them: bool = False
    dry_run: bool = False
    yes: bool = False


def revoke_keys(
    method: SignInMethod, request: RevokeRequest, world: KeysWorld
) -> Action[RevokedKeysResult]:
    """The result holds ``revoked``, described as in a list, and ``dry_run``.

    What is revoked is in the journal at once, so a failure on the way leaves no doubt.  Raises what
    ``list_keys`` does, and InvalidInput (``serial-unknown``) where no active key has a serial; then
    none is revoked.
    """
    signed_in = yield from sign_in(method, world.sign_in, Who(world.snapshot().account))
    snapshot, tokens = world.snapshot(), signed_in.tokens
    account = signed_in.account or ""
    asked_at = world.clock()
    listed = world.service.listed(tokens.access)
    _note_list(listed, asked_at, account or None, world)
    keys = _chosen(listed, request, world)
    known = fold(world.journal.facts(), account)
    described = [_described(key, snapshot, known) for key in keys]
    if keys and not request.dry_run:
        yield from _agree(described, request)
        revoke_each(tokens.access, keys, account, world)
    return {"revoked": described, "dry_run": request.dry_run}


def revoke_each(token: Secret, keys: Sequence[ListedKey], account: str, world: KeysWorld) -> None:
    """Revoke them, each noted at once.  Raises what the service does, and Unreachable (lock)."""
    with world.lock.held(LOCK_TIMEOUT_S), world.cancellation.deferred():
        try:
            for key in keys:
                world.service.revoke(token, key.serial)
                world.journal.append(
                    [Revoked(world.clock(), account, key.serial, _fingerprint(key))]
                )
        finally:
            world.remember(world.snapshot())


def _chosen(
    active: Sequence[ListedKey], request: RevokeRequest, world: KeysWorld
) -> list[ListedKey]:
    if request.all_of_them:
        return list(active)
    by_serial = {key.serial: key for key in active}
    for serial in request.serials:
        if serial not in by_serial:
            site = world.sign_in.kept.site.name
            raise InvalidInput("serial-unknown", serial=str(serial), site=site)
    return [by_serial[serial] for serial in dict.fromkeys(request.serials)]


def _agree(keys: Sequence[AccountKey], request: RevokeRequest) -> Generator[Event, Answer, None]:
    """Raises Cancelled."""
    if request.yes:
        return
    names = [
        f"{key['serial']} (this computer's)" if key["this_machine"] else key["serial"]
        for key in keys
    ]
    yield from agree(1, "revoke", ", ".join(names))


def _fingerprint(key: ListedKey) -> str:
    return fingerprint(key.certificate.public_key) if key.certificate else ""


def _described(key: ListedKey, snapshot: Snapshot, known: Known) -> AccountKey:
    """A key as the contract has it; a serial is text (64 bits)."""
    certificate = key.certificate
    return {
        "serial": str(key.serial),
        "key_id": certificate.key_id if certificate else None,
        "principals": list(certificate.principals) if certificate else [],
        "valid_after": rfc3339(certificate.valid_after) if certificate else None,
        "valid_before": rfc3339(key.valid_before),
        "revoked_at": rfc3339(key.revoked_at),
        "this_machine": is_this_computers(key, snapshot, known),
    }


def is_this_computers(key: ListedKey, snapshot: Snapshot, known: Known) -> bool:
    """Whether its key is the one that is installed here, or was."""
    if key.certificate is None:
        return False
    installed = snapshot.certificate.public_key if snapshot.certificate else None
    return key.certificate.public_key == installed or known.made_here(
        fingerprint(key.certificate.public_key)
    )
