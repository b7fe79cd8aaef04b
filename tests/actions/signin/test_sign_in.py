"""Signing in with browser or device, in a world of fakes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alpkey.actions.keys.account_keys import RevokeRequest, list_keys, revoke_keys
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
from alpkey.actions.signin.saved_session import Who
from alpkey.actions.signin.sign_in import SignInWorld, sign_in
from alpkey.adapters.keychain import otp
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidInput, SignInRefused, Unreachable
from alpkey.core.events import Event, Show
from alpkey.core.signin.ports import DeviceRequest, Tokens
from alpkey.core.site import SignInMethod, Site
from tests.actions.worlds import Fakes, Played, play
from tests.contracts.fakes import (
    FakeBackground,
    FakeCancellation,
    FakeJournal,
    FakeKeychain,
    FakeLock,
)
from tests.contracts.fakes_sign_in import FakeCallback, FakeSignIn
from tests.core.sites import site_taking

INTERVAL = timedelta(seconds=5)


class FakeBrowser:
    """Opens nothing; ``is_there`` is whether there is one."""

    def __init__(self) -> None:
        self.is_there = True
        self.opened: list[str] = []

    def open(self, url: str) -> None:
        if not self.is_there:
            raise InvalidInput("no-browser")
        self.opened.append(url)


@dataclass
class Person:
    """A whole world; time passes only in pauses, after which ``attempt`` is done."""

    provider: FakeSignIn = field(default_factory=lambda: FakeSignIn("a password", "123456"))
    callback: FakeCallback = field(default_factory=FakeCallback)
    browser: FakeBrowser = field(default_factory=FakeBrowser)
    cancellation: FakeCancellation = field(default_factory=FakeCancellation)
    site: Site = field(default_factory=lambda: site_taking(*SignInMethod))
    keychain: FakeKeychain = field(default_factory=FakeKeychain)
    journal: FakeJournal = field(default_factory=FakeJournal)
    lock: FakeLock = field(default_factory=FakeLock)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    pauses: list[timedelta] = field(default_factory=list)
    attempt: Callable[[int], object] = lambda _: None

    def world(self) -> SignInWorld:
        return SignInWorld(
            SavedSecretsWorld(
                site=self.site,
                keychain=self.keychain,
                check_code_secret=otp.check,
                make_code=otp.code,
                run_in_background=FakeBackground(),
                journal=self.journal,
                lock=self.lock,
                cancellation=self.cancellation,
                clock=lambda: self.now,
            ),
            self.provider,
            self.callback.listening,
            self.browser.open,
            lambda url: ("1",) * len(url),
            self._pause,
        )

    def _pause(self, span: timedelta) -> None:
        self.now += span
        self.pauses.append(span)
        self.attempt(len(self.pauses))

    def answers(self, yes: bool, *, when: bool = True) -> None:
        if when:
            self.provider.answers = dict.fromkeys(self.provider.answers, yes)

    def comes_back(self, event: Event) -> None:
        """What a browser does that was shown a page."""
        if isinstance(event, Show) and event.kind == "browser":
            state = event.url.partition("state=")[2]
            code = self.provider.sign_in_by_browser().reveal()
            self.callback.come_back({"state": state, "code": code})


def signing_in(person: Person, method: SignInMethod, **more: Any) -> tuple[Tokens, Played]:
    """The tokens of a sign-in, and what it played."""
    tokens: list[Tokens] = []

    def action() -> Any:
        signed_in = yield from sign_in(method, person.world(), Who())
        assert signed_in.method is method
        tokens.append(signed_in.tokens)
        return {}

    played = play(action(), **more)
    return tokens[0], played


def shows(played: Played) -> list[Show]:
    return [event for event in played.events if isinstance(event, Show)]


class TestBrowser:
    def test_it_is_opened_and_comes_back(self) -> None:
        person = Person()
        tokens, played = signing_in(person, SignInMethod.BROWSER, on_event=person.comes_back)
        assert tokens.username == "alice"
        [page] = shows(played)
        [opened] = person.browser.opened
        assert opened.startswith(person.callback.start)
        assert page.short_url != opened
        assert "state=" not in f"{opened}{page.short_url}"
        assert played.steps == ["signed-in"]
        assert not played.warnings

    def test_who_never_comes_back_is_not_awaited_for_ever(self) -> None:
        with pytest.raises(Cancelled) as raised:
            signing_in(Person(), SignInMethod.BROWSER)
        assert raised.value.code == "browser-late"

    def test_the_place_is_free_again_afterwards(self) -> None:
        person = Person()
        with pytest.raises(Cancelled):
            signing_in(person, SignInMethod.BROWSER)
        assert signing_in(person, SignInMethod.BROWSER, on_event=person.comes_back)[0].access

    def test_a_wish_to_cancel_is_heard(self) -> None:
        person = Person()
        person.cancellation.requested = True
        with pytest.raises(Cancelled) as raised:
            signing_in(person, SignInMethod.BROWSER)
        assert raised.value.code == "cancelled"

    @pytest.mark.parametrize("why", ["no browser", "its place is taken"])
    def test_where_it_cannot_be_used_a_device_is_the_way(self, why: str) -> None:
        person = Person(attempt=lambda _: person.answers(True))
        person.browser.is_there = why != "no browser"
        if why == "no browser":
            tokens, played = signing_in(person, SignInMethod.BROWSER)
        else:
            with person.callback.listening(person.provider.for_browser()):
                tokens, played = signing_in(person, SignInMethod.BROWSER)
        assert tokens.username == "alice"
        assert played.warnings == ["browser-unusable"]
        assert [page.kind for page in shows(played)] == ["device"]


class TestAnotherAccount:
    def test_a_switch_opens_a_fresh_page_for_the_right_one(self) -> None:
        person = Person()

        def at_page(event: Event) -> None:
            if person.provider.fresh_for[-1:] == ["bobby"]:
                person.provider.account = "bobby"
            person.comes_back(event)

        def action() -> Any:
            signed_in = yield from sign_in(SignInMethod.BROWSER, person.world(), Who("bobby"))
            assert (signed_in.account, signed_in.chosen) == ("bobby", False)
            return {}

        play(action(), {"account": "switch"}, on_event=at_page)
        assert person.provider.fresh_for == [None, "bobby"]

    def test_keys_of_another_account_are_neither_listed_nor_revoked(self, tmp_path: Path) -> None:
        fakes, person = Fakes(tmp_path), Person()
        snapshot = fakes.snapshot
        fakes.snapshot = lambda: replace(snapshot(), account="bobby")  # type: ignore[method-assign]
        fakes.gateway.listed = None  # type: ignore[method-assign, assignment]
        world = fakes.keys(person.world())
        request = RevokeRequest(all_of_them=True, yes=True)
        for action in (
            list_keys(SignInMethod.BROWSER, world),
            revoke_keys(SignInMethod.BROWSER, request, world),
        ):
            with pytest.raises(Cancelled):
                play(action, {"account": "cancel"}, on_event=person.comes_back)
        assert fakes.journal.facts() == []


class TestDevice:
    def test_it_is_asked_in_its_interval_until_somebody_says_yes(self) -> None:
        person = Person(attempt=lambda times: person.answers(True, when=times == 3))
        tokens, played = signing_in(person, SignInMethod.DEVICE)
        assert tokens.username == "alice"
        assert person.pauses == [INTERVAL] * 3
        [page] = shows(played)
        assert (page.kind, page.user_code) == ("device", "ABCD")
        assert page.short_url
        assert page.qr == ("1",) * len(page.url)

    def test_a_no_ends_it(self) -> None:
        person = Person(attempt=lambda _: person.answers(False))
        with pytest.raises(Cancelled) as raised:
            signing_in(person, SignInMethod.DEVICE)
        assert raised.value.code == "sign-in-denied"

    def test_nobody_answers_for_as_long_as_the_code_lives(self) -> None:
        person = Person()
        with pytest.raises(SignInRefused) as raised:
            signing_in(person, SignInMethod.DEVICE)
        assert raised.value.code == "device-code-expired"
        assert sum(person.pauses, timedelta()) >= timedelta(minutes=10)

    def test_a_slower_interval_is_kept(self) -> None:
        person = Person(attempt=lambda times: person.answers(True, when=times == 3))
        person.provider = Slow("a password", "123456")
        signing_in(person, SignInMethod.DEVICE)
        assert person.pauses == [INTERVAL, 2 * INTERVAL, 3 * INTERVAL]

    def test_a_network_that_comes_back_is_forgiven(self) -> None:
        person = Person(attempt=lambda times: person.answers(True, when=times == 3))
        person.provider = Shaky(lost=2)
        assert signing_in(person, SignInMethod.DEVICE)[0].access
        assert person.pauses == [INTERVAL, 2 * INTERVAL, 4 * INTERVAL]

    def test_one_that_does_not_is_told(self) -> None:
        person = Person()
        person.provider = Shaky(lost=99)
        with pytest.raises(AlpkeyError) as raised:
            signing_in(person, SignInMethod.DEVICE)
        assert raised.value.code == "no-network"
        assert len(person.pauses) == 3


class Slow(FakeSignIn):
    """Asks for more patience each time."""

    def with_device(self, request: DeviceRequest) -> Tokens | DeviceRequest:
        answer = super().with_device(request)
        if isinstance(answer, Tokens):
            return answer
        return replace(answer, interval=request.interval + INTERVAL)


class Shaky(FakeSignIn):
    """Cannot be reached the first times."""

    def __init__(self, lost: int) -> None:
        super().__init__("a password", "123456")
        self._lost = lost

    def with_device(self, request: DeviceRequest) -> Tokens | DeviceRequest:
        if self._lost:
            self._lost -= 1
            raise Unreachable("no-network", host="fake", reason="A test.", retryable=True)
        return super().with_device(request)
