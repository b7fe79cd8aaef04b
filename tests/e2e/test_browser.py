"""Signing in with a real browser, from the first page to a key, and the ways to leave it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.centre import Centre, Home
from tests.e2e.accessible import Screen
from tests.e2e.chromium import Chromium, chromium
from tests.e2e.conversation import Conversation
from tests.e2e.desk import Desk
from tests.e2e.test_desk import RENEW, TITLE, is_done, opener_that_notes, press
from tests.e2e.tray_item import tray_of
from tests.e2e.waiting import until

LAST_PAGE = "You are signed in. You may close this window."


@pytest.fixture(scope="module")
def running_browser(
    tmp_path_factory: pytest.TempPathFactory, running_centre: Centre
) -> Iterator[Chromium]:
    folder = tmp_path_factory.mktemp("browser")
    with chromium(folder, running_centre.facts.issuer) as running:
        yield running


@pytest.fixture
def browser(running_browser: Chromium) -> Chromium:
    running_browser.forget()
    return running_browser


@pytest.fixture
def at_desk(home: Home, tmp_path: Path) -> Home:
    """A home whose desktop opens pages with what only notes them: the test opens them itself."""
    opener_that_notes(home, tmp_path)
    home.environ["DISPLAY"] = ":4711"
    return home


def sign_in(browser: Chromium, centre: Centre) -> None:
    """Both pages, by mouse and keyboard."""
    browser.shows("Sign in to CSCS")
    browser.types("username", centre.username)
    browser.types("password", centre.password)
    browser.presses("Sign in")
    browser.shows("One-time code")
    browser.types("otp", centre.otp())
    browser.presses("Sign in")


def renewal(home: Home, *method: str) -> Conversation:
    (home.path / "config/config.toml").write_text('keep_sign_in = "no"\n')
    return home.converse("renew", *method, "--username", home.centre.username)


def test_from_the_first_page_to_a_key(
    at_desk: Home, browser: Chromium, only_listener: None
) -> None:
    with renewal(at_desk, "--browser") as talk:
        browser.open(talk.until("show")["url"])
        sign_in(browser, at_desk.centre)
        browser.shows(LAST_PAGE)
        code, last = talk.end()
    assert code == 0, last
    assert last["result"]["principals"] == [at_desk.centre.username]


def test_who_is_signed_in_there_already_types_nothing(
    at_desk: Home, browser: Chromium, only_listener: None
) -> None:
    for first in (True, False):
        with renewal(at_desk, "--browser") as talk:
            browser.open(talk.until("show")["url"])
            if first:
                sign_in(browser, at_desk.centre)
            browser.shows(LAST_PAGE)
            code, last = talk.end()
        assert code == 0, last


def test_a_wrong_password_is_told_there_and_the_next_one_gets_in(
    at_desk: Home, browser: Chromium, only_listener: None
) -> None:
    with renewal(at_desk, "--browser") as talk:
        browser.open(talk.until("show")["url"])
        browser.shows("Sign in to CSCS")
        browser.types("username", at_desk.centre.username)
        browser.types("password", "not this one")
        browser.presses("Sign in")
        browser.shows("Invalid")
        sign_in(browser, at_desk.centre)
        browser.shows(LAST_PAGE)
        code, last = talk.end()
    assert code == 0, last


def test_leaving_the_page_is_a_no(at_desk: Home, browser: Chromium, only_listener: None) -> None:
    with renewal(at_desk, "--browser") as talk:
        browser.open(talk.until("show")["url"])
        browser.shows("Sign in to CSCS")
        browser.presses("Cancel")
        browser.shows("You are not signed in. You may close this window.")
        code, last = talk.end()
    assert (code, last["error"]["code"]) == (10, "sign-in-denied"), last


@pytest.mark.parametrize("button", ["Yes", "No"])
def test_on_another_device(home: Home, browser: Chromium, button: str) -> None:
    with renewal(home, "--device") as talk:
        shown = talk.until("show")
        browser.open(shown["short_url"])
        browser.shows("Connect a device")
        browser.types("user_code", shown["user_code"])
        browser.presses("Continue")
        sign_in(browser, home.centre)
        browser.shows(shown["user_code"])
        browser.presses(button)
        code, last = talk.end()
    assert code == {"Yes": 0, "No": 10}[button], last


def test_from_the_tray_by_the_windows_button(
    running_desk: Desk,
    screen: Screen,
    home_on_desk: Home,
    browser: Chromium,
    only_listener: None,
    tmp_path: Path,
) -> None:
    home, opened = home_on_desk, opener_that_notes(home_on_desk, tmp_path)
    (home.path / "config/config.toml").write_text('keep_sign_in = "no"\n')
    with tray_of(running_desk, home) as item:
        item.choose(RENEW)
        window = screen.window(TITLE)
        running_desk.focus(TITLE)
        press(running_desk, window, "Sign in with the browser")
        until(opened.exists, "the browser opens")
        browser.open(opened.read_text())
        sign_in(browser, home.centre)
        browser.shows(LAST_PAGE)
        press(running_desk, window, "Use alice here")
        until(lambda: is_done(window), "the end of the renewal")
        running_desk.keys("Escape")
        until(lambda: screen.find(TITLE) is None, "the end of the window")
    assert home.json("status")[1]["state"] == "valid"
