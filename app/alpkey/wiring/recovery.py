"""Finish what a cut left half done, before any command looks."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from alpkey import path_checks
from alpkey.actions.install import recover as recover_pair
from alpkey.core.errors import AlpkeyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alpkey.core.events import Event
    from alpkey.wiring.base import Wiring


def recover(wiring: Wiring) -> Iterator[Event]:
    """Finish the installations that were cut off.  Raises nothing of the tree of errors."""
    paths = wiring.paths
    with suppress(AlpkeyError):  # the command itself says what is wrong with the settings
        others = wiring.files_of_settings.chosen().accounts
        for name in (None, *(account.name for account in others)):
            if path_checks.lstat_or_none(paths.intent_of(name)):
                yield from recover_pair(wiring.of_account(name).files, wiring.lock)
        if path_checks.lstat_or_none(paths.program_intent):
            program = wiring.program_files
            lock = wiring.file_lock(paths.program_lock, lambda: program)
            yield from recover_pair(program, lock)
