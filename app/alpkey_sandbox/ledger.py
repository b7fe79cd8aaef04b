# SPDX-License-Identifier: BSD-3-Clause
"""The ledger: which certificates were issued and which requests were answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Issued:
    """A certificate the service believes it gave out, as far as the service remembers it."""

    serial: int
    principal: str
    valid_after: datetime
    valid_before: datetime
    service: str
    revoked: bool = False


@dataclass(frozen=True)
class Request:
    """A call and its answer; `status` is None where the answer was cut off before it began."""

    at: datetime
    service: str
    call: str
    status: int | None
    had_password: bool


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

    def with_revoked(self, serial: int) -> Ledger:
        """This ledger with the certificate `serial` revoked; KeyError when there is none."""
        if not any(certificate.serial == serial for certificate in self.issued):
            raise KeyError(serial)
        return replace(self, issued=tuple(_revoked(entry, serial) for entry in self.issued))

    def revoked_serials(self) -> frozenset[int]:
        """The serials no host lets in any more."""
        return frozenset(entry.serial for entry in self.issued if entry.revoked)


def _revoked(certificate: Issued, serial: int) -> Issued:
    return replace(certificate, revoked=True) if certificate.serial == serial else certificate
