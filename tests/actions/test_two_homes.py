"""Two homes on one account: what each of them shows of the quota, in two hundred histories."""

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpkey.actions.keys.account_keys import KeysWorld, RevokeRequest, list_keys, revoke_keys
from alpkey.core.errors import QuotaUsedUp, Unreachable
from alpkey.core.site import SignInMethod
from alpkey.core.state.facts import Issued, Listed
from alpkey.core.state.quota import LIST_HOLDS, Quota
from tests.actions.renewal.test_gateway import Desk
from tests.actions.signin.test_sign_in import Person
from tests.actions.worlds import play
from tests.contracts.fakes_certificates import FakeCertificateService

HISTORIES, ACTIONS = 200, 8
HOUR = timedelta(hours=1)


class Account:
    """One account at one gateway, and two homes that know nothing of each other."""

    def __init__(self, folder: Path) -> None:
        self.moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
        self.gateway = FakeCertificateService(lambda: self.moment)
        self.homes = [self._home(folder / name) for name in ("one", "other")]

    def _home(self, folder: Path) -> Desk:
        folder.mkdir()
        desk = Desk(folder)
        desk.fakes.clock = lambda: self.moment
        desk.fakes.gateway = self.gateway
        return desk

    def renew(self, home: Desk, chance: random.Random) -> None:
        """Now and then its answer is lost; the next renewal finds what became of it."""
        self.gateway.loses_the_answer = chance.random() < 0.2
        with suppress(QuotaUsedUp, Unreachable):
            self._asked(home).renew()
        self.gateway.loses_the_answer = False

    def lists(self, home: Desk) -> None:
        told = play(list_keys(SignInMethod.DEVICE, self._keys(home))).result["quota"]
        shown = home.fakes.snapshot().quota
        assert told["remaining"] == shown.remaining == self.gateway.left
        assert (told["source"], shown.source, shown.as_of) == ("service", "service", self.moment)

    def revoke(self, home: Desk, chance: random.Random) -> None:
        """Any of the account's keys, whoever made it."""
        if living := self.gateway.listed(self.gateway.token):
            request = RevokeRequest((chance.choice(living).serial,), yes=True)
            play(revoke_keys(SignInMethod.DEVICE, request, self._keys(home)))

    def unknown_to(self, home: Desk) -> int:
        """How many living keys this home can know nothing of."""
        known: set[int] = set()
        for fact in home.fakes.journal.facts():
            if isinstance(fact, Issued):
                known.add(fact.serial)
            elif isinstance(fact, Listed) and self.moment < fact.at + LIST_HOLDS:
                known |= {serial for serial, _ in fact.slots}
        living = self.gateway.listed(self.gateway.token)
        return sum(one.serial not in known for one in living)

    def _asked(self, home: Desk) -> Desk:
        home.person = Person(provider=home.person.provider)
        home.person.attempt = lambda _: home.person.answers(yes=True)
        return home

    def _keys(self, home: Desk) -> KeysWorld:
        return home.fakes.keys(self._asked(home).person.world())


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_no_home_shows_more_than_it_can_know(seed: int, tmp_path: Path) -> None:
    """Right after a list it is the truth; before, never more than that and what others made."""
    chance = random.Random(seed)
    account = Account(tmp_path)
    for _ in range(ACTIONS):
        account.moment += timedelta(seconds=1)
        home = chance.choice(account.homes)
        match chance.choice(["renew", "renew", "renew", "list", "revoke", "wait"]):
            case "renew":
                account.renew(home, chance)
            case "list":
                account.lists(home)
            case "revoke":
                account.revoke(home, chance)
            case "wait":
                account.moment += HOUR * chance.choice([1, 5, 11, 25])
        for one in account.homes:
            shown: Quota = one.fakes.snapshot().quota
            unknown = account.unknown_to(one)
            assert shown.remaining is None or shown.remaining <= account.gateway.left + unknown
