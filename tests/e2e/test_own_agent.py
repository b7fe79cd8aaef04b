"""An agent of ours stands in where the person's is of no use and the key has a passphrase."""

import json
import shutil
import socket
import stat
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.agents import Askpass, lock, openssh_agent, process_behind, refusing_agent
from tests.centre import Home

PHRASE = "correct horse battery"


def line(**values: str) -> str:
    return json.dumps(values) + "\n"


@pytest.fixture
def locked_in(home: Home) -> Home:
    """A home with a protected key, and no agent of the person's."""
    assert home.renew()[0] == 0
    protect(home)
    return home


def protect(home: Home) -> None:
    typed = line(passphrase=PHRASE, passphrase_again=PHRASE)
    code, result = home.json("passphrase", "set", "--stdin", typed=typed)
    assert (code, result["encrypted"]) == (0, True)


def loads(home: Home) -> dict[str, object]:
    code, result = home.json("agent", "load", "--stdin", typed=line(passphrase=PHRASE))
    assert code == 0, result
    return result


def logs_in(home: Home) -> bool:
    done = home.run("connect", "daint", "--here", "--", "hostname")
    return done.stdout == "daint\n"


def names_ours(home: Home) -> bool:
    config = home.path / "ssh/alpkey/config"
    return config.exists() and "IdentityAgent" in config.read_text()


def process(home: Home) -> int | None:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(home.own_agent))
        except OSError:
            return None
        return process_behind(connection)


def seen_by(path: Path | str) -> int:
    """How many entries ssh-add lists there."""
    done = subprocess.run(
        ["ssh-add", "-l"],
        env={"SSH_AUTH_SOCK": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    return len(done.stdout.splitlines()) if done.returncode == 0 else 0


def test_where_there_is_none_ours_holds_the_key_and_logins_ask_nothing(locked_in: Home) -> None:
    home = locked_in
    assert stat.S_IMODE(home.own_agent.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.own_agent.parent.stat().st_mode) == 0o700
    assert seen_by(home.own_agent) == 2
    found = home.json("status")[1]["agent"]
    assert found == {
        "reachable": True,
        "socket": str(home.own_agent),
        "own": True,
        "holds_key": True,
        "holds_current": True,
        "stale": 0,
    }
    assert logs_in(home)
    assert names_ours(home)
    assert not (home.path / "ssh/config").exists()


def test_a_key_without_passphrase_needs_none(home: Home) -> None:
    assert home.renew()[0] == 0
    assert home.json("agent", "load")[0] == 11
    assert logs_in(home)
    assert (process(home), names_ours(home)) == (None, False)


def test_each_command_speaks_of_the_same_one_and_starts_no_second(locked_in: Home) -> None:
    home, first = locked_in, process(locked_in)
    assert loads(home)["own"] is True
    _, listed = home.json("agent", "list")
    assert (listed["socket"], listed["own"]) == (str(home.own_agent), True)
    assert [one["ours"] for one in listed["keys"]] == [True, True]
    code, cleaned = home.json("agent", "clean")
    assert (code, cleaned["own"], cleaned["removed"]) == (0, True, [])
    assert "Alpkey's own ssh agent holds the key." in home.run("status").stdout
    assert process(home) == first is not None


@pytest.mark.parametrize("trouble", ["refuses", "locked", "absent"])
def test_an_agent_of_no_use_is_passed_over_and_named(
    locked_in: Home, tmp_path: Path, trouble: str
) -> None:
    home, path = locked_in, str(tmp_path / "agent")
    with ExitStack() as stack:
        if trouble == "refuses":
            stack.enter_context(refusing_agent(path))
        elif trouble == "locked":
            lock(stack.enter_context(openssh_agent(tmp_path)))
        home.environ["SSH_AUTH_SOCK"] = path
        assert loads(home)["own"] is True
        assert logs_in(home)
        findings = {one["id"]: one for one in home.json("doctor")[1]["findings"]}
        assert findings["own-agent"]["severity"] == "note"
        assert path in findings["own-agent"]["detail"]
        assert not {"agent-absent", "agent-refuses", "passphrase-each-time"} & set(findings)


def test_one_that_the_persons_configuration_names_is_found_behind_ours(
    locked_in: Home, tmp_path: Path
) -> None:
    """Ours is named above it, so ssh has to be asked what it would do without."""
    home = locked_in
    assert logs_in(home)
    with openssh_agent(tmp_path) as path:
        (home.path / "ssh/config").write_text(f"Host *\n  IdentityAgent {path}\n")
        loaded = loads(home)
        assert (loaded["socket"], loaded["own"], loaded["holds_current"]) == (path, False, True)
        assert (process(home), names_ours(home), seen_by(path)) == (None, False, 2)
        assert logs_in(home)


def test_the_persons_own_is_used_again_once_it_works(locked_in: Home, tmp_path: Path) -> None:
    home = locked_in
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        found = {one["id"]: one for one in home.json("doctor")[1]["findings"]}
        assert found["agent-works-again"]["fix"] == "agent-works-again"
        assert loads(home)["socket"] == path
        assert (process(home), names_ours(home), seen_by(path)) == (None, False, 2)
        assert not home.own_agent.exists()
        assert logs_in(home)


def test_a_renewal_finds_the_persons_own_again(locked_in: Home, tmp_path: Path) -> None:
    """The new key has no passphrase, for nobody keeps it: then ours is of no use either way."""
    home = locked_in
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        assert home.renew()[1]["agent"]["socket"] == path
        assert (process(home), names_ours(home)) == (None, False)


def test_without_the_passphrase_it_is_needed_no_longer(locked_in: Home) -> None:
    home = locked_in
    code, _ = home.json("passphrase", "remove", "--stdin", typed=line(passphrase=PHRASE))
    assert (code, process(home), names_ours(home)) == (0, None, False)
    assert logs_in(home)


def test_one_that_died_is_not_named_and_comes_again(locked_in: Home) -> None:
    home = locked_in
    number = process(home)
    subprocess.run(["kill", "-KILL", str(number)], check=True)
    assert home.own_agent.is_socket()
    assert home.json("connect", "daint", "--print")[0] == 0
    assert (home.json("status")[1]["agent"]["own"], names_ours(home)) == (False, False)
    assert loads(home)["own"] is True
    assert process(home) not in (None, number)
    assert logs_in(home)


def test_plain_ssh_asks_ours(locked_in: Home, tmp_path: Path) -> None:
    """As the person has it, with our line in their own file; a jump bears no blank in its name."""
    home, config = locked_in, tmp_path / "config"
    assert home.json("config", "apply")[0] == 0
    config.symlink_to(home.path / "ssh/config")
    done = subprocess.run(
        ["ssh", "-F", config, "-o", "BatchMode=yes", "daint", "hostname"],
        env={name: home.environ[name] for name in ("PATH", "HOME")},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == "daint\n", done.stderr
    theirs = (home.path / "ssh/config").read_text()
    assert "IdentityAgent" not in theirs


def test_leaving_ends_it(locked_in: Home) -> None:
    home = locked_in
    code, result = home.json("sign-out", "--yes")
    assert code == 0
    assert {"what": "own-agent", "name": str(home.own_agent)} in result["removed"]
    assert (process(home), home.own_agent.exists()) == (None, False)


def test_uninstalling_ends_it(locked_in: Home) -> None:
    home = locked_in
    assert logs_in(home)
    code, result = home.json("uninstall", "--yes")
    assert code == 0
    assert {"what": "own-agent", "name": str(home.own_agent)} in result["removed"]
    assert process(home) is None
    assert not (home.path / "ssh/alpkey").exists()


def test_two_homes_have_one_each(locked_in: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other", locked_in.centre, dict(locked_in.environ))
    shutil.copytree(locked_in.path, other.path)
    other.environ["ALPKEY_HOME"] = str(other.path)
    assert other.own_agent != locked_in.own_agent
    assert other.json("status")[1]["agent"]["own"] is False
    assert seen_by(locked_in.own_agent) == 2


def test_each_use_is_confirmed_where_that_is_wished(locked_in: Home, tmp_path: Path) -> None:
    """By an agent of the person's, and by ours, which asks with the same program."""
    home, askpass = locked_in, Askpass(tmp_path)
    home.environ.update(askpass.environ)
    home.json("sign-out", "--yes")
    assert home.renew()[0] == 0
    protect(home)  # now ours is started where it can ask
    assert home.json("settings", "set", "confirm_each_use", "on")[0] == 0
    assert (loads(home)["own"], askpass.asked()) == (True, 0)
    askpass.allow(True)
    assert (logs_in(home), askpass.asked()) == (True, 2)  # ela and daint
    askpass.allow(False)
    assert (logs_in(home), askpass.asked() > 0) == (False, True)
    assert home.json("settings", "set", "confirm_each_use", "off")[0] == 0
    loads(home)
    assert (logs_in(home), askpass.asked()) == (True, 0)
