"""An automatic renewal: with the saved sign-in alone, and only the certificate changes.

The tray decides when, by ``core.schedule.auto_renewal``; a failure is a fact in the journal, by
which it decides whether and when to try again.
"""

from alpkey.actions.install import LOCK_TIMEOUT_S
from alpkey.actions.renewal.gateway import GatewayRenewalWorld, renew_at_gateway
from alpkey.actions.renewal.request import GatewayRequest
from alpkey.actions.renewal.steps import renewal_result
from alpkey.core.errors import (
    AlpkeyError,
    Cancelled,
    InvalidFile,
    KeychainTrouble,
    QuotaUsedUp,
    Unreachable,
)
from alpkey.core.events import Action
from alpkey.core.results.status import RenewResult
from alpkey.core.schedule.auto_renewal import SPARES, is_possible
from alpkey.core.site import SignInMethod
from alpkey.core.state.facts import AutoRenewalFailed
from alpkey.core.state.journal import fold
from alpkey.core.state.key_origin import origin
from alpkey.core.state.snapshot import Snapshot

# Errors that may pass by themselves.
_TEMPORARY = (Unreachable, KeychainTrouble, QuotaUsedUp)


def renew_automatically(world: GatewayRenewalWorld) -> Action[RenewResult]:
    """Renew where that may be tried now; the result is that of a renewal.

    The user is asked nothing, neither by Alpkey nor by the keychain.  Raises what a renewal raises.
    """
    snapshot, now = world.status.snapshot(), world.status.clock()
    if not is_possible(snapshot, now):
        return renewal_result(world.status, world.cancellation)
    request = GatewayRequest(if_needed=snapshot.left(now), attended=False, spares=SPARES)
    try:
        _check_unattended(snapshot, world)
        return (yield from renew_at_gateway(SignInMethod.DEVICE, request, world))
    except Cancelled:
        raise
    except AlpkeyError as error:
        if error.code != "lock-held":
            _note(snapshot, error, world)
        raise


def _check_unattended(snapshot: Snapshot, world: GatewayRenewalWorld) -> None:
    """Raises KeychainTrouble, or InvalidFile where more than the certificate would change."""
    if not world.kept.keychain.opens_unasked():
        raise KeychainTrouble("keychain-locked", name="It")
    known = fold(world.status.journal.facts(), snapshot.account)
    if not origin(world.files.current(), known, named=world.files.named).is_used:
        raise InvalidFile("key-unfit", reason="Its place is to be taken by another one, made here.")


def _note(snapshot: Snapshot, error: AlpkeyError, world: GatewayRenewalWorld) -> None:
    final = not isinstance(error, _TEMPORARY)
    fact = AutoRenewalFailed(world.status.clock(), snapshot.account or "", error.code, final)
    with world.lock.held(LOCK_TIMEOUT_S):
        world.status.journal.append([fact])
