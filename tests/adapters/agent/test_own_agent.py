"""Our own ssh-agent: started once, known by its socket, ended with all that it holds."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from alpkey.adapters.agent.own_agent import OwnSshAgent
from alpkey.adapters.clock import now
from alpkey.adapters.state.lock import FileLock
from alpkey.core.errors import AgentTrouble
from alpkey.core.paths import user_paths
from alpkey.core.runtime_folder import AGENT
from alpkey.runtime_folder import RuntimeFolder
from tests.agents import end_agent, process_behind
from tests.keys import make_pair
from tests.sockets import place_of

# As a process of its own, which ends at once: the agent has to outlive it.
START = """
import os
from alpkey.adapters.clock import now
from alpkey.adapters.state.lock import FileLock
from alpkey.adapters.agent.own_agent import OwnSshAgent
from alpkey.core.paths import user_paths
from alpkey.runtime_folder import RuntimeFolder
runtime = RuntimeFolder(user_paths().runtime)
OwnSshAgent(runtime, lambda path: FileLock(path, lambda: path, now), os.environ).start()
"""


def own_agent(**environ: str) -> OwnSshAgent:
    return OwnSshAgent(
        RuntimeFolder(user_paths().runtime),
        lambda path: FileLock(path, lambda: path, now),
        {**os.environ, **environ},
    )


@pytest.fixture
def path() -> Iterator[Path]:
    made = place_of(os.environ, AGENT)
    yield made
    end_agent(made)


def number_at(path: Path) -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        return process_behind(connection)


def test_it_is_ours_alone(path: Path) -> None:
    own_agent().start()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert own_agent().lives


def test_it_survives_whoever_started_it_and_there_is_no_second(path: Path) -> None:
    for _ in range(2):
        subprocess.run([sys.executable, "-P", "-c", START], check=True)
    first = number_at(path)
    own_agent().start()
    assert number_at(path) == first


def test_many_at_once_start_one(path: Path) -> None:
    """Each process that called itself ssh-agent at this socket would show in its arguments."""
    starters = [threading.Thread(target=own_agent().start) for _ in range(8)]
    for one in starters:
        one.start()
    for one in starters:
        one.join()
    found = subprocess.run(
        ["ps", "-ewwo", "args"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len([row for row in found if str(path) in row and row.startswith("/")]) == 1


def test_it_ends_with_what_it_holds(path: Path, tmp_path: Path) -> None:
    agent = own_agent()
    agent.start()
    agent.add(make_pair(tmp_path, "ed25519")[0], "ours", lifetime_s=60)
    number = number_at(path)
    agent.end()
    assert (agent.lives, path.exists()) == (False, False)
    agent.start()
    assert (number_at(path) == number, agent.identities()) == (False, [])


def test_what_is_over_already_is_ended_without_a_word(path: Path) -> None:
    own_agent().end()
    assert not own_agent().lives


def test_a_socket_left_behind_is_no_agent(path: Path) -> None:
    agent = own_agent()
    agent.start()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        os.kill(process_behind(connection), signal.SIGKILL)
        with suppress(ConnectionError):
            connection.recv(1)
    assert path.is_socket()
    assert not agent.lives
    agent.start()
    assert agent.lives


@pytest.mark.parametrize("script", ["exit 1", "echo listening; exec sleep 60"])
def test_a_program_that_does_not_listen_is_told_of(path: Path, tmp_path: Path, script: str) -> None:
    program = tmp_path / "ssh-agent"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    with pytest.raises(AgentTrouble) as trouble:
        own_agent(PATH=f"{tmp_path}:{os.environ['PATH']}").start()
    assert trouble.value.code == "own-agent-failed"
    assert str(program) in trouble.value.params["reason"]


def test_where_there_is_no_such_program_that_is_told(path: Path) -> None:
    with pytest.raises(AgentTrouble) as trouble:
        own_agent(PATH="/nowhere").start()
    assert "no program" in trouble.value.params["reason"]


def test_a_folder_that_others_may_enter_is_not_used(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o755)
    agent = own_agent()
    agent.start()
    assert not path.exists()
    assert agent.path is not None
    assert stat.S_IMODE(agent.path.parent.stat().st_mode) == 0o700
    agent.end()
    agent_folder = RuntimeFolder(user_paths().runtime).ready()
    shutil.rmtree(agent_folder)
    assert not agent.lives


def test_it_gets_no_more_of_the_environment_than_it_needs(path: Path) -> None:
    """A secret that stands there for another program must not live on in it."""
    seen = path.parent.parent / "seen"
    program = path.parent.parent / "ssh-agent"
    program.write_text(f"#!/bin/sh\nenv > {seen}\n")
    program.chmod(0o700)
    with pytest.raises(AgentTrouble):
        own_agent(
            PATH=f"{program.parent}:{os.environ['PATH']}", CSCS_API_KEY="secret", DISPLAY=":7"
        ).start()
    told = seen.read_text()
    assert ("DISPLAY=:7" in told, "secret" in told) == (True, False)
