"""A renewal at a gateway at the moments that decide: nothing lost, nothing spent twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.gateway import renew_at_gateway
from alpkey.actions.renewal.request import GatewayRequest, RenewRequest
from alpkey.core.errors import (
    AlpkeyError,
    Cancelled,
    InvalidFile,
    QuotaUsedUp,
    SignInRefused,
    Unreachable,
)
from alpkey.core.events import Ask, Event, Step
from alpkey.core.keychain.entries import KEY_ENTRY
from alpkey.core.keys.certificate_service import ListedKey
from alpkey.core.keys.ports import IssuedPair
from alpkey.core.messages.describe_error import describe
from alpkey.core.secret import Secret
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal_facts import Issued, KeyProtected, MaybeIssued, Refused, Revoked
from tests.actions.renewal.test_classic import count_snapshots
from tests.actions.signin.test_sign_in import Person
from tests.actions.worlds import RIGHT, Fakes, Played, play
from tests.keys import make_pair

ONCE = GatewayRequest()


class Desk:
    """Somebody who renews with another device, and says yes there at once."""

    def __init__(self, folder: Path) -> None:
        self.fakes = Fakes(folder)
        self.person = Person()
        self.person.attempt = lambda _: self.person.answers(yes=True)
        self.person.provider.access = self.fakes.gateway.token
        self.chosen: list[str] = []

    def renew(
        self,
        request: GatewayRequest = ONCE,
        *answers: dict[str, Any],
        on_event: Callable[[Event], object] = lambda _: None,
    ) -> Played:
        world = replace(self.fakes.signed(self.person.world()), remember_account=self.chosen.append)
        return play(
            renew_at_gateway(SignInMethod.DEVICE, request, world), *answers, on_event=on_event
        )

    def kinds(self) -> list[type]:
        return [type(fact) for fact in self.fakes.journal.facts()]

    def slots(self) -> int:
        """How many the gateway has given."""
        return self.fakes.gateway.spent


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def covered(desk: Desk) -> None:
    """The keychain holds a passphrase for keys to come."""
    desk.fakes.keychain.store(KEY_ENTRY, Secret("a passphrase"))
    desk.fakes.journal.append([KeyProtected(datetime.now(UTC), kept=True)])


def loses(desk: Desk, times: int = 1, *, issues: bool = True) -> None:
    """The next answers are lost; with ``issues`` the certificates were made all the same."""
    real = desk.fakes.gateway.sign
    left = [times]

    def sign(*arguments: Any) -> str:
        if not left[0]:
            return real(*arguments)
        left[0] -= 1
        if issues:
            real(*arguments)
        raise Unreachable("answer-lost", host="fake", reason="cut", retryable=True)

    desk.fakes.gateway.sign = sign  # type: ignore[method-assign]


def cannot_list(desk: Desk, error: AlpkeyError) -> Callable[[], None]:
    """The list cannot be had until what is returned is called."""
    real = desk.fakes.gateway.listed

    def listed(*_: object, **__: object) -> tuple[ListedKey, ...]:
        raise error

    def restore() -> None:
        desk.fakes.gateway.listed = real  # type: ignore[method-assign]

    desk.fakes.gateway.listed = listed  # type: ignore[method-assign]
    return restore


def test_from_nothing_to_a_certificate_in_the_agent(desk: Desk) -> None:
    played = desk.renew()
    assert played.steps == ["signed-in", "issued", "installed", "in-agent"]
    assert (played.result["renewed"], played.result["service"]) == (True, "fake")
    assert played.result["agent"]["holds_current"]
    assert desk.kinds() == [MaybeIssued, Issued]
    assert desk.fakes.files.waiting() is None


def test_the_second_time_only_the_certificate_changes(desk: Desk) -> None:
    desk.renew()
    first = desk.fakes.files.pair()
    played = desk.renew()
    second = desk.fakes.files.pair()
    assert first
    assert second
    assert first.private == second.private
    assert first.certificate != second.certificate
    assert not played.warnings
    assert played.result["agent"]["stale"] == 0


def test_a_lost_answer_is_found_in_the_list(desk: Desk) -> None:
    loses(desk)
    played = desk.renew()
    assert played.warnings == ["found-in-list"]
    assert desk.slots() == 1
    assert desk.kinds() == [MaybeIssued, Issued]


def test_what_was_never_issued_is_signed_once_more(desk: Desk) -> None:
    loses(desk, issues=False)
    assert desk.renew().result["renewed"]
    assert desk.slots() == 1
    assert desk.kinds() == [MaybeIssued, Refused, MaybeIssued, Issued]


def test_it_is_not_tried_for_ever(desk: Desk) -> None:
    loses(desk, 2, issues=False)
    with pytest.raises(Unreachable):
        desk.renew()
    assert desk.fakes.files.pair() is None


def test_where_the_list_cannot_be_had_nothing_is_signed_again(desk: Desk) -> None:
    loses(desk)
    restore = cannot_list(desk, Unreachable(host="fake", reason="trouble"))
    with pytest.raises(Unreachable) as raised:
        desk.renew()
    assert raised.value.code == "answer-lost"
    assert desk.kinds() == [MaybeIssued]
    with pytest.raises(Unreachable):  # nor in the next renewal
        desk.renew()
    assert desk.slots() == 1
    restore()
    played = desk.renew()
    assert played.warnings == ["found-in-list"]
    assert desk.slots() == 1


def test_who_gave_up_gets_no_second_request(desk: Desk) -> None:
    loses(desk, issues=False)

    def cancel(event: Event) -> None:
        desk.fakes.cancellation.requested = event == Step("signed-in")

    with pytest.raises(Unreachable):
        desk.renew(on_event=cancel)
    assert desk.slots() == 0


def test_a_wish_to_cancel_waits_until_it_is_installed(desk: Desk) -> None:
    def cancel(event: Event) -> None:
        if event == Step("issued"):
            assert desk.fakes.cancellation.is_deferred
            desk.fakes.cancellation.requested = True

    assert desk.renew(on_event=cancel).result["cancelled_late"]
    assert desk.fakes.files.pair() is not None


def test_the_key_of_the_classic_service_gives_way_to_one_made_here(desk: Desk) -> None:
    play(renew(RenewRequest(), desk.fakes.renewal), RIGHT)
    foreign = desk.fakes.files.pair()
    played = desk.renew()
    assert played.warnings == ["own-key-made"]
    assert desk.fakes.files.backups == [foreign]
    assert not desk.renew().warnings


def test_a_refusal_leaves_the_old_pair_and_the_same_key_waits(desk: Desk) -> None:
    play(renew(RenewRequest(), desk.fakes.renewal), RIGHT)
    foreign = desk.fakes.files.pair()
    desk.fakes.gateway.limit = 0
    with pytest.raises(QuotaUsedUp):
        desk.renew()
    waiting = desk.fakes.files.waiting()
    assert waiting is not None
    assert desk.fakes.files.pair() == foreign
    desk.fakes.gateway.limit = 5
    desk.renew()
    pair = desk.fakes.files.pair()
    assert pair is not None
    assert pair.private == waiting


def test_a_key_of_unknown_origin_is_asked_about(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    private, _ = make_pair(folder)
    foreign = IssuedPair(Secret(private.decode()), (folder / "key-cert.pub").read_text())
    desk.fakes.files.install(foreign, "")
    played = desk.renew(ONCE, {"replace": True})
    assert len(played.asks) == 1
    assert desk.fakes.files.backups == [foreign]


class TestAnotherAccount:
    """This computer is set up for bobby, and alice signs in."""

    def test_nothing_is_signed_for_it(self, desk: Desk) -> None:
        for answer in ({"account": "cancel"}, {"account": True}, {}):
            with pytest.raises(Cancelled):
                desk.renew(GatewayRequest(username="bobby", yes=True), answer)
        assert desk.fakes.files.pair() is None
        assert (desk.slots(), desk.kinds()) == (0, [])

    def test_it_is_named_and_the_answers_are_offered(self, desk: Desk) -> None:
        seen: list[Ask] = []

        def note(event: Event) -> None:
            if isinstance(event, Ask):
                seen.append(event)

        with pytest.raises(Cancelled):
            desk.renew(GatewayRequest(username="bobby"), on_event=note)
        [ask] = seen
        [field] = ask.fields
        assert (field.kind, field.value) == ("choice", "alice")
        assert field.choices == ("switch", "use", "cancel")
        assert isinstance(ask.error, SignInRefused)
        assert describe(ask.error).title == (
            "You signed in as alice, but this computer is set up for bobby"
        )

    def test_it_is_used_where_the_user_says_so(self, desk: Desk) -> None:
        played = desk.renew(GatewayRequest(username="bobby"), {"account": "use"})
        assert played.result["principals"] == ["alice"]
        issued = [fact for fact in desk.fakes.journal.facts() if isinstance(fact, Issued)]
        assert [fact.account for fact in issued] == ["alice"]
        assert desk.chosen == ["alice"]

    def test_a_switch_signs_in_again(self, desk: Desk) -> None:
        provider = desk.person.provider

        def switched(event: Event) -> None:
            if isinstance(event, Ask):
                provider.account = "bobby"

        with pytest.raises(InvalidFile):  # this gateway knows alice alone
            desk.renew(GatewayRequest(username="bobby"), {"account": "switch"}, on_event=switched)
        assert len(desk.person.pauses) == 2
        assert desk.chosen == []


class TestFirstAccount:
    @pytest.fixture
    def desk(self, desk: Desk) -> Desk:
        snapshot = desk.fakes.snapshot
        desk.fakes.snapshot = lambda: replace(snapshot(), account=None)  # type: ignore[method-assign]
        return desk

    @pytest.mark.parametrize("answer", [{"first_account": False}, {}])
    def test_a_no_signs_nothing(self, desk: Desk, answer: dict[str, Any]) -> None:
        with pytest.raises(Cancelled):
            desk.renew(ONCE, answer)
        assert (desk.slots(), desk.kinds()) == (0, [])

    def test_a_yes_installs_it(self, desk: Desk) -> None:
        played = desk.renew(ONCE, {"first_account": True})
        assert [ask.fields[0].value for ask in played.asks] == ["alice"]
        assert played.result["renewed"]

    @pytest.mark.parametrize(
        "request_", [GatewayRequest(yes=True), GatewayRequest(username="alice")]
    )
    def test_who_was_named_or_agreed_to_is_not_asked_about(
        self, desk: Desk, request_: GatewayRequest
    ) -> None:
        assert desk.renew(request_).asks == []


def test_replace_revokes_what_was_installed(desk: Desk) -> None:
    desk.renew()
    desk.renew(GatewayRequest(replace=True))
    alive = [key.serial for key in desk.fakes.gateway.listed(desk.fakes.gateway.token)]
    snapshot = desk.fakes.snapshot()
    assert snapshot.certificate
    assert alive == [snapshot.certificate.serial]
    assert desk.kinds()[-1] is Revoked


def test_what_is_good_is_left_alone_where_only_need_counts(desk: Desk) -> None:
    desk.renew()
    played = desk.renew(GatewayRequest(if_needed=timedelta(hours=1)))
    assert (played.result["renewed"], played.steps) == (False, [])


def test_the_keychains_passphrase_covers_the_key_and_opens_it_for_the_agent(desk: Desk) -> None:
    covered(desk)
    for _ in range(2):
        played = desk.renew()
        assert played.steps[-1] == "in-agent"
        assert not played.warnings
        stored = desk.fakes.files.current()
        assert stored is not None
        assert stored.encrypted
    desk.fakes.keychain.store(KEY_ENTRY, Secret("that of another key"))
    desk.fakes.empty_agent()
    assert desk.renew().warnings == ["agent-passphrase"]


def test_a_key_that_stays_lies_in_the_agent_for_all_its_certificates(desk: Desk) -> None:
    covered(desk)
    desk.renew()
    agent, first = desk.fakes.agent, desk.fakes.snapshot().certificate
    assert first is not None
    assert agent.lifetimes[first.public_key] is None
    assert agent.lifetimes[first.blob] is not None
    desk.fakes.keychain.store(KEY_ENTRY, Secret("that of another key"))
    played = desk.renew()
    assert (played.steps[-1], played.warnings) == ("in-agent", [])
    assert [identity.blob for identity in agent.identities()] == [first.public_key]


def test_a_key_that_the_service_makes_anew_leaves_the_agent_with_its_certificate(
    desk: Desk,
) -> None:
    play(renew(RenewRequest(), desk.fakes.renewal), RIGHT)
    assert None not in desk.fakes.agent.lifetimes.values()


def test_a_name_of_the_home_institution_is_none_of_the_centres(desk: Desk) -> None:
    """Who signs in with another account has the name that the certificate is made out to."""
    real = desk.person.provider._tokens
    desk.person.provider._tokens = (  # type: ignore[method-assign]
        lambda: replace(real(), username="Alice@home.example")
    )
    snapshot = desk.fakes.snapshot
    desk.fakes.snapshot = lambda: replace(snapshot(), account=None)  # type: ignore[method-assign]
    played = desk.renew(ONCE, {"first_account": True})
    assert [ask.fields[0].value for ask in played.asks] == ["Alice@home.example"]
    assert played.result["principals"] == ["alice"]
    issued = [fact for fact in desk.fakes.journal.facts() if isinstance(fact, Issued)]
    assert [fact.account for fact in issued] == ["alice"]


def test_the_state_is_read_once_before_the_lock_once_under_it_and_for_the_result(
    desk: Desk,
) -> None:
    desk.renew()
    looks = count_snapshots(desk.fakes)
    desk.renew(GatewayRequest(replace=True))
    assert looks == [False, True, True]
