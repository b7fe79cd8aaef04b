# SPDX-License-Identifier: BSD-3-Clause
"""The session: a shell at the end of an SSH channel, for one command or line after line."""

from __future__ import annotations

import asyncssh

from .shell import Shell


async def serve(shell: Shell, process: asyncssh.SSHServerProcess[str]) -> None:
    """Run the command of a session, or a shell that reads lines until it is left."""
    if process.command is not None:
        outcome = shell.run(process.command)
        process.stdout.write(outcome.stdout)
        process.stderr.write(outcome.stderr)
        process.exit(outcome.status)
    else:
        process.exit(await _read_lines(shell, process))


async def _read_lines(shell: Shell, process: asyncssh.SSHServerProcess[str]) -> int:
    """Run lines until `exit` or the end of input, prompting where there is a terminal."""
    prompt = shell.prompt if process.get_terminal_type() else ""
    status = 0
    while True:
        process.stdout.write(prompt)
        try:
            line = await process.stdin.readline()
        except asyncssh.BreakReceived:
            process.stdout.write("^C\n")
            continue
        except asyncssh.TerminalSizeChanged:
            continue
        if not line:
            return status
        outcome = shell.run(line)
        process.stdout.write(outcome.stdout)
        process.stderr.write(outcome.stderr)
        status = outcome.status
        if outcome.ends:
            return status
