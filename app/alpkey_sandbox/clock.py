# SPDX-License-Identifier: BSD-3-Clause
"""The clock: the sandbox's own time, which a user may set ahead or back."""

from __future__ import annotations

import time
from datetime import UTC, datetime

MOST_OFFSET_S = 20 * 365 * 86_400
"""About twenty years: further away, some dates no longer fit the fields of a certificate."""


class Clock:
    """The machine's wall clock plus an offset.

    One-time codes, certificates, the Date header, the quota and the SSH hosts all use it.
    Reading and setting are atomic, so no lock is needed.
    """

    def __init__(self, offset_s: float = 0.0) -> None:
        self.offset_s = offset_s

    def now(self) -> datetime:
        """The moment it is in the sandbox, an aware datetime in UTC."""
        return datetime.fromtimestamp(time.time() + self.offset_s, UTC)


def rfc3339(moment: datetime) -> str:
    """`moment` as RFC 3339 writes it, in UTC and whole seconds: `2026-11-24T08:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
