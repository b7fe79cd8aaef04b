"""The status: a snapshot, and what the agent holds; as the object of ``status --json``."""

from datetime import datetime
from typing import NamedTuple

from alpkey.core.keys.certificate_check import limits
from alpkey.core.results.status import AgentResult, QuotaResult, StatusResult
from alpkey.core.state.quota import Quota
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.timestamps import rfc3339


class AgentView(NamedTuple):
    """What the agent that ssh will use holds of Alpkey's keys.

    ``own``: it is Alpkey's own, in place of the user's.  ``holds_current`` is about the installed
    certificate, ``holds_key`` about its key.
    """

    reachable: bool
    socket: str | None
    own: bool = False
    holds_key: bool = False
    holds_current: bool = False
    stale: int = 0


class Status(NamedTuple):
    snapshot: Snapshot
    agent: AgentView


def status_object(status: Status, now: datetime) -> StatusResult:
    """The object of the contract; times are RFC 3339 in UTC, the serial is text (64 bits)."""
    snapshot, certificate = status.snapshot, status.snapshot.certificate
    left = snapshot.left(now) if certificate else None
    return {
        "account": snapshot.account,
        "state": snapshot.state(now).value,
        "trouble": snapshot.trouble,
        "key_path": str(snapshot.key_path),
        "certificate_path": str(snapshot.certificate_path),
        "serial": str(certificate.serial) if certificate else None,
        "key_id": certificate.key_id if certificate else None,
        "limits": list(limits(certificate)) if certificate else [],
        "principals": list(certificate.principals) if certificate else [],
        "valid_after": rfc3339(certificate.valid_after) if certificate else None,
        "valid_before": rfc3339(certificate.valid_before) if certificate else None,
        "seconds_left": int(left.total_seconds()) if left is not None else None,
        "encrypted": snapshot.encrypted,
        "quota": quota_object(snapshot.quota),
        "agent": agent_object(status.agent),
    }


def agent_object(agent: AgentView) -> AgentResult:
    return {
        "reachable": agent.reachable,
        "socket": agent.socket,
        "own": agent.own,
        "holds_key": agent.holds_key,
        "holds_current": agent.holds_current,
        "stale": agent.stale,
    }


def quota_object(quota: Quota) -> QuotaResult:
    known = quota.source != "unknown"
    return {
        "limit": quota.limit if known else None,
        "used": quota.used,
        "remaining": quota.remaining,
        "source": quota.source,
        "as_of": rfc3339(quota.as_of),
        "next_slot_at": rfc3339(quota.next_slot_at),
    }
