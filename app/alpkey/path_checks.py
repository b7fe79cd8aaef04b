"""Questions about paths, answered without an exception; standard library only.

``exists``, ``is_file``, ``is_dir``, ``glob`` and ``resolve`` of pathlib raise for a folder that
this user may not enter, for a name that is too long, and for a path with a null character
(``_ignore_error`` of CPython's pathlib lists what they ignore).  A path here often comes from
outside, and "I may not look" is then an answer and not a mistake of this program.

What cannot be found out counts as absent.  Where something is removed, replaced or sent because a
file is absent, that is not enough: use ``stat_if_present``, which raises where it cannot tell.
"""

import errno
import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

# More than any file of Alpkey's or of ssh's holds.
READ_LIMIT_BYTES = 64 * 1024 * 1024

_UNANSWERED = (OSError, ValueError)  # ValueError: a null character (os.stat)


def stat_if_present(path: Path) -> os.stat_result | None:
    """What stat(2) says; None only where there certainly is nothing.  Raises OSError."""
    try:
        return os.stat(path)  # noqa: PTH116  the one place
    except (FileNotFoundError, NotADirectoryError):
        return None


def stat_or_none(path: Path) -> os.stat_result | None:
    """What stat(2) says; None where nothing is there or it cannot be found out."""
    try:
        return os.stat(path)  # noqa: PTH116  the one place
    except _UNANSWERED:
        return None


def lstat_or_none(path: Path) -> os.stat_result | None:
    """The same of lstat(2): a link itself, and not where it leads."""
    try:
        return os.lstat(path)
    except _UNANSWERED:
        return None


def exists(path: Path) -> bool:
    return stat_or_none(path) is not None


def is_file(path: Path) -> bool:
    """Whether a regular file is there, at the end of any links."""
    found = stat_or_none(path)
    return found is not None and stat.S_ISREG(found.st_mode)


def is_dir(path: Path) -> bool:
    found = stat_or_none(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def is_socket(path: Path) -> bool:
    found = stat_or_none(path)
    return found is not None and stat.S_ISSOCK(found.st_mode)


def is_link(path: Path) -> bool:
    found = lstat_or_none(path)
    return found is not None and stat.S_ISLNK(found.st_mode)


def entries(folder: Path) -> list[Path]:
    """All that lies in the folder, sorted; none where it cannot be listed."""
    try:
        return sorted(folder / name for name in os.listdir(folder))  # noqa: PTH208  the one place
    except _UNANSWERED:
        return []


def with_suffix(folder: Path, suffix: str) -> list[Path]:
    """The entries that end in ``suffix`` (with its dot), hidden ones left out; sorted."""
    return [
        path for path in entries(folder) if path.suffix == suffix and not path.name.startswith(".")
    ]


def resolved(path: Path) -> Path:
    """The path without links, as far as they can be followed."""
    try:
        return Path(os.path.realpath(path))
    except _UNANSWERED:
        return path


def can_be_written(path: Path) -> bool:
    """Whether this user may write there: false also on a read-only file system (access(2))."""
    try:
        return os.access(path, os.W_OK)
    except _UNANSWERED:
        return False


def nearest_existing(path: Path) -> Path:
    """The folder itself, or the nearest one above it that can be seen; at last ``/`` or ``.``."""
    return next((folder for folder in (path, *path.parents) if is_dir(folder)), path.parents[-1])


def find_program(name: str, environ: Mapping[str, str]) -> str | None:
    """The program that a shell would start for ``name``, or None."""
    try:
        return shutil.which(name, path=environ.get("PATH"))
    except _UNANSWERED:
        return None


def expanded(path: str) -> str:
    """The path with ``~`` and ``~name`` replaced, where there is such a user."""
    try:
        return os.path.expanduser(path)  # noqa: PTH111  pathlib's raises for an unknown user
    except _UNANSWERED:
        return path


def absolute(path: Path) -> Path:
    """From the root; as it is where the working folder is gone."""
    try:
        return Path.cwd() / path
    except OSError:
        return path


class NotAPlainFile(OSError):
    """What has the file's name is a pipe, a socket or a device."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EINVAL, "It is no plain file", str(path))


def open_regular(path: Path) -> BinaryIO:
    """A regular file, opened to be read; a pipe or a device is never waited for.  Raises OSError.

    That also for a path with a null character.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from None
    try:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            return os.fdopen(handle, "rb")
        raise NotAPlainFile(path)
    except OSError:
        os.close(handle)
        raise


def read_regular(path: Path) -> bytes:
    """The content of a regular file, of ``READ_LIMIT_BYTES`` at most.  Raises OSError."""
    with open_regular(path) as file:
        return file.read(READ_LIMIT_BYTES)


def closed_part(path: Path) -> tuple[Path, os.stat_result] | None:
    """What keeps this user from reading or writing ``path``: the first folder on the way to it.

    None where nothing does, as far as modes and owners show.
    """
    for folder in (*reversed(path.parents), path):
        found = stat_or_none(folder)
        if found is None:
            return None
        wanted = os.R_OK | os.W_OK if folder == path else os.X_OK
        if folder == path.parent and stat_or_none(path) is None:
            wanted |= os.W_OK
        if not os.access(folder, wanted):
            return folder, found
    return None
