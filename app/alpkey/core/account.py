"""More than one account of the same user: a course account, or a second username.

The first account is the one that the setting ``username`` names, and it keeps the plain names.
Every other one has a name here, by which its key file and its names for the hosts are recognised:
``cscs-key-course``, ``ssh course-daint``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from alpkey.core.site import Host, Site

ACCOUNTS = "accounts"
USERNAME = "username"

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,29}[a-z0-9])?")
# The key of a service account; and the certificate of ``key`` is ``key-cert.pub``, which would be
# the public half of a key called ``key-cert``.
_TAKEN_ENDINGS = ("sa", "cert")


class InvalidAccount(ValueError):
    """An account that cannot be; the text says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account beside the first: what it is called here, and its username at the centre."""

    name: str
    username: str

    def site(self, site: Site) -> Site:
        """The centre as this account sees it: a key file and names of hosts of its own.

        Commands go on taking the plain names, and ssh is given those of the account.
        """
        hosts = tuple(self._host(host) for host in site.hosts)
        return replace(
            site,
            short_name=f"{site.short_name} ({self.name})",
            key_file=key_file(site.key_file, self.name),
            hosts=hosts,
            jump_host=self._own(site.jump_host),
        )

    def _host(self, host: Host) -> Host:
        return replace(
            host,
            name=self._own(host.name),
            jump=self._own(host.jump) if host.jump else None,
            names=(),
            typed_as=host.all_names,
        )

    def _own(self, host: str) -> str:
        return f"{self.name}-{host}"


def key_file(first: str, name: str) -> str:
    """The file name of the private key of the account called ``name``."""
    return f"{first}-{name}"


def read_accounts(table: Any, first: str = "") -> tuple[Account, ...]:
    """The accounts in a parsed settings file, in its order; ``first`` is the first one's username.

    Raises InvalidAccount.
    """
    if not isinstance(table, Mapping):
        raise InvalidAccount("is no table of accounts")
    accounts: list[Account] = []
    for name, row in table.items():
        username = row.get(USERNAME) if isinstance(row, Mapping) else None
        if not isinstance(username, str):
            raise InvalidAccount(f"{name} has no {USERNAME}")
        check(Account(name, username), first, accounts)
        accounts.append(Account(name, username))
    return tuple(accounts)


def check(account: Account, first: str, others: Iterable[Account]) -> None:
    """Raise InvalidAccount where ``account`` cannot stand beside the first and the others."""
    name = account.name
    if not _NAME.fullmatch(name):
        raise InvalidAccount(
            f"{name!r} cannot be the name of an account: small letters, digits and '-', 31 at most"
        )
    if name.rpartition("-")[2] in _TAKEN_ENDINGS:
        raise InvalidAccount(f"{name!r} cannot be the name of an account: it is taken")
    for other in others:
        if other.name == name:
            raise InvalidAccount(f"there is an account called {name} already")
        if other.username == account.username:
            raise InvalidAccount(f"{account.username} is the account {other.name} already")
    if account.username == first:
        raise InvalidAccount(f"{first} is the first account already")


def key_paths(ssh: Path, key_file_name: str, accounts: Iterable[Account]) -> tuple[Path, ...]:
    """The private keys of all accounts, the first account's first."""
    names = (key_file_name, *(key_file(key_file_name, account.name) for account in accounts))
    return tuple(ssh / name for name in names)
