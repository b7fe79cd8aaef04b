"""What the services' answers have in common: JSON objects, and words that mean quota or lock."""

import re
from typing import Any, TypeGuard

from alpkey.adapters.service.http import HttpAnswer
from alpkey.core.json_text import parse_json

MOST_SHOWN = 500

# The real services' statuses are not documented; these words in a message mean a lock or the quota.
_LOCK_WORDS = ("locked", "disabled")
_QUOTA_WORDS = ("limit", "quota", "too many", "maximum number")


def json_object(answer: HttpAnswer) -> dict[str, Any]:
    """The answer's JSON object; an empty one where it is something else."""
    try:
        body = parse_json(answer.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def is_token(value: object) -> TypeGuard[str]:
    """Whether this can be a token in a header (RFC 6750, 2.1: no blanks, no control characters)."""
    return isinstance(value, str) and re.fullmatch(r"[!-~]+", value) is not None


def shown(message: str) -> str:
    """A message of a service, cut to a readable length."""
    return message.strip()[:MOST_SHOWN]


def names_the_quota(status: int, message: str) -> bool:
    """Whether a refusal is about the quota."""
    return status == 429 or _speaks_of(message, _QUOTA_WORDS)


def names_a_lock(message: str) -> bool:
    """Whether a refusal is about a locked account."""
    return _speaks_of(message, _LOCK_WORDS)


def _speaks_of(message: str, words: tuple[str, ...]) -> bool:
    return any(word in message.lower() for word in words)
