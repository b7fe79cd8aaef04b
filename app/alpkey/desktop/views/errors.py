"""The texts of errors and findings, from the objects of the JSON contract."""

from collections.abc import Mapping
from typing import Any


def text(error: Mapping[str, Any]) -> str:
    """What went wrong, and what to do."""
    return f"{error['title']}. {advice(error)}"


def advice(error: Mapping[str, Any]) -> str:
    """The same without the title."""
    return f"{error['detail']}\n{error['next_step']}"
