"""Read plain files alone: a pipe, a socket or a device of that name is an error, never a wait."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

# More than any file of Alpkey's or of ssh's holds; a device such as /dev/zero never ends.
LIMIT_BYTES = 64 * 1024 * 1024


class NotAPlainFile(OSError):
    """What has the file's name is a pipe, a socket or a device."""

    def __init__(self, path: Path) -> None:
        super().__init__(None, "It is no plain file", str(path))


def open_plain(path: Path) -> BinaryIO:
    """The file, open for reading.  Raises OSError; opening a pipe waits for no writer."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise NotAPlainFile(path)
        return os.fdopen(handle, "rb")  # raises IsADirectoryError for a folder
    except BaseException:
        os.close(handle)
        raise


def read_plain(path: Path) -> bytes:
    """The file's content, of LIMIT_BYTES at most.  Raises OSError."""
    with open_plain(path) as file:
        return file.read(LIMIT_BYTES)
