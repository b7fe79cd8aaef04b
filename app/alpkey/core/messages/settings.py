"""The words around settings; those of a single setting stand in its row."""

from collections.abc import Mapping

MANAGED = "managed by your organisation"

REPAIRED_BY_A_CHANGE = (
    "A right value here mends a wrong one. A file that cannot be read at all is then kept aside."
)

# Who decided a setting.
ORIGINS: Mapping[str, str] = {"policy": MANAGED, "person": "set by you", "shipped": "the default"}
