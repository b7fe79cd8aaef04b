"""A snapshot of the key: what its files say, and the state that follows at a given time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from alpkey.core.errors import AlpkeyError, InvalidFile, KeyExpired, NoKey
from alpkey.core.keys.certificate import Certificate, Validity
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal_facts import AutoRenewalFailed
from alpkey.core.state.quota import Quota
from alpkey.core.timestamps import rfc3339
from alpkey.core.tunnels.record import TunnelObservation, TunnelTarget
from alpkey.core.updates.releases import Release


class KeyState(Enum):
    """The values are those of ``status --json``."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    MISSING = "missing"
    BROKEN = "broken"

    @property
    def opens_doors(self) -> bool:
        """Whether a login can work with a key in this state."""
        return self in (KeyState.VALID, KeyState.EXPIRING)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file's modification time in nanoseconds and its size in bytes; zeros where none is."""

    mtime_ns: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the files say.  ``trouble`` says why a key that is there cannot be used.

    ``elsewhere``: the private key is in hardware or another agent, perhaps with no private key file
    here (``has_file``), but its ``.pub`` alone.
    ``retired`` are the names of services found to be retired.  ``warnings`` are the checks of the
    doctor that found what will stop a login, though the key is valid.  ``stays_signed_in``: a
    renewal asks the user nothing, as far as this computer knows; ``auto_renewal_failed`` are the
    automatic ones that failed.  ``configured``: whether the user's ssh configuration has Alpkey's
    Include line.  ``method`` is how the user signed in for the last key.
    ``wants_news``: newer versions of Alpkey are to be asked for; ``newer`` is a newer one.
    ``last_tunnel`` is where the last open tunnel led.  ``interrupted``: an
    installation of the key was cut off, or is under way.
    """

    account: str | None
    key_path: Path
    certificate_path: Path
    quota: Quota
    lead_time: timedelta
    certificate: Certificate | None = None
    trouble: str | None = None
    has_key: bool = False
    has_file: bool = False
    elsewhere: bool = False
    encrypted: bool | None = None
    stamp: Stamp = Stamp()
    working: bool = False
    interrupted: bool = False
    retired: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()
    stays_signed_in: bool = False
    method: SignInMethod | None = None
    auto_renewal_failed: tuple[AutoRenewalFailed, ...] = ()
    tunnels: tuple[TunnelObservation, ...] = ()
    configured: bool = False
    last_tunnel: TunnelTarget | None = None
    wants_news: bool = False
    newer: Release | None = None

    @property
    def is_set_up(self) -> bool:
        """Whether there is a key, or anything else that the first start sets up."""
        return self.has_key or self.certificate is not None or self.configured

    def state(self, now: datetime) -> KeyState:
        """The key's state at ``now``."""
        if self.trouble is not None:
            return KeyState.BROKEN
        if self.certificate is None or not self.has_key:
            return KeyState.MISSING
        match self.certificate.validity(now):
            case Validity.EXPIRED:
                return KeyState.EXPIRED
            case Validity.NOT_YET_VALID:
                return KeyState.NOT_YET_VALID
        left = self.left(now)
        return KeyState.VALID if left is None or left >= self.lead_time else KeyState.EXPIRING

    def left(self, now: datetime) -> timedelta | None:
        """How long the certificate is still valid, never negative; None where it never expires."""
        if self.certificate is None:
            return timedelta(0)
        if self.certificate.valid_before is None:
            return None
        return max(self.certificate.valid_before - now, timedelta(0))

    def outlasts(self, span: timedelta, now: datetime) -> bool:
        """Whether a login works with the key at ``now``, and for longer than ``span``."""
        left = self.left(now)
        return self.state(now).opens_doors and (left is None or left > span)

    def fraction_left(self, now: datetime) -> float:
        """The part of the certificate's validity that remains, 0.0 to 1.0."""
        certificate = self.certificate
        if certificate is None:
            return 0.0
        if certificate.valid_before is None or certificate.valid_after is None:
            return 1.0
        whole = certificate.valid_before - certificate.valid_after
        left = certificate.valid_before - now
        return min(max(left / whole, 0.0), 1.0) if whole > timedelta(0) else 0.0


def closed_doors(snapshot: Snapshot, now: datetime) -> AlpkeyError | None:
    """Why a login with this key must fail; None where it can work."""
    match snapshot.state(now):
        case KeyState.MISSING:
            return NoKey(key_path=str(snapshot.key_path))
        case KeyState.EXPIRED:
            ended = snapshot.certificate.valid_before if snapshot.certificate else None
            return KeyExpired(ended=rfc3339(ended))
        case KeyState.NOT_YET_VALID:
            return InvalidFile(
                "key-unfit", reason="It is not valid yet. Check this computer's clock."
            )
        case KeyState.BROKEN:
            return InvalidFile("key-unfit", reason=snapshot.trouble)
        case KeyState.VALID | KeyState.EXPIRING:
            return None
