"""A crash report that may be shown to others: where it happened, and nothing that was typed."""

import platform
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from alpkey import shipped


def report(crash: BaseException) -> str:
    """Types and places only: no messages, which may quote what the user typed."""
    lines = [
        f"Alpkey {shipped.version()}, Python {platform.python_version()}, {sys.platform}",
        datetime.now(UTC).isoformat(timespec="seconds"),
    ]
    chained: BaseException | None = crash
    while chained is not None:
        lines.append(f"{type(chained).__module__}.{type(chained).__qualname__}")
        frames = traceback.extract_tb(chained.__traceback__)
        lines += [
            f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames
        ]
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
