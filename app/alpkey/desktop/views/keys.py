"""Keys of an account, as ``keys list`` tells them, in words; pure, and knows no Qt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alpkey.core.messages import times
from alpkey.core.timestamps import from_rfc3339


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One that is alive; ``serial`` is text (64 bits)."""

    serial: str
    text: str


def lines(keys: Iterable[Mapping[str, Any]], now: datetime) -> tuple[KeyLine, ...]:
    """The keys in the order of the list."""
    return tuple(KeyLine(key["serial"], _said(key, now)) for key in keys)


def _said(key: Mapping[str, Any], now: datetime) -> str:
    whose = "This computer's" if key["this_machine"] else "Another computer's"
    ends = key["valid_before"]
    valid = times.until(from_rfc3339(ends) if ends else None, now)
    return f"{whose}, {valid}, serial {key['serial']}"


def quota(told: Mapping[str, Any]) -> str:
    """The quota as a list has it."""
    if told["remaining"] is None:
        return "Quota unknown"
    return times.keys_left(told["remaining"], told["limit"])


def told(chosen: Iterable[KeyLine]) -> str:
    """What a person is asked about."""
    return "; ".join(one.text for one in chosen)
