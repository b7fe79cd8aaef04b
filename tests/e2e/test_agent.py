"""Renewing with a real ssh-agent beside, and with agents that are of no use."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agents import Raw, odd_agent, openssh_agent
from tests.centre import Home
from tests.e2e.waiting import until
from tests.keys import make_key, sign

DAY_S = 24 * 3600


@pytest.fixture
def agent(home: Home, tmp_path: Path) -> Iterator[str]:
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        yield path


def held(path: str) -> list[str]:
    """The fingerprints and types that ssh-add lists."""
    done = subprocess.run(
        ["ssh-add", "-l"], env={"SSH_AUTH_SOCK": path}, capture_output=True, text=True, check=False
    )
    if done.returncode == 1:  # it holds nothing, and says so in words
        return []
    return [" ".join((*row.split()[1:2], row.split()[-1])) for row in done.stdout.splitlines()]


def test_key_and_certificate_are_loaded(home: Home, agent: str) -> None:
    _, result = home.renew()
    assert result["agent"] == {
        "reachable": True,
        "socket": agent,
        "own": False,
        "holds_key": True,
        "holds_current": True,
        "stale": 0,
    }
    assert [row.split()[-1] for row in held(agent)] == ["(ED25519)", "(ED25519-CERT)"]


def test_our_stale_ones_leave_and_foreign_ones_stay(home: Home, agent: str, tmp_path: Path) -> None:
    foreign = make_key(tmp_path / "foreign")
    sign(make_key(tmp_path / "ca"), foreign)
    subprocess.run(["ssh-add", "-q", foreign], env={"SSH_AUTH_SOCK": agent}, check=True)
    theirs = held(agent)
    assert len(theirs) == 2
    for _ in range(3):
        assert home.renew()[0] == 0
    assert held(agent)[:2] == theirs
    assert len(held(agent)) == 4


def test_load_and_list(home: Home, agent: str) -> None:
    home.renew()
    subprocess.run(["ssh-add", "-q", "-D"], env={"SSH_AUTH_SOCK": agent}, check=True)
    code, result = home.json("agent", "load")
    assert (code, result["holds_current"]) == (0, True)
    _, listed = home.json("agent", "list")
    assert [one["ours"] for one in listed["keys"]] == [True, True]
    assert [bool(one["valid_before"]) for one in listed["keys"]] == [False, True]


def test_without_a_key_there_is_nothing_to_load(home: Home, agent: str) -> None:
    assert home.json("agent", "load")[0] == 6


@pytest.mark.parametrize("socket", ["", "nothing-here"])
def test_no_agent_is_no_trouble(home: Home, tmp_path: Path, socket: str) -> None:
    home.environ["SSH_AUTH_SOCK"] = socket and str(tmp_path / socket)
    code, result = home.renew()
    assert (code, result["renewed"]) == (0, True)
    assert result["agent"]["reachable"] is False
    assert home.json("agent", "load")[0] == 11


def test_an_agent_that_refuses_costs_a_warning_only(home: Home, tmp_path: Path) -> None:
    path = str(tmp_path / "odd")
    home.environ["SSH_AUTH_SOCK"] = path
    with odd_agent(path, lambda peer: peer.sendall(b"\0\0\0\1\5")), home.talk() as talk:
        ask = talk.until("ask")
        talk.until("step", id="service-ready")
        talk.answer(ask, password=home.centre.password, otp=home.centre.otp())
        assert talk.until("warn")["code"] == "agent-trouble"
        code, last = talk.end()
    assert (code, last["event"]) == (0, "done")
    assert home.key.exists()


def test_an_agent_that_hangs_costs_seconds_and_a_warning(home: Home, tmp_path: Path) -> None:
    """It listens and never answers; no call to it waits longer than its own time-out."""
    path = str(tmp_path / "hangs")
    home.environ["SSH_AUTH_SOCK"] = path
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(16)
        with home.talk() as talk:
            ask = talk.until("ask")
            talk.until("step", id="service-ready")
            talk.answer(ask, password=home.centre.password, otp=home.centre.otp())
            warning = talk.until("warn", code="agent-trouble")
            code, last = talk.end()
        assert warning["params"]["code"] == "agent-hangs"
        assert (code, last["result"]["renewed"]) == (0, True)
        assert last["result"]["agent"]["reachable"] is False
        assert home.json("agent", "load")[1]["error"]["code"] == "agent-hangs"
    assert home.pair() is not None


def test_what_is_loaded_leaves_when_the_certificate_runs_out(home: Home, agent: str) -> None:
    home.centre.control("clock", offset_s=6 - DAY_S)
    assert home.renew()[1]["agent"]["holds_current"] is True
    assert len(held(agent)) == 2
    until(lambda: not held(agent), "an empty agent")
    until(lambda: home.json("agent", "load")[0] == 7, "the end of the key")


def test_status_tells_whether_the_agent_answers(home: Home, agent: str, tmp_path: Path) -> None:
    home.renew()
    found = home.json("status")[1]["agent"]
    assert (found["reachable"], found["holds_current"], found["socket"]) == (True, True, agent)
    home.environ["SSH_AUTH_SOCK"] = str(tmp_path / "gone")
    code, result = home.json("status")
    assert (code, result["agent"]["reachable"]) == (0, False)


def test_list_tells_ours_from_theirs(home: Home, agent: str, tmp_path: Path) -> None:
    home.renew()
    foreign = make_key(tmp_path / "foreign")
    subprocess.run(["ssh-add", "-q", foreign], env={"SSH_AUTH_SOCK": agent}, check=True)
    _, listed = home.json("agent", "list")
    assert [one["ours"] for one in listed["keys"]] == [True, True, False]
    assert not any(one["stale"] for one in listed["keys"])
    shown = subprocess.check_output(["ssh-add", "-l"], env={"SSH_AUTH_SOCK": agent}, text=True)
    assert all(one["fingerprint"] in shown for one in listed["keys"])


def test_without_an_agent_there_is_nothing_to_list(home: Home) -> None:
    assert home.json("agent", "list")[0] == 11


def test_clean_takes_only_what_is_ours_and_stale(home: Home, agent: str, tmp_path: Path) -> None:
    home.renew()
    for name in ("key", "key-cert.pub"):
        shutil.copy(str(home.key).replace("cscs-key", f"cscs-{name}"), tmp_path / name)
    foreign = make_key(tmp_path / "foreign")
    sign(make_key(tmp_path / "ca"), foreign, "-n", "alice", "-V", "-2h:-1h")
    home.environ["SSH_AUTH_SOCK"] = ""
    home.renew()
    home.environ["SSH_AUTH_SOCK"] = agent
    home.json("agent", "load")
    for key in (foreign, tmp_path / "key"):
        subprocess.run(["ssh-add", "-q", key], env={"SSH_AUTH_SOCK": agent}, check=True)
    before = held(agent)
    code, result = home.json("agent", "clean")
    assert (code, len(result["removed"]), result["stale"]) == (0, 2, 0)
    assert all(one["ours"] for one in result["removed"])
    assert held(agent) == before[:4]
    assert home.json("agent", "clean")[1]["removed"] == []
    assert "2 old" not in home.run("agent", "clean").stdout


def test_clean_takes_our_expired_certificate(home: Home, agent: str) -> None:
    home.centre.control("clock", offset_s=6 - DAY_S)
    home.environ["SSH_AUTH_SOCK"] = ""
    home.renew()
    home.environ["SSH_AUTH_SOCK"] = agent
    until(lambda: home.json("status")[1]["state"] == "expired", "the end of the key")
    subprocess.run(["ssh-add", "-q", home.key], env={"SSH_AUTH_SOCK": agent}, check=True)
    assert len(held(agent)) == 2
    assert len(home.json("agent", "clean")[1]["removed"]) == 1
    assert [row.split()[-1] for row in held(agent)] == ["(ED25519)"]


def test_clean_leaves_a_good_key_whose_file_is_gone(home: Home, agent: str) -> None:
    home.renew()
    home.key.unlink()
    home.certificate.unlink()
    assert home.json("agent", "clean")[1]["removed"] == []
    assert len(held(agent)) == 2


@pytest.mark.parametrize("line", ["IdentityAgent none", "IdentityAgent /nowhere/agent"])
def test_the_agent_that_ssh_names_is_the_one(home: Home, agent: str, line: str) -> None:
    """Not the one of the environment, and where it is dead the message says who named it."""
    home.renew()
    home.run("connect", "ela", "--print")
    (home.path / "ssh/config").write_text(f"Host *\n  {line}\n")
    for command in ("load", "list", "clean"):
        code, result = home.json("agent", command)
        assert (code, result["error"]["code"]) == (11, "agent-named-absent")
        assert "IdentityAgent" in result["error"]["next_step"]
    (home.path / "ssh/config").write_text(f"Host *\n  IdentityAgent {agent}\n")
    home.environ["SSH_AUTH_SOCK"] = "/nowhere/else"
    assert home.json("agent", "load")[1]["socket"] == agent


def test_a_locked_agent_is_named(home: Home, agent: str) -> None:
    home.renew()
    with Raw(agent) as raw:
        assert raw.ask(b"\x16\0\0\0\x02pw") == b"\x06"  # SSH_AGENTC_LOCK
    code, result = home.json("agent", "load")
    assert (code, result["error"]["code"]) == (11, "agent-locked")
    assert "ssh-add -X" in result["error"]["next_step"]


def test_an_agent_is_loaded_before_it_is_passed_on(home: Home, agent: str) -> None:
    home.environ["SSH_AUTH_SOCK"] = ""
    home.renew()
    home.environ["SSH_AUTH_SOCK"] = agent
    done = home.run("connect", "daint", "--here", "--forward-agent", "--", "hostname")
    assert (done.stdout, len(held(agent))) == ("daint\n", 2)


def test_a_locked_agent_costs_no_key(home: Home, agent: str) -> None:
    """It lists nothing and takes nothing until its password is given."""
    with socket.socket(socket.AF_UNIX) as raw:
        raw.connect(agent)
        raw.sendall(b"\0\0\0\x07\x16\0\0\0\x02pw")  # SSH_AGENTC_LOCK
        assert raw.recv(5)[4:] == b"\x06"
    code, result = home.renew()
    assert (code, result["renewed"], result["agent"]["holds_current"]) == (0, True, False)
