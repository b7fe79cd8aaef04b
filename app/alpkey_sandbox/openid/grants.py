# SPDX-License-Identifier: BSD-3-Clause
"""The grants: the ways to a token, Authlib's with this realm's answers.

Refusals carry Keycloak's statuses and words where Authlib's own differ.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceCodeGrant
from authlib.oidc.core import OpenIDCode

from alpkey_sandbox.account import AccountLocked, Credentials, SignInRefused

from .records import Code
from .server import Server

if TYPE_CHECKING:
    from authlib.oauth2.rfc6749 import OAuth2Request

    from .clients import Client
    from .records import DeviceRequest, Refresh, Session

NO_SECRET = ["none"]
CODE_LIFETIME = timedelta(minutes=1)


class WrongCredentials(InvalidGrantError):
    """One text for a wrong username, password or code."""

    status_code = 401


class AuthorizationCode(grants.AuthorizationCodeGrant):
    """The code flow (RFC 6749, section 4.1)."""

    TOKEN_ENDPOINT_AUTH_METHODS = NO_SECRET
    server: Server

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        realm, sent = self.server.realm, request.payload.data
        realm.add_code(
            Code(
                code,
                client_id=request.client.client_id,
                redirect_uri=request.payload.redirect_uri,
                scope=request.scope,
                nonce=sent.get("nonce"),
                code_challenge=sent["code_challenge"],
                code_challenge_method=sent["code_challenge_method"],
                session=request.user,
                ends=realm.clock.now() + CODE_LIFETIME,
            )
        )

    def query_authorization_code(self, code: str, client: Client) -> Code:
        """The code, used up by this, whatever else is wrong with the request."""
        found = self.server.realm.use_code(code, client.client_id)
        if found is None:
            raise InvalidGrantError("Code not valid")
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing: it is used up already, and stays so that a second use is noticed."""

    def authenticate_user(self, authorization_code: Code) -> Session:
        return _going_on(self.server, authorization_code.session)


class Pkce(CodeChallenge):
    """The challenge has to be there, and hashed (RFC 7636, section 4.2)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - Authlib's own shape

    def validate_code_challenge(self, grant: AuthorizationCode, redirect_uri: str) -> None:
        if not grant.request.payload.data.get("code_challenge_method"):
            raise InvalidRequestError("Missing parameter: code_challenge_method")
        super().validate_code_challenge(grant, redirect_uri)


class RefreshToken(grants.RefreshTokenGrant):
    """A refresh (RFC 6749, section 6): each token works once and brings the next one."""

    TOKEN_ENDPOINT_AUTH_METHODS = NO_SECRET
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: Server

    def authenticate_refresh_token(self, refresh_token: str) -> Refresh:
        found = self.server.realm.refresh(refresh_token)
        if found is None:
            raise InvalidGrantError("Token is not active")
        return found

    def authenticate_user(self, refresh_token: Refresh) -> Session:
        """Its holder; the token is used up by this, so that of two at once one is refused."""
        session = _going_on(self.server, refresh_token.session)
        if not self.server.realm.use_refresh(refresh_token):
            raise InvalidGrantError("Maximum allowed refresh token reuse exceeded")
        return session

    def revoke_old_credential(self, refresh_token: Refresh) -> None:
        """Nothing: it is used up already."""


class DirectGrant(grants.ResourceOwnerPasswordCredentialsGrant):
    """Username, password and code at once (RFC 6749, section 4.3); `totp` is Keycloak's field."""

    TOKEN_ENDPOINT_AUTH_METHODS = NO_SECRET
    server: Server

    def authenticate_user(self, username: str, password: str) -> Session:
        given = Credentials(username, password, self.request.form.get("totp", ""))
        try:
            self.server.centre.sign_in(given)
        except SignInRefused:
            raise WrongCredentials("Invalid user credentials") from None
        except AccountLocked:
            raise InvalidGrantError("Account disabled") from None
        return self.server.open_session(username, ("pwd", "otp"))


class DeviceCode(DeviceCodeGrant):
    """The device flow's polling (RFC 8628, section 3.4)."""

    TOKEN_ENDPOINT_AUTH_METHODS = NO_SECRET
    server: Server

    def query_device_credential(self, device_code: str) -> DeviceRequest:
        found = self.server.realm.device(device_code)
        if found is None:
            raise InvalidGrantError("Device code not valid")
        return found

    def validate_device_credential(self, credential: DeviceRequest) -> Any:
        self._device_code = credential.device_code
        return super().validate_device_credential(credential)

    def query_user_grant(self, user_code: str) -> tuple[Session, bool] | None:  # noqa: ARG002
        answered = self.server.realm.fetch_answer(self._device_code)
        if answered is None or answered.session is None:
            return None
        return answered.session, answered.allowed

    def should_slow_down(self, credential: DeviceRequest) -> bool:
        return self.server.realm.polled_too_soon(credential.device_code)


class IdentityToken(OpenIDCode):
    """The id_token that goes with each answer to a request for the scope `openid`."""

    def __init__(self, server: Server) -> None:
        super().__init__(require_nonce=False)
        self._server = server

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:  # noqa: ARG002
        """Never: a nonce is the client's to check; Keycloak keeps none either."""
        return False

    def resolve_client_private_key(self, client: Client) -> Any:  # noqa: ARG002
        return self._server.key()

    def get_encode_header(self, client: Client) -> dict[str, Any]:  # noqa: ARG002
        return self._server.signer.header()

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        name = client.client_id
        issued = {"iss": self._server.issuer, "aud": name, "azp": name, "typ": "ID"}
        return {**issued, **self._server.times()}

    def generate_user_info(self, user: Session, scope: str) -> dict[str, Any]:  # noqa: ARG002
        began = int(user.began.timestamp())
        return {**self._server.user_claims(user), "auth_time": began}


def register(server: Server) -> None:
    """Let `server` take all of them."""
    identity = IdentityToken(server)
    server.register_grant(AuthorizationCode, [Pkce(), identity])
    for grant in (RefreshToken, DirectGrant, DeviceCode):
        server.register_grant(grant, [identity])


def _going_on(server: Server, session: Session) -> Session:
    """`session` if it still is one.  Raises InvalidGrantError otherwise."""
    if server.realm.session(session.id) is None:
        raise InvalidGrantError("Session not active")
    server.require_open_account(session.username)
    return session
