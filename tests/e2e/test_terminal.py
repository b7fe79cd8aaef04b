"""Renewing and connecting at a real terminal."""

import pytest

from tests.centre import Home
from tests.e2e.terminal import Terminal
from tests.e2e.waiting import until

INTERRUPT = "\x03"
END_OF_INPUT = "\x04"
DAY_S = 24 * 3600


def type_secrets(terminal: Terminal, home: Home, code: str) -> None:
    terminal.wait_for("Password: ")
    terminal.type(home.centre.password + "\n")
    terminal.wait_for("Six-digit code: ")
    terminal.type(code + "\n")


def test_it_asks_for_all_three_and_echoes_no_secret(home: Home) -> None:
    code = home.centre.otp()
    with Terminal(home.command("renew"), home.environ) as terminal:
        terminal.wait_for("Username")
        terminal.type("alice\n")
        type_secrets(terminal, home, code)
        terminal.wait_for("Key valid until")
        assert terminal.end() == 0
        assert home.centre.password not in terminal.shown
        assert code not in terminal.shown
    assert home.key.exists()


def gets_in_at_the_second_try(home: Home) -> None:
    """A wrong code is explained and asked again."""
    with Terminal(home.command("renew", "--username", "alice"), home.environ) as terminal:
        for code in ("000000", None):
            type_secrets(terminal, home, code or home.centre.otp())
            if code:
                terminal.wait_for("is wrong")
        assert terminal.end() == 0, terminal.shown


def test_a_wrong_code_is_explained_and_asked_again(home: Home) -> None:
    gets_in_at_the_second_try(home)


@pytest.mark.parametrize("key", [INTERRUPT, END_OF_INPUT], ids=["ctrl-c", "ctrl-d"])
@pytest.mark.parametrize("prompt", ["Username", "Password", "Six-digit code"])
def test_ctrl_c_at_every_prompt_changes_nothing(home: Home, prompt: str, key: str) -> None:
    with Terminal(home.command("renew"), home.environ) as terminal:
        for asked in ("Username", "Password", "Six-digit code"):
            terminal.wait_for(asked)
            if asked == prompt:
                break
            terminal.type("alice\n")
        terminal.press(key)
        assert terminal.end() == 10
        assert "Cancelled" in terminal.shown
        assert "Traceback" not in terminal.shown
        assert terminal.echoes
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
            type_secrets(terminal, home, home.centre.otp())
        assert terminal.end() == exit_code, terminal.shown
    kept = [path.read_text() for path in home.key.parent.glob("cscs-key.before-alpkey-*")]
    assert kept == (["theirs\n"] if exit_code == 0 else [])
    assert (home.key.read_text() == "theirs\n") is (exit_code == 10)


def test_connect_renews_a_dead_key_first(home: Home) -> None:
    command = home.command("connect", "daint", "--here", "--", "hostname")
    with Terminal(command, home.environ) as terminal:
        terminal.wait_for("Username")
        terminal.type("alice\n")
        type_secrets(terminal, home, home.centre.otp())
        terminal.wait_for("daint\r\n")
        assert terminal.end() == 0


def test_ctrl_c_after_a_refusal_leaves_the_old_pair(home: Home) -> None:
    home.renew()
    before = home.pair()
    with Terminal(home.command("renew"), home.environ) as terminal:
        type_secrets(terminal, home, "000000")
        terminal.wait_for("is wrong")
        terminal.wait_for("Password: ")
        terminal.press(INTERRUPT)
        assert terminal.end() == 10
    assert home.pair() == before


def test_an_unfit_user_name_is_asked_again_by_itself(home: Home) -> None:
    """What was right is not asked twice."""
    with Terminal(home.command("renew"), home.environ) as terminal:
        terminal.wait_for("Username")
        terminal.type("Alice@cscs.ch\n")
        type_secrets(terminal, home, home.centre.otp())
        terminal.wait_for("Username")
        terminal.type("alice\n")
        assert terminal.end() == 0, terminal.shown
        assert terminal.shown.count("Password: ") == 1


def test_connect_renews_a_key_that_has_run_out(home: Home) -> None:
    home.centre.control("clock", offset_s=6 - DAY_S)
    assert home.renew()[0] == 0
    home.centre.control("clock", offset_s=0)
    until(lambda: home.run("status", "--short").returncode == 7, "the end of the key")
    command = home.command("connect", "daint", "--here", "--", "exit", "7")
    with Terminal(command, home.environ) as terminal:
        type_secrets(terminal, home, home.centre.otp())
        assert terminal.end() == 7, terminal.shown
        assert "Username" not in terminal.shown


def test_ctrl_c_instead_of_a_renewal_connects_nowhere(home: Home) -> None:
    with Terminal(home.command("connect", "daint", "--here"), home.environ) as terminal:
        terminal.wait_for("Username")
        terminal.press(INTERRUPT)
        assert terminal.end() == 10
