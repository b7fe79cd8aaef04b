"""Status: one look, and what the agent says; the line for shell prompts is written on the way."""

from collections.abc import Callable
from dataclasses import dataclass

from alpkey.actions.agent import load as agent_actions
from alpkey.actions.agent.selection import Agents
from alpkey.core.events import Action
from alpkey.core.ports import Clock
from alpkey.core.state.journal import fold
from alpkey.core.state.ports import Journal
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.state.status import Status, status_object


@dataclass(frozen=True, slots=True)
class StatusWorld:
    """``snapshot`` takes a look, ``remember`` writes it into ``state/look``."""

    snapshot: Callable[[], Snapshot]
    remember: Callable[[Snapshot], None]
    journal: Journal
    agents: Agents
    clock: Clock


def take_status(world: StatusWorld) -> Status:
    """The status of this moment."""
    snapshot = world.snapshot()
    world.remember(snapshot)
    known = fold(world.journal.facts(), snapshot.account)
    return Status(snapshot, agent_actions.view(world.agents, snapshot.certificate, known))


def status(world: StatusWorld) -> Action:
    """``alpkey status``: asks nothing, changes nothing but the remembered line."""
    yield from ()
    return status_object(take_status(world), world.clock())
