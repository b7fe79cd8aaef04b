"""Status: one look, and what the agent says; the line for shell prompts is written on the way."""

from collections.abc import Callable
from dataclasses import dataclass

from alpkey.actions import agent as agent_actions
from alpkey.actions.agents import Agents
from alpkey.core.events import Action
from alpkey.core.journal import fold
from alpkey.core.look import Look
from alpkey.core.ports import Clock, Journal
from alpkey.core.status import Status, status_object


@dataclass(frozen=True, slots=True)
class StatusWorld:
    """``look`` takes a look, ``remember`` writes it into ``state/look``."""

    look: Callable[[], Look]
    remember: Callable[[Look], None]
    journal: Journal
    agents: Agents
    clock: Clock


def take_status(world: StatusWorld) -> Status:
    """The status of this moment."""
    look = world.look()
    world.remember(look)
    known = fold(world.journal.facts(), look.account)
    return Status(look, agent_actions.view(world.agents, look.certificate, known))


def status(world: StatusWorld) -> Action:
    """``alpkey status``: asks nothing, changes nothing but the remembered line."""
    yield from ()
    return status_object(take_status(world), world.clock())
