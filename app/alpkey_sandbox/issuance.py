# SPDX-License-Identifier: BSD-3-Clause
"""The issuance: certificates, right or wrong on request, for keys sent or made by the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .authority import (
    DAY,
    Authority,
    Body,
    PublicKey,
    private_pem,
    public_line,
)
from .ledger import Issued

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Wanted:
    """What a certificate is asked for: a key, for how long, and with which limits."""

    key: PublicKey
    validity: timedelta = DAY
    limits: Mapping[str, str] = field(default_factory=dict)


STRANGER = "mallory"


@dataclass(frozen=True)
class Pair:
    """What a user gets: a certificate and the private key it belongs to."""

    issued: Issued
    private: str = field(repr=False)


def expired(body: Body, now: datetime) -> Body:
    """`body` for the day that ended an hour before `now`."""
    end = now.replace(microsecond=0) - timedelta(hours=1)
    return replace(body, valid_after=end - timedelta(hours=24), valid_before=end)


def not_yet_valid(body: Body, now: datetime) -> Body:
    """`body` for the day that starts an hour after `now`."""
    start = now.replace(microsecond=0) + timedelta(hours=1)
    return replace(body, valid_after=start, valid_before=start + timedelta(hours=24))


def _for_a_stranger(body: Body, _now: datetime) -> Body:
    return replace(body, principals=(STRANGER,))


def _for_a_host(body: Body, _now: datetime) -> Body:
    return replace(body, of_host=True)


BODY_FAULTS: Mapping[str, Callable[[Body, datetime], Body]] = {
    "expired": expired,
    "host-certificate": _for_a_host,
    "not-yet-valid": not_yet_valid,
    "wrong-principal": _for_a_stranger,
}
"""The kinds of fault that change what the certificate says."""


def certificate(authority: Authority, key: PublicKey, body: Body, fault: str | None) -> str:
    """The line for `key` under `body`, spoilt as the kind `fault` says (others leave it right)."""
    certified = Ed25519PrivateKey.generate().public_key() if fault == "mismatched-pair" else key
    signer = Authority() if fault == "foreign-ca" else authority
    line = public_line(key) if fault == "plain-key" else signer.certify(certified, body)
    return line.removesuffix("\n") if fault == "no-newline" else line


def private_text(key: Ed25519PrivateKey, fault: str | None) -> str:
    """The file of a key made by the service."""
    text = private_pem(key)
    return text.removesuffix("\n") if fault == "no-newline" else text
