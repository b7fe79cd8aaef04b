"""The journal as people read it: renewals, refusals and revocations, the newest first."""

from collections.abc import Sequence

from alpkey.core.results.history import HistoryEvent
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
    at = rfc3339(fact.at)
    match fact:
        case Issued():
            return {
                "at": at,
                "what": "issued",
                "account": fact.account,
                "serial": str(fact.serial),
                "valid_before": rfc3339(fact.valid_before),
                "reason": None,
            }
        case Revoked():
            return {
                "at": at,
                "what": "revoked",
                "account": fact.account,
                "serial": str(fact.serial),
                "valid_before": None,
                "reason": None,
            }
        case Refused():
            return {
                "at": at,
                "what": "refused",
                "account": fact.account,
                "serial": None,
                "valid_before": None,
                "reason": fact.code,
            }
        case MaybeIssued():
            return {
                "at": at,
                "what": "no-answer",
                "account": fact.account,
                "serial": None,
                "valid_before": rfc3339(fact.valid_before),
                "reason": None,
            }
    return None
