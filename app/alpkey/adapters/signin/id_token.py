"""The proof of an id_token: who signed in, by the provider's signature (OpenID Connect Core)."""

from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from alpkey.core.keys.certificate import CLOCK_SLACK

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Those of a signature by the provider's key; never ``none``, never one of a shared secret."""

LEEWAY_S = int(CLOCK_SLACK.total_seconds())
"""A few minutes at most (OpenID Connect Core 1.0, 2): as much as for a certificate."""


class Unproven(ValueError):
    """The token proves nothing; the text briefly says why."""


def prove(
    token: str,
    keys: dict[str, Any],
    *,
    issuer: str,
    client_id: str,
    access_token: str,
    nonce: str | None,
    now: datetime,
) -> dict[str, Any]:
    """The claims of ``token``.  Raises Unproven.

    Checked are signature, issuer, audience and authorized party, expiry, ``nonce`` where one was
    sent, and ``at_hash`` where there is one (OpenID Connect Core 1.0, 3.1.3.7).
    """
    try:
        read = jwt.decode(token, KeySet.import_key_set(_signing(keys)), list(ALGORITHMS))
        claims = CodeIDToken(
            read.claims,
            read.header,
            {"iss": {"essential": True, "value": issuer}, "aud": {"value": client_id}},
            {"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(int(now.timestamp()), LEEWAY_S)
    except JoseError as error:
        raise Unproven(error.error) from None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise Unproven("it cannot be read") from None
    return dict(claims)


def _signing(keys: dict[str, Any]) -> Any:
    """The keys for signatures: Keycloak publishes its keys for encryption beside them."""
    return {"keys": [key for key in keys["keys"] if key.get("use", "sig") == "sig"]}
