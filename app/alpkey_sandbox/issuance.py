# SPDX-License-Identifier: BSD-3-Clause
"""The issuance: a key pair made by the service with its certificate, right or wrong on request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .authority import Authority, Body, private_pem, public_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STRANGER = "mallory"


@dataclass(frozen=True)
class Pair:
    """What a person gets: a certificate line and the private key it belongs to."""

    public: str
    private: str


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


def issue(authority: Authority, body: Body, fault: str | None = None) -> Pair:
    """A fresh pair under `body`, spoilt as the kind `fault` says (others leave it right)."""
    key = Ed25519PrivateKey.generate()
    certified = Ed25519PrivateKey.generate() if fault == "mismatched-pair" else key
    signer = Authority() if fault == "foreign-ca" else authority
    public = signer.certify(certified.public_key(), body)
    if fault == "plain-key":
        public = public_line(key.public_key())
    pair = Pair(public, private_pem(key))
    return without_newline(pair) if fault == "no-newline" else pair


def without_newline(pair: Pair) -> Pair:
    """`pair` with the final newline of both files missing."""
    return Pair(pair.public.removesuffix("\n"), pair.private.removesuffix("\n"))
