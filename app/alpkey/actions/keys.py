"""The account's keys as the service knows them."""

from collections.abc import Callable
from dataclasses import dataclass

from alpkey.actions.sign_in import SignInWorld, Way, sign_in
from alpkey.core.certificate import fingerprint
from alpkey.core.events import Action, Result
from alpkey.core.journal import Known, fold
from alpkey.core.look import Look
from alpkey.core.moments import rfc3339
from alpkey.core.ports import Clock, Journal
from alpkey.core.ports_certificates import CertificateService, ListedKey
from alpkey.core.quota import from_list
from alpkey.core.status import quota_object


@dataclass(frozen=True, slots=True)
class KeysWorld:
    """The outside world of what is done with keys at the service."""

    sign_in: SignInWorld
    service: CertificateService
    look: Callable[[], Look]
    journal: Journal
    clock: Clock


def list_keys(way: Way, world: KeysWorld, *, every: bool = False) -> Action:
    """The account's keys, newest first, and the quota that they leave.

    With ``every`` also those that expired or were revoked.  Raises SignInRefused, Unreachable,
    Cancelled or Unfit.
    """
    look = world.look()
    known = fold(world.journal.facts(), look.account)
    tokens = yield from sign_in(way, world.sign_in)
    keys = world.service.listed(tokens.access, every=every)
    newest_first = sorted(keys, key=lambda key: key.valid_before, reverse=True)
    return {
        "keys": [_described(key, look, known) for key in newest_first],
        "quota": quota_object(from_list(keys, look.quota.limit, world.clock())),
    }


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
        "this_machine": _is_ours(key, look, known),
    }


def _is_ours(key: ListedKey, look: Look, known: Known) -> bool:
    """Whether its key is the one that is installed here, or was."""
    if key.certificate is None:
        return False
    installed = look.certificate.public_key if look.certificate else None
    return key.certificate.public_key == installed or known.made_here(
        fingerprint(key.certificate.public_key)
    )
