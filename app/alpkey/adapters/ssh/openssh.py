"""The user's OpenSSH: what ``ssh -G`` resolves, and exec of ssh."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from alpkey import path_checks
from alpkey.core.agent.ports import AgentSource
from alpkey.core.errors import Unreachable
from alpkey.core.ssh.command_lines import PROBE, reading_only
from alpkey.core.ssh.config_query import Resolution, parse

QUERY_TIMEOUT_S = 5.0


class OpenSsh:
    """The ``ssh`` on PATH, with ``config`` as its only configuration where one is given."""

    def __init__(self, config: Path | None, environ: Mapping[str, str]) -> None:
        self._config = config
        self._environ = environ

    def resolved(self, alias: str) -> dict[str, str]:
        """What ssh would use for ``alias``: keyword in lower case, first value.

        Empty where ssh is missing, refuses its configuration or does not answer in time.
        """
        return {keyword: values[0] for keyword, values in self.all_values(alias).items()}

    def all_values(self, alias: str) -> Resolution:
        """The same, with every value of each keyword (ssh(1), ``-G``)."""
        try:
            done = subprocess.run(
                ["ssh", *reading_only(self._config), "-G", "--", alias],
                env={**self._environ, **PROBE},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                timeout=QUERY_TIMEOUT_S,
            )
        except (OSError, subprocess.SubprocessError):
            return {}
        return parse(done.stdout.decode(errors="replace"))

    def agent(
        self, alias: str, resolved: Callable[[str], Mapping[str, str]] | None = None
    ) -> tuple[str | None, AgentSource]:
        """The socket of the agent that ssh asks for ``alias``, and what names it.

        ``IdentityAgent`` comes before ``SSH_AUTH_SOCK`` (ssh_config(5)).  ``resolved`` may replace
        ssh's own answer.
        """
        answer = (resolved or self.resolved)(alias)
        named = answer.get("identityagent", "SSH_AUTH_SOCK")
        if named == "SSH_AUTH_SOCK":
            return self._environ.get("SSH_AUTH_SOCK") or None, "SSH_AUTH_SOCK"
        if named == "none":
            return None, "IdentityAgent"
        if named.startswith("$"):
            return self._environ.get(named[1:].strip("{}")) or None, "IdentityAgent"
        return path_checks.expanded(named), "IdentityAgent"


def become(command: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Replaces this process; what ``command`` returns is what its caller sees.

    Raises Unreachable (``ssh-missing``) where there is no such program.
    """
    if path_checks.find_program(command[0], environ) is None:
        raise Unreachable("ssh-missing", reason=f"Looked for {command[0]!r} on PATH.")
    os.execvpe(command[0], list(command), dict(environ))  # noqa: S606  no shell is wanted here
