"""Open tunnels, for whoever leaves this computer or takes Alpkey off it."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from alpkey.actions.tally import Tally
from alpkey.actions.tunnel_watch import TunnelWorld
from alpkey.actions.tunnels import close_tunnels
from alpkey.core.belonging import Belonging
from alpkey.core.errors import AlpkeyError
from alpkey.core.events import Answer, Event


@dataclass(frozen=True, slots=True)
class LeavingTunnels:
    """A login that stands outlives its key, so each is closed; ``gone`` tells of one that is."""

    world: TunnelWorld
    tally: Tally
    gone: Callable[[Belonging], Iterator[Event]]

    def belongings(self) -> list[Belonging]:
        """Those that are open."""
        return [Belonging("tunnel", one.id) for one in self.world.listed() if one.alive]

    def close(self) -> Generator[Event, Answer, None]:
        for one in self.belongings():
            try:
                yield from close_tunnels([one.name], self.world)
            except AlpkeyError as trouble:
                yield from self.tally.left(one, trouble)
            else:
                yield from self.gone(one)
