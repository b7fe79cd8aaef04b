"""The agent: one contract for OpenSSH's own and for the fake, and every way an agent can be odd."""

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from alpkey.adapters import agent as adapter
from alpkey.adapters.agent import NoAgent, SshAgent
from alpkey.core.certificate import Certificate, read_certificate
from alpkey.core.errors import AgentTrouble
from alpkey.core.ports_agent import Agent, AgentAbsent
from tests.adapters.fake_agent import FakeAgent
from tests.keys import KINDS, make_key, sign

Pair = tuple[bytes, Certificate]


@pytest.fixture(scope="module", params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    key = make_key(folder / "key", request.param)
    certificate = sign(make_key(folder / "ca"), key)
    return key.read_bytes(), read_certificate(certificate.read_bytes())


@contextmanager
def openssh_agent(folder: Path) -> Iterator[str]:
    """A real ssh-agent; its socket."""
    path = str(folder / "agent")
    with subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it speaks once it listens
        try:
            yield path
        finally:
            process.terminate()


@pytest.fixture(params=["OpenSSH", "fake"])
def agent(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Agent]:
    if request.param == "fake":
        yield FakeAgent()
        return
    with openssh_agent(tmp_path) as path:
        yield SshAgent(path)


class TestContract:
    def test_it_starts_empty(self, agent: Agent) -> None:
        assert agent.identities() == []
        assert agent.socket

    def test_key_and_certificate_are_held_side_by_side(self, agent: Agent, pair: Pair) -> None:
        private, certificate = pair
        agent.add(private, "ours", lifetime_s=60)
        agent.add(private, "ours", certificate=certificate, lifetime_s=60)
        assert [one.blob for one in agent.identities()] == [
            certificate.public_key,
            certificate.blob,
        ]
        assert {one.comment for one in agent.identities()} == {"ours"}

    def test_the_same_entry_again_is_replaced(self, agent: Agent, pair: Pair) -> None:
        for _ in range(2):
            agent.add(pair[0], "ours")
        assert len(agent.identities()) == 1

    def test_one_is_removed_and_the_other_stays(self, agent: Agent, pair: Pair) -> None:
        private, certificate = pair
        agent.add(private, "ours")
        agent.add(private, "ours", certificate=certificate)
        agent.remove(certificate.blob)
        agent.remove(certificate.blob)
        assert [one.blob for one in agent.identities()] == [certificate.public_key]


def test_ssh_add_sees_what_was_added(tmp_path: Path, pair: Pair) -> None:
    with openssh_agent(tmp_path) as path:
        SshAgent(path).add(pair[0], "ours", certificate=pair[1], lifetime_s=60)
        environ = {**os.environ, "SSH_AUTH_SOCK": path}
        done = subprocess.run(["ssh-add", "-L"], env=environ, capture_output=True, check=True)
        assert read_certificate(done.stdout) == pair[1]


def test_a_locked_agent_refuses(tmp_path: Path, pair: Pair) -> None:
    with openssh_agent(tmp_path) as path:
        with Raw(path) as raw:
            assert raw.ask(b"\x16\x00\x00\x00\x02pw") == b"\x06"  # SSH_AGENTC_LOCK
        with pytest.raises(AgentTrouble) as trouble:
            SshAgent(path).add(pair[0], "ours")
        assert trouble.value.code == "agent-refuses"


class Raw(socket.socket):
    """A client that sends messages as they are."""

    def __init__(self, path: str) -> None:
        super().__init__(socket.AF_UNIX)
        self.connect(path)

    def ask(self, message: bytes) -> bytes:
        self.sendall(len(message).to_bytes(4, "big") + message)
        return self.recv(5)[4:]


@pytest.mark.parametrize("path", ["nothing here", "a folder", "a file"])
def test_no_agent_is_said_to_be_absent(tmp_path: Path, path: str) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a file").touch()
    with pytest.raises(AgentAbsent):
        SshAgent(str(tmp_path / path)).identities()


def test_without_a_socket_there_is_none() -> None:
    for call in (
        NoAgent().identities,
        lambda: NoAgent().remove(b""),
        lambda: NoAgent().add(b"", ""),
    ):
        with pytest.raises(AgentAbsent):
            call()


@contextmanager
def odd_agent(path: str, answer: Callable[[socket.socket], object]) -> Iterator[None]:
    """A fake agent that accepts one call, reads it, and then does something odd."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        ended = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(4096)
                answer(connection)
                ended.wait(10)

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        ended.set()
        thread.join()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda peer: None, "agent-hangs"),
        (lambda peer: peer.sendall(b"\0\0"), "agent-hangs"),
        (lambda peer: peer.sendall(b"\0\0\0\1\5"), "agent-refuses"),
        (lambda peer: peer.sendall(b"\0\0\0\0"), "agent-garbled"),
        (lambda peer: peer.sendall(b"\xff\xff\xff\xff"), "agent-garbled"),
        (lambda peer: peer.sendall(b"\0\0\0\5\x0c\0\0\0\1"), "agent-garbled"),
        (lambda peer: peer.shutdown(socket.SHUT_RDWR), "agent-garbled"),
    ],
)
def test_an_odd_agent_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[socket.socket], object],
    code: str,
) -> None:
    monkeypatch.setattr(adapter, "CALL_TIMEOUT_S", 0.3)
    path = str(tmp_path / "odd")
    with odd_agent(path, answer), pytest.raises(AgentTrouble) as trouble:
        SshAgent(path).identities()
    assert trouble.value.code == code
    assert trouble.value.params["socket"] == path
