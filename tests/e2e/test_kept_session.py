"""Staying signed in: a real keychain, the provider, and a hunt for tokens wherever they may be."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from alpkey_sandbox.openid.realm import Realm
from alpkey_sandbox.openid.records import Refresh
from tests.centre import Home
from tests.e2e.conversation import Row
from tests.e2e.inside import change_inside
from tests.e2e.person import Ended, Person
from tests.e2e.terminal import Terminal
from tests.e2e.test_secrets import family, find, readable
from tests.keychains import SecretServiceHost
from tests.sandbox.openid_client import Browser, OpenIdClient

JWT = "eyJ"
"""Every access token and every id_token begins so."""


@dataclass
class Given:
    """The refresh tokens that the provider gave, in order."""

    tokens: list[str] = field(default_factory=list)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    given, real = Given(), Realm.add_refresh

    def add(self: Realm, refresh: Refresh) -> None:
        given.tokens.append(refresh.token)
        real(self, refresh)

    monkeypatch.setattr(Realm, "add_refresh", add)
    return given


@pytest.fixture
def home(home: Home) -> Home:
    home.centre.empties_account(None)
    return home


@pytest.fixture
def staying(keychain: SecretServiceHost, given: Given, home: Home, person: Person) -> Home:
    """Somebody who said once, in the settings, that the sign-in is to be kept."""
    assert home.run("settings", "set", "keep_sign_in", "yes").returncode == 0
    ended = person.renews()
    assert "session-kept" in steps(ended)
    return home


def steps(ended: Ended) -> list[str]:
    return [row["id"] for row in ended.rows if row["event"] == "step"]


def asks(ended: Ended) -> list[Row]:
    return [row for row in ended.rows if row["event"] == "ask"]


def pages(ended: Ended) -> list[Row]:
    return [row for row in ended.rows if row["event"] == "show"]


def lives(home: Home, token: str) -> bool:
    """Whether the provider still takes it; asking spends it."""
    return OpenIdClient(home.centre).refresh(token).status == 200


def calls(home: Home, since: int) -> list[str]:
    return [f"{one['service']} {one['call']}" for one in home.centre.state()["requests"][since:]]


def shows_no_token(text: str, given: Given) -> None:
    assert JWT not in text
    assert not any(token in text for token in given.tokens)


def lies_nowhere(given: Given, folder: Path) -> None:
    assert given.tokens
    for secret in (JWT, *given.tokens):
        assert find(secret, folder) == []


class TestTheHunt:
    def test_the_keychain_alone_has_it(
        self, staying: Home, given: Given, person: Person, tmp_path: Path
    ) -> None:
        again = person.renews()
        assert len(given.tokens) == 2
        shows_no_token(json.dumps(again.rows), given)
        for command in (("status",), ("keys", "list"), ("renew", "--browser"), ("doctor",)):
            done = staying.run(*command, "--json")
            shows_no_token(done.stdout + done.stderr, given)
        assert len(given.tokens) == 4
        lies_nowhere(given, tmp_path)

    def test_no_process_shows_it(self, staying: Home, given: Given) -> None:
        staying.centre.control("faults", call="sign", kind="delay", value=0.5)
        with staying.converse("renew", "--browser") as talk:
            process = Path(f"/proc/{talk.process.pid}")
            while talk.process.poll() is None:
                for shown in family(process):
                    shows_no_token(readable(shown).decode(errors="replace"), given)
            assert talk.end()[0] == 0
        assert len(given.tokens) == 2

    def test_a_refusal_leaves_none(
        self, staying: Home, given: Given, person: Person, tmp_path: Path
    ) -> None:
        staying.centre.control("faults", call="sign", kind="status", value=500, times=None)
        done = staying.run("renew", "--browser")
        assert done.returncode == 5
        shows_no_token(done.stdout + done.stderr, given)
        lies_nowhere(given, tmp_path)

    def test_a_crash_leaves_none(self, staying: Home, given: Given, tmp_path: Path) -> None:
        change_inside(staying, tmp_path, CRASH)
        done = staying.run("renew", "--browser")
        assert done.returncode == 1
        (report,) = (staying.path / "logs").glob("crash-*.txt")
        assert "ValueError" in report.read_text()
        shows_no_token(done.stdout + done.stderr, given)
        lies_nowhere(given, tmp_path)

    def test_a_keychain_that_fails_with_it_on_its_lips_is_not_quoted(
        self, staying: Home, given: Given, tmp_path: Path
    ) -> None:
        change_inside(staying, tmp_path, LOUD_BACKEND)
        done = staying.run("renew", "--browser")
        assert done.returncode == 0, "the certificate is there all the same"
        assert "could not be saved" in done.stderr
        shows_no_token(done.stdout + done.stderr, given)
        lies_nowhere(given, tmp_path)


CRASH = """
from alpkey.actions.signin import saved_session

def session_to_entry(kept):
    raise ValueError(kept.refresh.reveal())

saved_session.session_to_entry = session_to_entry
"""

LOUD_BACKEND = """
from alpkey.adapters.keychain import secret_service

def set_password(self, service, username, password):
    raise ValueError(password)

secret_service.Keyring.set_password = set_password
"""


def test_two_round_trips_and_nobody_is_asked(staying: Home, given: Given, person: Person) -> None:
    since = len(staying.centre.state()["requests"])
    ended = person.renews()
    assert (pages(ended), asks(ended)) == ([], [])
    assert steps(ended) == ["signed-in", "issued", "installed"]
    assert calls(staying, since) == ["openid token", "gateway sign"]
    first, second = given.tokens
    assert first != second
    assert not lives(staying, first), "it works once"


def test_each_next_one_takes_the_place_of_the_last(staying: Home, given: Given) -> None:
    for number in range(2, 5):
        code, result = staying.json("renew", "--browser")
        assert (code, result["renewed"]) == (0, True)
        assert len(given.tokens) == number


def test_a_machine_needs_no_browser_while_it_lives(staying: Home) -> None:
    """Where the gateway is the usual way, not even an option."""
    staying.centre.fault("retired", times=None)
    assert staying.renew()[0] == 12
    code, result = staying.json("renew")
    assert (code, result["renewed"]) == (0, True)


def test_lists_and_revocations_use_it_too(staying: Home, given: Given) -> None:
    code, result = staying.json("keys", "list")
    assert code == 0
    [serial] = [one["serial"] for one in result["keys"]]
    code, result = staying.json("keys", "revoke", serial, "--yes")
    assert (code, len(result["revoked"]), len(given.tokens)) == (0, 1, 3)


def test_a_refused_one_is_forgotten_and_the_browser_opens(
    staying: Home, given: Given, person: Person
) -> None:
    OpenIdClient(staying.centre).post("revocation_endpoint", token=given.tokens[0])
    since = len(staying.centre.state()["requests"])
    assert staying.run("settings", "set", "keep_sign_in", "ask").returncode == 0
    ended = person.attempt("renew", answers={"keep_sign_in": False})
    assert ended.code == 0, ended.rows
    assert ended.warnings == []
    assert len(pages(ended)) == 1
    assert calls(staying, since).count("openid token") == 2, "one refused, one of the browser's"
    facts = (staying.path / "state/journal.jsonl").read_text().splitlines()
    kept = [row["kept"] for row in map(json.loads, facts) if row["fact"] == "session-kept"]
    assert kept == [True, False]


def test_one_question_that_is_asked_once(
    keychain: SecretServiceHost, given: Given, home: Home, person: Person
) -> None:
    home.run("settings", "set", "username", "alice")
    ended = person.attempt("renew", answers={"keep_sign_in": True})
    assert ended.code == 0, ended.rows
    [ask] = asks(ended)
    [asked] = ask["fields"]
    assert (asked["name"], asked["kind"], asked["kept"]) == ("keep_sign_in", "confirm", False)
    assert ended.rows.index(ask) > ended.rows.index(pages(ended)[0]), "after the sign-in"
    assert home.json("settings", "get", "keep_sign_in")[1]["value"] == "yes"
    OpenIdClient(home.centre).post("revocation_endpoint", token=given.tokens[0])
    again = person.renews()
    assert (asks(again), len(pages(again))) == ([], 1)


def test_a_no_keeps_nothing_and_is_for_this_time_alone(
    keychain: SecretServiceHost, given: Given, home: Home, person: Person
) -> None:
    home.run("settings", "set", "username", "alice")
    ended = person.attempt("renew", answers={"keep_sign_in": False})
    assert ended.code == 0
    assert home.json("settings", "get", "keep_sign_in")[1]["value"] == "ask"
    again = person.attempt("renew", answers={"keep_sign_in": False})
    assert (len(asks(again)), len(pages(again))) == (1, 1)
    assert '"session-kept"' not in (home.path / "state/journal.jsonl").read_text()


def test_at_a_terminal_enter_is_a_no(keychain: SecretServiceHost, given: Given, home: Home) -> None:
    home.run("settings", "set", "username", "alice")
    with Terminal(home.command("renew", "--device"), home.environ) as terminal:
        terminal.wait_for("and type")
        [page] = re.findall(r"https://\S+user_code=\S+", terminal.shown)
        browser = Browser(home.centre)
        browser.submit(browser.sign_in(browser.open(page)), "allow")
        terminal.wait_for("Stay signed in [y/N]")
        terminal.type("\n")
        terminal.wait_for("Key valid until")
        assert terminal.end() == 0
    assert home.json("settings", "get", "keep_sign_in")[1]["value"] == "ask"


def test_a_setting_of_no_ends_it_at_once(staying: Home, given: Given, tmp_path: Path) -> None:
    done = staying.run("settings", "set", "keep_sign_in", "no")
    assert done.returncode == 0
    assert (done.stdout, done.stderr) == ("keep_sign_in = no\n", "  Signed out\n")
    assert not lives(staying, given.tokens[0])
    done = staying.run("settings", "set", "keep_sign_in", "no")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_policy_of_no_ends_what_was_kept(staying: Home, given: Given, person: Person) -> None:
    policy = staying.path / "machine/policy.toml"
    policy.parent.mkdir(exist_ok=True)
    policy.write_text('keep_sign_in = "no"\n')
    policy.chmod(0o644)
    ended = person.renews()
    assert (asks(ended), len(pages(ended))) == ([], 1)
    assert not lives(staying, given.tokens[0])
    facts = (staying.path / "state/journal.jsonl").read_text()
    assert '"kept": false' in facts


def test_a_locked_keychain_lets_the_browser_open(
    staying: Home, keychain: SecretServiceHost, person: Person
) -> None:
    keychain.lock()
    ended = person.renews()
    assert ended.warnings == ["session-unread", "session-not-kept"]
    assert len(pages(ended)) == 1


def test_two_at_once_both_renew(staying: Home, given: Given) -> None:
    """The second reads what the first put there: a token sent twice would end the sign-in."""
    with (
        staying.converse("renew", "--browser") as one,
        staying.converse("renew", "--browser") as two,
    ):
        ended = [one.end(), two.end()]
    assert [code for code, _ in ended] == [0, 0], ended
    assert len(given.tokens) == 3
    assert lives(staying, given.tokens[-1])


def test_signing_out_ends_it_at_the_provider(
    staying: Home, given: Given, keychain: SecretServiceHost
) -> None:
    code, result = staying.json("sign-out", "--revoke", "--yes")
    assert code == 0
    assert {one["what"] for one in result["removed"]} == {"session", "key"}
    assert (len(result["revoked"]), result["left"]) == (1, [])
    assert len(given.tokens) == 2
    assert not lives(staying, given.tokens[-1])


def test_another_account_does_not_use_it(staying: Home, given: Given) -> None:
    with staying.converse("renew", "--device", "--username", "bob") as talk:
        assert talk.until("show")["kind"] == "device"
        talk.cancel()
        assert talk.end()[0] == 10
    assert len(given.tokens) == 1
