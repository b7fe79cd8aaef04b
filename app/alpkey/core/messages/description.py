"""What an error looks like to a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Description:
    """An error for a person: what happened, the detail, and what to do next."""

    title: str
    detail: str
    next_step: str
