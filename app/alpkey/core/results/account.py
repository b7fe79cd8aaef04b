"""The accounts of this computer: ``account list``, ``account add`` and ``account remove``."""

from typing import TypedDict

from alpkey.core.results.removal import LeftItem, RemovedItem


class AccountResult(TypedDict):
    """``account add``.  ``name`` is None for the first account, ``username`` while not known.

    ``hosts`` are the names of the hosts for ``ssh``; ``state`` and ``valid_before`` are the key's.
    """

    name: str | None
    username: str | None
    key_path: str
    state: str
    valid_before: str | None
    hosts: list[str]


class AccountsResult(TypedDict):
    """``account list``, the first account first."""

    accounts: list[AccountResult]


class RemovedAccountResult(TypedDict):
    """``account remove``."""

    account: str
    removed: list[RemovedItem]
    left: list[LeftItem]
