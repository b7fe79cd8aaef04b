# SPDX-License-Identifier: BSD-3-Clause
"""The shell: what a host answers to a command line.

Of the programs of this machine it runs rsync and git alone, and those in the host's own folder.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import child
from .slurm import Job, SlurmUsage, scancel, squeue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .child import Streams
    from .folder import UserFolder

SEPARATORS = frozenset({";", "&&", "||"})


@dataclass(frozen=True)
class Outcome:
    """What a command printed and its exit status; `leaves` if the shell ends with it."""

    stdout: str = ""
    stderr: str = ""
    status: int = 0
    leaves: bool = False


@dataclass(frozen=True)
class Login:
    """Who has logged in to which host; `folder` is None for a user who has no files there."""

    host: str
    username: str
    folder: UserFolder | None = None
    display: str | None = None

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables of the login, as sshd sets them."""
        variables = {"USER": self.username, "LOGNAME": self.username}
        if self.folder:
            variables["HOME"] = self.folder.home
        if self.display:
            variables["DISPLAY"] = self.display
        return variables


class Shell:
    """The shell of a user on a host; the jobs are shared by all shells of the host."""

    def __init__(
        self, login: Login, jobs: dict[str, tuple[Job, ...]], cancelled: Callable[[], None]
    ) -> None:
        """`cancelled` is called after each job that is ended."""
        self._cancelled = cancelled
        self._login = login
        self._jobs = jobs
        self._status = 0

    @property
    def prompt(self) -> str:
        """What an interactive shell shows when it waits for a line."""
        return f"[{self._login.username}@{self._login.host} ~]$ "

    async def run(self, line: str, streams: Streams, *, with_input: bool) -> Outcome:
        """Run a line: commands joined by `;`, `&&` or `||`, words quoted as in sh.

        What they print goes to `streams`, and the outcome holds the last status. Only with
        `with_input` do programs read from `streams`. Raises BrokenPipeError when the peer left.
        """
        try:
            words = _words(line)
        except ValueError as error:
            self._status = 2
            return await self._print(Outcome(stderr=f"sh: {error}\n", status=2), streams)
        for separator, command in _commands(words):
            if (self._status == 0) == (separator == "||") and separator != ";":
                continue
            outcome = await self._command(command, streams, with_input=with_input)
            self._status = outcome.status
            if outcome.leaves:
                return outcome
        return Outcome(status=self._status)

    async def _command(self, words: list[str], streams: Streams, *, with_input: bool) -> Outcome:
        name, *arguments = words
        if name in child.PROGRAMS and self._login.folder:
            status = await child.run(words, self._login.folder, streams, with_input=with_input)
            return Outcome(status=status)
        if name not in self._builtins:
            outcome = Outcome(stderr=f"sh: {name}: command not found\n", status=127)
        else:
            outcome = self._builtins[name](arguments)
        return await self._print(outcome, streams)

    async def _print(self, outcome: Outcome, streams: Streams) -> Outcome:
        await streams.write(outcome.stdout.encode())
        await streams.write_error(outcome.stderr.encode())
        return outcome

    @property
    def _builtins(self) -> Mapping[str, Callable[[list[str]], Outcome]]:
        common: dict[str, Callable[[list[str]], Outcome]] = {
            "echo": lambda words: Outcome(" ".join(words) + "\n"),
            "exit": self._exit,
            "false": lambda _words: Outcome(status=1),
            "hostname": lambda _words: Outcome(f"{self._login.host}\n"),
            "printenv": self._printenv,
            "true": lambda _words: Outcome(),
            "whoami": lambda _words: Outcome(f"{self._login.username}\n"),
        }
        if self._login.host in self._jobs:
            common |= {"scancel": self._scancel, "squeue": self._squeue}
        return common

    def _printenv(self, words: list[str]) -> Outcome:
        """The values of the variables named, or all of them with their names (printenv(1))."""
        variables = self._login.variables
        if not words:
            return Outcome("".join(f"{name}={value}\n" for name, value in variables.items()))
        found = [variables[name] for name in words if name in variables]
        return Outcome("".join(f"{value}\n" for value in found), status=len(found) < len(words))

    def _exit(self, words: list[str]) -> Outcome:
        status = words[0] if words else str(self._status)
        if not status.isdigit():
            return Outcome(stderr="sh: exit: numeric argument required\n", status=2, leaves=True)
        return Outcome(status=int(status) % 256, leaves=True)

    def _squeue(self, words: list[str]) -> Outcome:
        try:
            return Outcome(squeue(words, self._jobs[self._login.host], self._login.username))
        except SlurmUsage as error:
            return Outcome(stderr=str(error), status=1)

    def _scancel(self, words: list[str]) -> Outcome:
        try:
            self._jobs[self._login.host] = scancel(words, self._jobs[self._login.host])
        except SlurmUsage as error:
            return Outcome(stderr=str(error), status=1)
        self._cancelled()
        return Outcome()


def _words(line: str) -> list[str]:
    """The words and separators of `line`; ValueError where a quote is left open."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    return list(lexer)


def _commands(words: list[str]) -> list[tuple[str, list[str]]]:
    """The commands of a line, each with the separator before it (`;` before the first)."""
    commands: list[tuple[str, list[str]]] = [(";", [])]
    for word in words:
        if word in SEPARATORS:
            commands.append((word, []))
        else:
            commands[-1][1].append(word)
    return [(separator, command) for separator, command in commands if command]
