"""Open tunnels, for whoever leaves this computer or takes Alpkey off it."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from alpkey.actions.removal.summary import Summary
from alpkey.actions.tunnels.open_close import close_tunnels
from alpkey.actions.tunnels.supervisor import TunnelWorld
from alpkey.core.errors import AlpkeyError
from alpkey.core.events import Answer, Event
from alpkey.core.owned_item import OwnedItem


@dataclass(frozen=True, slots=True)
class TunnelRemoval:
    """A login that stands outlives its key, so each is closed; ``gone`` tells of one that is."""

    world: TunnelWorld
    summary: Summary
    gone: Callable[[OwnedItem], Iterator[Event]]

    def belongings(self) -> list[OwnedItem]:
        """Those that are open."""
        return [OwnedItem("tunnel", one.id) for one in self.world.listed() if one.alive]

    def close(self) -> Generator[Event, Answer, None]:
        for one in self.belongings():
            try:
                yield from close_tunnels([one.name], self.world)
            except AlpkeyError as error:
                yield from self.summary.left(one, error)
            else:
                yield from self.gone(one)
