"""Ensure that a login has a valid key, with the help of the user if one can be asked."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alpkey.actions.agent.load import Refill
from alpkey.actions.install import finish_interrupted
from alpkey.actions.renewal.on_ssh_login import renewed_without_asking
from alpkey.actions.status import StatusWorld, take_status
from alpkey.core.errors import AlpkeyError, Cancelled, KeyExpired
from alpkey.core.events import Action, Answer, Event, Warn
from alpkey.core.keys.ports import KeyFiles
from alpkey.core.messages.describe_error import describe
from alpkey.core.results.status import EnsureResult, RenewResult
from alpkey.core.ssh.caller import SshCaller
from alpkey.core.ssh.ports import AskForRenewal, LoginQueue, RenewalWindowEnd
from alpkey.core.state.ports import Lock
from alpkey.core.state.status import status_object

WAIT = timedelta(minutes=5)
DECLINED_FOR = timedelta(minutes=10)

_NOT_THE_USERS_DECISION: Mapping[RenewalWindowEnd, str] = {
    "done": "The new key is gone again.",
    "late": "There was no answer in time.",
    "not-opened": "The renewal window did not open.",
    "crashed": "The renewal window ended with an error.",
}

AskingPlace = Literal["here", "window", "nobody"]
"""Where the user can be asked: at this terminal, in a window, or not at all."""


@dataclass(frozen=True, slots=True)
class EnsureWorld:
    """``renew`` is the default renewal, ``renew_without_asking`` one by a saved sign-in alone.

    ``files`` may hold an interrupted installation.
    """

    status: StatusWorld
    callers: Callable[[], Sequence[SshCaller]]
    is_batch: Callable[[SshCaller], bool]
    turn: LoginQueue
    ask_in_window: AskForRenewal
    files: KeyFiles
    lock: Lock
    renew: Callable[[], Action[RenewResult]]
    renew_without_asking: Callable[[], Action[RenewResult]]
    refill: Refill


def ensure(place: AskingPlace, world: EnsureWorld) -> Action[EnsureResult]:
    """Return once a valid certificate is on disk.

    Raises KeyExpired (``not-renewed``), or Cancelled (``said-no``), which is remembered for
    ``DECLINED_FOR``.
    """
    began = world.status.clock()
    yield from finish_interrupted(world.files, world.lock)
    if _is_valid(world):
        yield from world.refill(attended=False)
        return _result(world, renewed=False)
    calls = world.callers()
    if any(call.only_asks for call in calls):
        raise _not_renewed("ssh was only asked what it would do.")
    if place == "nobody":
        raise _not_renewed("Alpkey cannot ask from here.")
    if any(call.is_batch or world.is_batch(call) for call in calls):
        raise _not_renewed("ssh runs in batch mode, which must not ask.")
    with world.turn.held(WAIT.total_seconds()):
        if _is_valid(world):
            return _result(world, renewed=False)
        declined_at = world.turn.declined_at()
        if declined_at and timedelta(0) <= world.status.clock() - declined_at < DECLINED_FOR:
            raise Cancelled("said-no", minutes=DECLINED_FOR // timedelta(minutes=1))
        status = world.status
        if (
            yield from renewed_without_asking(
                status.snapshot, status.clock, world.renew_without_asking
            )
        ):
            return _result(world, renewed=True)
        host = next((call.host for call in calls if call.host), None)
        if place == "here":
            yield Warn("key-needed", {"host": host or "A login"})
            yield from _renew_here(world, began)
        else:
            _renew_in_window(host, world, began)
    return _result(world, renewed=True)


def _renew_here(world: EnsureWorld, began: datetime) -> Generator[Event, Answer, None]:
    """A cancelled renewal counts as declined, unless it was the timeout that cancelled it."""
    try:
        yield from world.renew()
    except (Cancelled, GeneratorExit):
        now = world.status.clock()
        if now - began < WAIT:
            world.turn.note_declined(now)
        raise
    except AlpkeyError as error:
        text = describe(error)
        raise _not_renewed(f"{text.title}. {text.detail} {text.next_step}") from None


def _renew_in_window(host: str | None, world: EnsureWorld, began: datetime) -> None:
    left = WAIT - (world.status.clock() - began)
    end = world.ask_in_window(host, lambda: _is_valid(world), max(left.total_seconds(), 0))
    if _is_valid(world):
        return
    if end != "declined":
        raise _not_renewed(_NOT_THE_USERS_DECISION[end])
    world.turn.note_declined(world.status.clock())
    raise Cancelled("said-no", minutes=DECLINED_FOR // timedelta(minutes=1))


def _is_valid(world: EnsureWorld) -> bool:
    return world.status.snapshot().state(world.status.clock()).opens_doors


def _not_renewed(reason: str) -> KeyExpired:
    return KeyExpired("not-renewed", reason=reason)


def _result(world: EnsureWorld, *, renewed: bool) -> EnsureResult:
    """Taking the status rewrites the line that the next login reads."""
    status = status_object(take_status(world.status), world.status.clock())
    return {**status, "renewed": renewed}
