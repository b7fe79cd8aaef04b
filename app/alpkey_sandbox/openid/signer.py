# SPDX-License-Identifier: BSD-3-Clause
"""The signer: JSON Web Tokens under the realm's key, which exists in memory only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

if TYPE_CHECKING:
    from datetime import datetime

    from joserfc.jwk import KeyParameters

ALGORITHM = "RS256"
BITS = 2048


class Signer:
    """Signs tokens, and reads those it signed itself."""

    def __init__(self) -> None:
        self.key = _fresh_key()

    def public_keys(self) -> dict[str, Any]:
        """The key set for those who verify (RFC 7517)."""
        return dict(KeySet([self.key]).as_dict(private=False))

    def foreign_key(self) -> RSAKey:
        """A key that is not in the set, though it bears the name of the one that is."""
        return _fresh_key(str(self.key.kid))

    def header(self) -> dict[str, Any]:
        """The header of what is signed here."""
        return {"alg": ALGORITHM, "kid": self.key.kid, "typ": "JWT"}

    def sign(self, claims: dict[str, Any], key: RSAKey | None = None) -> str:
        """`claims` as a token, under the realm's key or another."""
        return jwt.encode(self.header(), claims, key or self.key, [ALGORITHM])

    def read(self, token: str, now: datetime) -> dict[str, Any] | None:
        """The claims of a token signed here and valid at `now`; None for any other text."""
        registry = jwt.JWTClaimsRegistry(now=int(now.timestamp()), exp={"essential": True})
        try:
            claims = jwt.decode(token, self.key, [ALGORITHM]).claims
            registry.validate(claims)
        except (JoseError, ValueError):
            return None
        return claims


def _fresh_key(kid: str | None = None) -> RSAKey:
    named: KeyParameters = {"use": "sig", "alg": ALGORITHM}
    if kid:
        named["kid"] = kid
    return RSAKey.generate_key(BITS, named, auto_kid=kid is None)
