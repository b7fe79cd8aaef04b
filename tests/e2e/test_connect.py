"""Connecting to the sandbox's hosts by the command line."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

from tests.centre import Home
from tests.e2e.waiting import until

DAY_S = 24 * 3600


@pytest.mark.parametrize("host", ["ela", "daint", "santis", "clariden"])
def test_every_host_answers_by_its_name(home: Home, host: str) -> None:
    home.renew()
    done = home.run("connect", host, "--here", "--", "hostname")
    assert (done.stdout, done.returncode) == (f"{host}\n", 0), done.stderr


def test_print_prints_a_command_that_works(home: Home) -> None:
    home.renew()
    command = home.run("connect", "daint", "--forward-agent", "--print").stdout.split()
    assert command[:2] == ["ssh", "-F"]
    assert command[-2:] == ["-A", "daint"]


def test_an_unknown_host_is_named_with_those_known(home: Home) -> None:
    code, result = home.json("connect", "dent", "--print")
    assert (code, result["error"]["code"]) == (2, "unknown-host")
    assert "daint" in result["error"]["detail"]


@pytest.mark.parametrize("name", ["-oProxyCommand=id", "a b", "", "daint\n"])
def test_a_name_is_never_an_option(home: Home, name: str) -> None:
    done = home.run("connect", "--print", "--", name)
    assert done.returncode == 2


def test_without_a_key_it_says_what_to_do(home: Home) -> None:
    code, result = home.json("connect", "daint", "--here")
    assert (code, result["error"]["code"]) == (6, "no-key")
    assert "alpkey renew" in result["error"]["next_step"]


def test_an_expired_key_is_told_from_a_refused_one(home: Home) -> None:
    """The certificate is a real one that has run out: the service's clock was two days back."""
    home.centre.control("clock", offset_s=10 - DAY_S)
    assert home.renew()[0] == 0
    home.centre.control("clock", offset_s=0)
    until(lambda: home.json("status")[1]["state"] == "expired", "the end of the key")
    code, result = home.json("connect", "daint", "--here")
    assert (code, result["error"]["code"]) == (7, "key-expired")


def fake_terminal(home: Home, folder: Path) -> Path:
    """A fake of a terminal program: it runs the command and keeps what would be seen."""
    seen = folder / "seen"
    program = folder / "fake-terminal"
    program.write_text(f'#!/bin/sh\necho | "$@" >"{seen}" 2>&1; exit 0\n')
    program.chmod(0o755)
    (home.path / "config/config.toml").write_text(f'terminal = ["{program}"]\n')
    return seen


def test_a_window_in_which_ssh_fails_at_once_says_why(home: Home, tmp_path: Path) -> None:
    home.renew()
    serial = home.json("status")[1]["serial"]
    home.centre.control("revoke", serial=serial)
    seen = fake_terminal(home, tmp_path)
    assert home.run("connect", "daint").returncode == 0
    until(lambda: seen.exists() and "Press Enter" in seen.read_text(), "the window's last words")
    assert "Permission denied" in seen.read_text()
    assert "This is what Alpkey knows" in seen.read_text()


def test_the_persons_own_config_is_never_touched(home: Home) -> None:
    home.renew()
    config = home.path / "ssh/config"
    config.write_bytes(b"Host *\r\n  Compression yes # theirs\r\n")
    before = (config.read_bytes(), config.stat().st_mtime_ns)
    assert home.run("connect", "daint", "--here", "--", "true").returncode == 0
    assert (config.read_bytes(), config.stat().st_mtime_ns) == before


def test_events_end_with_one_word_though_nobody_listens(home: Home) -> None:
    """The end of the input is a cancel: the last line says so, or the work was done before."""
    home.renew()
    done = home.run("connect", "daint", "--print", "--events")
    (last,) = map(json.loads, done.stdout.splitlines())
    assert (last["event"], done.returncode) in (("failed", 10), ("done", 0)), done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("code", [0, 1, 7, 254])
def test_it_ends_as_the_remote_command_ends(home: Home, code: int) -> None:
    home.renew()
    assert home.run("connect", "daint", "--here", "--", "exit", str(code)).returncode == code


def test_json_tells_host_and_command(home: Home) -> None:
    home.renew()
    code, result = home.json("connect", "daint", "--print")
    assert (code, result["host"], result["command"][-1]) == (0, "daint", "daint")
    assert result["command"] == home.run("connect", "daint", "--print").stdout.split()


@pytest.mark.parametrize(("more", "forwards"), [((), "no"), (("--forward-agent",), "yes")])
def test_the_agent_is_forwarded_only_where_asked(
    home: Home, more: tuple[str, ...], forwards: str
) -> None:
    home.renew()
    command = home.json("connect", "daint", *more, "--print")[1]["command"]
    assert ("-A" in command) is (forwards == "yes")
    asked = [command[0], "-G", *command[1:]]
    shown = subprocess.run(asked, env=home.environ, capture_output=True, text=True, check=True)
    assert f"forwardagent {forwards}\n" in shown.stdout


def test_a_window_runs_what_was_asked_for(home: Home, tmp_path: Path) -> None:
    home.renew()
    seen = fake_terminal(home, tmp_path)
    done = home.run("connect", "santis", "--json", "--", "hostname")
    assert (done.returncode, json.loads(done.stdout)["host"]) == (0, "santis")
    until(lambda: seen.exists() and seen.read_text() == "santis\n", "the host's name")


def test_a_window_in_which_the_person_ends_the_session_says_nothing(
    home: Home, tmp_path: Path
) -> None:
    home.renew()
    seen = fake_terminal(home, tmp_path)
    assert home.run("connect", "daint", "--", "echo said;", "exit", "3").returncode == 0
    until(lambda: seen.exists() and "said" in seen.read_text(), "what the host said")
    assert "Press Enter" not in seen.read_text()


def test_a_terminal_that_is_not_there_is_named(home: Home) -> None:
    home.renew()
    (home.path / "config/config.toml").write_text('terminal = ["/no/such/terminal"]\n')
    code, result = home.json("connect", "daint")
    assert (code, result["error"]["code"]) == (2, "no-terminal")
    assert "/no/such/terminal" in result["error"]["detail"]


def test_without_a_key_no_window_asks_where_nothing_can_show_it(home: Home) -> None:
    """And no terminal is opened on a host that would refuse."""
    code, result = home.json("connect", "daint")
    assert (code, result["error"]["code"]) == (6, "no-key")


def test_a_persons_own_lines_for_daint_do_not_lead_astray(home: Home) -> None:
    home.renew()
    config = home.path / "ssh/config"
    config.write_text("Host daint\n  HostName nowhere.invalid\n  User mallory\n  Port 1\n")
    before = config.read_bytes()
    assert home.run("connect", "daint", "--here", "--", "hostname").stdout == "daint\n"
    assert config.read_bytes() == before


def test_an_alias_of_the_persons_leads_where_it_should(home: Home) -> None:
    home.renew()
    config = home.path / "ssh/config"
    known = home.path / "ssh/known_hosts"
    config.write_text(
        "Host work\n  HostName daint.alps.cscs.ch\n  User alice\n  ProxyJump ela\n"
        f'  IdentityFile "{home.key}"\n  UserKnownHostsFile "{known}"\n'
    )
    done = home.run("connect", "work", "--here", "--", "hostname")
    assert (done.stdout, done.returncode) == ("daint\n", 0), done.stderr


@pytest.mark.parametrize("host", ["ela", "daint"])
def test_a_login_is_tried_in_earnest(home: Home, host: str) -> None:
    assert home.json("connect", host, "--check")[1]["error"]["code"] == "no-key"
    home.renew()
    assert home.json("connect", host, "--check") == (0, {"host": host, "logged_in": True})
    assert home.run("connect", host, "--check").stdout == f"{host} lets you in.\n"
    home.centre.control("revoke", serial=home.json("status")[1]["serial"])
    code, result = home.json("connect", host, "--check")
    assert (code, result["error"]["code"]) == (5, "login-failed")
    assert result["error"]["params"]["finding"] == "login-refused"


def test_one_way_at_a_time(home: Home) -> None:
    assert home.run("connect", "daint", "--check", "--here").returncode == 2


def test_vs_code_needs_plain_ssh_to_know_the_way(home: Home, tmp_path: Path) -> None:
    home.renew()
    code, result = home.json("connect", "daint", "--vscode")
    assert (code, result["error"]["code"]) == (2, "editor-needs-config")


@pytest.mark.parametrize("named_by", ["environment", "configuration"])
def test_a_login_goes_without_an_agent_that_never_answers(
    home: Home, tmp_path: Path, named_by: str
) -> None:
    home.renew()
    with socket.socket(socket.AF_UNIX) as listener:
        path = str(tmp_path / "hangs")
        listener.bind(path)
        listener.listen()
        if named_by == "environment":
            home.environ["SSH_AUTH_SOCK"] = path
        else:
            (home.path / "ssh/config").write_text(f"Host *\n  IdentityAgent {path}\n")
        done = home.run("connect", "daint", "--here", "--", "hostname")
    assert (done.stdout, done.returncode) == ("daint\n", 0), done.stderr
