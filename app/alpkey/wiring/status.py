"""The line of ``status --short``, where what is remembered is no longer true."""

from dataclasses import replace

from alpkey import glance
from alpkey.adapters.clock import now
from alpkey.adapters.state.look_file import as_line
from alpkey.core.look_line import short
from alpkey.core.paths import user_paths


def short_line(account: str | None = None) -> tuple[str, int]:
    """The line of an account, None for the first, and its exit code, from the files themselves."""
    at = replace(user_paths(), account=account)
    snapshot = glance.snapshot(at, now(), glance.command_context(at).of_account(account))
    return short(as_line(snapshot, now()), int(now().timestamp()))
