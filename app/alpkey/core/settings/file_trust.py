"""Which files are believed: those that say where secrets go, and what runs after a renewal.

Only decisions stand here; :mod:`alpkey.trusted_files` finds the facts.
"""

import shlex
import stat
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class Station(NamedTuple):
    """A file, or a folder or link on the way to it, as lstat(2) finds it."""

    path: str
    mode: int
    owner: int
    group: int


class Account(NamedTuple):
    """A row of the passwd database: a user and the user's primary group."""

    name: str
    user_id: int
    group_id: int


def distrust(station: Station, me: int, group_is_mine: Callable[[], bool]) -> str | None:
    """Why another user may change what stands there, and how to end that; None where none may.

    It has to belong to ``me`` or to root and to be writable for no one else.  A sticky folder is
    fine, for there only its owner replaces a file (unlink(2)), and so is a group without other
    members: ``group_is_mine`` is asked only where that matters.  The mode of a link has no meaning.
    """
    kind, path = _kind(station.mode), shlex.quote(station.path)
    if station.owner not in (0, me):
        return (
            f"The {kind} {station.path} belongs to another user ({station.owner}). "
            f"To fix that: chown {me} {path}"
        )
    writable = station.mode & _OTHERS_WRITE
    if not writable or stat.S_ISLNK(station.mode) or _is_sticky_folder(station.mode):
        return None
    if not writable & stat.S_IWOTH and group_is_mine():
        return None
    return f"Other users may change the {kind} {station.path}. To fix that: chmod go-w {path}"


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "file"


def _is_sticky_folder(mode: int) -> bool:
    return stat.S_ISDIR(mode) and bool(mode & stat.S_ISVTX)


def is_private_group(
    group_id: int,
    group_name: str,
    members: Collection[str],
    accounts: Sequence[Account],
    me: Account,
) -> bool:
    """Whether ``me`` is the only member of a group, root aside, who may write everything anyway.

    ``members`` are those that the group database names, ``accounts`` the whole passwd database.
    A directory service may keep both from being listed in full (sssd.conf(5): ``enumerate``,
    ``ignore_group_members``).  It does where ``me`` is not among ``accounts``, and then only a
    group with the user's own name counts, as user private groups have it (useradd(8)).
    """
    harmless = (0, me.user_id)
    if any(row.group_id == group_id and row.user_id not in harmless for row in accounts):
        return False
    harmless_names = {row.name for row in (*accounts, me) if row.user_id in harmless}
    if not harmless_names.issuperset(members):
        return False
    if me.group_id != group_id and me.name not in members:
        return False
    is_listed = any(row.user_id == me.user_id for row in accounts)
    return is_listed or group_name == me.name
