"""Reads files that no other user may have written, and checks every folder on their path."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from alpkey import path_checks
from alpkey.core.settings.file_trust import Account, Station, distrust, is_private_group

# As many as Linux follows (path_resolution(7)).
LINK_LIMIT = 40


class DistrustedFile(Exception):
    """Another user may have chosen what is in a file; the text says where, and how to fix it."""


def read_trusted(path: Path) -> bytes:
    """The content of a file that no other user may change, replace or put another in place of.

    Raises DistrustedFile, or OSError: FileNotFoundError where there is no such file.
    """
    with path_checks.open_regular(path) as file:
        opened = _station(str(path), os.fstat(file.fileno()))
        # The opened file is checked, too, in case it was replaced before its path was walked.
        if reason := why_distrusted(path) or _reason(opened):
            raise DistrustedFile(reason)
        return file.read()


def why_distrusted(path: Path) -> str | None:
    """Why another user may have chosen the content of ``path``; None where none may.

    Checked are every folder and link that the kernel passes on the path from ``/``, and the file at
    the end.  Raises OSError where that cannot be reached.
    """
    whole = str(path_checks.absolute(path))
    return next(filter(None, map(_reason, _stations(whole))), None)


def _stations(path: str) -> Iterator[Station]:
    """All that is passed on an absolute path, in the order of the kernel.

    Plain strings, because every start of the program walks some paths.
    """
    here, links = "", 0
    left = path.split("/")[::-1]
    yield _station("/", os.lstat("/"))
    while left:
        part = left.pop()
        if part in ("", "."):
            continue
        if part == "..":
            here = here.rpartition("/")[0]
            continue
        there = f"{here}/{part}"
        found = os.lstat(there)
        yield _station(there, found)
        if not stat.S_ISLNK(found.st_mode):
            here = there
            continue
        links += 1
        if links > LINK_LIMIT:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        target = os.readlink(there)  # noqa: PTH115  as above
        if target.startswith("/"):
            here = ""
        left += target.split("/")[::-1]


def _station(path: str, found: os.stat_result) -> Station:
    return Station(path, found.st_mode, found.st_uid, found.st_gid)


def _reason(station: Station) -> str | None:
    return distrust(station, os.getuid(), partial(_is_ours_alone, station))


def _is_ours_alone(station: Station) -> bool:
    """Whether only this user may write what the group may write."""
    return not _has_access_list(station.path) and _is_private(station.group)


def _has_access_list(path: str) -> bool:
    """Whether more users and groups may be named than the mode shows.

    The group's part of the mode is then the most that any of them may do (acl(5)).
    """
    if sys.platform != "linux":
        return False
    try:
        os.getxattr(path, "system.posix_acl_access")
    except OSError as error:
        return error.errno not in (errno.ENODATA, errno.ENOTSUP)
    return True


def _is_private(group_id: int) -> bool:
    # Rarely needed, and every start of the program imports this module.
    import grp
    import pwd

    def account(row: pwd.struct_passwd) -> Account:
        return Account(row.pw_name, row.pw_uid, row.pw_gid)

    try:
        group, me = grp.getgrgid(group_id), account(pwd.getpwuid(os.getuid()))
    except KeyError:
        return False
    accounts = [account(row) for row in pwd.getpwall()]
    return is_private_group(group_id, group.gr_name, group.gr_mem, accounts, me)
