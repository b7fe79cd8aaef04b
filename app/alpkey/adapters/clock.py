"""The wall clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """The moment it is, aware and in UTC."""
    return datetime.now(UTC)
