"""Renewals by form: at the classic service, and where that is retired at a gateway's provider."""

from dataclasses import replace
from pathlib import Path

import pytest

from alpkey.actions.renewal.by_password import renew_by_password
from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.gateway import renew_at_gateway
from alpkey.actions.renewal.request import GatewayRequest
from alpkey.core.errors import Cancelled, NeedsBrowser, Unreachable
from alpkey.core.events import Action
from alpkey.core.keychain.entries import KEEP
from alpkey.core.messages.describe_error import describe
from alpkey.core.secret import Secret
from alpkey.core.signin.methods import service_for
from alpkey.core.site import Service, SignInMethod
from alpkey.core.state.journal import Known, fold
from alpkey.core.state.journal_facts import Issued, Refused
from tests.actions.signin.test_sign_in import Person
from tests.actions.worlds import RIGHT, Fakes, Played, play
from tests.core.sites import site_taking

WRONG = {**RIGHT, "otp": Secret("000000")}


class Centre:
    """A person before a form, a classic service, and a gateway whose provider takes passwords."""

    def __init__(self, folder: Path) -> None:
        self.fakes = Fakes(folder)
        self.fakes.site = site_taking(*SignInMethod)
        self.fakes.service.name = self.fakes.site.services[0].name
        self.person = Person(
            site=self.fakes.site,
            keychain=self.fakes.keychain,
            journal=self.fakes.journal,
            lock=self.fakes.lock,
        )
        self.person.provider.access = self.fakes.gateway.token

    def renews(self, *answers: dict[str, object], form: bool = False) -> Played:
        request = GatewayRequest("alice", form=form)

        def service() -> Service | None:
            return service_for(SignInMethod.PASSWORD, self.fakes.site, self.known.retired)

        def classic() -> Action:
            return renew(request, self.fakes.renewal)

        def at_gateway() -> Action:
            world = self.fakes.signed(self.person.world())
            return renew_at_gateway(SignInMethod.PASSWORD, request, world)

        return play(renew_by_password(service, classic, at_gateway), *answers)

    @property
    def known(self) -> Known:
        return fold(self.fakes.journal.facts())

    def issued(self) -> list[Issued]:
        return [fact for fact in self.fakes.journal.facts() if isinstance(fact, Issued)]


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return Centre(tmp_path)


@pytest.fixture
def retired(centre: Centre) -> Centre:
    centre.fakes.service.retired = True
    return centre


def test_the_classic_service_comes_first(centre: Centre) -> None:
    assert centre.renews(dict(RIGHT)).result["service"] == "sshservice"
    [issued] = centre.issued()
    assert (issued.local, issued.method) == (False, "password")


def test_where_it_is_retired_the_same_form_goes_to_the_provider(retired: Centre) -> None:
    played = retired.renews(dict(RIGHT))
    assert played.warnings == ["service-retired"]
    assert [len(ask.fields) for ask in played.asks] == [3, 3]
    assert played.steps[:2] == ["service-ready", "signed-in"]
    [issued] = retired.issued()
    assert (issued.account, issued.local, issued.method) == ("alice", True, "password")
    assert retired.fakes.service.issued == 0


def test_once_that_is_known_it_is_not_asked_again(retired: Centre) -> None:
    retired.renews(dict(RIGHT))
    played = retired.renews(dict(RIGHT))
    assert (played.warnings, len(played.asks)) == ([], 1)


def test_a_refused_code_is_asked_again_and_counted(retired: Centre) -> None:
    played = retired.renews(WRONG, dict(RIGHT))
    assert played.result["renewed"]
    errors = [ask.error.code for ask in played.asks if ask.error]
    assert errors == ["sign-in-refused"]
    refusals = [fact for fact in retired.fakes.journal.facts() if isinstance(fact, Refused)]
    assert [(refusal.account, refusal.code) for refusal in refusals] == [
        ("alice", "sign-in-refused")
    ]


def test_the_same_code_is_not_sent_twice(retired: Centre) -> None:
    played = retired.renews(WRONG, WRONG, dict(RIGHT))
    errors = [ask.error.code for ask in played.asks if ask.error]
    assert errors == ["sign-in-refused", "otp-used"]


def test_before_a_lock_out_there_is_a_warning(retired: Centre) -> None:
    now = retired.fakes.now()
    earlier = [
        Refused(now.replace(year=2020), "alice", f"attempt {n}", "sign-in-refused")
        for n in range(3)
    ]
    retired.fakes.journal.append(earlier)
    assert "lock-out-near" in retired.renews(dict(RIGHT)).warnings


def test_a_locked_account_is_remembered(retired: Centre) -> None:
    retired.person.provider.locked = True
    with pytest.raises(Cancelled):
        retired.renews(dict(RIGHT))
    assert fold(retired.fakes.journal.facts(), "alice").locked_at


def test_a_provider_that_takes_no_passwords_is_told_none_again(retired: Centre) -> None:
    retired.person.provider.takes_passwords = False
    with pytest.raises(NeedsBrowser) as refused:
        retired.renews(dict(RIGHT))
    assert refused.value.code == "password-not-allowed"
    assert fold(retired.fakes.journal.facts()).retired == {"sshservice", "gateway/password"}


def test_another_account_may_be_typed(retired: Centre) -> None:
    retired.person.provider.account = retired.fakes.gateway.account = "bobsmith"
    retired.renews({**RIGHT, "username": "bobsmith"})
    assert [fact.account for fact in retired.issued()] == ["bobsmith"]


def test_a_password_that_was_wished_to_be_kept_is_kept(retired: Centre) -> None:
    retired.renews({**RIGHT, KEEP: True}, form=True)
    assert fold(retired.fakes.journal.facts(), "alice").kept == "password"
    played = retired.renews({"otp": RIGHT["otp"]}, form=True)
    assert played.result["renewed"]


def test_the_kept_password_that_was_refused_is_not_sent_again(retired: Centre) -> None:
    retired.renews({**RIGHT, KEEP: True}, form=True)
    retired.person.provider.change("another password", "654321")
    right = {**RIGHT, "password": Secret("another password"), "otp": Secret("654321")}
    played = retired.renews({"otp": RIGHT["otp"]}, right)
    assert played.result["renewed"]
    sent = retired.person.provider.passwords
    assert sent.count("a password") == 2


def test_a_service_that_came_back_is_used(retired: Centre) -> None:
    retired.fakes.site = replace(site_taking(*SignInMethod), openid=None)
    with pytest.raises(NeedsBrowser):
        retired.renews(dict(RIGHT))
    retired.fakes.service.retired = False
    assert retired.renews(dict(RIGHT)).result["service"] == "sshservice"
    assert fold(retired.fakes.journal.facts()).retired == frozenset()


@pytest.mark.parametrize("code", ["too-slow", "service-trouble", "redirected", "tls-untrusted"])
def test_trouble_of_the_classic_service_names_the_browser(centre: Centre, code: str) -> None:
    def prove() -> None:
        raise Unreachable(code, host="fake", reason="A test.", seconds="2.5")

    centre.fakes.service.prove = prove  # type: ignore[method-assign]
    with pytest.raises(Unreachable) as raised:
        centre.renews(RIGHT)
    assert "alpkey renew --browser" in describe(raised.value).next_step
    centre.fakes.site = replace(centre.fakes.site, openid=None)
    with pytest.raises(Unreachable) as raised:
        centre.renews(RIGHT)
    assert "--browser" not in describe(raised.value).next_step
