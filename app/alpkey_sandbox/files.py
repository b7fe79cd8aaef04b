# SPDX-License-Identifier: BSD-3-Clause
"""The files: written whole or not at all, and private from their first byte on."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

PRIVATE_FOLDER = 0o700


def write_private(path: Path, text: str) -> None:
    """Put `text` into `path`, 0600, in one step: a reader sees the old file or the new one."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink()
        raise


def make_private_folder(path: Path) -> None:
    """Make `path` and its parents where missing; one that is made here is 0700."""
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=PRIVATE_FOLDER)
