"""The status: a snapshot and the agent's contents; also writes the line for shell prompts."""

from collections.abc import Callable
from dataclasses import dataclass

from alpkey.actions.agent import load as agent_actions
from alpkey.actions.agent.selection import Agents
from alpkey.core.events import Action
from alpkey.core.results.status import StatusResult
from alpkey.core.state.journal import fold
from alpkey.core.state.ports import Journal
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.state.status import Status, status_object
from alpkey.core.timestamps import Clock


@dataclass(frozen=True, slots=True)
class StatusWorld:
    """``snapshot`` takes one, ``remember`` writes it into ``state/look``."""

    snapshot: Callable[[], Snapshot]
    remember: Callable[[Snapshot], None]
    journal: Journal
    agents: Agents
    clock: Clock


def take_status(world: StatusWorld) -> Status:
    """The status now."""
    snapshot = world.snapshot()
    world.remember(snapshot)
    known = fold(world.journal.facts(), snapshot.account)
    return Status(snapshot, agent_actions.view(world.agents, snapshot.certificate, known))


def status(world: StatusWorld) -> Action[StatusResult]:
    """``alpkey status``: asks nothing, and writes only the line for shell prompts."""
    yield from ()
    return status_object(take_status(world), world.clock())
