"""release_notes.py VERSION: what CHANGELOG.md says of it, for the page of its release."""

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def notes(changelog: str, version: str) -> str:
    """The section of ``version``, without its heading.  Raises LookupError where there is none."""
    heading = rf"^## \[?{re.escape(version)}\]?( .*)?$"
    parts = re.split(heading, changelog, maxsplit=1, flags=re.MULTILINE)
    section = re.split(r"^## ", parts[-1], maxsplit=1, flags=re.MULTILINE)[0].strip()
    if len(parts) == 1 or not section:
        raise LookupError(f"CHANGELOG.md says nothing of {version}")
    return f"{section}\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(notes(CHANGELOG.read_text(encoding="utf-8"), sys.argv[1]))
    except LookupError as missing:
        sys.exit(str(missing))
