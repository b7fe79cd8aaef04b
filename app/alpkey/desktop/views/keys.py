"""The keys of an account as text, from the result of ``keys list``."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alpkey.core.messages import times
from alpkey.core.results.keys import AccountKey
from alpkey.core.results.status import QuotaResult
from alpkey.core.timestamps import from_rfc3339


@dataclass(frozen=True, slots=True)
class KeyLine:
    """An active key; ``serial`` is a decimal number of up to 64 bits."""

    serial: str
    text: str


def lines(keys: Iterable[AccountKey], now: datetime) -> tuple[KeyLine, ...]:
    """The keys in the order of the list."""
    return tuple(KeyLine(key["serial"], _text(key, now)) for key in keys)


def _text(key: AccountKey, now: datetime) -> str:
    owner = "This computer's" if key["this_machine"] else "Another computer's"
    ends = key["valid_before"]
    valid = times.until(from_rfc3339(ends) if ends else None, now)
    return f"{owner}, {valid}, serial {key['serial']}"


def quota(count: QuotaResult) -> str:
    """The quota of ``keys list`` as text."""
    remaining, limit = count["remaining"], count["limit"]
    if remaining is None or limit is None:
        return "Quota unknown"
    return times.keys_left(remaining, limit)


def summary(chosen: Iterable[KeyLine]) -> str:
    """The keys as one text, for a question."""
    return "; ".join(key.text for key in chosen)
