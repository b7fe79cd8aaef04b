"""A thousand renewals at a gateway, each cut at random places until it succeeds: one slot each."""

import random
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from alpkey.actions.renewal.gateway import renew_at_gateway
from alpkey.actions.renewal.request import GatewayRequest
from alpkey.core.errors import QuotaUsedUp, Unreachable
from alpkey.core.keys.certificate import Certificate
from alpkey.core.keys.certificate_service import ListedKey
from alpkey.core.site import SignInMethod
from tests.actions.renewal.test_gateway import ONCE, Desk
from tests.actions.signin.test_sign_in import Person
from tests.actions.worlds import Played, play

T = TypeVar("T")

HISTORIES, RENEWALS = 50, 20
MOST_CUTS = 4
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Killed(BaseException):
    """The program ends here; nothing that it would still do is done."""


class Cutter:
    """Cuts what goes through it, before or after it was done, while ``left`` says so."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.left = 0
        self.places: set[str] = set()

    def around(
        self, name: str, action: Callable[..., T], *errors: BaseException
    ) -> Callable[..., T]:
        """``action``, which may now end with one of ``errors`` instead, or with Killed."""

        def cut(*arguments: Any, **named: Any) -> T:
            self.at(f"before {name}", *errors)
            outcome = action(*arguments, **named)
            self.at(f"after {name}", *errors)
            return outcome

        return cut

    def at(self, place: str, *errors: BaseException) -> None:
        if self.left and self._chance.random() < 0.15:
            self.left -= 1
            self.places.add(place)
            raise self._chance.choice([Killed(), *errors])


class CutDesk(Desk):
    """A desk by a clock of its own, where every deed that leaves a trace can be cut."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        super().__init__(folder)
        self.cutter = Cutter(chance)
        self.moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
        fakes, around = self.fakes, self.cutter.around
        fakes.clock = lambda: self.moment
        for part, name, errors in (
            (fakes.gateway, "sign", (lost(), unwell())),
            (fakes.gateway, "listed", (unwell(),)),
            (fakes.journal, "append", ()),
            (fakes.files, "keep_waiting", ()),
            (fakes.files, "install_own", ()),
            (fakes.files, "install_certificate", ()),
            (fakes.agent, "add", ()),
        ):
            setattr(part, name, around(name, getattr(part, name), *errors))

    def attempt(self, request: GatewayRequest = ONCE) -> Played:
        """A renewal, which may be cut at each of its events, too."""
        self.person = Person(provider=self.person.provider)
        self.person.attempt = lambda _: self.person.answers(yes=True)
        world = self.fakes.signed(self.person.world())
        with closing(renew_at_gateway(SignInMethod.DEVICE, request, world)) as action:
            return play(action, on_event=lambda event: self.cutter.at(f"at {event}"))

    @property
    def living(self) -> tuple[ListedKey, ...]:
        gateway, left, self.cutter.left = self.fakes.gateway, self.cutter.left, 0
        keys = gateway.listed(gateway.token)
        self.cutter.left = left
        return keys

    @property
    def installed(self) -> Certificate | None:
        return self.fakes.snapshot().certificate


def lost() -> Unreachable:
    return Unreachable("answer-lost", host="fake", reason="cut", retryable=True)


def unwell() -> Unreachable:
    return Unreachable("service-trouble", host="fake", reason="status 504", retryable=True)


def renewed(desk: CutDesk, chance: random.Random) -> bool:
    """Tries until it is renewed, or until it is played that no key is left."""
    before = desk.installed
    while desk.installed == before:
        try:
            desk.attempt()
        except (Killed, Unreachable):
            desk.moment += MINUTE * chance.randrange(30)
        except QuotaUsedUp:
            return False
        finally:
            shown = desk.fakes.snapshot().quota.remaining
            assert shown is None or shown <= desk.fakes.gateway.left
    return True


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_cut_at_random_places_a_renewal_spends_one_slot(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    desk = CutDesk(tmp_path, chance)
    for _ in range(RENEWALS):
        spent, living = desk.slots(), len(desk.living)
        desk.cutter.left = chance.randrange(MOST_CUTS + 1)
        if renewed(desk, chance):
            assert desk.slots() == spent + 1
        else:
            assert (desk.slots(), living) == (spent, desk.fakes.gateway.limit)
        desk.cutter.left = 0
        desk.moment += chance.choice([MINUTE, HOUR, 5 * HOUR, 9 * HOUR, 25 * HOUR])
