"""``state/aliases``: the user's own names for hosts of the centre, a line each.

The tray offers them in its menu, so reading needs nothing but this text.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Alias(NamedTuple):
    """``name`` is the user's name, ``host`` that of the site."""

    name: str
    host: str


def to_text(aliases: Iterable[Alias]) -> str:
    return "".join(f"{alias.name}\t{alias.host}\n" for alias in aliases)


def from_text(text: str) -> list[Alias]:
    """The aliases; a line of another form is passed over."""
    rows = (line.split("\t") for line in text.splitlines())
    return [Alias(*row) for row in rows if len(row) == 2 and all(row)]
