"""A login that needs a key: who is asked, who is not, and what is remembered of the answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.request import RenewRequest
from alpkey.actions.ssh.ensure import AskingPlace, EnsureWorld, ensure
from alpkey.core.errors import AlpkeyError, Cancelled, KeyExpired
from alpkey.core.events import Action, Ask
from alpkey.core.ssh.caller import SshCaller
from alpkey.core.ssh.ports import RenewalWindowEnd
from alpkey.core.state.snapshot import Snapshot
from tests.actions.worlds import RIGHT, Fakes, Played, play
from tests.contracts.fakes_ssh import FakeLoginQueue

LOGIN = SshCaller(("daint",), "daint", (), only_asks=False)


def declines() -> RenewalWindowEnd:
    return "declined"


def never_answers() -> RenewalWindowEnd:
    return "late"


@dataclass
class Desk:
    """A login without a key; ``window`` is what the user does in the renewal window."""

    fakes: Fakes
    calls: tuple[SshCaller, ...] = (LOGIN,)
    queue: FakeLoginQueue = field(default_factory=FakeLoginQueue)
    window: Callable[[], RenewalWindowEnd] = never_answers
    is_batch: bool = False
    stays_signed_in: bool = False
    hosts_asked_for: list[str | None] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.fakes.clock = lambda: self.now

    @property
    def world(self) -> EnsureWorld:
        return EnsureWorld(
            status=replace(self.fakes.renewal.status, snapshot=self.snapshot),
            callers=lambda: self.calls,
            is_batch=lambda _: self.is_batch,
            turn=self.queue,
            ask_in_window=self.ask_in_window,
            files=self.fakes.files,
            lock=self.fakes.lock,
            renew=self.renewal,
            renew_without_asking=self.automatic_renewal,
            refill=self.fakes.refill,
        )

    def snapshot(self) -> Snapshot:
        return replace(self.fakes.snapshot(), stays_signed_in=self.stays_signed_in)

    def ask_in_window(
        self, host: str | None, done: Callable[[], bool], timeout_s: float
    ) -> RenewalWindowEnd:
        self.hosts_asked_for.append(host)
        end = self.window()
        assert 0 <= timeout_s <= 300
        return "done" if done() else end

    def renewal(self) -> Action:
        return renew(RenewRequest(), self.fakes.renewal)

    def automatic_renewal(self) -> Action:
        self.gets_key()
        yield from ()
        return {}

    def gets_key(self) -> RenewalWindowEnd:
        play(self.renewal(), RIGHT)
        return "done"

    def logs_in(self, place: AskingPlace = "window", *answers: dict[str, object]) -> bool:
        """Whether a key was renewed for it."""
        return bool(self.outcome(place, *answers).result["renewed"])

    def outcome(self, place: AskingPlace, *answers: dict[str, object]) -> Played:
        return play(ensure(place, self.world), *answers)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Fakes(tmp_path))


def test_a_valid_key_needs_nobody(desk: Desk) -> None:
    desk.gets_key()
    outcome = desk.outcome("nobody")
    assert (outcome.events, outcome.result["renewed"]) == ([], False)
    assert desk.hosts_asked_for == []


@pytest.mark.parametrize(
    ("place", "call", "is_batch"),
    [
        ("window", replace(LOGIN, only_asks=True), False),
        ("nobody", LOGIN, False),
        ("window", replace(LOGIN, options=("BatchMode=yes",)), False),
        ("window", LOGIN, True),
    ],
)
def test_a_login_that_nobody_attends_is_not_held_up(
    desk: Desk, place: AskingPlace, call: SshCaller, is_batch: bool
) -> None:
    desk.calls, desk.is_batch = (call,), is_batch
    with pytest.raises(KeyExpired) as raised:
        desk.logs_in(place)
    assert raised.value.code == "not-renewed"
    assert desk.hosts_asked_for == []


def test_the_window_renews_for_the_host_that_is_logged_in_to(desk: Desk) -> None:
    desk.calls = (replace(LOGIN, host=None), LOGIN)
    desk.window = desk.gets_key
    assert desk.logs_in()
    assert desk.hosts_asked_for == ["daint"]


def test_a_refusal_is_remembered_for_ten_minutes(desk: Desk) -> None:
    desk.window = declines
    for _ in range(2):
        with pytest.raises(Cancelled) as raised:
            desk.logs_in()
        assert raised.value.code == "said-no"
    assert len(desk.hosts_asked_for) == 1
    desk.now += timedelta(minutes=10)
    with pytest.raises(Cancelled):
        desk.logs_in()
    assert len(desk.hosts_asked_for) == 2


def test_a_refusal_from_the_future_counts_for_nothing(desk: Desk) -> None:
    """As after a clock was set back."""
    desk.queue.note_declined(desk.now + timedelta(minutes=5))
    desk.window = desk.gets_key
    assert desk.logs_in()


@pytest.mark.parametrize("end", ["late", "not-opened", "crashed"])
def test_what_the_user_did_not_decide_is_no_refusal(desk: Desk, end: RenewalWindowEnd) -> None:
    """The next login asks again at once."""
    desk.window = lambda: end
    with pytest.raises(KeyExpired) as raised:
        desk.logs_in()
    assert raised.value.code == "not-renewed"
    assert desk.queue.declined_at() is None


def test_of_two_logins_the_second_uses_the_key_of_the_first(desk: Desk) -> None:
    class Queue(FakeLoginQueue):
        @contextmanager
        def held(self, timeout_s: float) -> Iterator[None]:
            desk.gets_key()
            with super().held(timeout_s):
                yield

    desk.queue = Queue()
    assert not desk.logs_in()
    assert desk.hosts_asked_for == []


def test_a_saved_sign_in_renews_before_anybody_is_asked(desk: Desk) -> None:
    desk.stays_signed_in = True
    assert desk.logs_in()
    assert desk.hosts_asked_for == []


def test_at_a_terminal_the_questions_come_there(desk: Desk) -> None:
    outcome = desk.outcome("here", dict(RIGHT))
    assert outcome.result["renewed"] is True
    assert outcome.warnings[0] == "key-needed"
    assert outcome.asks != []
    assert desk.hosts_asked_for == []


def test_a_cancel_at_the_terminal_is_a_refusal(desk: Desk) -> None:
    with pytest.raises(Cancelled):
        desk.logs_in("here")
    assert desk.queue.declined_at() == desk.now.replace(microsecond=0)


def test_a_cancel_after_the_time_is_over_is_none(desk: Desk) -> None:
    action = ensure("here", desk.world)
    assert any(isinstance(event, Ask) for event in action)
    desk.now += timedelta(minutes=5)
    action.close()
    assert desk.queue.declined_at() is None


def test_a_renewal_that_fails_at_the_terminal_says_why(desk: Desk) -> None:
    desk.fakes.service.retired = True
    with pytest.raises(AlpkeyError) as raised:
        desk.logs_in("here", dict(RIGHT))
    assert raised.value.code == "not-renewed"
    assert raised.value.params["reason"]
    assert desk.queue.declined_at() is None
