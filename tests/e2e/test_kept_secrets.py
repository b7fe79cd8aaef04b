"""The hunt for secrets goes on where one is kept: in files, arguments, environments and output."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.centre import Home
from tests.e2e.inside import change_inside
from tests.e2e.terminal import Terminal
from tests.e2e.test_secrets import PASSWORD, family, find, readable
from tests.keychains import SecretServiceHost, secret_service

KEEP = ("password", "keep", "--username", "alice")
TYPED = json.dumps({"password": PASSWORD}) + "\n"


@pytest.fixture
def host(tmp_path: Path, home: Home) -> Iterator[SecretServiceHost]:
    with secret_service(tmp_path / "keychain") as running:
        running.unlock()
        home.environ |= running.environ
        home.centre.control("account", password=PASSWORD)
        yield running


@pytest.fixture
def keeping(host: SecretServiceHost, home: Home) -> Home:
    assert home.run(*KEEP, "--stdin", typed=TYPED).returncode == 0
    return home


def test_the_keychain_alone_has_it(host: SecretServiceHost, keeping: Home, tmp_path: Path) -> None:
    """And it is encrypted there: the daemon's own files are among those that are searched."""
    assert list(host.files.iterdir())
    code = keeping.centre.otp()
    typed = json.dumps({"otp": code}) + "\n"
    done = keeping.run("renew", "--stdin", "--json", typed=typed)
    assert done.returncode == 0, done.stdout
    for secret in (PASSWORD, code):
        assert secret not in done.stdout + done.stderr
        assert find(secret, tmp_path) == []


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_keeping_and_forgetting_say_none(
    host: SecretServiceHost, home: Home, tmp_path: Path, more: tuple[str, ...]
) -> None:
    for command, typed in ((KEEP, TYPED), (("password", "forget"), None)):
        stdin = ("--stdin",) if typed else ()
        done = home.run(*command, *stdin, *more, typed=typed)
        assert done.returncode == 0
        assert PASSWORD not in done.stdout + done.stderr
    assert find(PASSWORD, tmp_path) == []


def test_a_refused_one_is_not_written_down(keeping: Home, tmp_path: Path) -> None:
    typed = json.dumps({"otp": "918273"}) + "\n"
    done = keeping.run("renew", "--stdin", typed=typed)
    assert done.returncode == 3
    assert PASSWORD not in done.stdout + done.stderr
    assert find(PASSWORD, tmp_path) == []
    assert '"kept": true' in (keeping.path / "state/journal.jsonl").read_text()


def test_no_process_shows_one_while_the_keychain_thinks(
    host: SecretServiceHost, home: Home, tmp_path: Path
) -> None:
    """Neither arguments nor environment of a program that holds it for as long as we look."""
    with Terminal(home.command(*KEEP), home.environ) as terminal:
        terminal.wait_for("Password: ")
        host.stop()
        terminal.type(PASSWORD + "\n")
        terminal.wait_for("does not answer")
        shown = [readable(one) for one in family(Path(f"/proc/{terminal.pid}"))]
        assert not any(PASSWORD.encode() in text for text in shown)
        assert terminal.end() == 11
        assert PASSWORD not in terminal.shown
    assert find(PASSWORD, tmp_path) == []


def test_a_backend_that_fails_with_it_on_its_lips_is_not_quoted(
    host: SecretServiceHost, home: Home, tmp_path: Path
) -> None:
    change_inside(home, tmp_path, LOUD_BACKEND)
    done = home.run(*KEEP, "--stdin", typed=TYPED)
    assert done.returncode == 11
    assert "refuses" in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    assert find(PASSWORD, tmp_path) == []


LOUD_BACKEND = """
from alpkey.adapters.keychain import secret_service

def set_password(self, service, username, password):
    raise ValueError(password)

secret_service.Keyring.set_password = set_password
"""


def test_a_crash_leaves_none(host: SecretServiceHost, home: Home, tmp_path: Path) -> None:
    change_inside(home, tmp_path, CRASH)
    done = home.run(*KEEP, "--stdin", typed=TYPED)
    assert done.returncode == 1
    (report,) = (home.path / "logs").glob("crash-*.txt")
    assert "ValueError" in report.read_text()
    assert PASSWORD not in done.stdout + done.stderr
    assert find(PASSWORD, tmp_path) == []


CRASH = """
from alpkey.actions.signin import password

def to_entry(secret):
    raise ValueError(secret.secret.reveal())

password.to_entry = to_entry
"""


def test_a_code_generator_is_not_shown(host: SecretServiceHost, home: Home, tmp_path: Path) -> None:
    secret = home.centre.facts.totp_secret
    typed = json.dumps({"totp_secret": secret}) + "\n"
    done = home.run(*KEEP, "--code-generator", "--stdin", typed=typed)
    assert done.returncode == 0
    with home.talk() as talk:
        ask = talk.until("ask")
        while not any(one["kept"] for one in ask["fields"]):
            ask = talk.until("ask")
        home.centre.otp()  # codes of earlier tests are forgotten
        talk.answer(ask, password=PASSWORD)
        assert talk.end()[0] == 0
    for said in (done.stdout + done.stderr, json.dumps(talk.rows)):
        assert secret not in said
        assert PASSWORD not in said
    assert find(secret, tmp_path) == []
