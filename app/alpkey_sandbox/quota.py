# SPDX-License-Identifier: BSD-3-Clause
"""The quota: how many of an account's certificates stand against its limit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from .ledger import Issued

SHORT_LIVED = timedelta(hours=1)
"""Certificates that live for less (those of a minute) are not counted."""


class QuotaUsedUp(Exception):
    """Every slot is held by a certificate that neither expired nor was revoked."""


def taken(issued: Iterable[Issued], now: datetime) -> int:
    """The slots held at `now`: a slot is freed when its certificate expires or is revoked."""
    return sum(_holds_a_slot(certificate, now) for certificate in issued)


def require_a_slot(
    issued: Iterable[Issued], limit: int | None, now: datetime, lifetime: timedelta
) -> None:
    """Return if one more certificate may be issued for `lifetime`, else raise QuotaUsedUp.

    A limit of None is none.
    """
    if limit is not None and lifetime >= SHORT_LIVED and taken(issued, now) >= limit:
        raise QuotaUsedUp


def _holds_a_slot(certificate: Issued, now: datetime) -> bool:
    lifetime = certificate.valid_before - certificate.valid_after
    return not certificate.revoked and now < certificate.valid_before and lifetime >= SHORT_LIVED
