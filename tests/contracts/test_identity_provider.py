"""What every way of signing in keeps to: OpenID Connect at the sandbox's provider, and the fake."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from alpkey.adapters.clock import now
from alpkey.adapters.service.http import Http
from alpkey.adapters.signin.oidc import OpenIdSignIn
from alpkey.core.errors import Cancelled, NeedsBrowser, SignInRefused
from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials
from alpkey.core.signin.ports import BrowserRequest, DeviceRequest, SignIn, Tokens
from alpkey.core.site import OpenId, SignInMethod
from tests.centre import Centre
from tests.contracts.fakes_sign_in import FakeSignIn
from tests.core.sites import site
from tests.sandbox.openid_client import Browser

PASSWORD, OTP = "a password", "123456"
WAYS = tuple(SignInMethod)


def openid_of(centre: Centre, client_id: str = "authx-cli") -> OpenId:
    return OpenId(centre.facts.issuer, client_id, "http://localhost:8765", WAYS)


def provider_of(centre: Centre, openid: OpenId | None = None) -> OpenIdSignIn:
    return OpenIdSignIn(openid or openid_of(centre), site(), Http(centre.facts.ca_bundle), now)


@dataclass(frozen=True)
class Subject:
    """A provider, what a person does at it, and what only its own side can bring about."""

    provider: SignIn
    without_passwords: SignIn
    right: Callable[[], Credentials]
    by_browser: Callable[[BrowserRequest], Secret]
    at_device: Callable[[DeviceRequest, bool], object]
    lock: Callable[[], object]


def _real(centre: Centre) -> Subject:
    browser = Browser(centre)

    def by_browser(request: BrowserRequest) -> Secret:
        told = browser.sign_in(browser.open(request.url)).arrived
        assert told["state"] == request.state
        return Secret(told["code"])

    def at_device(request: DeviceRequest, yes: bool) -> None:
        page = browser.sign_in(browser.open(request.complete_url))
        browser.submit(page, "allow" if yes else "deny")

    return Subject(
        provider_of(centre),
        provider_of(centre, openid_of(centre, "authx-browser-only")),
        lambda: Credentials("alice", Secret(centre.password), Secret(centre.otp())),
        by_browser,
        at_device,
        partial(centre.control, "account", locked=True),
    )


def _fake() -> Subject:
    fake, other = FakeSignIn(PASSWORD, OTP), FakeSignIn(PASSWORD, OTP)
    other.takes_passwords = False
    return Subject(
        fake,
        other,
        lambda: Credentials("alice", Secret(PASSWORD), Secret(OTP)),
        lambda _request: fake.sign_in_by_browser(),
        lambda request, yes: fake.answers.update({request.code: yes}),
        partial(setattr, fake, "locked", True),
    )


@pytest.fixture(params=["OpenID Connect", "fake"])
def subject(request: pytest.FixtureRequest) -> Subject:
    return _fake() if request.param == "fake" else _real(request.getfixturevalue("centre"))


def refresh_of(tokens: Tokens | DeviceRequest) -> Secret:
    assert isinstance(tokens, Tokens)
    assert tokens.refresh is not None
    return tokens.refresh


class TestContract:
    def test_a_password_gives_tokens_and_says_whose(self, subject: Subject) -> None:
        subject.provider.prepare()
        tokens = subject.provider.with_password(subject.right())
        assert tokens.username == "alice"
        assert tokens.access
        assert tokens.refresh

    @pytest.mark.parametrize("wrong", ["password", "otp"])
    def test_wrong_credentials_are_refused(self, subject: Subject, wrong: str) -> None:
        right = subject.right()
        values = {"password": right.password, "otp": right.otp, wrong: Secret("000000")}
        with pytest.raises(SignInRefused) as refused:
            subject.provider.with_password(Credentials("alice", values["password"], values["otp"]))
        assert (refused.value.code, refused.value.retryable) == ("sign-in-refused", True)

    def test_a_locked_account_is_told_apart(self, subject: Subject) -> None:
        subject.lock()
        with pytest.raises(SignInRefused) as refused:
            subject.provider.with_password(subject.right())
        assert (refused.value.code, refused.value.retryable) == ("account-locked", False)

    def test_where_no_password_is_taken_a_browser_is_needed(self, subject: Subject) -> None:
        with pytest.raises(NeedsBrowser) as refused:
            subject.without_passwords.with_password(subject.right())
        assert refused.value.code == "password-not-allowed"

    def test_each_refresh_token_works_once(self, subject: Subject) -> None:
        first = refresh_of(subject.provider.with_password(subject.right()))
        second = refresh_of(subject.provider.again(first))
        assert subject.provider.again(second).access
        with pytest.raises(SignInRefused) as refused:
            subject.provider.again(first)
        assert refused.value.code == "token-refused"

    def test_signed_out_it_works_no_more(self, subject: Subject) -> None:
        refresh = refresh_of(subject.provider.with_password(subject.right()))
        for _ in range(2):
            subject.provider.end(refresh)
        with pytest.raises(SignInRefused):
            subject.provider.again(refresh)

    def test_a_browser_brings_a_code(self, subject: Subject) -> None:
        request = subject.provider.for_browser()
        assert request.state in request.url
        code = subject.by_browser(request)
        assert subject.provider.with_code(request, code).username == "alice"
        with pytest.raises(SignInRefused) as refused:
            subject.provider.with_code(request, code)
        assert refused.value.code == "token-refused"

    def test_no_two_requests_are_alike(self, subject: Subject) -> None:
        first, second = (subject.provider.for_browser() for _ in range(2))
        assert first.state != second.state

    def test_a_device_waits_for_a_yes(self, subject: Subject) -> None:
        request = subject.provider.for_device()
        waiting = subject.provider.with_device(request)
        assert waiting == request
        subject.at_device(request, True)
        tokens = subject.provider.with_device(request)
        assert isinstance(tokens, Tokens)
        assert tokens.username == "alice"
        assert tokens.refresh

    def test_a_no_ends_it(self, subject: Subject) -> None:
        request = subject.provider.for_device()
        subject.at_device(request, False)
        with pytest.raises(Cancelled) as raised:
            subject.provider.with_device(request)
        assert raised.value.code == "sign-in-denied"
