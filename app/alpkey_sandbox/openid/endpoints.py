# SPDX-License-Identifier: BSD-3-Clause
"""The endpoints beside the token's: a device asks, a token is given back, a session ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import UnauthorizedClientError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint
from authlib.oidc.rpinitiated import EndSessionEndpoint

from .clients import DEVICE_CODE
from .grants import NO_SECRET
from .records import DeviceRequest
from .server import Server

if TYPE_CHECKING:
    from authlib.oauth2.rfc6749 import OAuth2Request
    from authlib.oidc.rpinitiated import EndSessionRequest

    from .clients import Client
    from .records import Refresh


class DeviceAuthorization(DeviceAuthorizationEndpoint):
    """A device asks for its codes (RFC 8628, section 3.1)."""

    CLIENT_AUTH_METHODS = NO_SECRET
    EXPIRES_IN = 600
    INTERVAL = 5
    server: Server

    def authenticate_client(self, request: OAuth2Request) -> Client:
        client: Client = super().authenticate_client(request)
        if not client.check_grant_type(DEVICE_CODE):
            raise UnauthorizedClientError
        return client

    def get_verification_uri(self) -> str:
        return f"{self.server.issuer}/device"

    def save_device_credential(
        self, client_id: str, scope: str | None, data: dict[str, Any]
    ) -> None:
        now = self.server.realm.clock.now
        self.server.realm.add_device(
            DeviceRequest(
                device_code=data["device_code"],
                user_code=data["user_code"],
                client_id=client_id,
                scope=scope or "",
                ends=now() + timedelta(seconds=self.EXPIRES_IN),
                interval=timedelta(seconds=self.INTERVAL),
                now=now,
            )
        )


class Revocation(RevocationEndpoint):
    """A refresh token is given back (RFC 7009), and its session ends with it, as at Keycloak."""

    CLIENT_AUTH_METHODS = NO_SECRET
    server: Server

    def query_token(self, token_string: str, token_type_hint: str | None) -> Refresh | None:  # noqa: ARG002
        return self.server.realm.refresh(token_string)

    def revoke_token(self, token: Refresh, request: OAuth2Request) -> None:  # noqa: ARG002
        self.server.realm.end_session(token.session.id)


class EndSession(EndSessionEndpoint):
    """A client ends the session that its id_token names (RP-Initiated Logout 1.0)."""

    server: Server

    def get_server_jwks(self) -> dict[str, Any]:
        return self.server.signer.public_keys()

    def end_session(self, end_session_request: EndSessionRequest) -> None:
        claims = end_session_request.id_token_claims or {}
        self.server.realm.end_session(str(claims.get("sid")))


def register(server: Server) -> None:
    """Let `server` have all of them."""
    for endpoint in (DeviceAuthorization, Revocation, EndSession):
        server.register_endpoint(endpoint)
