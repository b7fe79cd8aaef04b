"""The status of key, quota and agent, and the results of commands that return it with more.

Times are RFC 3339 in UTC; serials are text, for they have 64 bits.
"""

from typing import Literal, TypedDict


class QuotaResult(TypedDict):
    """All None but ``source`` where nothing is known."""

    limit: int | None
    used: int | None
    remaining: int | None
    source: Literal["service", "journal", "unknown"]
    as_of: str | None
    next_slot_at: str | None


class AgentResult(TypedDict):
    """``own``: it is Alpkey's own agent, in place of the user's.  ``agent load`` returns it."""

    reachable: bool
    socket: str | None
    own: bool
    holds_key: bool
    holds_current: bool
    stale: int


class StatusResult(TypedDict):
    """``status``.  ``trouble`` says in words why the state is ``broken``.

    ``account`` is the username at the centre, None where it is not known yet.
    """

    account: str | None
    state: str
    trouble: str | None
    key_path: str
    certificate_path: str
    serial: str | None
    key_id: str | None
    limits: list[str]
    principals: list[str]
    valid_after: str | None
    valid_before: str | None
    seconds_left: int | None
    encrypted: bool | None
    quota: QuotaResult
    agent: AgentResult


class RenewResult(StatusResult):
    """``renew``.  ``service`` issued the certificate; None where none was needed."""

    renewed: bool
    service: str | None
    cancelled_late: bool


class EnsureResult(StatusResult):
    """``ensure``."""

    renewed: bool


# ``from`` is a keyword of Python.
_ImportSource = TypedDict("_ImportSource", {"from": list[str]})


class ImportResult(StatusResult, _ImportSource):
    """``import``.  ``from``, ``backup`` and ``removed`` are paths."""

    imported: bool
    backup: str | None
    removed: list[str]


class PassphraseResult(StatusResult):
    """``passphrase set``, ``remove`` and ``keychain``."""

    changed: bool


class KeychainState(TypedDict):
    """``trouble`` says in words why the keychain is not ``usable``."""

    usable: bool
    trouble: str | None


class KeychainCheckResult(PassphraseResult):
    """``passphrase keychain --check``."""

    keychain: KeychainState
