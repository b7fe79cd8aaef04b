"""``keys revoke``: one question, then the service, the journal and the status know it."""

import pytest

from tests.centre import Home
from tests.e2e.person import Person


@pytest.fixture
def home(home: Home) -> Home:
    """An account with two keys, the second of which is installed here."""
    home.centre.empties_account(5)
    for _ in range(2):
        assert home.renew()[0] == 0
    return home


def alive(home: Home) -> list[str]:
    return [one["serial"] for one in home.centre.state()["issued"] if not one["revoked"]]


def test_this_computers_key_is_broken_afterwards(home: Home, person: Person) -> None:
    other, mine = alive(home)
    ended = person.attempt("keys", "revoke", mine, answers={"revoke": True})
    assert ended.code == 0, ended.rows
    [ask] = [row for row in ended.rows if row["event"] == "ask"]
    assert ask["fields"][0]["value"] == f"{mine} (this computer's)"
    [told] = ended.result["revoked"]
    assert (told["serial"], told["this_machine"]) == (mine, True)
    assert alive(home) == [other]
    _, status = home.json("status")
    assert status["state"] == "broken"
    assert "revoked" in status["trouble"]
    assert status["quota"]["remaining"] == 4
    assert home.run("status", "--short").stdout.split()[0] == "broken"
    assert home.renew()[1]["state"] == "valid"


def test_a_no_revokes_nothing(home: Home, person: Person) -> None:
    before = alive(home)
    ended = person.attempt("keys", "revoke", "--all", answers={"revoke": False})
    assert (ended.code, ended.result["code"]) == (10, "cancelled")
    assert alive(home) == before


def test_all_of_them_without_a_question(home: Home, person: Person) -> None:
    ended = person.attempt("keys", "revoke", "--all", "--yes")
    assert ended.code == 0, ended.rows
    assert len(ended.result["revoked"]) == 2
    assert alive(home) == []


def test_a_rehearsal_asks_and_revokes_nothing(home: Home, person: Person) -> None:
    before = alive(home)
    ended = person.attempt("keys", "revoke", "--all", "--dry-run")
    assert ended.code == 0, ended.rows
    assert {one["serial"] for one in ended.result["revoked"]} == set(before)
    assert ended.result["dry_run"]
    assert alive(home) == before
    assert home.json("status")[1]["state"] == "valid"


def test_one_serial_that_is_not_there_stops_all(home: Home, person: Person) -> None:
    before = alive(home)
    ended = person.attempt("keys", "revoke", before[0], "1", "--yes")
    assert (ended.code, ended.result["code"]) == (2, "serial-unknown")
    assert alive(home) == before


def test_a_service_in_trouble_leaves_it_valid(home: Home, person: Person) -> None:
    before = alive(home)
    home.centre.control("faults", call="revoke", kind="status", value=503, times=None)
    ended = person.attempt("keys", "revoke", before[1], "--yes")
    assert (ended.code, ended.result["code"]) == (5, "service-trouble")
    assert alive(home) == before
    assert home.json("status")[1]["state"] == "valid"


@pytest.mark.parametrize("arguments", [(), ("1", "--all"), ("x",), ("-1",)])
def test_which_keys_has_to_be_said(home: Home, arguments: tuple[str, ...]) -> None:
    assert home.run("keys", "revoke", *arguments).returncode == 2


def test_where_nobody_can_be_asked_nobody_signs_in(home: Home) -> None:
    before = alive(home)
    code, result = home.json("keys", "revoke", "--all")
    assert (code, result["error"]["code"]) == (10, "revoke-question")
    assert "--yes" in result["error"]["next_step"]
    assert alive(home) == before
