"""The port to the user's settings file."""

from pathlib import Path
from typing import Protocol

from alpkey.core.settings.kinds import Plain


class SettingsFile(Protocol):
    """What the user wrote, comments and order included."""

    def change(self, key: str, plain: Plain | None) -> Path | None:
        """Writes the value, or with None removes the key; all else stays as it is.

        A file that cannot be read is set aside first, never overwritten: its new path is
        returned.  Raises InvalidFile where another user may write the file, or we may not.
        """
