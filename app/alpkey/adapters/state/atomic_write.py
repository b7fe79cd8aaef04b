"""Files that are replaced, never edited in place, and folders that only the user can enter."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alpkey.core.errors import InvalidFile

# What stands behind the name of a staged file, its last part by mkstemp(3).
STAGED = r"\.alpkey-[a-z0-9_]{8}"


def private_folder(path: Path) -> None:
    """Make the folder, 0700, if it is missing.  Raises InvalidFile."""
    with as_unfit(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def replace(path: Path, content: bytes, mode: int) -> None:
    """Put ``content`` at ``path`` so that every reader sees all of the old or all of the new.

    A symbolic link is followed, never replaced.  Raises InvalidFile; ``path`` is then as it was.
    """
    path = followed(path)
    with as_unfit(path):
        staged = stage(path, content, mode)
        try:
            staged.replace(path)
        except OSError:
            discard(staged)
            raise
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


def sweep(path: Path) -> None:
    """Remove what was left staged beside ``path``; for its only writer.  Raises OSError."""
    for staged in path.parent.iterdir():
        if re.fullmatch(rf"\.{re.escape(path.name)}{STAGED}", staged.name):
            staged.unlink(missing_ok=True)


def link(path: Path, target: Path) -> None:
    """Make ``path`` a link to ``target``, in one step where there was another.  Raises OSError."""
    if path.is_symlink() and path.readlink() == target:
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
        return path.resolve()
    except (OSError, RuntimeError):
        raise InvalidFile(path=str(path), reason="Its links lead in a circle.") from None


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
        raise InvalidFile(path=str(path), reason=f"{error.strerror or error}.") from None


def unfit(path: Path, error: OSError) -> InvalidFile:
    """The error of a file or folder that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InvalidFile("disk-full", path=str(path))
    reason = f"{error.strerror or error}."
    return InvalidFile("folder-unfit", path=str(path), reason=reason)
