"""The account's certificates at the service: ``keys list`` and ``keys revoke``."""

from typing import TypedDict

from alpkey.core.results.status import QuotaResult


class AccountKey(TypedDict):
    """A certificate; ``this_machine``: its key is or was installed on this computer."""

    serial: str
    key_id: str | None
    principals: list[str]
    valid_after: str | None
    valid_before: str
    revoked_at: str | None
    this_machine: bool


class KeysResult(TypedDict):
    """``keys list``."""

    keys: list[AccountKey]
    quota: QuotaResult


class RevokedKeysResult(TypedDict):
    """``keys revoke``; with ``dry_run`` the keys that would be revoked."""

    revoked: list[AccountKey]
    dry_run: bool
