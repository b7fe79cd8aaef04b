"""The ports of the doctor, apart from those that other actions need too."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from alpkey.core.doctor.observations import Family, ReachObservation, Resolved
from alpkey.core.ssh.login_result import LoginObservation

RunTogether = Callable[[Mapping[str, Callable[[], Any]], float], dict[str, Any]]
"""``(calls, timeout_s)``: what each call returns, all run at once; None for one that is late.

Returns after ``timeout_s`` at the latest.  Raises what a call raises.
"""

ReachHost = Callable[[str, int, Family], ReachObservation]
"""``(host, port, family)``: whether an ssh server answers there."""


class SshProbe(Protocol):
    """The user's ssh.

    ``config`` is the file for ``-F``; None where ssh finds Alpkey's own by itself.
    """

    def version(self) -> str:
        """``9.2p1``; empty where there is no ssh."""

    def own(self, alias: str) -> Resolved:
        """How the user's own configuration resolves ``alias``."""

    def straight(self, alias: str, config: Path | None) -> Family | None:
        """The addresses by which ssh connects to ``alias``; None where it goes through a proxy."""

    def login(self, alias: str, config: Path | None) -> LoginObservation:
        """Log in once, without prompts.  Bounded in time."""
