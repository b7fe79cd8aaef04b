"""The account's keys as the service knows them: listed, and revoked."""

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from alpkey.actions.asking import agree
from alpkey.actions.installing import LOCK_TIMEOUT_S
from alpkey.actions.session import Who
from alpkey.actions.sign_in import SignInWorld, sign_in
from alpkey.core.certificate import fingerprint
from alpkey.core.errors import Unreachable, Unsuitable
from alpkey.core.events import Action, Answer, Event, Result
from alpkey.core.journal import Known, Listed, Revoked, fold
from alpkey.core.look import Look
from alpkey.core.moments import rfc3339
from alpkey.core.ports import Cancellation, Clock, Journal, Lock
from alpkey.core.ports_certificates import CertificateService, ListedKey
from alpkey.core.quota import from_list, slots_in
from alpkey.core.secret import Secret
from alpkey.core.site import Way
from alpkey.core.status import quota_object


@dataclass(frozen=True, slots=True)
class KeysWorld:
    """The outside world of what is done with keys at the service."""

    sign_in: SignInWorld
    service: CertificateService
    look: Callable[[], Look]
    remember: Callable[[Look], None]
    journal: Journal
    lock: Lock
    cancellation: Cancellation
    clock: Clock


def list_keys(way: Way, world: KeysWorld, *, every: bool = False) -> Action:
    """The account's keys, newest first, and the quota that they leave.

    With ``every`` also those that expired or were revoked.  Raises SignInRefused, Unreachable,
    Cancelled or Unfit.
    """
    look = world.look()
    known = fold(world.journal.facts(), look.account)
    tokens, _ = yield from sign_in(way, world.sign_in, Who(look.account))
    asked_at = world.clock()
    keys = world.service.listed(tokens.access, every=every)
    _note_list(keys, asked_at, look.account or tokens.username, world)
    newest_first = sorted(keys, key=lambda key: key.valid_before, reverse=True)
    return {
        "keys": [_described(key, look, known) for key in newest_first],
        "quota": quota_object(from_list(keys, look.quota.limit, world.clock())),
    }


def _note_list(
    keys: Sequence[ListedKey], asked_at: datetime, account: str | None, world: KeysWorld
) -> None:
    """Whoever looks at the quota then knows what the service said, and when.

    While somebody else renews nothing is noted: a list is of use without that.
    """
    if account is None:
        return
    with suppress(Unreachable), world.lock.held(LOCK_TIMEOUT_S):
        world.journal.append([Listed(asked_at, account, slots_in(keys, asked_at))])
        world.remember(world.look())


@dataclass(frozen=True, slots=True)
class RevokeRequest:
    """Which keys: those with these ``serials``, or with ``all_of_them`` every one that is alive.

    ``yes`` agrees beforehand; with ``dry_run`` nothing is asked and nothing revoked.
    """

    serials: tuple[int, ...] = ()
    all_of_them: bool = False
    dry_run: bool = False
    yes: bool = False


def revoke_keys(way: Way, request: RevokeRequest, world: KeysWorld) -> Action:
    """The result holds ``revoked``, described as in a list, and ``dry_run``.

    What is revoked is in the journal at once, so a failure on the way leaves no doubt.  Raises what
    ``list_keys`` does, and Unsuitable (``serial-unknown``) where no living key has a serial; then
    none is revoked.
    """
    tokens, _ = yield from sign_in(way, world.sign_in, Who(world.look().account))
    look = world.look()
    account = look.account or tokens.username or ""
    asked_at = world.clock()
    listed = world.service.listed(tokens.access)
    _note_list(listed, asked_at, account or None, world)
    keys = _chosen(listed, request, world)
    known = fold(world.journal.facts(), account)
    told = [_described(key, look, known) for key in keys]
    if keys and not request.dry_run:
        yield from _agree(told, request)
        revoke_each(tokens.access, keys, account, world)
    return {"revoked": told, "dry_run": request.dry_run}


def revoke_each(token: Secret, keys: Sequence[ListedKey], account: str, world: KeysWorld) -> None:
    """Revokes them, each noted at once.  Raises what the service does, and Unreachable (lock)."""
    with world.lock.held(LOCK_TIMEOUT_S), world.cancellation.deferred():
        try:
            for key in keys:
                world.service.revoke(token, key.serial)
                world.journal.append([Revoked(world.clock(), account, key.serial, _print(key))])
        finally:
            world.remember(world.look())


def _chosen(
    alive: Sequence[ListedKey], request: RevokeRequest, world: KeysWorld
) -> list[ListedKey]:
    if request.all_of_them:
        return list(alive)
    by_serial = {key.serial: key for key in alive}
    for serial in request.serials:
        if serial not in by_serial:
            site = world.sign_in.kept.site.name
            raise Unsuitable("serial-unknown", serial=str(serial), site=site)
    return [by_serial[serial] for serial in dict.fromkeys(request.serials)]


def _agree(told: Sequence[Result], request: RevokeRequest) -> Generator[Event, Answer, None]:
    """Raises Cancelled."""
    if request.yes:
        return
    names = [
        f"{one['serial']} (this computer's)" if one["this_machine"] else one["serial"]
        for one in told
    ]
    yield from agree(1, "revoke", ", ".join(names))


def _print(key: ListedKey) -> str:
    return fingerprint(key.certificate.public_key) if key.certificate else ""


def _described(key: ListedKey, look: Look, known: Known) -> Result:
    """A key as the contract has it; a serial is text (64 bits)."""
    certificate = key.certificate
    return {
        "serial": str(key.serial),
        "key_id": certificate.key_id if certificate else None,
        "principals": list(certificate.principals) if certificate else [],
        "valid_after": rfc3339(certificate.valid_after) if certificate else None,
        "valid_before": rfc3339(key.valid_before),
        "revoked_at": rfc3339(key.revoked_at),
        "this_machine": is_this_computers(key, look, known),
    }


def is_this_computers(key: ListedKey, look: Look, known: Known) -> bool:
    """Whether its key is the one that is installed here, or was."""
    if key.certificate is None:
        return False
    installed = look.certificate.public_key if look.certificate else None
    return key.certificate.public_key == installed or known.made_here(
        fingerprint(key.certificate.public_key)
    )
