"""``state/aliases``: the person's own names for hosts of the centre, a line each.

The tray offers them in its menu, so reading needs nothing but this text.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alias:
    """``name`` as the person calls it, ``host`` as the site does."""

    name: str
    host: str


def to_text(aliases: Iterable[Alias]) -> str:
    return "".join(f"{one.name}\t{one.host}\n" for one in aliases)


def from_text(text: str) -> list[Alias]:
    """The aliases; a line of another form is passed over."""
    rows = (line.split("\t") for line in text.splitlines())
    return [Alias(*row) for row in rows if len(row) == 2 and all(row)]
