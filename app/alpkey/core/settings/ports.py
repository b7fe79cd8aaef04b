"""The port to the person's file of settings."""

from pathlib import Path
from typing import Protocol

from alpkey.core.settings.kinds import Plain


class SettingsFile(Protocol):
    """What the person wrote, comments and order included."""

    def change(self, key: str, plain: Plain | None) -> Path | None:
        """Puts the value in, or with None takes the key out; all else stays as it is.

        A file that cannot be read is set aside first, never overwritten: its new path is
        returned.  Raises InvalidFile where another person may write the file, or we may not.
        """
