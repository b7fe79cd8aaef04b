"""Argument lists of the programs we start; never a shell string."""

from collections.abc import Sequence
from pathlib import Path


def ourselves(executable: str, frozen: bool, *arguments: str) -> list[str]:
    """The command that starts Alpkey again, from a bundle or from an installed package.

    ``-P`` keeps the folder we were started in off Python's search path.
    """
    return [executable, *arguments] if frozen else [executable, "-P", "-m", "alpkey", *arguments]


def ssh_to(
    alias: str,
    *,
    config: Path | None,
    forward_agent: bool = False,
    remote_command: Sequence[str] = (),
) -> list[str]:
    """The ssh command for ``alias``; ``config`` is the file to give to ``-F``, where one is.

    A remote command gets no ``--`` before the alias: an alias is checked against the site or
    ssh's own configuration before, and never starts with a dash.
    """
    file = ["-F", str(config)] if config else []
    agent = ["-A"] if forward_agent else []
    return ["ssh", *file, *agent, alias, *remote_command]
