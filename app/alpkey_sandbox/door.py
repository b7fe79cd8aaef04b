# SPDX-License-Identifier: BSD-3-Clause
"""The door: which certificates an SSH host lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    SSHCertificate,
    SSHCertificateType,
    load_ssh_public_identity,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def lets_in(
    line: bytes,
    username: str,
    *,
    user_ca: Ed25519PublicKey,
    revoked: Collection[int],
    now: datetime,
) -> bool:
    """Whether the certificate in `line` opens the door to `username` at `now`.

    As sshd decides with TrustedUserCAKeys: a user certificate of that CA whose signature holds,
    whose principals name the user (an empty list names no user), within its dates, not revoked.
    """
    certificate = _certificate(line)
    return (
        certificate is not None
        and _same_key(certificate, user_ca)
        and certificate.type is SSHCertificateType.USER
        and username.encode() in certificate.valid_principals
        and certificate.valid_after <= now.timestamp() < certificate.valid_before
        and certificate.serial not in revoked
    )


def _certificate(line: bytes) -> SSHCertificate | None:
    """The certificate in `line` if it is one, and signed by the key that it names."""
    try:
        identity = load_ssh_public_identity(line)
        if not isinstance(identity, SSHCertificate):
            return None
        identity.verify_cert_signature()
    except (ValueError, UnsupportedAlgorithm, InvalidSignature):
        return None
    return identity


def _same_key(certificate: SSHCertificate, user_ca: Ed25519PublicKey) -> bool:
    return certificate.signature_key().public_bytes(
        Encoding.OpenSSH, PublicFormat.OpenSSH
    ) == user_ca.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
