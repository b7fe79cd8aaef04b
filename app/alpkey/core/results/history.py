"""What happened to the keys of this computer: ``history``."""

from typing import Literal, TypedDict

What = Literal["issued", "refused", "revoked", "no-answer"]


class HistoryEvent(TypedDict):
    """``serial`` and ``valid_before`` are those of the certificate, None where there is none.

    ``reason`` is the code of the error by which an attempt was refused; else it is None.
    """

    at: str
    what: What
    account: str
    serial: str | None
    valid_before: str | None
    reason: str | None


class HistoryResult(TypedDict):
    """``history``, the newest first."""

    events: list[HistoryEvent]
