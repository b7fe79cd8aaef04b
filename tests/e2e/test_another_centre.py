"""Another centre is one file: chosen by the setting ``site``, it stands wherever CSCS does."""

import re
import shutil
import subprocess
from pathlib import Path
from string import Template

import pytest

from alpkey import glance
from tests.centre import Home
from tests.e2e.person import Person, only_listener, person
from tests.e2e.test_settings import config, lock
from tests.keys import make_key

__all__ = ["only_listener", "person"]

SITE = Path(__file__).with_name("abacus.toml")
NODE = "nid006554"


def site_file(home: Home) -> str:
    facts = home.centre.facts
    return Template(SITE.read_text()).substitute(
        CA_BUNDLE=facts.ca_bundle,
        GATEWAY_URL=facts.gateway_url,
        TOKEN_URL=facts.token_url,
        ISSUER=facts.issuer,
        ADDRESS=facts.hosts["ela"]["address"],
        PORT=facts.hosts["ela"]["port"],
    )


@pytest.fixture
def home(home: Home) -> Home:
    """A home without a site file of its own, on a machine that has the invented centre's."""
    home.centre.empties_account(5)
    (home.path / "config/site.toml").unlink()
    path = home.path / "machine/sites/abacus.toml"
    path.parent.mkdir(parents=True)
    path.write_text(site_file(home))
    return home


@pytest.fixture
def elsewhere(home: Home) -> Home:
    """The same, where the user has chosen that centre."""
    code, row = home.json("settings", "set", "site", "abacus")
    assert (code, row["value"], row["origin"]) == (0, "abacus", "person")
    return home


def test_it_is_renewed_connected_and_tunnelled(elsewhere: Home, person: Person) -> None:
    home = elsewhere
    renewed = person.renews("--username", "alice")
    assert (renewed.result["service"], renewed.result["state"]) == ("signer", "valid")
    key = home.path / "ssh/abacus-key"
    assert key.with_name("abacus-key-cert.pub").exists()
    assert not list(home.path.glob("ssh/cscs*"))
    command = home.json("connect", "beads", "--print")[1]["command"]
    assert command == home.run("connect", "beads", "--print").stdout.split()
    done = subprocess.run(
        [*command, "hostname"], env=home.environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "daint\n"), done.stderr
    tunnel = home.json("tunnel", "open", "beads", NODE, "8888", "--print")[1]["command"]
    assert tunnel[tunnel.index("-J") + 1] == "beads"
    assert [row["name"] for row in home.json("hosts", "list")[1]["hosts"]] == ["gate", "beads"]


def test_its_own_names_and_pages_are_shown(elsewhere: Home, tmp_path: Path) -> None:
    home = elsewhere
    code, result = home.json("connect", "daint", "--print")
    assert (code, result["error"]["code"]) == (2, "unknown-host")
    assert "beads" in result["error"]["detail"]
    nothing = tmp_path / "nothing"
    nothing.write_text("neither\n")
    said = home.json("import", str(nothing))[1]["error"]
    assert "https://abacus.example/keys" in said["next_step"]
    assert "abacus-key-cert.pub" in said["next_step"]
    key = make_key(tmp_path / "key")
    said = home.json("renew", "--api-key", "--file", str(key))[1]["error"]
    assert "ALPKEY_API_KEY" in said["detail"]
    for words in (home.run("status").stdout, home.run("doctor", "--report").stdout):
        assert not re.search("cscs|daint|santis", words.replace(str(home.path), ""), re.IGNORECASE)


def test_a_name_without_a_file_is_refused_with_those_there_are(home: Home) -> None:
    for name in ("abakus", "../cscs", ""):
        code, result = home.json("settings", "set", "site", name)
        assert (code, result["error"]["code"]) == (2, "setting-unfit")
    detail = home.json("settings", "set", "site", "abakus")[1]["error"]["detail"]
    assert "abacus, cscs" in detail
    assert not config(home).exists()


def test_a_file_that_went_is_said_and_another_choice_helps(elsewhere: Home) -> None:
    home = elsewhere
    shutil.rmtree(home.path / "machine")
    for arguments in (("status",), ("connect", "beads", "--print")):
        code, result = home.json(*arguments)
        assert (code, result["error"]["code"]) == (9, "settings-unreadable")
        assert str(config(home)) in result["error"]["detail"]
        assert "'abacus'; there are: cscs" in result["error"]["detail"]
    assert home.json("settings", "set", "site", "--default")[0] == 0
    assert home.json("connect", "daint", "--print")[1]["host"] == "daint"


def test_an_organisation_locks_it(home: Home) -> None:
    policy = lock(home, 'site = "abacus"\n')
    assert home.json("settings", "set", "site", "cscs")[1]["error"]["code"] == "setting-locked"
    assert "beads" in home.json("connect", "daint", "--print")[1]["error"]["detail"]
    policy.write_text('site = "gone"\n')
    code, result = home.json("status")
    assert (code, result["error"]["code"]) == (9, "settings-unreadable")
    assert result["error"]["detail"].startswith(f"{policy}: ")


def test_a_site_file_of_the_home_that_describes_it_keeps_no_cluster_of_cscs(home: Home) -> None:
    (home.path / "config/site.toml").write_text(site_file(home))
    hosts = home.json("hosts", "list")[1]["hosts"]
    assert [row["name"] for row in hosts] == ["gate", "beads"]


def test_a_machine_changes_a_part_of_a_shipped_file(home: Home) -> None:
    shipped = (glance.resources() / "sites/cscs.toml").read_text()
    assert 'support = "https://elsewhere.example"' not in shipped
    path = home.path / "machine/sites/cscs.toml"
    path.write_text('[links]\nsupport = "https://elsewhere.example"\n')
    assert "https://elsewhere.example" in home.run("doctor", "--report").stdout
