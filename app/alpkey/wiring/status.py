"""The line of ``status --short``, where what is remembered is no longer true."""

from alpkey import glance
from alpkey.adapters.clock import now
from alpkey.adapters.state.look_file import as_line
from alpkey.core.look_line import short
from alpkey.core.paths import user_paths


def short_line() -> tuple[str, int]:
    """The line and its exit code, from the files of this home themselves."""
    snapshot = glance.snapshot(user_paths(), now())
    return short(as_line(snapshot, now()), int(now().timestamp()))
