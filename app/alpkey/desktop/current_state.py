"""The current state as tray and windows need it: a snapshot, or why there is none."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from alpkey import glance
from alpkey.core.display_text import visible
from alpkey.core.errors import AlpkeyError
from alpkey.core.messages.describe_error import describe
from alpkey.core.paths import Paths
from alpkey.core.settings.policy import Chosen, choose
from alpkey.core.settings.settings import Settings
from alpkey.core.site import Site
from alpkey.core.ssh.aliases import Alias
from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop.local_zone import now


@dataclass(frozen=True, slots=True)
class CurrentState:
    """Either ``snapshot`` or ``trouble``, at ``now``, which carries the zone to show times in.

    ``connected``: connections are open that logins share.  With ``trouble``, site and settings are
    the shipped ones, as far as they can be read.
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


def take(paths: Paths) -> CurrentState:
    """Read the state now; a file that cannot be used becomes ``trouble``, never an exception."""
    here = now()
    try:
        on = glance.command_context(paths)
        snapshot = glance.snapshot(paths, here.astimezone(UTC), on)
        aliases = tuple(glance.aliases(paths))
        connected = glance.shares_connections(paths)
        return CurrentState(
            here, snapshot, site=on.site, chosen=on.chosen, aliases=aliases, connected=connected
        )
    except AlpkeyError as error:
        message = describe(error)
        trouble = f"{message.title}. {message.detail} {message.next_step}"
        return CurrentState(here, trouble=visible(trouble), site=_shipped_site(paths))


def _shipped_site(paths: Paths) -> Site | None:
    with suppress(AlpkeyError):
        return glance.shipped_site(paths)
    return None
