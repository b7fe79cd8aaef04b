"""The pages of signing in, as a browser without scripts walks through them."""

import pytest

from tests.sandbox.openid_client import Browser, OpenIdClient, Page, Pkce


@pytest.fixture
def first(openid: OpenIdClient, browser: Browser) -> Page:
    return browser.open(openid.address(Pkce()))


def test_a_wrong_password_is_asked_again(browser: Browser, first: Page) -> None:
    again = browser.submit(first, "login", username="alice", password="wrong")
    assert "Invalid username or password" in again.words
    assert again.fields["username"] == "alice"
    assert browser.sign_in(again).arrived["code"]


def test_a_wrong_code_is_asked_again(browser: Browser, first: Page) -> None:
    second = browser.submit(first, "login", username="alice", password=browser.centre.password)
    again = browser.submit(second, "otp", otp="000000")
    assert "Invalid authenticator code" in again.words
    assert browser.submit(again, "otp", otp=browser.centre.otp()).arrived["code"]


def test_a_locked_account_is_told_so(browser: Browser, first: Page) -> None:
    browser.centre.control("account", locked=True)
    page = browser.submit(first, "login", username="alice", password=browser.centre.password)
    assert "disabled" in page.words


def test_who_gives_up_is_taken_back_to_the_client(browser: Browser, first: Page) -> None:
    answer = browser.submit(first, "cancel").arrived
    assert (answer["error"], answer["state"]) == ("access_denied", "a state")


def test_a_sign_in_that_took_too_long_starts_again(browser: Browser, first: Page) -> None:
    browser.centre.control("clock", offset_s=601)
    page = browser.submit(first, "login", username="alice", password=browser.centre.password)
    assert page.status == 400
    assert "start again" in page.words


def test_who_is_signed_in_is_not_asked_again(
    openid: OpenIdClient, browser: Browser, first: Page
) -> None:
    browser.sign_in(first)
    assert browser.open(openid.address(Pkce())).arrived["code"]
    asked = browser.open(openid.address(Pkce(), prompt="login"))
    assert "Password" in asked.words
    assert browser.sign_in(asked).arrived["code"]


def test_the_guest_signs_in_at_home_without_a_password(
    openid: OpenIdClient, browser: Browser
) -> None:
    pkce = Pkce()
    page = browser.sign_in_at_home(browser.open(openid.address(pkce)))
    tokens = openid.redeem(page.arrived["code"], pkce).json
    claims = openid.claims(tokens["id_token"])
    assert (claims["preferred_username"], claims["amr"]) == (openid.centre.facts.guest, ["fed"])
    requests = openid.centre.state()["requests"]
    assert not any(request["had_password"] for request in requests[-2:])


def test_at_home_nobody_else_is_known(browser: Browser, first: Page) -> None:
    there = browser.open(first.links[0])
    page = browser.submit(there, "institution", username="alice")
    assert "does not know that name" in page.words


def test_a_password_typed_on_a_page_is_in_the_ledger(browser: Browser, first: Page) -> None:
    browser.sign_in(first)
    calls = [
        (one["service"], one["call"], one["had_password"])
        for one in browser.centre.state()["requests"][-4:]
    ]
    assert calls == [
        ("openid", "authorize", False),
        ("openid", "login", True),
        ("openid", "login", False),
        ("openid", "authorize", False),
    ]


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", " ")])
def test_a_device_code_may_be_typed_as_one_likes(
    openid: OpenIdClient, browser: Browser, change: "type[str]"
) -> None:
    asked = openid.post("device_authorization_endpoint").json
    blank = browser.open(asked["verification_uri"])
    login = browser.submit(blank, user_code=change(asked["user_code"]))
    consent = browser.sign_in(login)
    browser.submit(consent, "allow")
    assert openid.poll(asked["device_code"]).status == 200


def test_giving_up_leaves_a_device_waiting(openid: OpenIdClient, browser: Browser) -> None:
    asked = openid.post("device_authorization_endpoint").json
    page = browser.submit(browser.open(asked["verification_uri_complete"]), "cancel")
    assert "Not connected" in page.words
    assert openid.poll(asked["device_code"]).json["error"] == "authorization_pending"


def test_what_is_typed_comes_back_as_text(browser: Browser, first: Page) -> None:
    odd = '"><script>alert(1)</script>'
    page = browser.submit(first, "login", username=odd, password="wrong")
    assert page.fields["username"] == odd
    assert "alert(1)" not in page.words


def test_a_stranger_to_the_realm_gets_a_page(openid: OpenIdClient, browser: Browser) -> None:
    page = browser.open(f"{openid.centre.facts.issuer}/no/such/path")
    assert (page.status, "sorry" in page.words) == (404, True)
