"""A key of another name: renewed like the usual one, which is left alone."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agents import openssh_agent
from tests.centre import Home
from tests.e2e.person import Person
from tests.e2e.test_agent import held
from tests.keychains import secret_service
from tests.keys import keygen, make_key


@pytest.fixture
def home(home: Home) -> Home:
    """Somebody with a key under the usual name."""
    home.centre.empties_account(5)
    assert home.renew()[0] == 0
    return home


@pytest.fixture
def agent(home: Home, tmp_path: Path) -> Iterator[str]:
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        assert home.json("agent", "load")[0] == 0
        yield path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Where another key would lie: in a folder that anybody may look into."""
    folder = tmp_path / "a project"
    folder.mkdir(mode=0o755)
    return folder / "id"


def usual(home: Home) -> dict[str, bytes]:
    files = [*home.key.parent.iterdir(), home.path / "state/look"]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


def principals(key: Path) -> str:
    return keygen("-L", "-f", key.with_name(key.name + "-cert.pub"))


def test_a_key_that_is_there_gets_a_certificate(
    home: Home, person: Person, other: Path, agent: str
) -> None:
    theirs, before, in_agent = make_key(other).read_bytes(), usual(home), held(agent)
    result = person.renews("--file", str(other)).result
    assert result["key_path"] == str(other)
    assert (result["renewed"], result["state"]) == (True, "valid")
    assert result["quota"]["remaining"] == 3
    assert "alice" in principals(other)
    assert other.read_bytes() == theirs
    assert stat.S_IMODE(other.parent.stat().st_mode) == 0o755
    assert (usual(home), held(agent)) == (before, in_agent)
    assert home.json("status")[1]["key_path"] == str(home.key)


def test_where_there_is_none_one_is_made(home: Home, person: Person, other: Path) -> None:
    before = usual(home)
    person.renews("--file", str(other))
    assert sorted(one.name for one in other.parent.iterdir()) == ["id", "id-cert.pub", "id.pub"]
    assert stat.S_IMODE(other.stat().st_mode) == 0o600
    assert usual(home) == before


def test_it_is_good_enough_or_not_by_itself(home: Home, other: Path, person: Person) -> None:
    make_key(other)
    person.renews("--file", str(other), "--duration", "1min")
    assert home.json("renew", "--if-needed")[1]["renewed"] is False
    assert home.json("renew", "--if-needed", "--file", str(other))[0] == 12


def test_by_password_the_pair_goes_there(home: Home, other: Path) -> None:
    before = usual(home)
    code, result = home.renew("--file", str(other))
    assert (code, result["key_path"]) == (0, str(other))
    assert "alice" in principals(other)
    assert usual(home) == before


def test_a_key_of_unknown_origin_is_not_overwritten_unasked(home: Home, other: Path) -> None:
    theirs = make_key(other).read_bytes()
    code, result = home.renew("--file", str(other))
    assert (code, result["error"]["code"]) == (10, "foreign-key")
    assert other.read_bytes() == theirs


def test_a_service_accounts_may_lie_elsewhere(home: Home, other: Path) -> None:
    before = usual(home)
    key = {"CSCS_API_KEY": home.centre.facts.api_key}
    done = home.run("renew", "--api-key", "--file", str(other), **key)
    assert done.returncode == 0, done.stderr
    assert home.centre.facts.program in principals(other)
    assert usual(home) == before


def test_a_name_is_looked_up_from_here(home: Home, other: Path, person: Person) -> None:
    make_key(home.path / "id")
    name = str(home.path / "x/../id")
    (home.path / "x").mkdir()
    person.renews("--file", name)
    assert "alice" in principals(home.path / "id")


def test_the_passphrase_of_the_usual_key_does_not_cover_it(
    home: Home, other: Path, person: Person, tmp_path: Path
) -> None:
    with secret_service(tmp_path / "keychain") as keychain:
        keychain.unlock()
        home.environ |= keychain.environ
        assert home.json("passphrase", "keychain")[1]["encrypted"] is True
        assert person.renews("--file", str(other)).result["encrypted"] is False


def test_a_folder_is_none(home: Home, other: Path) -> None:
    assert home.run("renew", "--file", str(other.parent)).returncode == 2
