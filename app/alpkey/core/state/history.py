"""The journal as people read it: renewals, refusals and revocations, the newest first."""

from collections.abc import Sequence
from datetime import datetime

from alpkey.core.results.history import HistoryEvent, What
from alpkey.core.state.journal_facts import Fact, Issued, MaybeIssued, Refused, Revoked
from alpkey.core.timestamps import rfc3339


def history(facts: Sequence[Fact]) -> list[HistoryEvent]:
    """What happened to keys.  A request counts as unanswered until its answer is known."""
    answered = {fact.attempt for fact in facts if isinstance(fact, Issued | Refused)}
    events = (
        _event(fact)
        for fact in facts
        if not (isinstance(fact, MaybeIssued) and fact.attempt in answered)
    )
    return [event for event in events if event][::-1]


def _event(fact: Fact) -> HistoryEvent | None:
    match fact:
        case Issued():
            return _row(fact, "issued", serial=fact.serial, valid_before=fact.valid_before)
        case Revoked():
            return _row(fact, "revoked", serial=fact.serial)
        case Refused():
            return _row(fact, "refused", reason=fact.code)
        case MaybeIssued():
            return _row(fact, "no-answer", valid_before=fact.valid_before)
    return None


def _row(
    fact: Issued | Revoked | Refused | MaybeIssued,
    what: What,
    *,
    serial: int | None = None,
    valid_before: datetime | None = None,
    reason: str | None = None,
) -> HistoryEvent:
    return {
        "at": rfc3339(fact.at),
        "what": what,
        "account": fact.account,
        "serial": None if serial is None else str(serial),
        "valid_before": rfc3339(valid_before),
        "reason": reason,
    }
