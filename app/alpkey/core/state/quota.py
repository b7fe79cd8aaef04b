"""How many keys of the day are left, and how we know."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from alpkey.core.keys.certificate_service import ListedKey
from alpkey.core.state.journal import Known

Source = Literal["service", "journal", "unknown"]

# How long a refusal counts where no slot is known whose end would free the next one.
REFUSAL_HOLDS = timedelta(days=1)

# How long a list of the service is valid: by then every key in it has expired.
LIST_HOLDS = timedelta(days=1)

# A certificate of a minute, of which there is no limit, is valid for less.
BRIEF = timedelta(hours=1)


def is_brief(life: timedelta) -> bool:
    """Whether a certificate that is valid for so long takes no slot."""
    return life < BRIEF


class Quota(NamedTuple):
    """The day's keys.  With ``source`` "journal" keys made elsewhere are not counted.

    ``slot_ends`` are the times at which the slots that may be taken become free, in order;
    ``certain`` of them are known to be taken.
    """

    limit: int
    slot_ends: tuple[datetime, ...] = ()
    source: Source = "unknown"
    as_of: datetime | None = None
    certain: int = 0
    refused: bool = False

    @property
    def used(self) -> int | None:
        if self.source == "unknown":
            return None
        return self.limit if self.refused else min(len(self.slot_ends), self.limit)

    @property
    def remaining(self) -> int | None:
        return None if self.used is None else self.limit - self.used

    @property
    def next_slot_at(self) -> datetime | None:
        return self.slot_ends[0] if self.slot_ends else None

    @property
    def counted_out(self) -> bool:
        """Whether our own count alone says that none is left."""
        return self.certain >= self.limit


def from_journal(known: Known, limit: int, now: datetime) -> Quota:
    """The quota as far as this machine's journal knows it.

    A list of the service counts keys that were made elsewhere, too, until all of them have ended;
    what was issued here since comes on top.  A refusal by the service wins over our count until the
    next slot known to us opens, or for a day.  Unanswered requests count as used: the number shown
    is never higher than the truth, as far as this machine knows.
    """
    if known.learned_at is None:
        return Quota(limit)
    listed = known.listed if known.listed and now < known.listed.at + LIST_HOLDS else None
    slots = dict(listed.slots) if listed else {}
    issued = known.issued_since if listed else known.issued
    unanswered = known.unanswered_since if listed else known.unanswered
    taken = [
        *slots.values(),
        *(fact.valid_before for fact in issued if fact.valid_before and fact.serial not in slots),
    ]
    ends = sorted(taken + [attempt.valid_before for attempt in unanswered])
    live = tuple(end for end in ends if end > now)
    certain = sum(end > now for end in taken)
    if known.quota_refused_at and now < _refusal_ends(known.quota_refused_at, ends):
        return Quota(limit, live, "service", known.quota_refused_at, certain, refused=True)
    if listed:
        return Quota(limit, live, "service", listed.at, certain)
    return Quota(limit, live, "journal", known.learned_at, certain)


def from_list(keys: Iterable[ListedKey], limit: int, now: datetime) -> Quota:
    """The quota by the service's own list of keys.

    Keys valid for less than an hour take no slot; one whose validity is unknown is counted.
    """
    ends = tuple(sorted(end for _, end in slots_in(keys, now)))
    return Quota(limit, ends, "service", now, len(ends))


def slots_in(keys: Iterable[ListedKey], now: datetime) -> tuple[tuple[int, datetime], ...]:
    """Serial and end of each key in the list that takes a slot."""
    return tuple((key.serial, key.valid_before) for key in keys if _holds_a_slot(key, now))


def _holds_a_slot(key: ListedKey, now: datetime) -> bool:
    starts = key.certificate.valid_after if key.certificate else None
    brief = starts is not None and is_brief(key.valid_before - starts)
    return key.revoked_at is None and now < key.valid_before and not brief


def _refusal_ends(refused_at: datetime, slot_ends: list[datetime]) -> datetime:
    return next((end for end in slot_ends if end > refused_at), refused_at + REFUSAL_HOLDS)
