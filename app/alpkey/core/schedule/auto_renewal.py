"""When a key is renewed automatically, as pure rules.

Only while the user stays signed in, which they agreed to; before the key expires; never with the
last key of the day, never in a loop, and never again after a refusal until the user signs in.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from alpkey.core.digest import sha256
from alpkey.core.state.snapshot import Snapshot

# Renewals at a clock time would come from many computers at once, so each starts a little earlier.
JITTER = timedelta(minutes=10)
LEAD = timedelta(hours=2)
# So many of the day's keys stay for renewals that the user asks for.
SPARES = 1
# How long to wait after each temporary failure; after the last one no more is tried.
RETRY_AFTER = (timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1))


def is_due(snapshot: Snapshot, name: str | None, times: Iterable[datetime], now: datetime) -> bool:
    """Whether one of ``times`` is near or past, and a renewal may be tried.

    ``name`` is the certificate's, which decides its share of the jitter.
    """
    if name is None or not is_possible(snapshot, now):
        return False
    return any(at - JITTER + _jitter(name) <= now for at in times)


def is_possible(snapshot: Snapshot, now: datetime) -> bool:
    """Whether a renewal may be tried at ``now`` if it is due.

    A certificate is used for at least a quarter of its validity, whatever the settings are.
    """
    certificate = snapshot.certificate
    if not (snapshot.stays_signed_in and certificate and snapshot.state(now).opens_doors):
        return False
    begin, end = certificate.valid_after, certificate.valid_before
    if begin is None or end is None or now - begin < (end - begin) / 4:
        return False
    left = snapshot.quota.remaining
    return left is not None and left > SPARES and _may_retry(snapshot, now)


def _may_retry(snapshot: Snapshot, now: datetime) -> bool:
    failed = snapshot.auto_renewal_failed
    if not failed:
        return True
    if any(failure.final for failure in failed) or len(failed) > len(RETRY_AFTER):
        return False
    return now >= failed[-1].at + RETRY_AFTER[len(failed) - 1]


def _jitter(name: str) -> timedelta:
    """Between zero and ``JITTER``, always the same for a certificate."""
    number = int.from_bytes(sha256(name.encode()).digest()[:4])
    return JITTER * number / 2**32
