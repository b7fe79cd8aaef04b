"""A key of which only the ``.pub`` is here: it lives in hardware, or in another agent."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agents import openssh_agent
from tests.centre import Home
from tests.e2e.person import Person
from tests.keys import make_key


@pytest.fixture
def public(home: Home) -> Path:
    """Its ``.pub`` at the usual place; the key itself was never there."""
    home.centre.empties_account(5)
    public = home.key.with_name("cscs-key.pub")
    public.parent.mkdir(exist_ok=True)
    elsewhere = make_key(home.path / "a key of theirs")
    public.write_bytes(elsewhere.with_name(f"{elsewhere.name}.pub").read_bytes())
    return public


@pytest.fixture
def held(home: Home, public: Path, tmp_path: Path) -> Iterator[Home]:
    """The key is in the agent that ssh uses."""
    with openssh_agent(tmp_path) as agent:
        home.environ["SSH_AUTH_SOCK"] = agent
        subprocess.run(add(home), env=home.environ, check=True, capture_output=True)
        yield home


def add(home: Home) -> list[str]:
    return ["ssh-add", "-q", str(home.path / "a key of theirs")]


def found(home: Home) -> list[str]:
    return [one["id"] for one in home.json("doctor", "--quick")[1]["findings"]]


def test_it_is_certified_as_it_is_and_opens_daint(held: Home, public: Path, person: Person) -> None:
    before = public.read_bytes()
    for _ in range(2):
        renewed = person.renews()
        assert (renewed.result["state"], renewed.warnings) == ("valid", [])
    assert public.read_bytes() == before
    assert not held.key.exists()
    assert not list(held.key.parent.glob("*before-alpkey*"))
    done = held.run("connect", "daint", "--here", "--", "hostname")
    assert (done.returncode, done.stdout.strip()[:5]) == (0, "daint"), done.stderr
    assert held.json("status")[0] == 0
    assert "key-elsewhere-away" not in found(held)


def test_where_nothing_holds_it_that_is_said(home: Home, public: Path, person: Person) -> None:
    before = public.read_bytes()
    assert person.renews().warnings == ["key-elsewhere"]
    assert public.read_bytes() == before
    assert found(home)[0] == "key-elsewhere-away"
    assert "agent-absent" not in found(home)
    assert home.json("agent", "load")[1]["error"]["code"] == "key-elsewhere"
    assert home.json("passphrase", "remove")[1]["error"]["code"] == "key-elsewhere"


def test_once_the_agent_holds_it_nothing_is_to_be_said(
    home: Home, public: Path, person: Person, tmp_path: Path
) -> None:
    person.renews()
    with openssh_agent(tmp_path) as agent:
        home.environ["SSH_AUTH_SOCK"] = agent
        assert found(home)[0] == "key-elsewhere-away"
        done = home.run("connect", "daint", "--here", "--", "hostname")
        assert done.returncode == 255
        subprocess.run(add(home), env=home.environ, check=True, capture_output=True)
        assert "key-elsewhere-away" not in found(home)
        done = home.run("connect", "daint", "--here", "--", "hostname")
        assert done.returncode == 0, done.stderr


def test_the_classic_service_keeps_it_aside(home: Home, public: Path) -> None:
    before = public.read_bytes()
    code, told = home.renew()
    assert (code, told["error"]["code"]) == (10, "foreign-key")
    assert home.renew("--yes")[0] == 0
    [backup] = public.parent.glob("cscs-key.pub.before-alpkey-*")
    assert backup.read_bytes() == before


def test_another_pub_beside_the_certificate_is_no_pair(
    home: Home, public: Path, person: Person, tmp_path: Path
) -> None:
    person.renews()
    other = make_key(tmp_path / "other")
    public.write_bytes(other.with_name("other.pub").read_bytes())
    assert home.json("status")[1]["state"] == "broken"


def test_one_of_ours_that_is_lost_is_made_anew(home: Home, person: Person) -> None:
    home.centre.empties_account(5)
    person.renews()
    home.key.unlink()
    assert home.json("status")[0] == 6
    assert found(home)[0] == "half-pair"
    for command in (("agent", "load"), ("passphrase", "remove")):
        assert home.json(*command)[1]["error"]["code"] == "no-key"
    person.renews()
    assert home.key.exists()
    assert home.json("status")[0] == 0
