"""This computer's clock is wrong, and the centre's is right: plain ssh goes by the centre's."""

import pytest

from tests.centre import Home
from tests.e2e.person import Person

HOUR_S = 3600
MARGIN_S = 30  # within the minute that is told


def issued(home: Home) -> int:
    return len(home.centre.state()["issued"])


def test_a_clock_that_is_a_little_behind_is_no_obstacle(home: Home) -> None:
    """As much as a computer loses that nobody set for a while."""
    home.centre.control("clock", offset_s=290)
    assert home.renew()[0] == 0
    assert home.json("status")[1]["state"] == "valid"
    assert home.run("status", "--short").returncode == 0
    done = home.run("connect", "daint", "--here", "--", "hostname")
    assert done.stdout.split() == ["daint"], done.stderr


@pytest.mark.parametrize(
    ("offset_s", "said"),
    [
        (2 * HOUR_S + MARGIN_S, "2 h 0 min behind"),
        (-25 * HOUR_S - MARGIN_S, "25 h 0 min ahead of"),
    ],
)
def test_no_key_is_spent_where_the_clock_would_refuse_it(
    home: Home, offset_s: int, said: str
) -> None:
    assert home.renew()[0] == 0
    before, pair = issued(home), home.pair()
    home.centre.control("clock", offset_s=offset_s)
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (9, "clock-wrong")
    assert said in result["error"]["detail"]
    assert (issued(home), home.pair()) == (before, pair)


def test_nor_at_the_gateway(home: Home, person: Person) -> None:
    """Where the proof of the sign-in, which is as old as the key would be, finds it first."""
    person.renews()
    before, pair = issued(home), home.pair()
    home.centre.control("clock", offset_s=2 * HOUR_S)
    refused = person.renew()
    assert (refused.code, refused.result["code"]) == (9, "sign-in-unproven")
    assert "clock" in refused.result["next_step"]
    assert (issued(home), home.pair()) == (before, pair)


def test_a_clock_that_is_a_little_behind_is_no_obstacle_at_the_gateway(
    home: Home, person: Person
) -> None:
    home.centre.control("clock", offset_s=290)
    person.renews()
    assert home.json("status")[1]["state"] == "valid"
