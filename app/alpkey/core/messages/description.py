"""What an error looks like to a person."""

from typing import NamedTuple


class Description(NamedTuple):
    """An error for a person: what happened, the detail, and what to do next."""

    title: str
    detail: str
    next_step: str
