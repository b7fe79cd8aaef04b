"""The contract of the ssh agent: OpenSSH's own, through our adapter, and the fake."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alpkey.adapters.agent.client import SshAgent
from alpkey.adapters.agent.own_agent import OwnSshAgent
from alpkey.adapters.clock import now
from alpkey.adapters.state.lock import FileLock
from alpkey.core.agent.ports import Agent, OwnAgent
from alpkey.core.keys.certificate import Certificate
from alpkey.core.paths import user_paths
from alpkey.runtime_folder import RuntimeFolder
from tests.agents import openssh_agent
from tests.contracts.fakes import FakeAgent, FakeOwnAgent
from tests.keys import KINDS, make_pair

Pair = tuple[bytes, Certificate]


@pytest.fixture(scope="module", params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("pair"), request.param)


@pytest.fixture(params=["OpenSSH", "our own", "fake", "our own fake"])
def agent(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Agent]:
    if request.param == "fake":
        yield FakeAgent()
        return
    if request.param.startswith("our own"):
        with own_agent(request.param) as own:
            yield own
        return
    with openssh_agent(tmp_path) as path:
        yield SshAgent(path)


@contextmanager
def own_agent(which: str) -> Iterator[OwnAgent]:
    agent: OwnAgent = FakeOwnAgent()
    if which == "our own":
        runtime = RuntimeFolder(user_paths().runtime)
        agent = OwnSshAgent(runtime, lambda path: FileLock(path, lambda: path, now), os.environ)
    agent.start()
    try:
        yield agent
    finally:
        agent.end()


@pytest.mark.parametrize("which", ["our own", "our own fake"])
def test_our_own_lives_from_its_start_to_its_end(which: str, pair: Pair) -> None:
    with own_agent(which) as agent:
        agent.add(pair[0], "ours")
        agent.start()
        assert (agent.lives, len(agent.identities())) == (True, 1)
        agent.end()
        assert not agent.lives
        agent.end()
        agent.start()
        assert agent.identities() == []


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

    def test_being_tried_leaves_nothing_behind(self, agent: Agent, pair: Pair) -> None:
        agent.add(pair[0], "ours")
        assert agent.takes_keys()
        assert agent.takes_keys(confirm=True)
        assert [one.blob for one in agent.identities()] == [pair[1].public_key]
