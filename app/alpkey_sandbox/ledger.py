# SPDX-License-Identifier: BSD-3-Clause
"""The ledger: which certificates were issued and which requests were answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Issued:
    """A certificate the service believes it gave out, as far as the service remembers it.

    `owner` is the account it stands against, `line` the certificate as it was sent.
    """

    serial: int
    principal: str
    valid_after: datetime
    valid_before: datetime
    service: str
    owner: str
    line: str = ""
    revoked_at: datetime | None = None

    @property
    def revoked(self) -> bool:
        """Whether it has been revoked."""
        return self.revoked_at is not None


@dataclass(frozen=True)
class Request:
    """A call and its answer; `status` is None where the answer was cut off before it began."""

    at: datetime
    service: str
    call: str
    status: int | None
    had_password: bool
    user_agent: str | None = None
    client_type: str | None = None


@dataclass(frozen=True)
class Ledger:
    """Everything that happened, oldest first."""

    issued: tuple[Issued, ...] = ()
    requests: tuple[Request, ...] = ()

    def with_issued(self, certificate: Issued) -> Ledger:
        """This ledger with one more certificate."""
        return replace(self, issued=(*self.issued, certificate))

    def with_request(self, request: Request) -> Ledger:
        """This ledger with one more request."""
        return replace(self, requests=(*self.requests, request))

    def with_revoked(self, serial: int, now: datetime) -> Ledger:
        """This ledger with the certificate `serial` revoked; KeyError when there is none."""
        found = self.find(serial)
        revoked = replace(found, revoked_at=found.revoked_at or now)
        issued = tuple(revoked if entry.serial == serial else entry for entry in self.issued)
        return replace(self, issued=issued)

    def find(self, serial: int) -> Issued:
        """The certificate `serial`; KeyError when there is none."""
        for certificate in self.issued:
            if certificate.serial == serial:
                return certificate
        raise KeyError(serial)

    def issued_to(self, owner: str) -> tuple[Issued, ...]:
        """The certificates of one account, from whichever service."""
        return tuple(certificate for certificate in self.issued if certificate.owner == owner)

    def revoked_serials(self) -> frozenset[int]:
        """The serials no host lets in any more."""
        return frozenset(entry.serial for entry in self.issued if entry.revoked)
