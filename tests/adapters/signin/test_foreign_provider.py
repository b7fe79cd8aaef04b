"""Signing in at a certified provider that is not ours: what the protocol says, not our reading."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alpkey.adapters.clock import now
from alpkey.adapters.service.http import Http
from alpkey.adapters.signin.oidc import OpenIdSignIn
from alpkey.core.errors import Cancelled, InvalidFile, NeedsBrowser, SignInRefused, Unreachable
from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials
from alpkey.core.signin.ports import BrowserRequest, DeviceRequest, Tokens
from alpkey.core.site import OpenId, SignInMethod
from tests.core.sites import site
from tests.e2e.waiting import until
from tests.foreign.provider import PASSWORD, USERNAME, ForeignProvider, foreign_provider


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignProvider]:
    with foreign_provider(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture
def own_provider(tmp_path: Path) -> Iterator[ForeignProvider]:
    """One that a test may stop."""
    with foreign_provider(tmp_path) as running:
        yield running


def client_of(provider: ForeignProvider) -> OpenIdSignIn:
    openid = OpenId(provider.issuer, "authx-cli", "http://localhost:8765", tuple(SignInMethod))
    return OpenIdSignIn(openid, site(), Http(provider.ca_bundle), now)


@pytest.fixture
def client(provider: ForeignProvider) -> OpenIdSignIn:
    return client_of(provider)


def code_from(provider: ForeignProvider, request: BrowserRequest) -> Secret:
    """What the browser brings back, once somebody signed in there."""
    browser = provider.browser()
    told = browser.sign_in(browser.open(request.url)).arrived
    assert told["state"] == request.state
    return Secret(told["code"])


def signed_in(client: OpenIdSignIn, provider: ForeignProvider) -> Tokens:
    request = client.for_browser()
    return client.with_code(request, code_from(provider, request))


def refresh_of(tokens: Tokens) -> Secret:
    assert tokens.refresh
    return tokens.refresh


class TestBrowser:
    def test_it_tells_who_signed_in(self, client: OpenIdSignIn, provider: ForeignProvider) -> None:
        tokens = signed_in(client, provider)
        assert tokens.username == USERNAME
        assert tokens.access
        assert tokens.refresh

    def test_a_wrong_password_is_its_own_affair(
        self, client: OpenIdSignIn, provider: ForeignProvider
    ) -> None:
        request, browser = client.for_browser(), provider.browser()
        again = browser.sign_in(browser.open(request.url), password="wrong")
        assert again.status == 401
        told = browser.sign_in(again).arrived
        assert client.with_code(request, Secret(told["code"])).username == USERNAME

    def test_a_no_comes_back_as_one(self, client: OpenIdSignIn, provider: ForeignProvider) -> None:
        request, browser = client.for_browser(), provider.browser()
        told = browser.sign_in(browser.open(request.url), "deny").arrived
        assert (told["error"], told["state"]) == ("access_denied", request.state)

    def test_a_code_works_once(self, client: OpenIdSignIn, provider: ForeignProvider) -> None:
        request = client.for_browser()
        code = code_from(provider, request)
        client.with_code(request, code)
        with pytest.raises(SignInRefused) as refused:
            client.with_code(request, code)
        assert refused.value.code == "token-refused"

    def test_a_code_of_another_request_is_refused(
        self, client: OpenIdSignIn, provider: ForeignProvider
    ) -> None:
        request, other = client.for_browser(), client.for_browser()
        code = code_from(provider, request)
        with pytest.raises(SignInRefused) as refused:
            client.with_code(other, code)
        assert refused.value.code == "token-refused"

    def test_an_answer_to_another_nonce_proves_nothing(
        self, client: OpenIdSignIn, provider: ForeignProvider
    ) -> None:
        request = client.for_browser()
        with pytest.raises(InvalidFile) as unproven:
            client.with_code(replace(request, nonce="another"), code_from(provider, request))
        assert unproven.value.code == "sign-in-unproven"


class TestDevice:
    def test_nobody_has_answered_yet(self, client: OpenIdSignIn) -> None:
        request = client.for_device()
        assert request.user_code in request.complete_url
        waiting = client.with_device(request)
        assert isinstance(waiting, DeviceRequest)
        assert waiting.interval >= request.interval

    def test_a_yes(self, client: OpenIdSignIn, provider: ForeignProvider) -> None:
        request = client.for_device()
        provider.browser().allow_device(request.complete_url)
        tokens = client.with_device(request)
        assert isinstance(tokens, Tokens)
        assert (tokens.username, bool(tokens.refresh)) == (USERNAME, True)

    def test_a_no(self, client: OpenIdSignIn, provider: ForeignProvider) -> None:
        request = client.for_device()
        provider.browser().deny_device(request.complete_url)
        with pytest.raises(Cancelled) as denied:
            client.with_device(request)
        assert denied.value.code == "sign-in-denied"

    def test_a_code_that_ran_out(self, tmp_path: Path) -> None:
        with foreign_provider(tmp_path, DeviceCode=1) as provider:
            client = client_of(provider)
            request = client.for_device()
            until(lambda: now() >= request.ends, "the end of the code")
            with pytest.raises(SignInRefused) as expired:
                client.with_device(request)
            assert expired.value.code == "device-code-expired"


class TestKeptSignIn:
    def test_each_token_brings_the_next_one(
        self, client: OpenIdSignIn, provider: ForeignProvider
    ) -> None:
        refresh = refresh_of(signed_in(client, provider))
        for _ in range(3):
            tokens = client.again(refresh)
            assert refresh_of(tokens) != refresh
            assert tokens.username in (None, USERNAME)
            refresh = refresh_of(tokens)

    def test_a_token_used_twice_ends_the_sign_in(
        self, client: OpenIdSignIn, provider: ForeignProvider
    ) -> None:
        """RFC 9700, section 4.14: why whoever uses one holds the lock."""
        first = refresh_of(signed_in(client, provider))
        second = refresh_of(client.again(first))
        for spent in (first, second):
            with pytest.raises(SignInRefused) as refused:
                client.again(spent)
            assert refused.value.code == "token-refused"

    def test_signed_out_it_works_no_more(
        self, client: OpenIdSignIn, provider: ForeignProvider
    ) -> None:
        refresh = refresh_of(signed_in(client, provider))
        client.end(refresh)
        client.end(refresh)
        with pytest.raises(SignInRefused):
            client.again(refresh)

    def test_another_program_goes_on_with_what_this_one_learned(
        self, client: OpenIdSignIn, provider: ForeignProvider
    ) -> None:
        refresh = refresh_of(signed_in(client, provider))
        other = client_of(provider)
        other.recall(client.knowledge())
        assert other.again(refresh).access


def test_it_takes_no_passwords_and_is_understood(client: OpenIdSignIn) -> None:
    with pytest.raises(NeedsBrowser) as refused:
        client.with_password(Credentials(USERNAME, Secret(PASSWORD), Secret("123456")))
    assert refused.value.code == "password-not-allowed"


@pytest.mark.parametrize(
    "step",
    [
        lambda client, _: client.for_device(),
        lambda client, _: client.with_code(client.for_browser(), Secret("a code")),
        lambda client, refresh: client.again(refresh),
        lambda client, refresh: client.end(refresh),
    ],
    ids=["device", "code", "again", "end"],
)
def test_one_that_is_gone_is_told_as_that(
    own_provider: ForeignProvider, step: Callable[[OpenIdSignIn, Secret], object]
) -> None:
    client = client_of(own_provider)
    refresh = refresh_of(signed_in(client, own_provider))
    own_provider.stop()
    with pytest.raises(Unreachable):
        step(client, refresh)
