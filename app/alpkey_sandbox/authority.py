# SPDX-License-Identifier: BSD-3-Clause
"""The authority: the user CA, and OpenSSH certificates as PROTOCOL.certkeys describes them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    SSHCertificateBuilder,
    SSHCertificateType,
)

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey
"""The types of key that are certified."""

DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)
BACKDATED = timedelta(minutes=1)
"""Certificates begin a minute back, so that a host whose clock is a little late takes them."""

EXTENSIONS = (
    b"permit-X11-forwarding",
    b"permit-agent-forwarding",
    b"permit-port-forwarding",
    b"permit-pty",
    b"permit-user-rc",
)


@dataclass(frozen=True)
class Body:
    """What a certificate says besides the key it certifies."""

    serial: int
    key_id: str
    principals: tuple[str, ...]
    valid_after: datetime
    valid_before: datetime
    of_host: bool = False
    limits: Mapping[str, str] = field(default_factory=dict)
    """Critical options: `source-address` and `force-command` (PROTOCOL.certkeys)."""


class Authority:
    """A certificate authority whose ed25519 key exists in memory only."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    @property
    def public_key(self) -> Ed25519PublicKey:
        """The key that hosts trust."""
        return self._key.public_key()

    def certify(self, key: PublicKey, body: Body) -> str:
        """A certificate over `key` as one line of text that ends with a newline."""
        builder = (
            SSHCertificateBuilder()
            .public_key(key)
            .serial(body.serial)
            .key_id(body.key_id.encode())
            .type(SSHCertificateType.HOST if body.of_host else SSHCertificateType.USER)
            .valid_principals([name.encode() for name in body.principals])
            .valid_after(body.valid_after.timestamp())
            .valid_before(body.valid_before.timestamp())
        )
        for name, value in body.limits.items():
            builder = builder.add_critical_option(name.encode(), value.encode())
        for extension in () if body.of_host else EXTENSIONS:
            builder = builder.add_extension(extension, b"")
        return builder.sign(self._key).public_bytes().decode() + "\n"


def starting_now(
    username: str,
    principals: tuple[str, ...],
    now: datetime,
    *,
    validity: timedelta = DAY,
    limits: Mapping[str, str] | None = None,
) -> Body:
    """The body of a certificate for `validity` from `now` on, with a random 64-bit serial.

    Most such serials exceed 2**53, so a client that reads them as floats is found out.
    """
    start = now.replace(microsecond=0)
    return Body(
        serial=secrets.randbits(64),
        key_id=username,
        principals=principals,
        valid_after=start - BACKDATED,
        valid_before=start + validity,
        limits=limits or {},
    )


def public_line(key: PublicKey) -> str:
    """`key` as one line of an OpenSSH public key file, newline included."""
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode() + "\n"


def private_pem(key: Ed25519PrivateKey) -> str:
    """`key` as an unencrypted OpenSSH private key file, newline included."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
