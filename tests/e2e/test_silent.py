"""Renewed though nobody asked: the command as the tray starts it, and the tray itself."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from alpkey_sandbox.authority import starting_now
from tests.centre import Home, prepared_home
from tests.e2e.accessible import Screen
from tests.e2e.desk import Desk
from tests.e2e.person import Person
from tests.e2e.terminal import Terminal
from tests.e2e.tray_item import tray_of
from tests.e2e.waiting import until
from tests.keychains import Keyring, SecretServiceHost, keyring_on

HOUR = timedelta(hours=1)


def age(home: Home, left: timedelta = HOUR) -> str:
    """Puts a certificate for the installed key in place that has only so long to live."""
    key = load_ssh_public_key(home.key.with_name("cscs-key.pub").read_bytes())
    made_at = datetime.now(UTC) - timedelta(days=1) + left
    body = starting_now("alice", ("alice",), made_at)
    line = home.centre.sandbox.centre.authority.certify(key, body)  # type: ignore[arg-type]
    home.certificate.write_text(line)
    os.utime(home.certificate, (made_at.timestamp(), made_at.timestamp()))
    home.run("status")  # the line for prompts follows
    return str(body.serial)


def stay(home: Home, person: Person) -> None:
    home.centre.empties_account(5)
    assert home.run("settings", "set", "keep_sign_in", "yes").returncode == 0
    person.renews()


@pytest.fixture
def aged(keychain: SecretServiceHost, home: Home, person: Person) -> Home:
    stay(home, person)
    age(home)
    return home


def serial(home: Home) -> str:
    return str(home.json("status")[1]["serial"])


def test_it_renews_and_then_finds_nothing_to_do(aged: Home) -> None:
    before, key = serial(aged), aged.key.read_bytes()
    code, result = aged.json("renew", "--silent")
    assert (code, result["renewed"], result["state"]) == (0, True, "valid")
    assert serial(aged) != before
    assert aged.key.read_bytes() == key
    code, result = aged.json("renew", "--silent")
    assert (code, result["renewed"]) == (0, False)


def test_a_locked_keychain_is_neither_asked_nor_waited_for(
    aged: Home, keychain: SecretServiceHost
) -> None:
    keychain.lock()
    before, start = serial(aged), time.monotonic()
    code, result = aged.json("renew", "--silent")
    assert (code, result["error"]["code"]) == (11, "keychain-locked")
    assert time.monotonic() - start < 10
    assert serial(aged) == before
    assert '"silent-failed"' in (aged.path / "state/journal.jsonl").read_text()
    keychain.unlock()
    _, report = aged.json("doctor")
    [note] = [one for one in report["findings"] if one["id"] == "silent-failed"]
    assert (note["severity"], "keychain-locked" in note["detail"]) == ("note", True)
    assert not aged.json("renew", "--silent")[1]["renewed"], "it has to wait a while first"


def test_a_sign_in_that_ended_is_tried_once(aged: Home) -> None:
    aged.centre.control("account", locked=True)
    code, result = aged.json("renew", "--silent")
    assert (code, result["error"]["code"]) == (12, "password-not-allowed")
    before = len(aged.centre.state()["requests"])
    code, result = aged.json("renew", "--silent")
    assert (code, result["renewed"]) == (0, False)
    assert len(aged.centre.state()["requests"]) == before


def test_the_last_slot_stays_whoever_took_the_others(aged: Home, tmp_path: Path) -> None:
    another_computer = prepared_home(aged.centre, tmp_path / "another")
    for _ in range(3):
        assert another_computer.renew()[0] == 0
    code, result = aged.json("renew", "--silent")
    assert (code, result["error"]["code"]) == (4, "quota-spared")
    assert len([one for one in aged.centre.state()["issued"] if not one["revoked"]]) == 4


def test_the_option_is_nobodys_to_learn(home: Home) -> None:
    assert "--silent" not in home.run("renew", "--help").stdout


@pytest.fixture
def keyring(running_desk: Desk, tmp_path: Path) -> Iterator[Keyring]:
    address = running_desk.environ["DBUS_SESSION_BUS_ADDRESS"]
    with keyring_on(tmp_path / "keyring", address) as keyring:
        yield keyring


def test_the_tray_does_it_by_itself(
    running_desk: Desk, screen: Screen, keyring: Keyring, home_on_desk: Home, person: Person
) -> None:
    """Nothing is clicked, nothing is shown, and the icon tells the new end."""
    home = home_on_desk
    home.environ["DBUS_SYSTEM_BUS_ADDRESS"] = running_desk.environ["DBUS_SESSION_BUS_ADDRESS"]
    stay(home, person)
    old = age(home)
    with tray_of(running_desk, home) as item:
        until(lambda: serial(home) != old, "a renewal")
        until(lambda: "4 of 5" in item.tooltip() or "3 of 5" in item.tooltip(), "the new state")
        assert screen.find("", "xfce4-notifyd") is None


def on_demand(home: Home, folder: Path) -> Path:
    """The configuration with the line, and a certificate that has run out."""
    code, result = home.json("config", "apply", "--on-demand")
    assert (code, result["on_demand"]) == (0, True), result
    age(home, -HOUR)
    plain = folder / "plain"
    plain.symlink_to(home.path / "ssh/config")
    return plain


def test_a_plain_ssh_at_a_terminal_gets_in_without_a_question(
    keychain: SecretServiceHost, home: Home, person: Person, tmp_path: Path
) -> None:
    stay(home, person)
    config = on_demand(home, tmp_path)
    command = ["ssh", "-F", str(config), "daint", "hostname"]
    with Terminal(command, home.environ) as terminal:
        terminal.wait_for("\ndaint\r\n")
        assert terminal.end() == 0
        assert "waits for a fresh key" not in terminal.shown


def test_a_sign_in_that_ended_leads_to_the_question(
    keychain: SecretServiceHost, home: Home, person: Person, tmp_path: Path
) -> None:
    stay(home, person)
    config = on_demand(home, tmp_path)
    home.centre.control("account", locked=True)
    command = ["ssh", "-F", str(config), "daint", "hostname"]
    with Terminal(command, home.environ) as terminal:
        terminal.wait_for("daint waits for a fresh key")
        home.centre.control("account", locked=False)
        terminal.wait_for("and type")  # as it was signed in last, but for the browser


def test_connect_needs_nobody_either(
    keychain: SecretServiceHost, home: Home, person: Person
) -> None:
    stay(home, person)
    age(home, -HOUR)
    done = home.run("connect", "daint", "--here", "--", "hostname")
    assert (done.returncode, done.stdout) == (0, "daint\n"), done.stderr
