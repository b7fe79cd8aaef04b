"""When a key is renewed though nobody asked for it, as pure rules.

Only while a kept sign-in lives, which a person agreed to; before the key's end; never with the last
slot of the day, never in a loop, and never again after a refusal until a person signs in.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from alpkey.core.state.snapshot import Snapshot

# Renewals at a clock time come from many computers at once, so each has its own moment before it.
JITTER = timedelta(minutes=10)
LEAD = timedelta(hours=2)
# So many slots stay for whoever asks.
SPARES = 1
# How long to wait after each failure that may pass by itself; after the last one no more is tried.
PATIENCE = (timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1))


def is_due(
    snapshot: Snapshot, name: str | None, moments: Iterable[datetime], now: datetime
) -> bool:
    """Whether one of ``moments`` is near or past, and a renewal may be tried.

    ``name`` is the certificate's, which chooses its place in the jitter.
    """
    if name is None or not is_possible(snapshot, now):
        return False
    return any(at - JITTER + _jitter(name) <= now for at in moments)


def is_possible(snapshot: Snapshot, now: datetime) -> bool:
    """Whether one may be tried at ``now``, were it due.

    A certificate is kept for a quarter of its life whatever the settings say.
    """
    certificate = snapshot.certificate
    if not (snapshot.stays_signed_in and certificate and snapshot.state(now).opens_doors):
        return False
    begin, end = certificate.valid_after, certificate.valid_before
    if begin is None or end is None or now - begin < (end - begin) / 4:
        return False
    left = snapshot.quota.remaining
    return left is not None and left > SPARES and _has_patience(snapshot, now)


def _has_patience(snapshot: Snapshot, now: datetime) -> bool:
    failed = snapshot.auto_renewal_failed
    if not failed:
        return True
    if any(one.final for one in failed) or len(failed) > len(PATIENCE):
        return False
    return now >= failed[-1].at + PATIENCE[len(failed) - 1]


def _jitter(name: str) -> timedelta:
    """Between nothing and all of it, always the same for one certificate."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])
    return JITTER * number / 2**32
