"""A look for the screen: what was seen, or in words why nothing can be."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from alpkey import glance
from alpkey.core import words
from alpkey.core.aliases import Alias
from alpkey.core.errors import AlpkeyError
from alpkey.core.look import Look
from alpkey.core.places import Places
from alpkey.core.policy import Chosen, choose
from alpkey.core.settings import Settings
from alpkey.core.site import Site
from alpkey.desktop.zone import now


@dataclass(frozen=True, slots=True)
class Seen:
    """One of ``look`` and ``trouble``; ``now`` is when, in the zone in which times are shown.

    ``connected``: connections are open that logins share.
    Where there is trouble site and settings are the shipped ones, as far as these can be read.
    """

    now: datetime
    look: Look | None = None
    trouble: str = ""
    site: Site | None = None
    chosen: Chosen = field(default_factory=lambda: choose({}, {}))
    aliases: tuple[Alias, ...] = ()
    connected: bool = False

    @property
    def settings(self) -> Settings:
        return self.chosen.settings


def take(places: Places) -> Seen:
    """A look at this moment; files that cannot be used are told of, not raised."""
    here = now()
    try:
        on = glance.ground(places)
        look = glance.look(places, here.astimezone(UTC), on)
        aliases = tuple(glance.aliases(places))
        connected = glance.shares_connections(places)
        return Seen(
            here, look, site=on.site, chosen=on.chosen, aliases=aliases, connected=connected
        )
    except AlpkeyError as wrong:
        said = words.describe(wrong)
        trouble = f"{said.title}. {said.detail} {said.next_step}"
        return Seen(here, trouble=trouble, site=_shipped_site(places))


def _shipped_site(places: Places) -> Site | None:
    with suppress(AlpkeyError):
        return glance.shipped_site(places)
    return None
