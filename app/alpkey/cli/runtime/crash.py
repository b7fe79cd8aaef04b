"""A crash report that can be shown to anybody: where it happened, and nothing that was typed."""

import platform
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from alpkey.cli import build


def report(crash: BaseException) -> str:
    """Types and places only: a message may quote what a person typed, so none is kept."""
    lines = [
        f"Alpkey {build.name()}, Python {platform.python_version()}, {sys.platform}",
        datetime.now(UTC).isoformat(timespec="seconds"),
    ]
    chained: BaseException | None = crash
    while chained is not None:
        lines.append(f"{type(chained).__module__}.{type(chained).__qualname__}")
        frames = traceback.extract_tb(chained.__traceback__)
        lines += [f"    {Path(one.filename).name}:{one.lineno} {one.name}" for one in frames]
        chained = chained.__cause__ or chained.__context__
    return "\n".join(lines) + "\n"


def write_report(crash: BaseException, folder: Path) -> Path | None:
    """Where the report was written; None where it could not be."""
    path = folder / f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.txt"
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(report(crash))
        return path
    return None
