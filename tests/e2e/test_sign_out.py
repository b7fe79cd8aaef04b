"""Leaving a computer for good: real files, a real agent and keychain, and the centre is told."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agents import openssh_agent, refusing_agent
from tests.centre import Home
from tests.e2e.person import Person
from tests.e2e.terminal import Terminal
from tests.e2e.test_agent import held
from tests.keychains import SecretServiceHost
from tests.keys import make_key


@pytest.fixture
def home(home: Home) -> Home:
    home.centre.empties_account(5)
    return home


@pytest.fixture
def agent(home: Home, tmp_path: Path) -> Iterator[str]:
    """An agent that holds a key of somebody else's."""
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        foreign = make_key(tmp_path / "foreign")
        subprocess.run(["ssh-add", "-q", foreign], env={"SSH_AUTH_SOCK": path}, check=True)
        yield path


@pytest.fixture
def settled(agent: str, keychain: SecretServiceHost, home: Home) -> Home:
    """Somebody who keeps password and passphrase in the keychain, and renewed twice."""
    typed = json.dumps({"password": home.centre.password}) + "\n"
    keep = ("password", "keep", "--username", "alice", "--stdin")
    assert home.run(*keep, typed=typed).returncode == 0
    assert home.renew()[0] == 0
    assert home.json("passphrase", "keychain")[0] == 0
    assert home.renew()[0] == 0
    assert home.json("settings", "set", "lead_time", "3h")[0] == 0
    return home


def what(result: dict[str, list[dict[str, str]]], which: str = "removed") -> list[str]:
    return [one["what"] for one in result[which]]


def ours(home: Home) -> list[str]:
    """What lies in the folder of keys under our name."""
    return sorted(one.name for one in home.key.parent.iterdir() if "cscs-key" in one.name)


def test_all_that_is_ours_goes_and_nothing_else(settled: Home, agent: str) -> None:
    config = (settled.path / "config/config.toml").read_text()
    facts = (settled.path / "state/journal.jsonl").read_text()
    code, result = settled.json("sign-out", "--yes")
    assert code == 0, result
    assert what(result) == ["password", "agent", "key", "passphrase"]
    assert (result["left"], result["revoked"]) == ([], [])
    assert ours(settled) == []
    assert len(held(agent)) == 1
    assert settled.json("status")[1]["state"] == "missing"
    assert settled.run("status", "--short").stdout == "no key\n"
    assert (settled.path / "config/config.toml").read_text() == config
    assert (settled.path / "state/journal.jsonl").read_text().startswith(facts)
    code, result = settled.json("password", "forget", "--username", "alice")
    assert (code, result["forgotten"]) == (0, False)
    code, again = settled.json("sign-out")
    assert (code, again) == (0, {"removed": [], "left": [], "revoked": []})
    assert settled.renew()[1]["state"] == "valid"


def test_it_asks_once_and_says_what_will_go(settled: Home, agent: str) -> None:
    before = settled.pair()
    code, result = settled.json("sign-out")
    assert (code, result["error"]["code"]) == (10, "leave-question")
    assert "--yes" in result["error"]["next_step"]
    with settled.converse("sign-out") as talk:
        ask = talk.until("ask")
        [field] = ask["fields"]
        assert (field["name"], field["kind"]) == ("leave", "confirm")
        assert "password of alice" in field["value"]
        assert str(settled.key) in field["value"]
        talk.answer(ask, leave=False)
        code, last = talk.end()
    assert (code, last["error"]["code"]) == (10, "cancelled")
    assert (settled.pair(), len(held(agent))) == (before, 3)
    with Terminal(settled.command("sign-out"), settled.environ) as terminal:
        terminal.wait_for("Remove all this")
        assert str(settled.key) in terminal.shown
        terminal.type("y\n")
        terminal.wait_for("Removed from this computer")
        assert terminal.end() == 0
    assert ours(settled) == []


def test_a_locked_keychain_keeps_only_its_own(
    settled: Home, keychain: SecretServiceHost, agent: str
) -> None:
    keychain.lock()
    code, result = settled.json("sign-out", "--yes")
    assert code == 0, result
    assert what(result, "left") == ["password", "passphrase"]
    assert {one["code"] for one in result["left"]} == {"keychain-locked"}
    assert (ours(settled), len(held(agent))) == ([], 1)
    keychain.unlock()
    code, result = settled.json("sign-out", "--yes")
    assert (code, what(result), result["left"]) == (0, ["password", "passphrase"], [])


def test_an_agent_that_refuses_keeps_only_its_own(home: Home, tmp_path: Path) -> None:
    assert home.renew()[0] == 0
    path = str(tmp_path / "odd")
    home.environ["SSH_AUTH_SOCK"] = path
    with refusing_agent(path):
        code, result = home.json("sign-out", "--yes")
    assert (code, what(result), what(result, "left")) == (0, ["key"], ["agent"])
    assert ours(home) == []


def test_a_key_of_the_persons_own_stays_and_its_certificate_goes(
    home: Home, person: Person
) -> None:
    home.key.parent.mkdir(exist_ok=True)
    make_key(home.key)
    theirs = home.key.read_bytes()
    person.renews()
    done = home.run("sign-out", "--yes")
    assert done.returncode == 0
    assert f"{home.key} was not made by Alpkey, so it stays." in done.stderr
    assert home.key.read_bytes() == theirs
    assert ours(home) == ["cscs-key", "cscs-key.pub"]


def test_revoke_tells_the_gateway_first(home: Home, person: Person) -> None:
    assert home.renew()[0] == 0
    person.renews()
    serials = {one["serial"] for one in home.centre.state()["issued"] if not one["revoked"]}
    ended = person.attempt("sign-out", "--revoke", answers={"leave": True})
    assert ended.code == 0, ended.rows
    assert set(ended.result["revoked"]) == serials
    assert len(serials) == 2
    assert all(one["revoked"] for one in home.centre.state()["issued"])
    assert what(ended.result) == ["key", "key"], "the one in place, and the one moved aside"
    assert ours(home) == []
    steps = [row["id"] for row in ended.rows if row["event"] == "step"]
    assert steps == ["signed-in", "revoked", "removed", "removed"]


def test_a_provider_in_trouble_is_told_and_the_rest_is_done(home: Home) -> None:
    assert home.renew()[0] == 0
    home.centre.control("faults", call="device", kind="status", value=503)
    code, result = home.json("sign-out", "--revoke", "--device", "--yes")
    assert (code, what(result), what(result, "left")) == (0, ["key"], ["revocation"])
    assert ours(home) == []


def test_a_site_with_the_classic_service_alone_cannot_revoke_and_says_so(home: Home) -> None:
    assert home.renew()[0] == 0
    site = home.path / "config/site.toml"
    site.write_text(
        site.read_text().replace("[services.gateway]", '[services.gateway]\nkind = "x"')
    )
    done = home.run("sign-out", "--revoke", "--yes")
    assert done.returncode == 0
    assert "no service that revokes keys" in done.stderr
    assert ours(home) == []


def test_nothing_there_is_nothing_to_do(home: Home) -> None:
    done = home.run("sign-out")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Nothing of Alpkey's own was removed.\n"
