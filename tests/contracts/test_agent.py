"""The contract of the ssh agent: OpenSSH's own, through our adapter, and the fake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alpkey.adapters.agent import SshAgent
from alpkey.core.certificate import Certificate
from alpkey.core.ports_agent import Agent
from tests.agents import openssh_agent
from tests.contracts.fakes import FakeAgent
from tests.keys import KINDS, make_pair

Pair = tuple[bytes, Certificate]


@pytest.fixture(scope="module", params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("pair"), request.param)


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
