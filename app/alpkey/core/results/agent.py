"""The contents of the ssh agent: ``agent list`` and ``agent clean``."""

from typing import TypedDict

from alpkey.core.results.status import AgentResult


class AgentKey(TypedDict):
    """A key or certificate; ``ours``: Alpkey put it there."""

    type: str
    fingerprint: str
    comment: str
    ours: bool
    stale: bool
    valid_before: str | None


class AgentKeysResult(TypedDict):
    """``agent list``; ``own``: it is Alpkey's own agent."""

    socket: str | None
    own: bool
    keys: list[AgentKey]


class CleanedAgentResult(AgentResult):
    """``agent clean``."""

    removed: list[AgentKey]
