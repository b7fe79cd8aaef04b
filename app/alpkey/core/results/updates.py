"""Whether there is a newer version: ``updates``."""

from typing import TypedDict


class UpdatesResult(TypedDict):
    """``version`` runs now; ``newest`` and its ``page`` are None where nothing is known."""

    version: str
    newest: str | None
    page: str | None
    newer: bool
