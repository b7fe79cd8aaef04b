"""What was removed from this computer: ``sign-out`` and ``uninstall``."""

from typing import TypedDict


class RemovedItem(TypedDict):
    """``what`` is a key of ``messages.BELONGINGS``, ``name`` an account, path or number."""

    what: str
    name: str


class LeftItem(RemovedItem):
    """``code`` and ``reason``: why it is still there."""

    code: str
    reason: str


class SignOutResult(TypedDict):
    """``sign-out``; ``revoked`` are serials."""

    removed: list[RemovedItem]
    left: list[LeftItem]
    revoked: list[str]


class UninstallResult(TypedDict):
    """``uninstall``.  The key at ``key_path`` and Alpkey's own ``folders`` stay."""

    removed: list[RemovedItem]
    left: list[LeftItem]
    key_path: str | None
    folders: list[str]
