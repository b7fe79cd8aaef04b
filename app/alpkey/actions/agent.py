"""The agent: put the key that is on disk into it, take our stale ones out, tell what it holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from alpkey.core.agent_contents import AgentContents, sort_out
from alpkey.core.certificate import Certificate
from alpkey.core.errors import AgentTrouble
from alpkey.core.events import Event, Step, Warn
from alpkey.core.journal import Known
from alpkey.core.ports import Clock
from alpkey.core.ports_agent import Agent, AgentAbsent
from alpkey.core.secret import Secret
from alpkey.core.status import AgentView


@dataclass(frozen=True, slots=True)
class LoadableKey:
    """A proven pair; ``name`` is the comment under which the agent lists it."""

    private: Secret
    certificate: Certificate
    name: str


def load(agent: Agent, key: LoadableKey, known: Known, clock: Clock) -> None:
    """Adds plain key and certificate for as long as the certificate lives; removes our stale ones.

    The new ones go in first, so that at no instant the agent holds nothing of ours.
    Raises AgentTrouble.
    """
    lifetime_s = _seconds_left(key.certificate, clock)
    private = key.private.reveal().encode()
    agent.add(private, key.name, lifetime_s=lifetime_s)
    agent.add(private, key.name, certificate=key.certificate, lifetime_s=lifetime_s)
    blobs = [identity.blob for identity in agent.identities()]
    for blob in sort_out(blobs, key.certificate, known.made_here).stale:
        agent.remove(blob)


def load_after_renewal(
    agent: Agent, key: LoadableKey, known: Known, clock: Clock
) -> Iterator[Event]:
    """The same, where a failure is only worth a warning; an absent agent not even that.

    A key without passphrase needs no agent.
    """
    try:
        load(agent, key, known, clock)
    except AgentAbsent:
        return
    except AgentTrouble as trouble:
        yield Warn("agent-trouble", {"code": trouble.code, **trouble.params})
    else:
        yield Step("in-agent")


def view(agent: Agent, certificate: Certificate | None, known: Known) -> AgentView:
    """What the agent holds of ours; an agent that cannot be asked holds nothing."""
    try:
        blobs = [identity.blob for identity in agent.identities()]
    except AgentTrouble:
        return AgentView(reachable=False, socket=agent.socket, holds_current=False, stale=0)
    contents: AgentContents = sort_out(blobs, certificate, known.made_here)
    return AgentView(
        reachable=True,
        socket=agent.socket,
        holds_current=contents.current,
        stale=len(contents.stale),
    )


def _seconds_left(certificate: Certificate, clock: Clock) -> int | None:
    if certificate.valid_before is None:
        return None
    return max(int((certificate.valid_before - clock()).total_seconds()), 1)
