"""A renewal at the moments that decide: nothing lost, nothing spent twice."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from alpkey.actions.renewal.classic import ClassicRenewalWorld, renew
from alpkey.actions.renewal.request import RenewRequest
from alpkey.core.errors import Cancelled, InvalidFile, NeedsBrowser, Unreachable
from alpkey.core.events import Ask, Event, Step, Warn
from alpkey.core.keys.ports import IssuedPair
from alpkey.core.secret import Secret
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import Fact, Issued, MaybeIssued, Refused, Retired
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.timestamps import Clock
from tests.actions.worlds import RIGHT, Fakes, play
from tests.contracts.fakes import FakeJournal
from tests.keys import make_pair


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    return Fakes(tmp_path)


def kinds(fakes: Fakes) -> list[type]:
    return [type(fact) for fact in fakes.journal.facts()]


def test_from_nothing_to_a_key_in_the_agent(fakes: Fakes) -> None:
    played = play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert played.steps == ["service-ready", "signed-in", "issued", "installed", "in-agent"]
    assert played.result["renewed"]
    assert played.result["agent"]["holds_current"]
    assert kinds(fakes) == [MaybeIssued, Issued]


def test_the_form_is_shown_before_the_service_is_asked(fakes: Fakes) -> None:
    fakes.service.retired = True
    first = next(renew(RenewRequest(), fakes.renewal))
    assert isinstance(first, Ask)
    assert [field.name for field in first.fields] == ["username", "password", "otp"]


def test_with_a_wrong_clock_nothing_is_requested(fakes: Fakes) -> None:
    fakes.centre_now = fakes.now() + timedelta(hours=2)
    with pytest.raises(InvalidFile) as raised:
        play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert raised.value.code == "clock-wrong"
    assert fakes.service.issued == 0
    assert kinds(fakes) == []


def test_a_refused_code_is_not_sent_again(fakes: Fakes) -> None:
    wrong = {**RIGHT, "password": Secret("wrong")}
    later = {**RIGHT, "otp": Secret("654321")}
    with pytest.raises(Cancelled):
        play(renew(RenewRequest(), fakes.renewal), wrong, RIGHT, later)
    assert kinds(fakes) == [MaybeIssued, Refused, MaybeIssued, Refused]
    assert fakes.service.issued == 0


def test_each_question_says_what_was_wrong(fakes: Fakes) -> None:
    wrong = {**RIGHT, "password": Secret("wrong")}
    asks: list[Ask] = []
    with pytest.raises(Cancelled):
        play(
            renew(RenewRequest(), fakes.renewal),
            wrong,
            RIGHT,
            on_event=lambda event: asks.append(event) if isinstance(event, Ask) else None,
        )
    codes = [ask.error.code if ask.error else None for ask in asks]
    assert codes == [None, "sign-in-refused", "otp-used"]
    assert [ask.number for ask in asks] == [1, 2, 3]


def test_a_wish_to_cancel_waits_until_the_key_is_installed(fakes: Fakes) -> None:
    def cancel(event: Event) -> None:
        if event == Step("issued"):
            assert fakes.cancellation.is_deferred
            fakes.cancellation.requested = True

    played = play(renew(RenewRequest(), fakes.renewal), RIGHT, on_event=cancel)
    assert played.result["cancelled_late"]
    assert fakes.files.pair() is not None


def test_a_lost_answer_is_remembered_and_nothing_is_touched(fakes: Fakes) -> None:
    fakes.service.trouble = Unreachable("answer-lost", host="fake", reason="cut", retryable=True)
    with pytest.raises(Unreachable):
        play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert kinds(fakes) == [MaybeIssued]
    assert fakes.files.pair() is None
    assert fakes.agent.identities() == []


def test_a_journal_that_fills_the_disk_does_not_cost_the_issued_key(fakes: Fakes) -> None:
    fakes.journal = FullJournal()
    assert play(renew(RenewRequest(), fakes.renewal), RIGHT).result["renewed"]
    assert fakes.files.pair() is not None


class FullJournal(FakeJournal):
    """Takes what stands before a request, and nothing after it."""

    def append(self, facts: Iterable[Fact]) -> None:
        given = list(facts)
        if any(isinstance(fact, Issued) for fact in given):
            raise InvalidFile(path="journal", reason="No space left on device.")
        super().append(given)


def test_what_was_renewed_meanwhile_is_told_and_not_renewed_again(fakes: Fakes) -> None:
    """Another window was faster while this person typed."""
    action = renew(RenewRequest(if_needed=timedelta(hours=1)), fakes.renewal)
    next(action)
    play(renew(RenewRequest(), fakes.renewal), RIGHT)
    played = play(action, RIGHT)
    assert played.warnings == ["renewed-meanwhile"]
    assert not played.result["renewed"]
    assert fakes.service.issued == 1


def test_a_lock_that_guards_only_this_computer_is_said(fakes: Fakes) -> None:
    fakes.lock.weak = True
    assert "lock-weak" in play(renew(RenewRequest(), fakes.renewal), RIGHT).warnings


def test_a_key_of_another_maker_is_kept_once_the_person_agreed(
    fakes: Fakes, tmp_path: Path
) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    private, _ = make_pair(folder)
    foreign = IssuedPair(Secret(private.decode()), (folder / "key-cert.pub").read_text())
    fakes.files.install(foreign, "")
    with pytest.raises(Cancelled):
        play(renew(RenewRequest(), fakes.renewal), {"replace": False})
    assert fakes.files.pair() == foreign
    played = play(renew(RenewRequest(), fakes.renewal), {"replace": True}, RIGHT)
    assert "backup-kept" in played.warnings
    assert fakes.files.backups == [foreign]
    again = play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert "backup-kept" not in again.warnings


def test_many_refusals_in_a_row_warn_of_the_lock(fakes: Fakes) -> None:
    """With a minute between one look at the clock and the next, each code is that of a new step."""
    wrong = [{**RIGHT, "otp": Secret(f"11111{digit}")} for digit in range(3)]
    minutes = (datetime.now(UTC) + timedelta(minutes=number) for number in count())
    played = play(renew(RenewRequest(), at(fakes, lambda: next(minutes))), *wrong, RIGHT)
    assert played.warnings == ["lock-out-near"]
    warned = next(event for event in played.events if isinstance(event, Warn))
    assert played.events.index(warned) < played.events.index(played.asks[3])  # before it is typed


def test_after_many_refusals_a_code_is_held_back_until_the_next_step(fakes: Fakes) -> None:
    """The clock stands."""
    wrong = [{**RIGHT, "otp": Secret(f"11111{digit}")} for digit in range(3)]
    now = datetime.now(UTC)
    played: list[Event] = []
    with pytest.raises(Cancelled):
        play(renew(RenewRequest(), at(fakes, lambda: now)), *wrong, RIGHT, on_event=played.append)
    last = [event for event in played if isinstance(event, Ask)][-1]
    assert last.error is not None
    assert (last.error.code, last.error.params["field"]) == ("otp-held", "otp")
    assert fakes.service.issued == 0


def at(fakes: Fakes, clock: Clock) -> ClassicRenewalWorld:
    world = fakes.renewal
    return replace(world, status=replace(world.status, clock=clock))


def test_a_retirement_is_remembered_and_forgotten(fakes: Fakes) -> None:
    fakes.service.retired = True
    for _ in range(2):
        with pytest.raises(NeedsBrowser):
            play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert kinds(fakes) == [Retired]
    fakes.service.retired = False
    play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert fold(fakes.journal.facts()).retired == frozenset()


def test_a_key_that_comes_while_the_person_types_is_not_replaced(
    fakes: Fakes, tmp_path: Path
) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    private, _ = make_pair(folder)
    foreign = IssuedPair(Secret(private.decode()), (folder / "key-cert.pub").read_text())

    def comes(event: Event) -> None:
        if isinstance(event, Ask):
            fakes.files.install(foreign, "")

    with pytest.raises(Cancelled) as raised:
        play(renew(RenewRequest(), fakes.renewal), RIGHT, on_event=comes)
    assert raised.value.code == "foreign-key"
    assert fakes.files.pair() == foreign
    assert fakes.service.issued == 0


def test_the_state_is_read_once_before_the_lock_once_under_it_and_for_the_result(
    fakes: Fakes,
) -> None:
    looks = count_snapshots(fakes)
    play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert looks == [False, True, True]


def count_snapshots(fakes: Fakes) -> list[bool]:
    """For each snapshot that is taken from now on, whether the lock was held."""
    real, looks = fakes.snapshot, list[bool]()

    def snapshot() -> Snapshot:
        looks.append(fakes.lock.holder() is not None)
        return real()

    fakes.snapshot = snapshot  # type: ignore[method-assign]
    return looks
