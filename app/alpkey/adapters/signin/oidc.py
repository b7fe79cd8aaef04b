"""Signing in by OpenID Connect: a public client with PKCE, at a provider such as Keycloak."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from alpkey.adapters.service.http import AnswerLost, Http, HttpAnswer, Peer
from alpkey.adapters.service.json_responses import is_token, json_object, names_a_lock, shown
from alpkey.core.addresses import is_secure
from alpkey.core.errors import (
    AlpkeyError,
    Cancelled,
    InvalidFile,
    NeedsBrowser,
    SignInRefused,
    Unreachable,
)
from alpkey.core.json_text import parse_json
from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials
from alpkey.core.signin.ports import BrowserRequest, DeviceRequest, Tokens
from alpkey.core.site import GATEWAY, OpenId, SignInMethod, Site

TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 5.0

# RFC 8628: an interval that is not given, and what slow_down adds to it for good.
DEFAULT_INTERVAL_S = 5
SLOWER_BY = timedelta(seconds=5)
FASTEST, SLOWEST = timedelta(seconds=1), timedelta(minutes=1)
"""A provider is never asked more often, and its answer never missed for longer."""
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"

# Not for this client, or for no client at all (RFC 6749, section 5.2).
_NOT_BY_PASSWORD = ("unauthorized_client", "unsupported_grant_type")

# What a provider calls its refusals (RFC 6749, 5.2; RFC 8628, 3.5).  A proxy or a rate limit in
# front of it answers with the same statuses, in words of its own.
_PROVIDER_ERRORS = frozenset(
    {
        "access_denied",
        "authorization_pending",
        "expired_token",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "slow_down",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)
_REFUSAL_STATUSES = (400, 401, 403)

Form = Mapping[str, str | Secret]

# The metadata of a provider that is used here.
_OF_USE = (
    "issuer",
    "jwks_uri",
    "authorization_endpoint",
    "device_authorization_endpoint",
    "revocation_endpoint",
    "token_endpoint",
)


class OpenIdSignIn:
    """A client of one provider; ``now`` is the clock for its times."""

    def __init__(self, openid: OpenId, site: Site, http: Http, now: Callable[[], datetime]) -> None:
        self._openid = openid
        self._site = site
        self._http = http
        self._peer = Peer.at(openid.issuer)
        # The centre's own client sends it here as well as to the gateway.
        self._client_type = next(
            (service.client_type for service in site.services if service.kind == GATEWAY), "cli"
        )
        self._now = now
        self._metadata: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._is_recalled = False

    def prepare(self) -> None:
        if not self._keys:
            self._learn()

    def knowledge(self) -> str:
        return json.dumps({"metadata": self._metadata, "keys": self._keys})

    def recall(self, knowledge: str) -> None:
        try:
            known = parse_json(knowledge)
            metadata, keys = known["metadata"], known["keys"]
            if metadata["issuer"] == self._openid.issuer and _is_key_set(keys):
                self._metadata, self._keys, self._is_recalled = metadata, keys, True
        except (ValueError, TypeError, KeyError, RecursionError):
            return

    def _learn(self) -> None:
        metadata = self._fetched(f"{self._openid.issuer}/.well-known/openid-configuration")
        if metadata.get("issuer") != self._openid.issuer:
            raise self._peer.trouble("It says to be another provider than the site file names.")
        self._metadata = {name: metadata[name] for name in _OF_USE if name in metadata}
        keys = self._fetched(self._endpoint("jwks_uri"))
        if not _is_key_set(keys):
            raise self._peer.trouble("Its list of keys cannot be read.")
        self._keys = keys
        self._is_recalled = False

    def with_password(self, credentials: Credentials) -> Tokens:
        if SignInMethod.PASSWORD not in self._openid.methods:
            raise self._not_by_password()
        return self._tokens(
            {
                "grant_type": "password",
                "scope": self._openid.scope,
                "username": credentials.username,
                "password": credentials.password,
                "totp": credentials.otp,
            },
            self._password_refusal,
        )

    def for_browser(self, fresh_for: str | None = None) -> BrowserRequest:
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        self.prepare()
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        again = {"prompt": "login", "login_hint": fresh_for} if fresh_for else {}
        url = prepare_grant_uri(
            self._endpoint("authorization_endpoint"),
            self._openid.client_id,
            "code",
            redirect_uri=self._openid.redirect_uri,
            scope=self._openid.scope,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **again,
        )
        return BrowserRequest(url, state, nonce, Secret(verifier))

    def with_code(self, request: BrowserRequest, code: Secret) -> Tokens:
        form: Form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._openid.redirect_uri,
            "code_verifier": request.verifier,
        }
        return self._tokens(form, self._token_refusal, nonce=request.nonce)

    def for_device(self) -> DeviceRequest:
        self.prepare()
        answer = self._sent("device_authorization_endpoint", {"scope": self._openid.scope})
        if answer.status != 200:
            raise self._refusal(answer)
        body = json_object(answer)
        try:
            page = str(body["verification_uri"])
            whole = str(body.get("verification_uri_complete") or page)
            return DeviceRequest(
                Secret(body["device_code"]),
                str(body["user_code"]),
                self._secure(page, "verification_uri"),
                self._secure(whole, "verification_uri_complete"),
                _interval(body.get("interval", DEFAULT_INTERVAL_S)),
                self._now() + timedelta(seconds=float(body["expires_in"])),
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            raise self._peer.trouble("It gives no code for another device.") from None

    def with_device(self, request: DeviceRequest) -> Tokens | DeviceRequest:
        form: Form = {"grant_type": DEVICE_CODE, "device_code": request.code}
        try:
            return self._tokens(form, self._device_refusal)
        except _Waiting as waiting:
            return replace(request, interval=request.interval + waiting.slower_by)

    def again(self, refresh: Secret) -> Tokens:
        form: Form = {"grant_type": "refresh_token", "refresh_token": refresh}
        place = self._metadata.get("token_endpoint")
        try:
            return self._tokens(form, self._token_refusal, proof_needed=False)
        except (Unreachable, SignInRefused) as error:
            if not self._is_recalled or error.code == "token-refused":
                raise
            self._learn()
            if self._metadata.get("token_endpoint") == place:
                raise
        return self._tokens(form, self._token_refusal, proof_needed=False)  # it moved meanwhile

    def end(self, refresh: Secret) -> None:
        self.prepare()
        form: Form = {"token": refresh, "token_type_hint": "refresh_token"}
        answer = self._sent("revocation_endpoint", form)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)

    def _tokens(
        self,
        form: Form,
        refused: Callable[[str, str], AlpkeyError | None],
        *,
        nonce: str | None = None,
        proof_needed: bool = True,
    ) -> Tokens:
        """Tokens for ``form``; ``refused`` makes an error of the provider's code and text."""
        self.prepare()
        answer = self._sent("token_endpoint", form)
        body = json_object(answer)
        if answer.status != 200:
            words = str(body.get("error")), shown(str(body.get("error_description", "")))
            is_refusal = answer.status in _REFUSAL_STATUSES
            raise (refused(*words) if is_refusal else None) or self._refusal(answer)
        access, refresh, identity = (
            body.get(name) for name in ("access_token", "refresh_token", "id_token")
        )
        if not is_token(access):
            raise self._peer.trouble("Its answer holds no access token.")
        username = None
        if identity is not None or proof_needed:
            username = self._proven(str(identity), access, nonce)
        saved = Secret(refresh) if isinstance(refresh, str) and refresh else None
        return Tokens(Secret(access), saved, username)

    def _proven(self, identity: str, access: str, nonce: str | None) -> str | None:
        from alpkey.adapters.signin.id_token import Unproven, prove

        def claimed() -> dict[str, Any]:
            return prove(
                identity,
                self._keys,
                issuer=self._openid.issuer,
                client_id=self._openid.client_id,
                access_token=access,
                nonce=nonce,
                now=self._now(),
            )

        try:
            try:
                claims = claimed()
            except Unproven:
                if not self._is_recalled:
                    raise
                self._learn()  # a provider changes its keys now and then
                claims = claimed()
        except Unproven as error:
            raise InvalidFile("sign-in-unproven", host=self._peer.host, reason=str(error)) from None
        username = claims.get("preferred_username")
        return username if isinstance(username, str) else None

    def _password_refusal(self, error: str, description: str) -> AlpkeyError | None:
        if error in _NOT_BY_PASSWORD:
            return self._not_by_password()
        if error != "invalid_grant":
            return None
        code = "account-locked" if names_a_lock(description) else "sign-in-refused"
        return SignInRefused(
            code,
            site=self._site.name,
            dashboard=self._site.dashboard,
            message=description,
            retryable=code == "sign-in-refused",
        )

    def _token_refusal(self, error: str, _description: str) -> AlpkeyError | None:
        if error == "invalid_grant":
            return SignInRefused("token-refused", site=self._site.name, retryable=True)
        return None

    def _device_refusal(self, error: str, description: str) -> AlpkeyError | None:
        match error:
            case "authorization_pending":
                raise _Waiting(timedelta())
            case "slow_down":
                raise _Waiting(SLOWER_BY)
            case "access_denied":
                return Cancelled("sign-in-denied", site=self._site.name)
            case "expired_token":
                return SignInRefused("device-code-expired", site=self._site.name, retryable=True)
        return self._token_refusal(error, description)

    def _refusal(self, answer: HttpAnswer) -> AlpkeyError:
        """A refusal only in the provider's own words; all else is trouble on the way to it."""
        body = json_object(answer)
        error = body.get("error")
        message = body.get("error_description") or error
        is_own = answer.status == 400 or (
            answer.status in _REFUSAL_STATUSES
            and isinstance(error, str)
            and error in _PROVIDER_ERRORS
        )
        if not isinstance(message, str) or not is_own:
            return self._peer.trouble(f"It answers with status {answer.status}.")
        return SignInRefused("request-refused", site=self._site.name, message=shown(message))

    def _not_by_password(self) -> NeedsBrowser:
        return NeedsBrowser("password-not-allowed", site=self._site.name, host=self._peer.host)

    def _fetched(self, url: str) -> dict[str, Any]:
        try:
            answer = self._http.get(url, timeout_s=TIMEOUT_S)
        except AnswerLost:
            raise self._peer.trouble("No answer came from it.") from None
        found = json_object(answer)
        if answer.status != 200 or not found:
            raise self._peer.trouble("It does not answer as an identity provider does.")
        return found

    def _endpoint(self, name: str) -> str:
        url = self._metadata.get(name)
        if not isinstance(url, str):
            raise self._peer.trouble(f"It names no {name.replace('_', ' ')}.")
        return self._secure(url, name)

    def _secure(self, url: str, name: str) -> str:
        """``url``, which the provider names: a secret goes there, or a person with one."""
        if not is_secure(url):
            raise self._peer.trouble(f"Its {name.replace('_', ' ')} is an address without https.")
        return url

    def _sent(self, endpoint: str, form: Form) -> HttpAnswer:
        try:
            return self._http.send(
                "POST",
                self._endpoint(endpoint),
                form={"client_id": self._openid.client_id, **form},
                headers={"X-Client-Type": self._client_type},
                timeout_s=TIMEOUT_S,
                connect_timeout_s=CONNECT_TIMEOUT_S,
            )
        except AnswerLost:
            raise self._peer.trouble("No answer came from it.") from None


def _interval(seconds: object) -> timedelta:
    """Between two polls; raises TypeError, ValueError or OverflowError where it is no number."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | str):
        raise TypeError("no number of seconds")
    return min(max(timedelta(seconds=float(seconds)), FASTEST), SLOWEST)


def _is_key_set(keys: Any) -> bool:
    """Whether this has the shape of a JWK Set (RFC 7517, 5)."""
    rows = keys.get("keys") if isinstance(keys, dict) else None
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)


class _Waiting(Exception):
    """Nobody has answered yet."""

    def __init__(self, slower_by: timedelta) -> None:
        super().__init__()
        self.slower_by = slower_by
