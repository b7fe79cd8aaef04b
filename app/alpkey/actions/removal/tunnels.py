"""Close open tunnels at sign-out and uninstall."""

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
    """An open connection outlives its key, so each is closed; ``gone`` reports a closed one."""

    world: TunnelWorld
    summary: Summary
    gone: Callable[[OwnedItem], Iterator[Event]]

    def items(self) -> list[OwnedItem]:
        """The open tunnels."""
        return [OwnedItem("tunnel", tunnel.id) for tunnel in self.world.listed() if tunnel.alive]

    def close(self) -> Generator[Event, Answer, None]:
        for item in self.items():
            try:
                yield from close_tunnels([item.name], self.world)
            except AlpkeyError as error:
                yield from self.summary.left(item, error)
            else:
                yield from self.gone(item)
