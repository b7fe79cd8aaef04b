"""Files that are replaced, never edited in place, and folders that only the user can enter."""

import errno
import os
import re
import shlex
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alpkey import path_checks
from alpkey.core.errors import InvalidFile

# What stands behind the name of a staged file, its last part by mkstemp(3).
STAGED = r"\.alpkey-[a-z0-9_]{8}"


# open(2): Linux makes a file without a name, where the file system can.
_NAMELESS: int = getattr(os, "O_TMPFILE", 0)
_KNOWS_NO_NAMELESS = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS, errno.ENOENT)


def private_folder(path: Path) -> None:
    """Make the folder, 0700, if it is missing.  Raises InvalidFile."""
    with as_unfit(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def replace(path: Path, content: bytes, mode: int) -> None:
    """Put ``content`` at ``path`` so that every reader sees all of the old or all of the new.

    A symbolic link is followed, never replaced.  Raises InvalidFile; ``path`` is then as it was.
    """
    path = followed_file(path)
    with as_unfit(path):
        for last in (False, False, True):
            staged = stage(path, content, mode)
            try:
                staged.replace(path)
            except FileNotFoundError:  # swept by a process that took it for a leftover
                if last:
                    raise
            except OSError:
                discard(staged)
                raise
            else:
                break
    with suppress(OSError):  # the new content is in place: an error would deny that
        sync_folder(path.parent)


def stage(path: Path, content: bytes, mode: int) -> Path:
    """A synced file with ``content`` beside ``path``, to be renamed over it.  Raises OSError.

    It is made 0600 and gets ``mode`` at the end, so that no other user ever reads a secret in it.
    """
    import tempfile  # which nothing that only reads has to load

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.alpkey-")
    staged = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except BaseException:
        discard(staged)
        raise
    return staged


def sweep(path: Path, before_s: float | None = None) -> None:
    """Remove what a cut left staged beside ``path``: all, or what was written ``before_s``.

    ``before_s`` is in seconds since the epoch.  What cannot be removed stays for the doctor.
    """
    _sweep(path.parent, rf"\.{re.escape(path.name)}{STAGED}", before_s)


def sweep_folder(folder: Path, before_s: float) -> None:
    """The same for all files in a folder of Alpkey."""
    _sweep(folder, rf"\..+{STAGED}", before_s)


def _sweep(folder: Path, pattern: str, before_s: float | None) -> None:
    for path in path_checks.entries(folder):
        if re.fullmatch(pattern, path.name):
            discard_old(path, before_s)


def discard_old(path: Path, before_s: float | None) -> None:
    """Remove this user's file if it was written ``before_s`` (None: whenever), and if that works.

    ``before_s`` is in seconds since the epoch.
    """
    with suppress(OSError):
        found = path.lstat()
        is_old = before_s is None or found.st_mtime < before_s
        if is_old and found.st_uid == os.getuid():
            path.unlink()


def check_stageable(path: Path, room_bytes: int) -> None:
    """Write ``room_bytes`` to the disk of ``path`` without a name.  Raises OSError.

    Nothing is left of it, whenever this process is killed.
    """
    try:
        handle = os.open(path.parent, os.O_WRONLY | _NAMELESS, 0o600) if _NAMELESS else None
    except OSError as error:
        if error.errno not in _KNOWS_NO_NAMELESS:
            raise
        handle = None
    if handle is None:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.alpkey-")
        try:
            Path(name).unlink()
        except OSError:
            os.close(handle)
            raise
    with os.fdopen(handle, "wb") as file:
        file.write(bytes(room_bytes))
        file.flush()
        os.fsync(file.fileno())


def holds(path: Path, content: bytes) -> bool:
    """Whether the file is there with just this content.  Raises OSError where it is closed."""
    found = path_checks.stat_if_present(path)
    return found is not None and found.st_size == len(content) and path.read_bytes() == content


def link(path: Path, target: Path) -> None:
    """Make ``path`` a link to ``target``, in one step where there was another.  Raises OSError."""
    if path_checks.is_link(path) and path.readlink() == target:
        return
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    discard(staged)
    staged.symlink_to(target)
    staged.replace(path)


def discard(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def sync_folder(folder: Path) -> None:
    """Makes the renames in ``folder`` last through a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def followed(path: Path) -> Path:
    """The end of a chain of links.  Raises InvalidFile where it has none."""
    try:
        return path.resolve()  # raises for a circle, unlike path_checks.resolved
    except (OSError, RuntimeError):
        raise InvalidFile(path=str(path), reason="Its links lead in a circle.") from None


def followed_file(path: Path) -> Path:
    """The same for a file that is to be replaced or removed.

    Raises InvalidFile where that is no plain file: a link to ``/dev/null`` is the user's choice
    to have nothing there, and the device itself must not become a file.
    """
    target = followed(path)
    with as_unfit(target):
        found = path_checks.stat_if_present(target)
    if found and stat.S_ISDIR(found.st_mode):
        raise InvalidFile(path=str(target), reason="It is a folder.")
    if found and not stat.S_ISREG(found.st_mode):
        leads = "" if target == path else f" It is where {path} leads."
        raise InvalidFile(path=str(target), reason=f"It is no plain file.{leads}")
    return target


@contextmanager
def as_unfit(path: Path) -> Iterator[None]:
    """Turn an OSError inside into an InvalidFile about ``path``."""
    try:
        yield
    except OSError as error:
        raise unfit(path, error) from None


@contextmanager
def as_unfit_to_read(path: Path) -> Iterator[None]:
    """The same for reading; a file that is not there stays a FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unfit_to_read(path, error) from None


def unfit_to_read(path: Path, error: OSError) -> InvalidFile:
    """The error of a file that cannot be read."""
    return _closed(path, error) or InvalidFile(path=str(path), reason=f"{error.strerror or error}.")


def _closed(path: Path, error: OSError) -> InvalidFile | None:
    """Which part of ``path`` is closed to this user, and how that ends."""
    if error.errno not in (errno.EACCES, errno.EPERM):
        return None
    found = path_checks.closed_part(path)
    if found is None:
        return None
    closed, facts = found
    typed = shlex.quote(str(closed))
    if facts.st_uid == os.getuid():
        return InvalidFile(
            "path-closed",
            path=str(closed),
            reason=f"Its mode is {stat.S_IMODE(facts.st_mode):04o}.",
            command=f"chmod u+rwX {typed}",
        )
    return InvalidFile(
        "path-closed",
        path=str(closed),
        reason=f"It belongs to another user ({facts.st_uid}), as after a command with sudo.",
        command=f"sudo chown -R $(id -u) {typed}",
    )


def unfit(path: Path, error: OSError) -> InvalidFile:
    """The error of a file or folder that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InvalidFile("disk-full", path=str(path))
    if closed := _closed(path, error):
        return closed
    reason = f"{error.strerror or error}."
    return InvalidFile("folder-unfit", path=str(path), reason=reason)
