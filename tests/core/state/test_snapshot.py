"""What a look says at a moment."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpkey.core.errors import AlpkeyError, InvalidFile, KeyExpired, NoKey
from alpkey.core.keys.certificate import CLOCK_SLACK, Certificate, CertificateKind
from alpkey.core.state.quota import Quota
from alpkey.core.state.snapshot import KeyState, Snapshot, closed_doors

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def certificate(after: timedelta | None, before: timedelta | None) -> Certificate:
    """One whose life starts and ends at these spans from NOW; None is always and for ever."""
    return Certificate(
        blob=b"blob",
        type_name="ssh-ed25519-cert-v01@openssh.com",
        public_key=b"key",
        serial=1,
        kind=CertificateKind.USER,
        key_id="",
        principals=("alice",),
        valid_after=None if after is None else NOW + after,
        valid_before=None if before is None else NOW + before,
        critical_options=(),
        extensions=(),
        authority=b"",
    )


def snapshot(
    after: timedelta | None = -HOUR, before: timedelta | None = 23 * HOUR, trouble: str = ""
) -> Snapshot:
    return Snapshot(
        account="alice",
        key_path=Path("key"),
        certificate_path=Path("key-cert.pub"),
        quota=Quota(5),
        lead_time=2 * HOUR,
        certificate=certificate(after, before),
        trouble=trouble or None,
        has_key=True,
    )


MISSING = Snapshot(None, Path("key"), Path("key-cert.pub"), Quota(5), 2 * HOUR)


@pytest.mark.parametrize(
    ("seen", "state", "error"),
    [
        (snapshot(), KeyState.VALID, None),
        (snapshot(before=2 * HOUR), KeyState.VALID, None),
        (snapshot(before=2 * HOUR - timedelta(seconds=1)), KeyState.EXPIRING, None),
        (snapshot(before=timedelta(seconds=1)), KeyState.EXPIRING, None),
        (snapshot(before=timedelta(0)), KeyState.EXPIRED, KeyExpired),
        (snapshot(after=CLOCK_SLACK + timedelta(seconds=1)), KeyState.NOT_YET_VALID, InvalidFile),
        (snapshot(after=CLOCK_SLACK), KeyState.VALID, None),
        (snapshot(None, None), KeyState.VALID, None),
        (snapshot(trouble="It is broken."), KeyState.BROKEN, InvalidFile),
        (MISSING, KeyState.MISSING, NoKey),
    ],
)
def test_state_and_the_reason_for_closed_doors(
    seen: Snapshot, state: KeyState, error: type[AlpkeyError] | None
) -> None:
    assert seen.state(NOW) is state
    closed = closed_doors(seen, NOW)
    assert type(closed) is (error or type(None))
    assert state.opens_doors is (error is None)


@pytest.mark.parametrize(
    ("seen", "fraction"),
    [
        (snapshot(-12 * HOUR, 12 * HOUR), 0.5),
        (snapshot(-HOUR, -HOUR), 0.0),
        (snapshot(HOUR, -HOUR), 0.0),
        (snapshot(None, 5 * HOUR), 1.0),
        (MISSING, 0.0),
    ],
)
def test_the_fraction_left(seen: Snapshot, fraction: float) -> None:
    assert seen.fraction_left(NOW) == fraction
