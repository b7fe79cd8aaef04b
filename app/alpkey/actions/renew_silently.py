"""A renewal that nobody asked for: with the kept sign-in alone, and only the certificate changes.

The tray decides when, by ``core.silent``; a failure is a fact in the journal, by which it decides
whether and when it is tried again.
"""

from alpkey.actions.installing import LOCK_TIMEOUT_S
from alpkey.actions.renew_signed import SignedWorld, renew_signed
from alpkey.actions.renewing import RenewRequest, renewal_result
from alpkey.core.errors import (
    AlpkeyError,
    Cancelled,
    KeychainTrouble,
    QuotaUsedUp,
    Unfit,
    Unreachable,
)
from alpkey.core.events import Action
from alpkey.core.journal import SilentFailed, fold
from alpkey.core.look import Look
from alpkey.core.own_key import origin
from alpkey.core.silent import SPARES, is_possible
from alpkey.core.site import Way

# What may pass by itself.
_PASSING = (Unreachable, KeychainTrouble, QuotaUsedUp)


def renew_silently(world: SignedWorld) -> Action:
    """Renews where that may be tried now; the result is that of a renewal.

    Nobody is asked anything, neither by us nor by the keychain.  Raises what a renewal does.
    """
    look = world.status.look()
    now = world.status.clock()
    if not is_possible(look, now):
        return renewal_result(world.status, world.cancellation)
    request = RenewRequest(if_needed=look.left(now), attended=False, spares=SPARES)
    try:
        _require_quiet(look, world)
        return (yield from renew_signed(Way.DEVICE, request, world))
    except Cancelled:
        raise
    except AlpkeyError as trouble:
        if trouble.code != "lock-held":
            _note(look, trouble, world)
        raise


def _require_quiet(look: Look, world: SignedWorld) -> None:
    """Raises KeychainTrouble, or Unfit where more than the certificate would change."""
    if not world.kept.keychain.opens_unasked():
        raise KeychainTrouble("keychain-locked", name="It")
    known = fold(world.status.journal.facts(), look.account)
    if not origin(world.files.current(), known, named=world.files.named).is_used:
        raise Unfit("key-unfit", reason="Its place is to be taken by another one, made here.")


def _note(look: Look, trouble: AlpkeyError, world: SignedWorld) -> None:
    final = not isinstance(trouble, _PASSING)
    fact = SilentFailed(world.status.clock(), look.account or "", trouble.code, final)
    with world.lock.held(LOCK_TIMEOUT_S):
        world.status.journal.append([fact])
