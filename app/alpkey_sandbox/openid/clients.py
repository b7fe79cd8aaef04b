# SPDX-License-Identifier: BSD-3-Clause
"""The clients: the programs that may send people here to sign in. All are public ones."""

from __future__ import annotations

from dataclasses import dataclass

from authlib.oauth2.rfc6749 import ClientMixin

REDIRECT_URI = "http://localhost:8765"
"""Letter by letter: no other port, and no slash at the end."""

SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
WITH_A_BROWSER = frozenset({"authorization_code", "refresh_token", DEVICE_CODE})


@dataclass(frozen=True)
class Client(ClientMixin):
    """A program without a secret, and the ways of signing in that it may use."""

    client_id: str
    grant_types: frozenset[str]

    @property
    def client_metadata(self) -> dict[str, list[str]]:
        """What Authlib asks for at the end of a session."""
        return {"post_logout_redirect_uris": [REDIRECT_URI]}

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: the request has to name one."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """`scope` as it is, or None where it holds something unknown."""
        wanted = (scope or "").split()
        return " ".join(wanted) if SCOPES.issuperset(wanted) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == REDIRECT_URI

    def check_client_secret(self, client_secret: str) -> bool:  # noqa: ARG002
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.grant_types


CLIENTS = {
    client.client_id: client
    for client in (
        Client("authx-cli", WITH_A_BROWSER | {"password"}),
        Client("authx-browser-only", WITH_A_BROWSER),
    )
}
"""The official tool's client, and one that may not send passwords: whether the real realm allows
that to the first is not known, so a client has to live with both."""
