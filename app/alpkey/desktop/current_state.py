"""A look for the screen: what was seen, or in words why nothing can be."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from alpkey import glance
from alpkey.core.errors import AlpkeyError
from alpkey.core.messages.describe import describe
from alpkey.core.paths import Paths
from alpkey.core.settings.policy import Chosen, choose
from alpkey.core.settings.settings import Settings
from alpkey.core.site import Site
from alpkey.core.ssh.aliases import Alias
from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop.local_time import now


@dataclass(frozen=True, slots=True)
class CurrentState:
    """One of ``snapshot`` and ``trouble``; ``now`` is when, in the zone in which times are shown.

    ``connected``: connections are open that logins share.
    Where there is trouble site and settings are the shipped ones, as far as these can be read.
    """

    now: datetime
    snapshot: Snapshot | None = None
    trouble: str = ""
    site: Site | None = None
    chosen: Chosen = field(default_factory=lambda: choose({}, {}))
    aliases: tuple[Alias, ...] = ()
    connected: bool = False

    @property
    def settings(self) -> Settings:
        return self.chosen.settings


def take(places: Paths) -> CurrentState:
    """A look at this moment; files that cannot be used are told of, not raised."""
    here = now()
    try:
        on = glance.command_context(places)
        snapshot = glance.snapshot(places, here.astimezone(UTC), on)
        aliases = tuple(glance.aliases(places))
        connected = glance.shares_connections(places)
        return CurrentState(
            here, snapshot, site=on.site, chosen=on.chosen, aliases=aliases, connected=connected
        )
    except AlpkeyError as error:
        said = describe(error)
        trouble = f"{said.title}. {said.detail} {said.next_step}"
        return CurrentState(here, trouble=trouble, site=_shipped_site(places))


def _shipped_site(places: Paths) -> Site | None:
    with suppress(AlpkeyError):
        return glance.shipped_site(places)
    return None
