"""A renewal that nobody asked for: nothing is asked, little is spent, and failures are facts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpkey.actions.renewal.automatic import renew_automatically
from alpkey.actions.renewal.gateway import GatewayRenewalWorld
from alpkey.actions.signin.saved_session import SessionWorld
from alpkey.core.errors import (
    AlpkeyError,
    Cancelled,
    InvalidFile,
    KeychainTrouble,
    NeedsBrowser,
    QuotaUsedUp,
    SignInRefused,
    Unreachable,
)
from alpkey.core.keychain.entries import SavedSession, session_name, session_to_entry
from alpkey.core.keys.ports import IssuedPair
from alpkey.core.secret import Secret
from alpkey.core.signin.ports import Tokens
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import AutoRenewalFailed, Issued, SessionSaved
from alpkey.core.state.quota import Quota, from_journal
from alpkey.core.state.snapshot import Snapshot, Stamp
from tests.actions.renewal.test_gateway import Desk
from tests.actions.worlds import Played, play
from tests.keys import make_key, sign

NOW = datetime.now(UTC)


class Stayer(Desk):
    """Somebody who stays signed in, with a key that is nearly a day old."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        clock, self.fakes.clock = self.fakes.clock, lambda: NOW - timedelta(hours=23)
        self.renew()
        self.fakes.clock = clock
        token = self.person.provider._tokens().refresh or Secret("")
        self.fakes.keychain.store(session_name("alice"), session_to_entry(SavedSession(token)))
        self.fakes.journal.append([SessionSaved(NOW, "alice", kept=True)])
        self.person.attempt = lambda _: pytest.fail("nobody is there")

    def snapshot(self) -> Snapshot:
        known = fold(self.fakes.journal.facts(), "alice")
        return replace(
            self.fakes.snapshot(),
            quota=from_journal(known, 5, datetime.now(UTC)),
            stays_signed_in=known.session_kept,
            auto_renewal_failed=known.auto_renewal_failed,
        )

    @property
    def world(self) -> GatewayRenewalWorld:
        sessions = SessionWorld(self.fakes.keeping, lambda: "yes", lambda _: None)
        signed = self.fakes.signed(replace(self.person.world(), sessions=sessions))
        return replace(signed, status=replace(signed.status, snapshot=self.snapshot))

    def renews(self) -> Played:
        return play(renew_automatically(self.world))

    def failures(self) -> list[AutoRenewalFailed]:
        return [fact for fact in self.fakes.journal.facts() if isinstance(fact, AutoRenewalFailed)]


@pytest.fixture
def stayer(tmp_path: Path) -> Stayer:
    return Stayer(tmp_path)


def test_only_the_certificate_changes_and_nobody_is_asked(stayer: Stayer) -> None:
    private = stayer.fakes.files.private()
    played = stayer.renews()
    assert (played.result["renewed"], played.asks, played.warnings) == (True, [], [])
    assert stayer.fakes.files.private() == private
    assert stayer.slots() == 2
    assert stayer.failures() == []


def test_the_second_one_finds_nothing_to_do(stayer: Stayer) -> None:
    stayer.renews()
    played = stayer.renews()
    assert (played.result["renewed"], played.events, stayer.slots()) == (False, [], 2)


def test_one_that_came_while_it_waited_for_the_lock_is_enough(stayer: Stayer) -> None:
    real, waits = stayer.fakes.lock.held, [1, 1]

    def held(timeout_s: float) -> object:
        waits.pop()
        if not waits:
            stayer.fakes.lock.held = real  # type: ignore[method-assign]
            key = make_key(stayer.fakes.key_path.with_name("other"))
            authority = make_key(stayer.fakes.key_path.with_name("ca"))
            line = sign(authority, key, "-n", "alice", "-V", "-1m:+1d").read_text()
            stayer.fakes.files.install(IssuedPair(Secret(key.read_text()), line), "")
        return real(timeout_s)

    stayer.fakes.lock.held = held  # type: ignore[method-assign,assignment]
    played = stayer.renews()
    assert (played.result["renewed"], played.warnings) == (False, ["renewed-meanwhile"])
    assert stayer.slots() == 1


def test_the_services_own_list_keeps_the_last_slot(stayer: Stayer) -> None:
    """Keys that were made elsewhere are not in our journal."""
    other = make_key(stayer.fakes.key_path.with_name("other")).with_name("other.pub").read_text()
    for _ in range(3):
        stayer.fakes.gateway.sign(stayer.fakes.gateway.token, other, "1d")
    with pytest.raises(QuotaUsedUp) as spared:
        stayer.renews()
    assert spared.value.code == "quota-spared"
    assert stayer.slots() == 4
    assert [(failure.code, failure.final) for failure in stayer.failures()] == [
        ("quota-spared", False)
    ]


def fails_with(stayer: Stayer, error: AlpkeyError) -> Callable[[Secret], Tokens]:
    def again(_: Secret) -> Tokens:
        raise error

    return again


@pytest.mark.parametrize(
    ("error", "raised", "final"),
    [
        (Unreachable("no-network", host="fake", reason="away"), Unreachable, False),
        (SignInRefused("token-refused", site="fake"), NeedsBrowser, True),
        (InvalidFile("sign-in-unproven", host="fake", reason="forged"), InvalidFile, True),
    ],
)
def test_a_failure_is_a_fact_and_a_refusal_is_the_last(
    stayer: Stayer, error: AlpkeyError, raised: type[AlpkeyError], final: bool
) -> None:
    sent: list[Secret] = []

    def again(refresh: Secret) -> Tokens:
        sent.append(refresh)
        raise error

    stayer.person.provider.again = again  # type: ignore[method-assign]
    with pytest.raises(raised):
        stayer.renews()
    assert [failure.final for failure in stayer.failures()] == [final]
    played = stayer.renews()
    assert (played.result["renewed"], len(sent)) == (False, 1)


def test_a_keychain_that_would_ask_is_not_asked(stayer: Stayer) -> None:
    stayer.fakes.keychain.asks = True
    before = stayer.fakes.keychain.asked
    with pytest.raises(KeychainTrouble):
        stayer.renews()
    assert stayer.fakes.keychain.asked == before
    assert [(failure.code, failure.final) for failure in stayer.failures()] == [
        ("keychain-locked", False)
    ]


def test_a_key_that_would_have_to_give_way_stays(stayer: Stayer) -> None:
    facts = stayer.fakes.journal.facts()
    stayer.fakes.journal._facts = [
        fact._replace(local=False) if isinstance(fact, Issued) else fact for fact in facts
    ]
    with pytest.raises(InvalidFile):
        stayer.renews()
    assert [failure.final for failure in stayer.failures()] == [True]
    assert stayer.slots() == 1


def test_another_renewal_that_holds_the_lock_is_no_failure(stayer: Stayer) -> None:
    with stayer.fakes.lock.held(0), pytest.raises(Unreachable) as held:
        stayer.renews()
    assert held.value.code == "lock-held"
    assert stayer.failures() == []


def test_a_cancel_is_no_failure(stayer: Stayer) -> None:
    stayer.person.provider.again = fails_with(stayer, Cancelled())  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        stayer.renews()
    assert stayer.failures() == []


def test_who_signs_in_again_begins_anew(stayer: Stayer) -> None:
    fact = AutoRenewalFailed(NOW, "alice", "password-not-allowed", final=True)
    stayer.fakes.journal.append([fact])
    assert not stayer.renews().result["renewed"]
    stayer.fakes.journal.append([SessionSaved(NOW, "alice", kept=True)])
    assert stayer.renews().result["renewed"]


def test_a_look_without_a_quota_spends_none(stayer: Stayer) -> None:
    world = stayer.world
    blind = replace(stayer.snapshot(), quota=Quota(5), stamp=Stamp())
    status = replace(world.status, snapshot=lambda: blind)
    played = play(renew_automatically(replace(world, status=status)))
    assert (played.result["renewed"], stayer.slots()) == (False, 1)


def test_an_hour_old_one_is_not_replaced(stayer: Stayer) -> None:
    stayer.renews()
    certificate = stayer.snapshot().certificate
    assert certificate
    assert certificate.valid_before
    assert certificate.valid_before - datetime.now(UTC) > timedelta(hours=23)
    assert not stayer.renews().result["renewed"]
