"""A kept sign-in: used once, the next one kept; refused, forgotten; never in a loop."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alpkey.actions.signin.saved_session import SessionWorld, Who
from alpkey.actions.signin.sign_in import SignInWorld, sign_in, sign_in_again
from alpkey.core.errors import (
    AlpkeyError,
    Cancelled,
    InvalidFile,
    KeychainTrouble,
    SignInRefused,
    Unreachable,
)
from alpkey.core.keychain.entries import (
    SavedSession,
    session_from_entry,
    session_name,
    session_to_entry,
)
from alpkey.core.secret import Secret
from alpkey.core.signin.ports import Tokens
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal_facts import SessionSaved
from tests.actions.signin.test_sign_in import Person
from tests.actions.worlds import Fakes, Played, play

ALICE = Who("alice")
ASKED = Who("alice", may_ask=True)
NAME = session_name("alice")


class Stayer:
    """Somebody with a keychain, who says yes on another device at once."""

    def __init__(self, folder: Path, wish: str = "yes") -> None:
        self.fakes = Fakes(folder)
        self.person = Person()
        self.person.attempt = lambda _: self.person.answers(yes=True)
        self.wish = wish
        self.remembered: list[bool] = []
        self.sent: list[Secret] = []
        self._again = self.person.provider.again
        self.person.provider.again = self.again  # type: ignore[method-assign]

    def again(self, refresh: Secret) -> Tokens:
        self.sent.append(refresh)
        assert self.fakes.lock.holder(), "two at once would end the sign-in"
        return self._again(refresh)

    @property
    def world(self) -> SignInWorld:
        sessions = SessionWorld(
            self.fakes.keeping, lambda: self.wish, lambda: self.remembered.append(True)
        )
        return replace(self.person.world(), sessions=sessions)

    def signs_in(self, who: Who = ALICE, *answers: dict[str, Any]) -> tuple[Tokens, Played]:
        tokens: list[Tokens] = []

        def action() -> Any:
            tokens.append((yield from sign_in(SignInMethod.DEVICE, self.world, who)).tokens)
            return {}

        played = play(action(), *answers)
        return tokens[0], played

    def signs_in_again(self, who: Who = ALICE) -> tuple[Tokens | None, Played]:
        tokens: list[Tokens | None] = []

        def action() -> Any:
            tokens.append((yield from sign_in_again(self.world, who)))
            return {}

        played = play(action())
        return tokens[0], played

    @property
    def kept(self) -> SavedSession | None:
        entry = self.fakes.keychain._held.get(NAME)
        return session_from_entry(entry) if entry else None

    @property
    def facts(self) -> list[bool]:
        return [fact.kept for fact in self.fakes.journal.facts() if isinstance(fact, SessionSaved)]

    @property
    def was_sent_elsewhere(self) -> bool:
        return bool(self.person.pauses)

    def begins_again(self) -> None:
        self.person.pauses.clear()


@pytest.fixture
def stayer(tmp_path: Path) -> Stayer:
    stayer = Stayer(tmp_path)
    stayer.signs_in()
    stayer.begins_again()
    return stayer


def test_a_wish_keeps_it_with_what_is_known_of_the_provider(stayer: Stayer) -> None:
    assert stayer.kept
    assert (stayer.kept.username, stayer.kept.provider) == ("alice", "what is known")
    assert stayer.kept.refresh in stayer.person.provider._refreshes
    assert stayer.facts == [True]


def test_it_signs_in_and_the_next_one_is_kept(stayer: Stayer) -> None:
    for _ in range(3):
        before = stayer.kept
        tokens, played = stayer.signs_in()
        assert played.steps == ["signed-in"]
        assert before
        assert stayer.sent[-1] == before.refresh
        assert stayer.kept == replace(before, refresh=tokens.refresh or Secret(""))
    assert stayer.person.provider.recalled == "what is known"
    assert not stayer.was_sent_elsewhere
    assert stayer.facts == [True]


@pytest.mark.parametrize(
    "error",
    [
        SignInRefused("request-refused", site="fake", message="no"),
        InvalidFile("sign-in-unproven", host="fake", reason="bad signature"),
    ],
)
def test_what_is_not_about_the_token_leaves_it_saved(stayer: Stayer, error: AlpkeyError) -> None:
    def fail(_: Secret) -> Tokens:
        raise error

    real, stayer._again = stayer._again, fail
    stayer.wish = "ask"
    before = stayer.kept
    assert before
    _, played = stayer.signs_in()
    assert (played.warnings, stayer.was_sent_elsewhere) == (["session-unused"], True)
    assert (stayer.kept, stayer.facts) == (before, [True])
    with pytest.raises(type(error)):
        stayer.signs_in_again(replace(ALICE, attended=False))
    assert (stayer.kept, stayer.facts) == (before, [True])
    stayer._again = real
    assert stayer.signs_in_again()[0]


def test_refused_it_is_forgotten_and_not_sent_again(stayer: Stayer) -> None:
    def refuse(_: Secret) -> Tokens:
        raise SignInRefused("token-refused", site="fake", retryable=True)

    stayer._again = refuse
    stayer.wish = "ask"
    _, played = stayer.signs_in()
    assert (played.warnings, played.asks) == ([], [])
    assert stayer.was_sent_elsewhere
    assert (stayer.kept, stayer.facts, len(stayer.sent)) == (None, [True, False], 1)
    stayer.signs_in()
    assert len(stayer.sent) == 1


def test_one_that_is_for_somebody_else_is_forgotten(stayer: Stayer) -> None:
    stayer._again = lambda _: Tokens(Secret("access"), Secret("refresh"), "mallory")
    assert stayer.signs_in_again()[0] is None
    assert stayer.kept is None


def test_a_provider_that_does_not_say_whose_is_believed(stayer: Stayer) -> None:
    stayer._again = lambda _: Tokens(Secret("access"), Secret("next"), None)
    assert stayer.signs_in_again()[0]
    assert stayer.kept
    assert (stayer.kept.refresh, stayer.kept.username) == (Secret("next"), "alice")


def test_a_provider_that_gives_no_next_one_leaves_the_old(stayer: Stayer) -> None:
    before = stayer.kept
    stayer._again = lambda _: Tokens(Secret("access"), None, None)
    assert stayer.signs_in_again()[0]
    assert stayer.kept == before


def test_a_provider_that_cannot_be_reached_is_told_and_nothing_is_forgotten(
    stayer: Stayer,
) -> None:
    def away(_: Secret) -> Tokens:
        raise Unreachable(host="fake", reason="It is away.")

    stayer._again = away
    before = stayer.kept
    with pytest.raises(Unreachable):
        stayer.signs_in()
    assert (stayer.kept, stayer.facts) == (before, [True])


def test_the_one_under_the_lock_is_sent_and_not_the_one_seen_before(stayer: Stayer) -> None:
    """Another renewal put the next one there while this one waited for the lock."""
    real, next_one = stayer.fakes.lock.held, stayer.person.provider._tokens().refresh

    def held(timeout_s: float) -> Any:
        stayer.fakes.keychain.store(NAME, session_to_entry(SavedSession(next_one or Secret(""))))
        return real(timeout_s)

    stayer.fakes.lock.held = held  # type: ignore[method-assign]
    stayer.signs_in()
    assert stayer.sent == [next_one]


def test_a_keychain_that_is_locked_is_told_and_somebody_signs_in(stayer: Stayer) -> None:
    stayer.fakes.keychain.trouble = KeychainTrouble("keychain-locked", name="a keychain")
    _, played = stayer.signs_in()
    assert played.warnings == ["session-unread", "session-not-kept"]
    assert stayer.was_sent_elsewhere
    assert stayer.facts == [True]


def test_one_whose_next_cannot_be_kept_signs_in_all_the_same(stayer: Stayer) -> None:
    def store(entry: str, secret: Secret) -> None:
        raise KeychainTrouble("keychain-refused", name="a keychain", reason="full")

    stayer.fakes.keychain.store = store  # type: ignore[method-assign]
    tokens, played = stayer.signs_in_again()
    assert tokens
    assert played.warnings == ["session-not-kept"]


@pytest.mark.parametrize("entry", ["", "{}", "[]", '{"refresh": 1}', "[" * 100_000])
def test_what_somebody_else_wrote_there_is_forgotten(stayer: Stayer, entry: str) -> None:
    stayer.fakes.keychain.store(NAME, Secret(entry))
    assert stayer.signs_in_again()[0] is None
    assert (stayer.sent, stayer.facts) == ([], [True, False])


def test_unattended_a_keychain_that_would_ask_is_left_alone(stayer: Stayer) -> None:
    stayer.fakes.keychain.asks = True
    before = stayer.fakes.keychain.asked
    tokens, played = stayer.signs_in_again(replace(ALICE, attended=False))
    assert (tokens, played.events) == (None, [])
    assert stayer.fakes.keychain.asked == before
    assert stayer.signs_in_again()[0]


def test_the_keychain_is_not_asked_for_what_was_never_kept(tmp_path: Path) -> None:
    stayer = Stayer(tmp_path, "no")
    stayer.signs_in()
    stayer.signs_in(Who(None))
    assert stayer.fakes.keychain.asked == 0
    assert stayer.facts == []


class TestTheQuestion:
    @pytest.fixture
    def stayer(self, tmp_path: Path) -> Stayer:
        return Stayer(tmp_path, "ask")

    def test_a_yes_keeps_it_and_is_remembered(self, stayer: Stayer) -> None:
        _, played = stayer.signs_in(ASKED, {"keep_sign_in": True})
        assert played.steps == ["signed-in", "session-kept"]
        assert stayer.kept
        assert stayer.remembered == [True]

    def test_all_else_is_a_no_for_this_time_alone(self, stayer: Stayer) -> None:
        for answer in ({"keep_sign_in": False}, {"keep_sign_in": "yes"}, {}):
            stayer.signs_in(ASKED, answer)
        assert (stayer.kept, stayer.remembered) == (None, [])

    def test_a_cancel_is_none(self, stayer: Stayer) -> None:
        with pytest.raises(Cancelled):
            stayer.signs_in(ASKED)
        assert stayer.remembered == []

    def test_where_nobody_can_be_asked_it_is_a_no_for_now(self, stayer: Stayer) -> None:
        _, played = stayer.signs_in(ALICE)
        assert (played.asks, stayer.kept, stayer.remembered) == ([], None, [])

    def test_without_a_keychain_there_is_none(self, stayer: Stayer) -> None:
        stayer.fakes.keychain.trouble = KeychainTrouble(reason="There is none.")
        _, played = stayer.signs_in(ASKED)
        assert played.asks == []

    def test_a_yes_that_cannot_be_kept_is_not_remembered(self, stayer: Stayer) -> None:
        def store(entry: str, secret: Secret) -> None:
            raise KeychainTrouble("keychain-refused", name="a keychain", reason="full")

        stayer.fakes.keychain.store = store  # type: ignore[method-assign]
        _, played = stayer.signs_in(ASKED, {"keep_sign_in": True})
        assert played.warnings == ["session-not-kept"]
        assert (stayer.remembered, stayer.facts) == ([], [])

    def test_a_provider_that_gives_nothing_to_keep_says_so(self, stayer: Stayer) -> None:
        real = stayer.person.provider._tokens
        stayer.person.provider._tokens = (  # type: ignore[method-assign]
            lambda: replace(real(), refresh=None)
        )
        _, played = stayer.signs_in(ASKED, {"keep_sign_in": True})
        assert played.warnings == ["session-none"]

    def test_a_name_of_another_institution_waits_for_the_next_sign_in(self, stayer: Stayer) -> None:
        real = stayer.person.provider._tokens
        stayer.person.provider._tokens = (  # type: ignore[method-assign]
            lambda: replace(real(), username="alice@ethz.example")
        )
        stayer.signs_in(Who(None, may_ask=True), {"keep_sign_in": True})
        assert (stayer.facts, stayer.remembered) == ([], [True])
        stayer.wish = "yes"
        stayer.signs_in()
        assert stayer.facts == [True]
        assert stayer.signs_in_again()[0]

    def test_who_leaves_is_not_asked(self, stayer: Stayer) -> None:
        _, played = stayer.signs_in(replace(ASKED, keeps=False))
        assert played.asks == []


def test_a_setting_of_no_ends_what_was_kept(stayer: Stayer) -> None:
    assert stayer.kept
    token = stayer.kept.refresh
    stayer.wish = "no"
    _, played = stayer.signs_in()
    assert played.warnings == []
    assert token not in stayer.person.provider._refreshes
    assert (stayer.kept, stayer.facts, stayer.sent) == (None, [True, False], [])
    assert stayer.was_sent_elsewhere


def test_a_cancel_while_it_is_spent_comes_after_the_next_one_is_kept(stayer: Stayer) -> None:
    real = stayer._again

    def cancelled(refresh: Secret) -> Tokens:
        stayer.fakes.cancellation.requested = True
        return real(refresh)

    stayer._again = cancelled
    with pytest.raises(Cancelled):
        stayer.signs_in()
    assert stayer.kept
    assert stayer.kept.refresh in stayer.person.provider._refreshes
