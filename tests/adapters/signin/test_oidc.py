"""Signing in by OpenID Connect where the contract says nothing: proofs, trouble, round trips."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from alpkey.adapters.clock import now
from alpkey.adapters.service.http import Http, HttpAnswer
from alpkey.adapters.signin.id_token import Unproven, prove
from alpkey.adapters.signin.oidc import OpenIdSignIn
from alpkey.core.errors import InvalidFile, NeedsBrowser, SignInRefused, Unreachable
from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials
from alpkey.core.signin.ports import DeviceRequest
from alpkey.core.site import OpenId
from tests.centre import Centre
from tests.contracts.test_identity_provider import openid_of, provider_of
from tests.core.sites import site
from tests.sandbox.openid_client import Browser

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = RSAKey.generate_key(2048, {"use": "sig", "kid": "one"})
OTHER = RSAKey.generate_key(2048, {"use": "sig", "kid": "one"})
KEYS = {"keys": [KEY.as_dict(private=False), {"kty": "oct", "use": "enc", "k": "AA"}]}
RIGHT = {
    "iss": "https://issuer",
    "aud": "a client",
    "sub": "a person",
    "nonce": "a nonce",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
}


def proven(token: str, access_token: str = "an access token") -> dict[str, Any]:
    return prove(
        token,
        KEYS,
        issuer="https://issuer",
        client_id="a client",
        access_token=access_token,
        nonce="a nonce",
        now=NOW,
    )


def token(header: dict[str, Any] | None = None, key: Any = KEY, **other: Any) -> str:
    claims = {name: value for name, value in {**RIGHT, **other}.items() if value is not None}
    full = header or {"alg": "RS256", "kid": "one"}
    return jwt.encode(full, claims, key, [full["alg"]])


def base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class TestProof:
    def test_what_is_right_is_taken(self) -> None:
        assert proven(token())["sub"] == "a person"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"iss": "https://another"},
            {"iss": None},
            {"aud": "another client"},
            {"aud": None},
            {"aud": ["a client", "another"], "azp": "another"},
            {"nonce": "another"},
            {"nonce": None},
            {"exp": int(NOW.timestamp()) - 301},
            {"exp": None},
            {"iat": int(NOW.timestamp()) + 3600},
            {"at_hash": "AAAA"},
            {"sub": None},
        ],
    )
    def test_what_is_wrong_is_not(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(Unproven):
            proven(token(**wrong))

    def test_a_clock_may_be_a_minute_off(self) -> None:
        assert proven(token(exp=int(NOW.timestamp()) - 30))

    def test_another_key_proves_nothing(self) -> None:
        with pytest.raises(Unproven):
            proven(token(key=OTHER))

    def test_the_published_key_is_no_shared_secret(self) -> None:
        """The old trick: an HMAC whose secret is the public key that everybody has."""
        header = json.dumps({"alg": "HS256", "kid": "one"}).encode()
        signed = b".".join(base64url(part) for part in (header, json.dumps(RIGHT).encode()))
        seal = hmac.digest(KEY.as_pem(private=False), signed, "sha256")
        with pytest.raises(Unproven):
            proven((signed + b"." + base64url(seal)).decode())

    def test_a_token_that_nobody_signed_proves_nothing(self) -> None:
        header = json.dumps({"alg": "none"}).encode()
        parts = [base64url(part) for part in (header, json.dumps(RIGHT).encode())]
        with pytest.raises(Unproven):
            proven(b".".join([*parts, b""]).decode())

    @pytest.mark.parametrize("odd", ["", "a.b.c", "None", "eyJhbGciOiJub25lIn0.e30."])
    def test_what_is_no_token_proves_nothing(self, odd: str) -> None:
        with pytest.raises(Unproven):
            proven(odd)


def right(centre: Centre) -> Credentials:
    return Credentials("alice", Secret(centre.password), Secret(centre.otp()))


class TestAtTheProvider:
    @pytest.mark.parametrize("kind", ["expired", "not-yet-valid", "foreign-ca"])
    def test_a_token_that_proves_nothing_is_not_used(self, centre: Centre, kind: str) -> None:
        centre.control("faults", call="token", kind=kind)
        with pytest.raises(InvalidFile) as raised:
            provider_of(centre).with_password(right(centre))
        assert raised.value.code == "sign-in-unproven"

    @pytest.mark.parametrize("days", [-1, 1])
    def test_clocks_that_are_a_day_apart_prove_nothing(self, centre: Centre, days: int) -> None:
        credentials = right(centre)
        there = OpenIdSignIn(
            openid_of(centre),
            site(),
            Http(centre.facts.ca_bundle),
            lambda: now() + timedelta(days=days),
        )
        with pytest.raises(InvalidFile) as raised:
            there.with_password(credentials)
        assert raised.value.code == "sign-in-unproven"

    def test_who_signed_in_is_told_though_it_is_somebody_else(self, centre: Centre) -> None:
        centre.control("faults", call="token", kind="wrong-principal")
        tokens = provider_of(centre).with_password(right(centre))
        assert tokens.username == centre.facts.guest

    def test_an_answer_to_another_request_proves_nothing(self, centre: Centre) -> None:
        provider, browser = provider_of(centre), Browser(centre)
        request = provider.for_browser()
        told = browser.sign_in(browser.open(request.url)).arrived
        with pytest.raises(InvalidFile):
            provider.with_code(replace(request, nonce="another"), Secret(told["code"]))

    def test_a_verifier_of_another_request_is_refused(self, centre: Centre) -> None:
        provider, browser = provider_of(centre), Browser(centre)
        request, other = provider.for_browser(), provider.for_browser()
        told = browser.sign_in(browser.open(request.url)).arrived
        with pytest.raises(SignInRefused) as refused:
            provider.with_code(replace(request, verifier=other.verifier), Secret(told["code"]))
        assert refused.value.code == "token-refused"

    def test_where_the_site_says_no_nothing_is_sent(self, centre: Centre) -> None:
        openid = replace(openid_of(centre), methods=("browser",))
        with pytest.raises(NeedsBrowser):
            provider_of(centre, openid).with_password(right(centre))
        assert not centre.saw_a_password()

    def test_prepared_a_refresh_is_one_round_trip(self, centre: Centre) -> None:
        provider = provider_of(centre)
        refresh = provider.with_password(right(centre)).refresh
        assert refresh
        before = len(centre.state()["requests"])
        provider.again(refresh)
        assert calls_since(centre, before) == ["token"]

    def test_what_was_learned_once_is_recalled(self, centre: Centre) -> None:
        first, later = provider_of(centre), provider_of(centre)
        refresh = first.with_password(right(centre)).refresh
        assert refresh
        later.recall(first.knowledge())
        before = len(centre.state()["requests"])
        assert later.again(refresh).username == "alice"
        assert calls_since(centre, before) == ["token"]

    @pytest.mark.parametrize("part", ["keys", "token_endpoint"])
    def test_what_has_changed_since_is_learned_anew(self, centre: Centre, part: str) -> None:
        first, later = provider_of(centre), provider_of(centre)
        refresh = first.with_password(right(centre)).refresh
        assert refresh
        known = json.loads(first.knowledge())
        if part == "keys":
            known["keys"] = KEYS
        else:
            known["metadata"][part] += "-of-old"
        later.recall(json.dumps(known))
        assert later.again(refresh).username == "alice"

    def test_a_refusal_is_none_of_an_old_address(self, centre: Centre) -> None:
        first, later = provider_of(centre), provider_of(centre)
        first.prepare()
        later.recall(first.knowledge())
        before = len(centre.state()["requests"])
        with pytest.raises(SignInRefused) as refused:
            later.again(Secret("of nobody"))
        assert refused.value.code == "token-refused"
        assert calls_since(centre, before) == ["token"]

    @pytest.mark.parametrize(
        "knowledge",
        ["", "[]", "{}", '{"metadata": {"issuer": "https://other"}, "keys": {"keys": []}}'],
    )
    def test_what_is_not_of_this_provider_is_passed_over(
        self, centre: Centre, knowledge: str
    ) -> None:
        provider = provider_of(centre)
        provider.recall(knowledge)
        assert provider.with_password(right(centre)).username == "alice"

    def test_a_hasty_device_slows_down(self, centre: Centre) -> None:
        provider = provider_of(centre)
        request = provider.for_device()
        assert request.interval == timedelta(seconds=5)
        assert provider.with_device(request) == request
        slower = provider.with_device(request)
        assert isinstance(slower, DeviceRequest)
        assert slower.interval == timedelta(seconds=10)

    def test_a_device_code_runs_out(self, centre: Centre) -> None:
        provider = provider_of(centre)
        request = provider.for_device()
        centre.control("clock", offset_s=601)
        with pytest.raises(SignInRefused) as refused:
            provider.with_device(request)
        assert refused.value.code == "device-code-expired"

    def test_another_provider_at_the_address_is_trouble(self, centre: Centre) -> None:
        """The discovery document speaks of itself by the name it was asked under."""
        elsewhere = centre.facts.issuer.replace("localhost", "127.0.0.1")
        openid = replace(openid_of(centre), issuer=f"{elsewhere}/")
        with pytest.raises(Unreachable) as raised:
            provider_of(centre, openid).prepare()
        assert raised.value.code == "service-trouble"


def calls_since(centre: Centre, before: int) -> list[str]:
    return [one["call"] for one in centre.state()["requests"][before:]]


KINDS = ["garbage", "html", "empty-object", "cut-before", "cut-after", "retired"]


class TestTrouble:
    @pytest.mark.parametrize("kind", KINDS)
    def test_of_tokens(self, centre: Centre, kind: str) -> None:
        provider = provider_of(centre)
        provider.prepare()
        centre.control("faults", call="token", kind=kind)
        with pytest.raises(Unreachable) as raised:
            provider.with_password(right(centre))
        assert raised.value.code == "service-trouble"

    @pytest.mark.parametrize("kind", KINDS)
    def test_of_device_codes(self, centre: Centre, kind: str) -> None:
        provider = provider_of(centre)
        provider.prepare()
        centre.control("faults", call="device", kind=kind)
        with pytest.raises(Unreachable) as raised:
            provider.for_device()
        assert raised.value.code == "service-trouble"

    @pytest.mark.parametrize(("status", "error"), [(400, SignInRefused), (503, Unreachable)])
    def test_of_status(
        self, centre: Centre, status: int, error: type[SignInRefused | Unreachable]
    ) -> None:
        provider = provider_of(centre)
        centre.control("faults", call="token", kind="status", value=status)
        with pytest.raises(error) as raised:
            provider.with_password(right(centre))
        assert raised.value.code in ("request-refused", "service-trouble")

    @pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
    @pytest.mark.parametrize("body", ['{"error": "blocked"}', '{"message": "no"}', "<html>", ""])
    def test_what_stands_before_the_provider_says_nothing_of_a_token(
        self, status: int, body: str
    ) -> None:
        provider, http = provider_that_says(SECURE)
        http.token_answer = HttpAnswer(status, "application/json", body.encode())
        for use in (
            lambda: provider.again(Secret("a token")),
            lambda: provider.with_device(provider.for_device()),
        ):
            with pytest.raises(Unreachable) as raised:
                use()
            assert raised.value.code == "service-trouble"

    @pytest.mark.parametrize("status", [404, 429, 502])
    def test_not_even_in_the_providers_words(self, status: int) -> None:
        provider, http = provider_that_says(SECURE)
        http.token_answer = HttpAnswer(status, "application/json", b'{"error": "invalid_grant"}')
        with pytest.raises(Unreachable):
            provider.again(Secret("a token"))

    @pytest.mark.parametrize("status", [400, 401])
    def test_the_provider_itself_refuses_a_token(self, status: int) -> None:
        provider, http = provider_that_says(SECURE)
        http.token_answer = HttpAnswer(status, "application/json", b'{"error": "invalid_grant"}')
        with pytest.raises(SignInRefused) as refused:
            provider.again(Secret("a token"))
        assert refused.value.code == "token-refused"

    def test_of_whoever_is_no_provider(self, centre: Centre) -> None:
        openid = replace(openid_of(centre), issuer=centre.facts.gateway_url)
        with pytest.raises(Unreachable) as raised:
            provider_of(centre, openid).prepare()
        assert raised.value.code == "service-trouble"


class FakeHttp(Http):
    """Answers every request with one document, which stands for all of a provider's."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._answer = HttpAnswer(200, "application/json", json.dumps(document).encode())
        self.sent: list[str] = []
        self.token_answer: HttpAnswer | None = None

    def get(self, url: str, *, timeout_s: float) -> HttpAnswer:
        return self._answer

    def send(self, method: str, url: str, **more: Any) -> HttpAnswer:
        self.sent.append(url)
        self.headers = more.get("headers")
        return (self.token_answer if url.endswith("/token") else None) or self._answer


INSECURE = ["http://issuer/keys", "http://127.0.0.1/keys", "file:///etc/passwd", "https://"]
SECURE = {
    "issuer": "https://issuer",
    "jwks_uri": "https://issuer/keys",
    "keys": [],
    "authorization_endpoint": "https://issuer/authorize",
    "device_authorization_endpoint": "https://issuer/device",
    "revocation_endpoint": "https://issuer/revoke",
    "token_endpoint": "https://issuer/token",
    "device_code": "a code",
    "user_code": "ABCD",
    "verification_uri": "https://issuer/page",
    "verification_uri_complete": "https://issuer/page?code=ABCD",
    "expires_in": 600,
}
USES: dict[str, Callable[[OpenIdSignIn], object]] = {
    "jwks_uri": lambda provider: provider.prepare(),
    "authorization_endpoint": lambda provider: provider.for_browser(),
    "device_authorization_endpoint": lambda provider: provider.for_device(),
    "revocation_endpoint": lambda provider: provider.end(Secret("a token")),
    "token_endpoint": lambda provider: provider.again(Secret("a token")),
    "verification_uri": lambda provider: provider.for_device(),
    "verification_uri_complete": lambda provider: provider.for_device(),
}


def provider_that_says(document: dict[str, Any]) -> tuple[OpenIdSignIn, FakeHttp]:
    openid = OpenId("https://issuer", "a client", "http://localhost:8765", ("password",))
    http = FakeHttp(document)
    return OpenIdSignIn(openid, site(), http, now), http


def test_the_kind_of_client_is_named_as_at_the_gateway() -> None:
    provider, http = provider_that_says(SECURE)
    provider.for_device()
    assert http.headers == {"X-Client-Type": "cli"}


def test_a_fresh_page_is_for_one_account() -> None:
    provider, _ = provider_that_says(SECURE)
    query = parse_qs(urlsplit(provider.for_browser("bob").url).query)
    assert (query["prompt"], query["login_hint"]) == (["login"], ["bob"])
    assert (
        not {"prompt", "login_hint"} & parse_qs(urlsplit(provider.for_browser().url).query).keys()
    )


@pytest.mark.parametrize("uri", [None, 1, *INSECURE])
@pytest.mark.parametrize("name", [name for name in USES if not name.startswith("verification")])
def test_an_endpoint_without_tls_is_not_used(name: str, uri: object) -> None:
    provider, http = provider_that_says({**SECURE, name: uri})
    with pytest.raises(Unreachable) as raised:
        USES[name](provider)
    assert raised.value.code == "service-trouble"
    assert name.replace("_", " ") in str(raised.value.params["reason"])
    assert http.sent == []


@pytest.mark.parametrize("uri", INSECURE)
@pytest.mark.parametrize("name", ["verification_uri", "verification_uri_complete"])
def test_no_one_is_led_to_a_page_without_tls(name: str, uri: str) -> None:
    """A person types the password there."""
    provider, _ = provider_that_says({**SECURE, name: uri})
    with pytest.raises(Unreachable) as raised:
        USES[name](provider)
    assert raised.value.code == "service-trouble"
    reason = f"Its {name.replace('_', ' ')} is an address without https."
    assert raised.value.params["reason"] == reason


def test_the_pages_with_tls_are_those_that_are_shown() -> None:
    """So that the tests above prove what they seem to."""
    request = provider_that_says(SECURE)[0].for_device()
    assert (request.url, request.complete_url) == (
        SECURE["verification_uri"],
        SECURE["verification_uri_complete"],
    )
