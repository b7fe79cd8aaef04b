"""The real agent's adapter: seen by ssh-add, and every way an agent can be odd."""

import os
import socket
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from alpkey.adapters.agent import client as adapter
from alpkey.adapters.agent.client import NoAgent, SshAgent
from alpkey.core.agent.ports import AgentAbsent, AgentSource
from alpkey.core.errors import AgentTrouble
from alpkey.core.keys.certificate import Certificate, public_line, read_certificate
from tests.agents import (
    Askpass,
    Raw,
    no_confirm_agent,
    no_constraints_agent,
    odd_agent,
    openssh_agent,
    strict_agent,
)
from tests.keys import KINDS, make_pair

Pair = tuple[bytes, Certificate]


@pytest.fixture(scope="module", params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("pair"), request.param)


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
        assert trouble.value.code == "agent-locked"


@pytest.mark.parametrize("allows", [True, False])
def test_an_agent_asks_at_each_use(tmp_path: Path, pair: Pair, allows: bool) -> None:
    """As ssh-keygen signs with the agent alone; a real agent and a program that answers it."""
    askpass = Askpass(tmp_path)
    askpass.allow(allows)
    public, text = tmp_path / "public.pub", tmp_path / "text"
    public.write_text(public_line(pair[1].public_key) + "\n")
    text.write_text("to sign")
    with openssh_agent(tmp_path, **askpass.environ) as path:
        SshAgent(path).add(pair[0], "ours", lifetime_s=60, confirm=True)
        command = ["ssh-keygen", "-Y", "sign", "-U", "-n", "test", "-f", str(public), str(text)]
        environ = {**os.environ, "SSH_AUTH_SOCK": path}
        done = subprocess.run(command, env=environ, capture_output=True, check=False)
        assert (done.returncode == 0, askpass.asked()) == (allows, 1)


def test_an_agent_that_cannot_ask_is_named(tmp_path: Path, pair: Pair) -> None:
    """One that takes keys, but none with that constraint: a real one behind a strict door."""
    with openssh_agent(tmp_path) as real, no_confirm_agent(str(tmp_path / "strict"), real):
        agent = SshAgent(str(tmp_path / "strict"))
        agent.add(pair[0], "ours", lifetime_s=60)
        with pytest.raises(AgentTrouble) as trouble:
            agent.add(pair[0], "ours", lifetime_s=60, confirm=True)
        assert trouble.value.code == "agent-no-confirm"
        assert (agent.takes_keys(), agent.takes_keys(confirm=True)) == (True, False)


@pytest.mark.parametrize("as_certificate", [False, True])
def test_an_agent_that_takes_no_lifetimes_is_not_locked(
    tmp_path: Path, pair: Pair, as_certificate: bool
) -> None:
    with openssh_agent(tmp_path) as real, no_constraints_agent(str(tmp_path / "strict"), real):
        agent = SshAgent(str(tmp_path / "strict"))
        certificate = pair[1] if as_certificate else None
        with pytest.raises(AgentTrouble) as trouble:
            agent.add(pair[0], "ours", certificate=certificate, lifetime_s=60)
        assert trouble.value.code == "agent-no-lifetimes"
        with pytest.raises(AgentTrouble) as trouble:
            agent.add(pair[0], "ours", certificate=certificate, lifetime_s=60, confirm=True)
        assert trouble.value.code == "agent-no-confirm"
        assert agent.identities() == []  # the key that it was tried with is gone again
        agent.add(pair[0], "ours", certificate=certificate)
        assert len(agent.identities()) == 1


def test_gpg_agent_gets_no_key_to_try_it_with(tmp_path: Path, pair: Pair) -> None:
    """It would keep that on disk, and ask the user for a passphrase for it."""
    path = str(tmp_path / "S.gpg-agent.ssh")
    with openssh_agent(tmp_path) as real, no_constraints_agent(path, real):
        agent = SshAgent(path)
        with pytest.raises(AgentTrouble) as trouble:
            agent.add(pair[0], "ours", lifetime_s=60)
        assert trouble.value.code == "agent-takes-none"


def test_an_empty_agent_that_takes_nothing_need_not_be_locked(tmp_path: Path, pair: Pair) -> None:
    path = str(tmp_path / "strict")

    def empty_refusing(message: bytes) -> bool:
        return message[0] in (17, 25)

    with openssh_agent(tmp_path) as real, strict_agent(path, real, empty_refusing):
        with pytest.raises(AgentTrouble) as trouble:
            SshAgent(path).add(pair[0], "ours")
        assert trouble.value.code == "agent-takes-none"


def test_an_agent_that_hangs_is_not_waited_for_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "CALL_TIMEOUT_S", 0.3)
    path = str(tmp_path / "odd")
    calls: list[object] = []
    with odd_agent(path, calls.append):
        agent = SshAgent(path)
        for _ in range(3):
            with pytest.raises(AgentTrouble) as trouble:
                agent.identities()
            assert trouble.value.code == "agent-hangs"
    assert len(calls) == 1


def test_an_agent_whose_queue_is_full_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ssh would wait there for ever."""
    monkeypatch.setattr(adapter, "CALL_TIMEOUT_S", 0.3)
    path = str(tmp_path / "full")
    with socket.socket(socket.AF_UNIX) as listener, ExitStack() as waiting:
        listener.bind(path)
        listener.listen(0)
        waiting.enter_context(Raw(path))
        with pytest.raises(AgentTrouble) as trouble:
            SshAgent(path).identities()
        assert trouble.value.code == "agent-hangs"


def test_an_agent_that_takes_no_certificates_is_named(tmp_path: Path, pair: Pair) -> None:
    path = str(tmp_path / "odd")
    refusing = odd_agent(path, lambda peer: peer.sendall(b"\0\0\0\1\5"))
    with refusing, pytest.raises(AgentTrouble) as trouble:
        SshAgent(path).add(pair[0], "ours", certificate=pair[1])
    assert trouble.value.code == "agent-no-certificates"


@pytest.mark.parametrize(
    ("source", "code"),
    [("SSH_AUTH_SOCK", "agent-absent"), ("IdentityAgent", "agent-named-absent")],
)
def test_what_names_an_absent_agent_is_told(tmp_path: Path, source: AgentSource, code: str) -> None:
    for agent in (SshAgent(str(tmp_path / "gone"), source), NoAgent(source)):
        with pytest.raises(AgentAbsent) as trouble:
            agent.identities()
        assert trouble.value.code == code


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
