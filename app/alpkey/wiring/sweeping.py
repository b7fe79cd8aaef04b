"""Sweep what a cut left staged: every lock that is taken does so."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from alpkey.adapters.state import atomic_write
from alpkey.core.errors import AlpkeyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from alpkey.adapters.keys.key_files import KeyPairFiles
    from alpkey.core.paths import Paths


def sweeper(at: Paths, files: Callable[[], KeyPairFiles]) -> Callable[[float], None]:
    """What sweeps at each locked step: the pair's staged files, and those in our own folders."""

    def sweep(before_s: float) -> None:
        from alpkey.adapters.ssh.config_trial import sweep_trials

        with suppress(AlpkeyError):  # settings that cannot be read do not say where the key is
            files().sweep(before_s)
        for folder in (at.config, at.state, at.undo, at.tunnels, at.own_ssh):
            atomic_write.sweep_folder(folder, before_s)
        sweep_trials(at.undo, before_s)
        for path in (at.user_config, at.known_hosts):
            with suppress(AlpkeyError):
                atomic_write.sweep(atomic_write.followed(path), before_s)

    return sweep
