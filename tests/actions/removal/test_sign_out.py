"""Leaving a computer: all that is ours goes, nothing that is not, wherever it is cut off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from alpkey.actions.removal.sign_out import SignOutRequest, SignOutWorld, sign_out
from alpkey.adapters.keys.passphrase import change_passphrase
from alpkey.core.errors import (
    AgentTrouble,
    AlpkeyError,
    Cancelled,
    KeychainTrouble,
    SignInRefused,
    Unreachable,
)
from alpkey.core.events import Ask, Await, Event, Warn
from alpkey.core.keychain.entries import (
    KEY_ENTRY,
    SavedSession,
    entry_name,
    session_name,
    session_to_entry,
)
from alpkey.core.keys.certificate import read_certificate
from alpkey.core.keys.ports import IssuedPair
from alpkey.core.secret import Secret
from alpkey.core.site import SignInMethod
from alpkey.core.state.facts import Issued, KeyProtected, SecretSaved, SessionSaved
from alpkey.core.state.journal import fold
from alpkey.core.tunnels.record import TunnelObservation, TunnelState, TunnelTarget
from tests.actions.renewal.test_gateway import Desk
from tests.actions.worlds import Played, play
from tests.contracts.fakes import FakeAgent
from tests.keys import make_key, make_pair, sign

YES = SignOutRequest(yes=True)
REVOKE = SignOutRequest(revoke=True, yes=True)
NOW = datetime.now(UTC)


class FakeTunnels:
    """A fake of open tunnels, each of which ends as it is told; those in ``stuck`` do not."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.stuck: set[str] = set()

    def listed(self) -> list[TunnelObservation]:
        method = TunnelTarget("daint", "nid006554", ((6006, 6006),))
        return [TunnelObservation(one, method, TunnelState.OPEN, NOW) for one in self.open]

    def close(self, tunnel_id: str) -> bool:
        return tunnel_id not in self.stuck

    def forget(self, tunnel_id: str) -> None:
        if tunnel_id not in self.stuck:
            self.open.remove(tunnel_id)


class Leaver(Desk):
    """Somebody who has everything on this computer, and leaves it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.renew()
        self.folder = folder
        self.tunnels = FakeTunnels()
        self.token = self.person.provider._tokens().refresh or Secret("")
        self.keeps("bob", "alice")
        self.fakes.keychain.store(KEY_ENTRY, Secret("opens the key"))
        self.fakes.journal.append([KeyProtected(NOW, kept=True)])
        (folder / "foreign").mkdir()
        self.foreign = make_key(folder / "foreign/key").read_bytes()
        self.fakes.agent.add(self.foreign, "theirs")
        self.fakes.files.keep_waiting(Secret(self.foreign.decode()))

    def keeps(self, *accounts: str) -> None:
        keychain, journal = self.fakes.keychain, self.fakes.journal
        for account in accounts:
            keychain.store(entry_name(account), Secret('{"password": "a password"}'))
            journal.append([SecretSaved(NOW, account, "password")])
        keychain.store(session_name("alice"), session_to_entry(SavedSession(self.token)))
        journal.append([SessionSaved(NOW, "alice", kept=True)])

    @property
    def world(self) -> SignOutWorld:
        status, keys = self.fakes.renewal.status, self.fakes.keys(self.person.world())
        tunnels = SimpleNamespace(listed=self.tunnels.listed, files=self.tunnels)
        return SignOutWorld(tunnels, status, self.fakes.files, self.fakes.keeping, keys)

    def leaves(
        self,
        request: SignOutRequest = YES,
        *answers: dict[str, Any],
        on_event: Callable[[Event], object] = lambda _: None,
    ) -> Played:
        return play(sign_out(SignInMethod.DEVICE, request, self.world), *answers, on_event=on_event)

    def cut(self, steps: int) -> bool:
        """Whether it was cut off after so many events, and not at its end."""
        action = sign_out(SignInMethod.DEVICE, REVOKE, self.world)
        for _ in range(steps):
            if next(action, None) is None:
                return False
        action.close()
        return True

    def is_clean(self) -> bool:
        files, known = self.fakes.files, fold(self.fakes.journal.facts(), "alice")
        return (
            files.every() == []
            and files.waiting() is None
            and [one.comment for one in self.fakes.agent.identities()] == ["theirs"]
            and self.fakes.keychain._held == {}
            and (known.kept, known.session_kept, known.key_protected) == ("nothing", False, False)
            and self.token not in self.person.provider._refreshes
        )


@pytest.fixture
def leaver(tmp_path: Path) -> Leaver:
    return Leaver(tmp_path)


def names(told: Played, which: str) -> set[tuple[str, str]]:
    return {(one["what"], one["name"]) for one in told.result[which]}


def test_all_that_is_ours_goes_and_is_told(leaver: Leaver) -> None:
    key = str(leaver.fakes.key_path)
    told = leaver.leaves()
    assert leaver.is_clean()
    assert told.warnings == []
    assert told.asks == []
    assert names(told, "removed") == {
        ("session", "alice"),
        ("password", "bob"),
        ("password", "alice"),
        ("agent", "2"),
        ("key", key),
        ("waiting", key),
        ("passphrase", "the keychain"),
    }
    assert (told.result["left"], told.result["revoked"]) == ([], [])


def test_the_second_time_there_is_nothing_to_ask_about(leaver: Leaver) -> None:
    leaver.leaves()
    told = leaver.leaves(SignOutRequest())
    assert told.events == []
    assert told.result == {"removed": [], "left": [], "revoked": []}


def test_the_one_question_lists_it_and_a_no_changes_nothing(leaver: Leaver) -> None:
    facts, held = leaver.fakes.journal.facts(), dict(leaver.fakes.keychain._held)
    asked: list[Event] = []
    with pytest.raises(Cancelled):
        leaver.leaves(SignOutRequest(), {"leave": False}, on_event=asked.append)
    [ask] = asked
    assert isinstance(ask, Ask)
    [field] = ask.fields
    assert (field.name, field.kind) == ("leave", "confirm")
    assert field.value
    assert len(field.value.splitlines()) == 7
    for said in ("password of alice", "password of bob", str(leaver.fakes.key_path), "agent (2)"):
        assert said in field.value
    assert (leaver.fakes.journal.facts(), leaver.fakes.keychain._held) == (facts, held)
    assert leaver.fakes.files.pair()
    leaver.leaves(SignOutRequest(), {"leave": True})
    assert leaver.is_clean()


def test_wherever_it_is_cut_off_the_next_try_ends_it(tmp_path: Path) -> None:
    for steps in count(1):
        folder = tmp_path / str(steps)
        folder.mkdir()
        leaver = Leaver(folder)
        was_cut = leaver.cut(steps)
        leaver.leaves(REVOKE)
        assert leaver.is_clean(), steps
        assert leaver.fakes.gateway.listed(leaver.fakes.gateway.token) == ()
        if not was_cut:
            break
    assert steps > 8


def test_a_secret_that_a_cut_kept_the_journal_from_knowing_goes_too(leaver: Leaver) -> None:
    leaver.fakes.journal._facts = [
        fact
        for fact in leaver.fakes.journal.facts()
        if not isinstance(fact, SecretSaved | SessionSaved)
    ]
    leaver.fakes.keychain.forget(entry_name("bob"))
    leaver.leaves()
    assert leaver.is_clean()


def test_what_the_service_is_told_to_revoke_opens_nothing_any_more(leaver: Leaver) -> None:
    leaver.renew()  # the first certificate lives on beside the second one
    other = make_key(leaver.folder / "other")
    line = other.with_name("other.pub").read_text()
    gateway = leaver.fakes.gateway
    gateway.sign(gateway.token, line, "1d")
    sessions = leaver.person.provider._refreshes - {leaver.token}
    told = leaver.leaves(REVOKE)
    [left] = gateway.listed(gateway.token)
    assert str(left.serial) not in told.result["revoked"]
    assert len(told.result["revoked"]) == 2
    assert fold(leaver.fakes.journal.facts(), "alice").revoked == set(
        map(int, told.result["revoked"])
    )
    assert leaver.is_clean()
    assert leaver.person.provider._refreshes == sessions, "the sign-in for it is ended, too"


@pytest.mark.parametrize(
    "trouble",
    [
        Unreachable(host="the provider", reason="It is away."),
        SignInRefused("token-refused", site="a site"),
    ],
)
def test_a_provider_that_cannot_be_told_keeps_nothing_here(
    leaver: Leaver, trouble: AlpkeyError
) -> None:
    def end(refresh: Secret) -> None:
        raise trouble

    leaver.person.provider.end = end  # type: ignore[method-assign]
    told = leaver.leaves()
    assert told.warnings == ["left-behind"]
    assert names(told, "left") == {("session-at-provider", "alice")}
    assert told.result["left"][0]["code"] == trouble.code
    assert leaver.fakes.keychain._held == {}
    assert leaver.fakes.files.every() == []


def test_a_service_that_cannot_be_told_keeps_nothing_here(leaver: Leaver) -> None:
    def listed(*_: object, **__: object) -> tuple[()]:
        raise Unreachable(host="the gateway", reason="It is away.")

    leaver.fakes.gateway.listed = listed  # type: ignore[method-assign]
    told = leaver.leaves(REVOKE)
    assert names(told, "left") == {("revocation", "CSCS")}
    assert leaver.is_clean()


def test_who_declines_the_sign_in_changes_nothing(leaver: Leaver) -> None:
    leaver.person.attempt = lambda _: leaver.person.answers(yes=False)
    with pytest.raises(Cancelled):
        leaver.leaves(REVOKE)
    assert leaver.fakes.files.pair()
    assert len(leaver.fakes.keychain._held) == 4


def test_without_a_gateway_it_is_said_that_nobody_can_revoke(leaver: Leaver) -> None:
    world = leaver.world
    bare = replace(world, keys=None)
    told = play(sign_out(SignInMethod.DEVICE, REVOKE, bare))
    [warning] = [one for one in told.events if isinstance(one, Warn)]
    assert warning.code == "not-revocable"
    assert warning.params["ended"]
    assert names(told, "left") == {("revocation", "CSCS")}
    assert leaver.fakes.files.every() == []


def test_open_tunnels_are_closed_and_a_stuck_one_is_told(leaver: Leaver) -> None:
    leaver.tunnels.open = ["one", "two"]
    leaver.tunnels.stuck = {"one"}
    told = leaver.leaves()
    assert ("tunnel", "two") in names(told, "removed")
    assert ("tunnel", "one") in names(told, "left")
    assert leaver.fakes.files.every() == []


def test_a_locked_keychain_keeps_its_own_and_the_rest_goes(leaver: Leaver) -> None:
    leaver.fakes.keychain.trouble = KeychainTrouble("keychain-locked", name="The Secret Service")
    told = leaver.leaves()
    left = {("session", "alice"), ("password", "bob"), ("password", "alice")}
    assert names(told, "left") == left | {("passphrase", "the keychain")}
    assert leaver.fakes.files.every() == []
    leaver.fakes.keychain.trouble = None
    told = leaver.leaves()
    assert names(told, "removed") == left | {("passphrase", "the keychain")}
    assert leaver.is_clean()


def test_nobody_waits_for_a_keychain_after_a_cancel(leaver: Leaver) -> None:
    leaver.fakes.background.is_slow = True
    leaver.fakes.cancellation.requested = True
    told = leaver.leaves()
    assert {one["what"] for one in told.result["left"]} == {"session", "password", "passphrase"}
    assert leaver.fakes.cancellation.is_deferred
    assert leaver.fakes.files.every() == []


def test_an_agent_that_refuses_keeps_its_own_and_the_rest_goes(leaver: Leaver) -> None:
    class Refusing(FakeAgent):
        def remove(self, blob: bytes) -> None:
            raise AgentTrouble("agent-refuses", socket="fake", operation="remove")

    held = leaver.fakes.agent._held
    leaver.fakes.agent = Refusing()
    leaver.fakes.agent._held = held
    told = leaver.leaves()
    assert names(told, "left") == {("agent", "fake")}
    assert leaver.fakes.files.every() == []
    assert leaver.fakes.keychain._held == {}


class TestAKeyOfThePersons:
    """It stays where it is; a certificate that we got for it does not."""

    @pytest.fixture
    def leaver(self, tmp_path: Path) -> Leaver:
        leaver = Leaver(tmp_path)
        self.key = make_key(tmp_path / "own", passphrase="")
        line = sign(make_key(tmp_path / "ca"), self.key).read_text()
        self.certificate = read_certificate(line.encode())
        leaver.fakes.files.install(IssuedPair(Secret(self.key.read_text()), line), "")
        leaver.fakes.agent._held = {}
        for certificate in (None, self.certificate):
            leaver.fakes.agent.add(self.key.read_bytes(), "own", certificate=certificate)
        return leaver

    def installed_by_us(self, leaver: Leaver) -> None:
        fact = Issued.of(
            self.certificate,
            at=NOW,
            account="alice",
            attempt="an attempt",
            key_path=leaver.fakes.key_path,
            own_key=False,
        )
        leaver.fakes.journal.append([fact])

    def test_the_key_stays_and_our_certificate_goes(self, leaver: Leaver) -> None:
        self.installed_by_us(leaver)
        told = leaver.leaves()
        assert told.warnings == ["own-key-stays"]
        assert leaver.fakes.files.private() == Secret(self.key.read_text())
        assert leaver.fakes.files.pair() is None
        [left] = leaver.fakes.agent.identities()
        assert left.blob == self.certificate.public_key
        path = str(leaver.fakes.key_path)
        assert names(told, "left") == {("key", path)}
        assert ("certificate", f"{path}-cert.pub") in names(told, "removed")

    def test_what_nobody_knows_stays(self, leaver: Leaver) -> None:
        leaver.leaves()
        assert leaver.fakes.files.pair() is not None
        assert len(leaver.fakes.agent.identities()) == 2

    def test_the_passphrase_that_opens_it_stays_with_it(self, leaver: Leaver) -> None:
        phrase = Secret("opens the key")
        covered = change_passphrase(Secret(self.key.read_text()), None, phrase)
        leaver.fakes.files.install_private(covered)
        told = leaver.leaves()
        assert told.warnings == ["own-key-stays", "own-passphrase-stays"]
        assert leaver.fakes.keychain._held == {KEY_ENTRY: phrase}
        assert fold(leaver.fakes.journal.facts()).key_protected

    def test_one_that_was_moved_aside_stays_and_one_of_ours_does_not(
        self, leaver: Leaver, tmp_path: Path
    ) -> None:
        self.installed_by_us(leaver)
        leaver.fakes.files.keep_backup(NOW)
        leaver.fakes.files.remove(leaver.fakes.files.every()[0])
        leaver.renew()
        ours = leaver.fakes.files.keep_backup(NOW)
        told = leaver.leaves()
        [left] = leaver.fakes.files.every()
        assert names(told, "left") == {("key", str(left.path))}
        assert ("key", str(ours)) in names(told, "removed")


def test_a_cancel_while_the_question_stands_changes_nothing(leaver: Leaver) -> None:
    action = sign_out(SignInMethod.DEVICE, SignOutRequest(), leaver.world)
    assert any(isinstance(event, Await) for event in (next(action), next(action)))
    with pytest.raises(Cancelled):
        action.throw(Cancelled())
    assert leaver.fakes.files.pair()


def test_a_pair_that_somebody_else_put_there_stays(leaver: Leaver, tmp_path: Path) -> None:
    (tmp_path / "imported").mkdir()
    private, _ = make_pair(tmp_path / "imported")
    line = (tmp_path / "imported/key-cert.pub").read_text()
    leaver.fakes.files.install(IssuedPair(Secret(private.decode()), line), "")
    told = leaver.leaves()
    assert leaver.fakes.files.private() == Secret(private.decode())
    assert "own-key-stays" in told.warnings
