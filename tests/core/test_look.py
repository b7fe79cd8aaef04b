"""What a look says at a moment."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpkey.core.certificate import Certificate, CertificateKind
from alpkey.core.errors import AlpkeyError, KeyExpired, NoKey, Unfit
from alpkey.core.look import KeyState, Look, closed_doors
from alpkey.core.quota import Quota

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


def look(
    after: timedelta | None = -HOUR, before: timedelta | None = 23 * HOUR, trouble: str = ""
) -> Look:
    return Look(
        account="alice",
        key_path=Path("key"),
        certificate_path=Path("key-cert.pub"),
        quota=Quota(5),
        lead_time=2 * HOUR,
        certificate=certificate(after, before),
        trouble=trouble or None,
        has_key=True,
    )


MISSING = Look(None, Path("key"), Path("key-cert.pub"), Quota(5), 2 * HOUR)


@pytest.mark.parametrize(
    ("seen", "state", "error"),
    [
        (look(), KeyState.VALID, None),
        (look(before=2 * HOUR), KeyState.VALID, None),
        (look(before=2 * HOUR - timedelta(seconds=1)), KeyState.EXPIRING, None),
        (look(before=timedelta(seconds=1)), KeyState.EXPIRING, None),
        (look(before=timedelta(0)), KeyState.EXPIRED, KeyExpired),
        (look(after=timedelta(seconds=1)), KeyState.NOT_YET_VALID, Unfit),
        (look(after=timedelta(0)), KeyState.VALID, None),
        (look(None, None), KeyState.VALID, None),
        (look(trouble="It is broken."), KeyState.BROKEN, Unfit),
        (MISSING, KeyState.MISSING, NoKey),
    ],
)
def test_state_and_the_reason_for_closed_doors(
    seen: Look, state: KeyState, error: type[AlpkeyError] | None
) -> None:
    assert seen.state(NOW) is state
    closed = closed_doors(seen, NOW)
    assert type(closed) is (error or type(None))
    assert state.opens_doors is (error is None)


@pytest.mark.parametrize(
    ("seen", "fraction"),
    [
        (look(-12 * HOUR, 12 * HOUR), 0.5),
        (look(-HOUR, -HOUR), 0.0),
        (look(HOUR, -HOUR), 0.0),
        (look(None, 5 * HOUR), 1.0),
        (MISSING, 0.0),
    ],
)
def test_the_fraction_left(seen: Look, fraction: float) -> None:
    assert seen.fraction_left(NOW) == fraction
