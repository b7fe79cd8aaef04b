"""Errors and findings in words, as the contract has them; pure, and knows no Qt."""

from collections.abc import Mapping
from typing import Any


def text(error: Mapping[str, Any]) -> str:
    """What went wrong, and what to do."""
    return f"{error['title']}. {advice(error)}"


def advice(error: Mapping[str, Any]) -> str:
    """The same below its title."""
    return f"{error['detail']}\n{error['next_step']}"
