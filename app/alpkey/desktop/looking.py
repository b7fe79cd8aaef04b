"""A look for the screen: what was seen, or in words why nothing can be."""

from dataclasses import dataclass
from datetime import UTC, datetime

from alpkey import glance
from alpkey.core import words
from alpkey.core.errors import AlpkeyError
from alpkey.core.look import Look
from alpkey.core.places import Places


@dataclass(frozen=True, slots=True)
class Seen:
    """One of ``look`` and ``trouble``; ``now`` is when, in the zone in which times are shown."""

    now: datetime
    look: Look | None = None
    trouble: str = ""


def take(places: Places) -> Seen:
    """A look at this moment; files that cannot be used are told of, not raised."""
    now = datetime.now(UTC)
    here = now.astimezone()
    try:
        return Seen(here, glance.look(places, now))
    except AlpkeyError as wrong:
        said = words.describe(wrong)
        return Seen(here, trouble=f"{said.title}. {said.detail} {said.next_step}")
