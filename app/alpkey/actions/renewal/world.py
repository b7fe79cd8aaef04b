"""What a renewal needs of the outside world, and what it reads there at one time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from alpkey.actions.agent.load import Refill
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
from alpkey.actions.signin.sign_in import SignInWorld
from alpkey.actions.status import StatusWorld
from alpkey.core.keys.certificate_service import CertificateService
from alpkey.core.ports import Cancellation, KeyFiles, KeyProtection, KeyService, Lock, Pairs
from alpkey.core.site import Site
from alpkey.core.state.journal import Fact, Known, fold
from alpkey.core.state.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class RenewalWorld:
    """The outside world of every renewal, without the service."""

    site: Site
    files: KeyFiles
    pairs: Pairs
    lock: Lock
    cancellation: Cancellation
    status: StatusWorld
    kept: SavedSecretsWorld
    protection: KeyProtection
    refill: Refill


@dataclass(frozen=True, slots=True)
class ClassicRenewalWorld(RenewalWorld):
    """The outside world of a renewal at the classic service."""

    service: KeyService


@dataclass(frozen=True, slots=True)
class GatewayRenewalWorld(RenewalWorld):
    """The outside world of a renewal at a gateway."""

    sign_in: SignInWorld
    service: CertificateService


@dataclass(frozen=True, slots=True)
class Reading:
    """The snapshot and the facts of the journal, read once before the lock and once under it."""

    snapshot: Snapshot
    facts: Sequence[Fact]

    @classmethod
    def of(cls, status: StatusWorld) -> Self:
        return cls(status.snapshot(), status.journal.facts())

    def known(self, account: str | None = None) -> Known:
        """What the facts amount to for ``account``, as in ``fold``."""
        return fold(self.facts, account)
