# SPDX-License-Identifier: BSD-3-Clause
"""The authorization server: Authlib's, with this realm's people, clients and tokens."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidGrantError
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from flask import g, request

from alpkey_sandbox.faults import Fault

from .clients import CLIENTS, Client
from .records import AccessToken, Refresh

if TYPE_CHECKING:
    from authlib.oauth2.rfc6749 import OAuth2Request

    from alpkey_sandbox.centre import Centre

    from .realm import Realm
    from .records import Session
    from .signer import Signer

PATH = "/auth/realms/cscs"
TOKEN_LIFETIME = timedelta(minutes=5)
SPOILT_BY = timedelta(hours=1)


class Server(AuthorizationServer):
    """Answers what Authlib asks while it serves a request of the provider's."""

    def __init__(self, centre: Centre, realm: Realm, signer: Signer) -> None:
        super().__init__(query_client=CLIENTS.get, save_token=self._save)
        self.centre = centre
        self.realm = realm
        self.signer = signer
        generator = BearerTokenGenerator(
            self._access_token,
            lambda **_: secrets.token_urlsafe(48),
            int(TOKEN_LIFETIME.total_seconds()),
        )
        self.register_token_generator("default", generator)

    @property
    def issuer(self) -> str:
        """The issuer, by the name under which this request came."""
        return f"https://{request.host}{PATH}"

    def open_session(self, username: str, how: tuple[str, ...]) -> Session:
        """Sign `username` in.  Raises InvalidGrantError where the account is locked."""
        self.require_open_account(username)
        return self.realm.open_session(username, how)

    def require_open_account(self, username: str) -> None:
        """Raise InvalidGrantError, in Keycloak's words, where the account is locked."""
        account = self.centre.account_of(username)
        if account is None or account.locked:
            raise InvalidGrantError("Account disabled")

    def access_token_for(self, client_id: str, session: Session, scope: str) -> str:
        """A signed access token; the fault that waits for this call's tokens strikes here."""
        fault: Fault | None = g.get("fault")
        g.spoilt = fault.kind if fault and self.centre.strike(fault) else None
        claims = {
            **self.times(),
            **self.user_claims(session),
            "iss": self.issuer,
            "aud": "account",
            "azp": client_id,
            "jti": str(uuid.uuid4()),
            "scope": scope,
            "typ": "Bearer",
        }
        return self.signer.sign(claims, self.key())

    def times(self) -> dict[str, int]:
        """From when to when the token of this call is valid."""
        begins = self.realm.clock.now()
        if g.spoilt == "expired":
            begins -= SPOILT_BY
        if g.spoilt == "not-yet-valid":
            begins += SPOILT_BY
        start, end = begins.timestamp(), (begins + TOKEN_LIFETIME).timestamp()
        return {"iat": int(start), "nbf": int(start), "exp": int(end)}

    def user_claims(self, session: Session) -> dict[str, Any]:
        """Who the token of this call is about."""
        stranger = g.spoilt == "wrong-principal"
        username = self.centre.guest.username if stranger else session.username
        return {
            "sub": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{PATH}/{username}")),
            "preferred_username": username,
            "sid": session.id,
            "amr": list(session.how),
        }

    def key(self) -> Any:
        """What signs the token of this call."""
        return self.signer.foreign_key() if g.spoilt == "foreign-ca" else self.signer.key

    def read_access_token(self, token: str) -> AccessToken | None:
        """The access token, if this provider issued it and it is valid now."""
        claims = self.signer.read(token, self.realm.clock.now())
        if claims is None or claims.get("typ") != "Bearer":
            return None
        if self.realm.session(claims["sid"]) is None:
            return None
        return AccessToken(claims["preferred_username"], claims["scope"])

    def _access_token(self, *, client: Client, user: Session, scope: str, **_: object) -> str:
        return self.access_token_for(client.client_id, user, scope)

    def _save(self, token: dict[str, Any], answered: OAuth2Request) -> None:
        """Save the refresh token, and say how long it is valid, as Keycloak does."""
        if "refresh_token" not in token:
            return
        session: Session = answered.user
        scope = token.get("scope", "")
        client_id = answered.client.client_id
        self.realm.add_refresh(Refresh(token["refresh_token"], client_id, scope, session))
        left = session.ends - self.realm.clock.now()
        token["refresh_expires_in"] = int(left.total_seconds())
