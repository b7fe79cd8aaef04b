"""Renewing and connecting at a real terminal."""

import pytest

from tests.e2e.conftest import Home
from tests.e2e.terminal import Terminal

INTERRUPT = "\x03"


def test_it_asks_for_all_three_and_echoes_no_secret(home: Home) -> None:
    code = home.centre.otp()
    with Terminal(home.command("renew"), home.environ) as terminal:
        terminal.wait_for("User name")
        terminal.type("alice\n")
        terminal.wait_for("Password")
        terminal.type(home.centre.password + "\n")
        terminal.wait_for("Six-digit code")
        terminal.type(code + "\n")
        terminal.wait_for("Key valid until")
        assert terminal.end() == 0
        assert home.centre.password not in terminal.shown
        assert code not in terminal.shown
    assert home.key.exists()


def test_a_wrong_code_is_explained_and_asked_again(home: Home) -> None:
    with Terminal(home.command("renew", "--username", "alice"), home.environ) as terminal:
        for code in ("000000", None):
            terminal.wait_for("Password: ")
            terminal.type(home.centre.password + "\n")
            terminal.wait_for("code: ")
            terminal.type((code or home.centre.otp()) + "\n")
            if code:
                terminal.wait_for("is wrong")
        assert terminal.end() == 0, terminal.shown


@pytest.mark.parametrize("prompt", ["User name", "Password", "Six-digit code"])
def test_ctrl_c_at_every_prompt_changes_nothing(home: Home, prompt: str) -> None:
    with Terminal(home.command("renew"), home.environ) as terminal:
        for asked in ("User name", "Password", "Six-digit code"):
            terminal.wait_for(asked)
            if asked == prompt:
                break
            terminal.type("alice\n")
        terminal.type(INTERRUPT)
        assert terminal.end() == 10
        assert "Cancelled" in terminal.shown
        assert "Traceback" not in terminal.shown
    assert home.pair() is None
    assert not home.centre.saw_a_password()


@pytest.mark.parametrize(("typed", "exit_code"), [("n\n", 10), ("y\n", 0)])
def test_a_key_of_the_persons_is_asked_about(home: Home, typed: str, exit_code: int) -> None:
    home.key.parent.mkdir(exist_ok=True)
    home.key.write_text("theirs\n")
    with Terminal(home.command("renew", "--username", "alice"), home.environ) as terminal:
        terminal.wait_for("Replace it")
        terminal.type(typed)
        if exit_code == 0:
            terminal.wait_for("Password")
            terminal.type(home.centre.password + "\n")
            terminal.wait_for("code")
            terminal.type(home.centre.otp() + "\n")
        assert terminal.end() == exit_code, terminal.shown
    kept = [path.read_text() for path in home.key.parent.glob("cscs-key.before-alpkey-*")]
    assert kept == (["theirs\n"] if exit_code == 0 else [])
    assert (home.key.read_text() == "theirs\n") is (exit_code == 10)


def test_connect_renews_a_dead_key_first(home: Home) -> None:
    command = home.command("connect", "daint", "--here", "--", "hostname")
    with Terminal(command, home.environ) as terminal:
        terminal.wait_for("User name")
        terminal.type("alice\n")
        terminal.wait_for("Password")
        terminal.type(home.centre.password + "\n")
        terminal.wait_for("code")
        terminal.type(home.centre.otp() + "\n")
        terminal.wait_for("daint\r\n")
        assert terminal.end() == 0
