# SPDX-License-Identifier: BSD-3-Clause
"""The requests to the gateway: what their bodies may ask for, checked before anything is issued."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_identity

from .authority import DAY, MINUTE, PublicKey
from .issuance import Wanted

if TYPE_CHECKING:
    from datetime import timedelta

DURATIONS = {"1d": DAY, "1min": MINUTE}
DEFAULT_DURATION = "1min"
"""As at the real gateway: a request without a duration gets a minute."""

TYPES = (Ed25519PublicKey, EllipticCurvePublicKey, RSAPublicKey)


class Malformed(ValueError):
    """The body is not what the call takes; the text says why."""


def wanted(sent: object) -> Wanted:
    """What `POST /ssh-keys/sign` asks for.  Raises Malformed."""
    body = _object(sent)
    return Wanted(_key(body.get("publicKey")), duration(body), _limits(body))


def duration(sent: object) -> timedelta:
    """How long a certificate is asked for.  Raises Malformed."""
    asked = _object(sent).get("duration", DEFAULT_DURATION)
    if not isinstance(asked, str) or asked not in DURATIONS:
        raise Malformed(f"duration must be one of {', '.join(DURATIONS)}")
    return DURATIONS[asked]


def revocation(sent: object) -> int:
    """The serial that `PUT /ssh-keys/revoke` names, a decimal text or a number."""
    serial = _object(sent).get("serialNumber")
    if isinstance(serial, int) and not isinstance(serial, bool):
        return serial
    if isinstance(serial, str) and serial.isascii() and serial.isdigit():
        return int(serial)
    raise Malformed("serialNumber is required")


def _object(sent: object) -> Mapping[str, object]:
    if not isinstance(sent, Mapping):
        raise Malformed("the body must be a JSON object")
    return sent


def _key(line: object) -> PublicKey:
    if not isinstance(line, str):
        raise Malformed("publicKey is required")
    try:
        key = load_ssh_public_identity(line.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        raise Malformed("publicKey is not a public key in OpenSSH format") from None
    if not isinstance(key, TYPES):
        raise Malformed("keys of this type are not signed")
    return key


def _limits(body: Mapping[str, object]) -> dict[str, str]:
    """The critical options by their names in PROTOCOL.certkeys."""
    limits = {}
    if subnets := body.get("ipSubnets"):
        limits["source-address"] = _subnets(subnets)
    if command := body.get("forceCommand"):
        if not isinstance(command, str):
            raise Malformed("forceCommand must be a text")
        limits["force-command"] = command
    return limits


def _subnets(subnets: object) -> str:
    try:
        if not isinstance(subnets, list):
            raise TypeError
        return ",".join(str(ip_network(str(subnet))) for subnet in subnets)
    except (ValueError, TypeError):
        raise Malformed("ipSubnets must be a list of subnets in CIDR notation") from None
