# SPDX-License-Identifier: BSD-3-Clause
"""The records: what the realm remembers, in the form in which Authlib asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749 import TokenMixin
from authlib.oauth2.rfc8628 import DeviceCredentialMixin
from authlib.oidc.core import AuthorizationCodeMixin

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from .clients import Client


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in; `how` by the names of RFC 8176."""

    id: str = field(repr=False)
    username: str
    how: tuple[str, ...]
    began: datetime
    ends: datetime


@dataclass(frozen=True)
class Attempt:
    """A sign-in by page on its way; `username` once its password was right."""

    id: str
    onward: str
    ends: datetime
    username: str | None = None


@dataclass(frozen=True)
class Code(AuthorizationCodeMixin):
    """An authorization code. The names of the challenge's fields are those Authlib looks for."""

    code: str = field(repr=False)
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    session: Session
    ends: datetime
    used: bool = False

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.session.began.timestamp())


@dataclass(frozen=True)
class Refresh(TokenMixin):
    """A refresh token, which lives as long as its session and works once."""

    token: str = field(repr=False)
    client_id: str
    scope: str
    session: Session
    used: bool = False

    def check_client(self, client: Client) -> bool:
        return self.client_id == client.client_id

    def get_scope(self) -> str:
        return self.scope


@dataclass(frozen=True)
class AccessToken(TokenMixin):
    """An access token that is valid: one that expired or was revoked is not even read."""

    username: str
    scope: str

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


@dataclass(frozen=True)
class DeviceRequest(DeviceCredentialMixin):
    """A device that waits for a user's answer in a browser; `session` is that user's."""

    device_code: str = field(repr=False)
    user_code: str
    client_id: str
    scope: str
    ends: datetime
    interval: timedelta
    now: Callable[[], datetime]
    polled_at: datetime | None = None
    session: Session | None = None
    allowed: bool = False

    def is_open(self, now: datetime) -> bool:
        """Whether a user may still answer."""
        return self.session is None and now < self.ends

    def get_client_id(self) -> str:
        return self.client_id

    def get_scope(self) -> str:
        return self.scope

    def get_user_code(self) -> str:
        return self.user_code

    def is_expired(self) -> bool:
        return self.now() >= self.ends
