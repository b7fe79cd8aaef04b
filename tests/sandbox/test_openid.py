"""The OpenID provider: what it publishes, and each way to a token with each way to be refused."""

import pytest
from joserfc.errors import BadSignatureError

from tests.sandbox.openid_client import (
    CLIENT_ID,
    DEVICE_CODE,
    REDIRECT_URI,
    Browser,
    OpenIdClient,
    Pkce,
)

DAY_S = 24 * 3600
ACCESS_S = 300


def code_for(openid: OpenIdClient, browser: Browser, pkce: Pkce) -> str:
    page = browser.sign_in(browser.open(openid.address(pkce)))
    return page.arrived["code"]


def later(openid: OpenIdClient, seconds: float) -> None:
    openid.centre.control("clock", offset_s=seconds)


class TestDiscovery:
    def test_it_tells_where_everything_is(self, openid: OpenIdClient) -> None:
        answer = openid.metadata
        issuer = openid.centre.facts.issuer
        assert issuer.endswith("/auth/realms/cscs")
        assert answer["issuer"] == issuer
        for name in ("authorization", "token", "device_authorization", "end_session"):
            assert answer[f"{name}_endpoint"].startswith(f"{issuer}/protocol/openid-connect/")
        assert answer["code_challenge_methods_supported"] == ["S256"]
        assert {"authorization_code", "refresh_token", "password", DEVICE_CODE} == set(
            answer["grant_types_supported"]
        )

    def test_under_the_centres_name_it_is_the_centres_issuer(self, openid: OpenIdClient) -> None:
        at = f"{openid.centre.facts.issuer}/.well-known/openid-configuration"
        answer = openid.https.send("GET", at, headers={"Host": "auth.cscs.ch"}).json
        assert answer["issuer"] == "https://auth.cscs.ch/auth/realms/cscs"

    def test_under_a_strange_name_it_is_nobody(self, openid: OpenIdClient) -> None:
        at = f"{openid.centre.facts.issuer}/.well-known/openid-configuration"
        assert openid.https.send("GET", at, headers={"Host": "evil.example"}).status == 400

    def test_the_published_keys_are_public(self, openid: OpenIdClient) -> None:
        [key] = openid.https.send("GET", openid.metadata["jwks_uri"]).json["keys"]
        assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
        assert "d" not in key


class TestDirectGrant:
    def test_it_gives_tokens_that_say_who_and_how_long(self, openid: OpenIdClient) -> None:
        reply = openid.direct()
        assert reply.status == 200, reply.body
        tokens = reply.json
        assert tokens["token_type"] == "Bearer"
        assert tokens["expires_in"] == ACCESS_S
        assert DAY_S - 60 < tokens["refresh_expires_in"] <= DAY_S
        assert "no-store" in reply.headers["Cache-Control"]
        claims = openid.claims(tokens["id_token"])
        assert (claims["iss"], claims["aud"]) == (openid.centre.facts.issuer, CLIENT_ID)
        assert claims["preferred_username"] == openid.centre.username
        assert claims["exp"] - claims["iat"] == ACCESS_S
        assert claims["at_hash"]

    @pytest.mark.parametrize("wrong", ["username", "password", "totp"])
    def test_one_text_for_all_that_can_be_wrong(self, openid: OpenIdClient, wrong: str) -> None:
        reply = openid.direct(**{wrong: "000000"})
        assert (reply.status, reply.json) == (
            401,
            {"error": "invalid_grant", "error_description": "Invalid user credentials"},
        )

    def test_a_code_works_once_whichever_service_took_it(self, openid: OpenIdClient) -> None:
        code = openid.centre.otp()
        body = {"username": openid.centre.username, "password": openid.centre.password}
        service = openid.centre.facts.service_url
        assert openid.https.send("POST", service, body={**body, "otp": code}).status == 200
        assert openid.direct(totp=code).status == 401

    def test_without_the_scope_there_is_no_id_token(self, openid: OpenIdClient) -> None:
        assert "id_token" not in openid.direct(scope="").json

    def test_a_locked_account_is_told_so(self, openid: OpenIdClient) -> None:
        openid.centre.control("account", locked=True)
        reply = openid.direct()
        assert (reply.status, reply.json["error_description"]) == (400, "Account disabled")

    def test_the_guest_has_no_password(self, openid: OpenIdClient) -> None:
        for password in ("", openid.centre.password):
            reply = openid.direct(username=openid.centre.facts.guest, password=password)
            assert (reply.status, reply.json["error"]) == (401, "invalid_grant")

    def test_a_client_that_may_not_is_told_so(self, openid: OpenIdClient) -> None:
        reply = openid.direct(client_id="authx-browser-only")
        assert (reply.status, reply.json["error"]) == (400, "unauthorized_client")

    def test_a_strange_client_or_way_is_refused(self, openid: OpenIdClient) -> None:
        assert openid.direct(client_id="unknown").json["error"] == "invalid_client"
        assert openid.token("magic").json["error"] == "unsupported_grant_type"
        assert openid.direct(scope="everything").json["error"] == "invalid_scope"


class TestRefresh:
    def test_each_token_works_once_and_brings_the_next(self, openid: OpenIdClient) -> None:
        token = openid.direct().json["refresh_token"]
        for _ in range(3):
            reply = openid.refresh(token)
            assert reply.status == 200, reply.body
            assert openid.claims(reply.json["id_token"])["preferred_username"] == "alice"
            assert reply.json["refresh_token"] != token
            token = reply.json["refresh_token"]

    def test_a_second_use_ends_the_session(self, openid: OpenIdClient) -> None:
        first = openid.direct().json["refresh_token"]
        second = openid.refresh(first).json["refresh_token"]
        for token in (first, second):
            reply = openid.refresh(token)
            assert (reply.status, reply.json["error"]) == (400, "invalid_grant")

    def test_it_lives_for_a_day(self, openid: OpenIdClient) -> None:
        token = openid.direct().json["refresh_token"]
        later(openid, DAY_S - 60)
        token = openid.refresh(token).json["refresh_token"]
        later(openid, DAY_S + 60)
        assert openid.refresh(token).json["error"] == "invalid_grant"

    def test_of_another_client_it_is_worth_nothing(self, openid: OpenIdClient) -> None:
        token = openid.direct().json["refresh_token"]
        stolen = openid.token("refresh_token", refresh_token=token, client_id="authx-browser-only")
        assert stolen.json["error"] == "invalid_grant"
        assert openid.refresh(token).status == 200

    def test_a_locked_account_gets_no_more(self, openid: OpenIdClient) -> None:
        token = openid.direct().json["refresh_token"]
        openid.centre.control("account", locked=True)
        assert openid.refresh(token).json["error"] == "invalid_grant"
        openid.centre.control("account", locked=False)
        assert openid.refresh(token).status == 200

    def test_given_back_it_is_worth_nothing(self, openid: OpenIdClient) -> None:
        token = openid.direct().json["refresh_token"]
        assert openid.post("revocation_endpoint", token=token).status == 200
        assert openid.refresh(token).json["error"] == "invalid_grant"
        assert openid.post("revocation_endpoint", token="unknown").status == 200


class TestCodeFlow:
    def test_a_code_becomes_tokens(self, openid: OpenIdClient, browser: Browser) -> None:
        pkce = Pkce()
        page = browser.sign_in(browser.open(openid.address(pkce)))
        assert page.arrived["state"] == "a state"
        reply = openid.redeem(page.arrived["code"], pkce)
        assert reply.status == 200, reply.body
        claims = openid.claims(reply.json["id_token"])
        assert (claims["nonce"], claims["preferred_username"]) == ("a nonce", "alice")
        assert openid.refresh(reply.json["refresh_token"]).status == 200

    def test_a_code_used_again_ends_the_session(
        self, openid: OpenIdClient, browser: Browser
    ) -> None:
        pkce = Pkce()
        code = code_for(openid, browser, pkce)
        token = openid.redeem(code, pkce).json["refresh_token"]
        assert openid.redeem(code, pkce).json["error"] == "invalid_grant"
        assert openid.refresh(token).json["error"] == "invalid_grant"

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"code_verifier": Pkce().verifier}, "invalid_grant"),
            ({"code_verifier": ""}, "invalid_request"),
            ({"redirect_uri": f"{REDIRECT_URI}/"}, "invalid_grant"),
            ({"client_id": "authx-browser-only"}, "invalid_grant"),
            ({"code": "unknown"}, "invalid_grant"),
        ],
    )
    def test_a_wrong_word_is_refused(
        self, openid: OpenIdClient, browser: Browser, wrong: dict[str, str], error: str
    ) -> None:
        pkce = Pkce()
        code = code_for(openid, browser, pkce)
        reply = openid.redeem(**{"code": code, "pkce": pkce, **wrong})  # type: ignore[arg-type]
        assert (reply.status, reply.json["error"]) == (400, error)

    def test_a_code_lives_for_a_minute(self, openid: OpenIdClient, browser: Browser) -> None:
        pkce = Pkce()
        code = code_for(openid, browser, pkce)
        later(openid, 61)
        assert openid.redeem(code, pkce).json["error"] == "invalid_grant"

    @pytest.mark.parametrize(
        "uri",
        [
            f"{REDIRECT_URI}/",
            "http://127.0.0.1:8765",
            "http://localhost:8766",
            "https://evil.example",
        ],
    )
    def test_another_redirect_is_not_followed(
        self, openid: OpenIdClient, browser: Browser, uri: str
    ) -> None:
        page = browser.open(openid.address(Pkce(), redirect_uri=uri))
        assert page.status == 400
        assert "not supported" in page.words

    @pytest.mark.parametrize(
        "wrong",
        [
            {"code_challenge": None, "code_challenge_method": None},
            {"code_challenge_method": "plain"},
            {"code_challenge_method": None},
        ],
    )
    def test_without_a_hashed_challenge_there_is_no_login(
        self, openid: OpenIdClient, browser: Browser, wrong: dict[str, str | None]
    ) -> None:
        answer = browser.open(openid.address(Pkce(), **wrong)).arrived
        assert (answer["error"], answer["state"]) == ("invalid_request", "a state")

    def test_another_way_of_answering_is_refused(
        self, openid: OpenIdClient, browser: Browser
    ) -> None:
        answer = browser.open(openid.address(Pkce(), response_type="token")).arrived
        assert answer["error"] == "unsupported_response_type"

    def test_without_a_session_nothing_is_done_unseen(
        self, openid: OpenIdClient, browser: Browser
    ) -> None:
        answer = browser.open(openid.address(Pkce(), prompt="none")).arrived
        assert answer["error"] == "login_required"


class TestDeviceFlow:
    def test_a_device_gets_tokens_once_a_person_says_yes(
        self, openid: OpenIdClient, browser: Browser
    ) -> None:
        asked = openid.post("device_authorization_endpoint", scope="openid").json
        assert asked["interval"] == 5
        assert asked["user_code"] in asked["verification_uri_complete"]
        assert openid.poll(asked["device_code"]).json["error"] == "authorization_pending"
        consent = browser.sign_in(browser.open(asked["verification_uri_complete"]))
        assert asked["user_code"] in consent.words
        assert "Connected" in browser.submit(consent, "allow").words
        reply = openid.poll(asked["device_code"])
        assert reply.status == 200, reply.body
        assert openid.claims(reply.json["id_token"])["preferred_username"] == "alice"
        assert openid.refresh(reply.json["refresh_token"]).status == 200
        assert openid.poll(asked["device_code"]).json["error"] == "invalid_grant"

    def test_a_no_is_told(self, openid: OpenIdClient, browser: Browser) -> None:
        asked = openid.post("device_authorization_endpoint").json
        consent = browser.sign_in(browser.open(asked["verification_uri_complete"]))
        browser.submit(consent, "deny")
        assert openid.poll(asked["device_code"]).json["error"] == "access_denied"

    def test_a_hasty_device_is_slowed_down_for_good(self, openid: OpenIdClient) -> None:
        code = openid.post("device_authorization_endpoint").json["device_code"]

        def answer_at(seconds: int) -> str:
            later(openid, seconds)
            return str(openid.poll(code).json["error"])

        assert answer_at(0) == "authorization_pending"
        assert answer_at(6) == "authorization_pending"
        assert answer_at(9) == "slow_down"
        assert answer_at(16) == "slow_down"  # seven seconds, where ten are due by now
        assert answer_at(32) == "authorization_pending"

    def test_it_expires(self, openid: OpenIdClient, browser: Browser) -> None:
        asked = openid.post("device_authorization_endpoint").json
        later(openid, asked["expires_in"] + 1)
        assert openid.poll(asked["device_code"]).json["error"] == "expired_token"
        assert "not valid" in browser.open(asked["verification_uri_complete"]).words

    def test_an_unknown_device_is_refused(self, openid: OpenIdClient) -> None:
        assert openid.poll("unknown").json["error"] == "invalid_grant"
        code = openid.post("device_authorization_endpoint").json["device_code"]
        stolen = openid.token(DEVICE_CODE, device_code=code, client_id="authx-browser-only")
        assert stolen.json["error"] == "unauthorized_client"
        refused = openid.post("device_authorization_endpoint", client_id="unknown")
        assert refused.json["error"] == "invalid_client"


class TestEndOfSession:
    def test_an_id_token_ends_its_session(self, openid: OpenIdClient, browser: Browser) -> None:
        tokens = openid.direct().json
        ended = openid.metadata["end_session_endpoint"]
        hint = f"id_token_hint={tokens['id_token']}"
        browser.open(f"{ended}?{hint}")
        assert openid.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
        back = browser.open(f"{ended}?{hint}&post_logout_redirect_uri={REDIRECT_URI}&state=s")
        assert back.arrived == {"state": "s"}

    def test_a_refresh_token_ends_its_session(self, openid: OpenIdClient) -> None:
        token = openid.direct().json["refresh_token"]
        assert openid.post("end_session_endpoint", refresh_token=token).status == 204
        assert openid.refresh(token).json["error"] == "invalid_grant"

    def test_a_browser_ends_its_own(self, openid: OpenIdClient, browser: Browser) -> None:
        pkce = Pkce()
        token = openid.redeem(code_for(openid, browser, pkce), pkce).json["refresh_token"]
        assert "signed out" in browser.open(openid.metadata["end_session_endpoint"]).words
        assert openid.refresh(token).json["error"] == "invalid_grant"
        assert "Password" in browser.open(openid.address(Pkce())).words

    def test_a_false_hint_ends_nothing(self, openid: OpenIdClient, browser: Browser) -> None:
        tokens = openid.direct().json
        false = tokens["id_token"][:-8] + "AAAAAAAA"
        page = browser.open(f"{openid.metadata['end_session_endpoint']}?id_token_hint={false}")
        assert page.status == 400
        assert openid.refresh(tokens["refresh_token"]).status == 200


class TestSpoiltTokens:
    """What is wrong with them shows in the id_token, for a client that looks."""

    def spoilt(self, openid: OpenIdClient, kind: str) -> str:
        openid.centre.control("faults", call="token", kind=kind)
        token: str = openid.direct().json["id_token"]
        assert openid.centre.state()["faults"] == []
        return token

    def test_expired(self, openid: OpenIdClient) -> None:
        claims = openid.claims(self.spoilt(openid, "expired"))
        assert claims["exp"] < openid.claims(openid.direct().json["id_token"])["iat"]

    def test_not_yet_valid(self, openid: OpenIdClient) -> None:
        claims = openid.claims(self.spoilt(openid, "not-yet-valid"))
        assert claims["iat"] > openid.claims(openid.direct().json["id_token"])["exp"]

    def test_about_somebody_else(self, openid: OpenIdClient) -> None:
        claims = openid.claims(self.spoilt(openid, "wrong-principal"))
        assert claims["preferred_username"] == openid.centre.facts.guest

    def test_signed_by_a_stranger(self, openid: OpenIdClient) -> None:
        with pytest.raises(BadSignatureError):
            openid.claims(self.spoilt(openid, "foreign-ca"))

    def test_it_waits_for_a_token(self, openid: OpenIdClient) -> None:
        openid.centre.control("faults", call="token", kind="expired")
        assert openid.direct(password="wrong").status == 401
        assert openid.centre.state()["faults"] != []
