"""The ssh agent: what its commands need, and filling it again before a login."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING

from alpkey.adapters.clock import now

if TYPE_CHECKING:
    from alpkey.actions.agent.load import AgentWorld, Refill
    from alpkey.core.events import Answer, Event
    from alpkey.wiring.base import Wiring


def agent_world(wiring: Wiring) -> AgentWorld:
    """What the agent commands need."""
    from alpkey.actions.agent.load import AgentWorld
    from alpkey.adapters.keys.pairs import CryptographyKeys
    from alpkey.adapters.keys.passphrase import change_passphrase

    return AgentWorld(
        snapshot=wiring.snapshot,
        files=wiring.files,
        pairs=CryptographyKeys(),
        change_passphrase=change_passphrase,
        keychain=wiring.keychain,
        journal=wiring.status.journal,
        agents=wiring.agents,
        clock=now,
    )


def refill(wiring: Wiring) -> Refill:
    """Puts the installed key back into the agent."""
    return partial(_refill, wiring)


def _refill(
    wiring: Wiring, *, may_ask: bool = False, forwards: bool = False, attended: bool = True
) -> Generator[Event, Answer, bool]:
    from alpkey.actions.agent import load

    world = agent_world(wiring)
    return load.refill(world, may_ask=may_ask, forwards=forwards, attended=attended)


def load_anew(wiring: Wiring) -> Generator[Event, Answer, None]:
    """Load the installed key again, as the settings now want it held."""
    from alpkey.actions.agent import load

    return load.load_anew(agent_world(wiring))
