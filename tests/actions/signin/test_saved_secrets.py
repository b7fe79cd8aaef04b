"""A keychain that answers late, or not at all, or says something odd, while a renewal goes on."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.request import RenewRequest
from alpkey.actions.signin.password import KeepRequest, forget, keep
from alpkey.core.errors import Cancelled, InvalidFile, InvalidInput, KeychainTrouble
from alpkey.core.events import Ask, Event, Step
from alpkey.core.keychain.entries import entry_name
from alpkey.core.secret import Secret
from alpkey.core.state.facts import Fact, MaybeIssued, Refused, SecretSaved
from alpkey.core.state.journal import fold
from tests.actions.worlds import OTP, PASSWORD, RIGHT, Fakes, play
from tests.contracts.fakes import FakeJournal

CODE_ONLY = {"username": "alice", "otp": Secret(OTP)}
ALICE = KeepRequest(None, "alice")
LETTERS = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    return Fakes(tmp_path)


@pytest.fixture
def keeping(fakes: Fakes) -> Fakes:
    play(keep(ALICE, fakes.keeping), {"password": Secret(PASSWORD)})
    return fakes


def kept_fields(ask: Ask) -> list[str]:
    return [field.name for field in ask.fields if field.kept]


def test_the_code_is_enough(keeping: Fakes) -> None:
    played = play(renew(RenewRequest(), keeping.renewal), CODE_ONLY)
    assert played.result["renewed"]
    assert [kept_fields(ask) for ask in played.asks] == [[], ["password"]]
    assert {ask.number for ask in played.asks} == {1}


def test_a_late_answer_changes_the_question(keeping: Fakes) -> None:
    keeping.background.is_slow = True

    def come(event: Event) -> None:
        if event == Step("service-ready"):
            keeping.background.begun[-1].run()

    played = play(renew(RenewRequest(), keeping.renewal), CODE_ONLY, on_event=come)
    assert [kept_fields(ask) for ask in played.asks] == [[], ["password"]]


def test_nobody_waits_for_one_that_never_comes(keeping: Fakes) -> None:
    keeping.background.is_slow = True
    played = play(renew(RenewRequest(), keeping.renewal), RIGHT)
    assert played.result["renewed"]
    assert len(played.asks) == 1


def test_a_password_that_was_not_there_in_time_is_asked_for(keeping: Fakes) -> None:
    keeping.background.is_slow = True
    played = play(renew(RenewRequest(), keeping.renewal), CODE_ONLY, RIGHT)
    assert [ask.error.code for ask in played.asks if ask.error] == ["password-missing"]
    assert keeping.service.issued == 1


def test_a_keychain_that_keeps_nothing_is_not_asked(fakes: Fakes) -> None:
    """Asking might show a person a prompt."""
    play(renew(RenewRequest(form=True), fakes.renewal), RIGHT)
    assert fakes.keychain.asked == 0
    play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert len(fakes.background.begun) == 1  # the look for a keychain that a form can offer


def test_the_wish_is_offered_and_granted(fakes: Fakes) -> None:
    played = play(renew(RenewRequest(form=True), fakes.renewal), {**RIGHT, "keep": True})
    assert played.asks[-1].fields[-1].name == "keep"
    assert played.steps[-1] == "kept"
    again = play(renew(RenewRequest(form=True), fakes.renewal), CODE_ONLY)
    assert "keep" not in [ask.name for ask in again.asks[-1].fields]


def test_a_wish_that_fails_does_not_cost_the_key(fakes: Fakes) -> None:
    fakes.keychain.trouble = KeychainTrouble("keychain-locked", name="It")
    played = play(renew(RenewRequest(form=True), fakes.renewal), {**RIGHT, "keep": True})
    assert played.result["renewed"]
    assert played.warnings == ["not-kept"]


def test_a_wish_that_the_keychain_never_answers_ends_with_the_window(fakes: Fakes) -> None:
    def close(event: Event) -> None:
        if event == Step("installed"):
            fakes.background.is_slow = True
            fakes.cancellation.requested = True

    played = play(
        renew(RenewRequest(form=True), fakes.renewal), {**RIGHT, "keep": True}, on_event=close
    )
    assert played.result["cancelled_late"]
    assert "kept" not in played.steps


def test_a_keychain_in_trouble_is_asked_and_named_once(keeping: Fakes) -> None:
    """Each asking might show a person a prompt."""
    keeping.keychain.trouble = KeychainTrouble("keychain-locked", name="It")
    asked = keeping.keychain.asked
    wrong = {**RIGHT, "password": Secret("wrong"), "otp": Secret("654321")}
    played = play(renew(RenewRequest(form=True), keeping.renewal), wrong, RIGHT)
    assert played.warnings == ["kept-unread"]
    assert keeping.keychain.asked == asked + 1
    assert played.result["renewed"]


@pytest.mark.parametrize(
    "entry", [None, "hunter2", '{"later": "x"}', '{"totp": "x"}', f'{{"totp": "{LETTERS}"}}']
)
def test_an_entry_of_no_use_is_as_good_as_none(keeping: Fakes, entry: str | None) -> None:
    """Removed or changed by somebody else; and a code generator where the site forbids it."""
    if entry is None:
        keeping.keychain.forget(entry_name("alice"))
    else:
        keeping.keychain.store(entry_name("alice"), Secret(entry))
    played = play(renew(RenewRequest(), keeping.renewal), RIGHT)
    assert played.warnings == ["kept-gone"]


def test_a_refused_one_is_journaled_and_not_sent_again(keeping: Fakes) -> None:
    play(keep(ALICE, keeping.keeping), {"password": Secret("old")})
    first, later = ({**CODE_ONLY, "otp": Secret(code)} for code in ("654321", "654322"))
    played = play(renew(RenewRequest(), keeping.renewal), first, later, RIGHT)
    errors = [ask.error.code for ask in played.asks if ask.error]
    assert errors == ["sign-in-refused", "kept-refused"]
    refused = [fact for fact in keeping.journal.facts() if isinstance(fact, Refused)]
    assert [one.kept for one in refused] == [True]
    with pytest.raises(Cancelled):
        play(renew(RenewRequest(), keeping.renewal), CODE_ONLY)
    assert len([fact for fact in keeping.journal.facts() if isinstance(fact, Refused)]) == 1


def test_a_full_disk_does_not_let_it_be_sent_again_by_this_window(keeping: Fakes) -> None:
    play(keep(ALICE, keeping.keeping), {"password": Secret("old")})
    full = FullJournal()
    full.append(keeping.journal.facts())
    keeping.journal = full
    later = {**CODE_ONLY, "otp": Secret("654321")}
    with pytest.raises(Cancelled):
        play(renew(RenewRequest(), keeping.renewal), CODE_ONLY, later)
    assert len([fact for fact in full.facts() if isinstance(fact, MaybeIssued)]) == 1


class FullJournal(FakeJournal):
    """Takes what stands before a request, and no refusal."""

    def append(self, facts: Iterable[Fact]) -> None:
        given = list(facts)
        if any(isinstance(fact, Refused) for fact in given):
            raise InvalidFile(path="journal", reason="No space left on device.")
        super().append(given)


def test_forgetting_is_noted(keeping: Fakes) -> None:
    assert play(forget(ALICE, keeping.keeping)).result["forgotten"]
    assert fold(keeping.journal.facts(), "alice").kept == "nothing"
    assert not play(forget(ALICE, keeping.keeping)).result["forgotten"]


def test_a_code_generator_is_for_sites_that_allow_it(fakes: Fakes) -> None:
    request = replace(ALICE, kind="totp")
    answer = {"totp_secret": Secret(LETTERS)}
    with pytest.raises(InvalidInput, match="totp-forbidden"):
        play(keep(request, fakes.keeping), answer)
    fakes.site = replace(fakes.site, keeps_totp_secret=True)
    assert play(keep(request, fakes.keeping), answer).result["kept"] == "totp"
    played = play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert kept_fields(played.asks[-1]) == ["otp"]


def test_without_a_keychain_nobody_is_asked_for_a_password(fakes: Fakes) -> None:
    fakes.keychain.trouble = KeychainTrouble("keychain-absent", reason="None.")
    with pytest.raises(KeychainTrouble):
        next(keep(ALICE, fakes.keeping))
    assert fakes.journal.facts() == []


def test_the_account_is_asked_for_where_nobody_knows_it(fakes: Fakes) -> None:
    answer = {"username": "alice", "password": Secret(PASSWORD)}
    played = play(keep(KeepRequest(None, None), fakes.keeping), answer)
    assert [ask.name for ask in played.asks[0].fields] == ["username", "password"]
    assert [fact.account for fact in fakes.journal.facts() if isinstance(fact, SecretSaved)] == [
        "alice"
    ]
