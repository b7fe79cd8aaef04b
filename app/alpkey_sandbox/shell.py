# SPDX-License-Identifier: BSD-3-Clause
"""The shell: what a host answers to a command line.

Of the programs of this machine it runs rsync and git alone, and those in the host's own folder.
"""

from __future__ import annotations

import asyncio
import secrets
import shlex
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from . import batch, child
from .network import NODE
from .slurm import SlurmUsage, scontrol, squeue

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping

    from .batch import Submission
    from .child import Streams
    from .clock import Clock
    from .folder import UserFolder
    from .slurm import Queue

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
    """The shell of a user on a host; the queue is shared by all shells."""

    def __init__(self, login: Login, queue: Queue, clock: Clock) -> None:
        self._clock = clock
        self._login = login
        self._queue = queue
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
        if name == "sbatch" and self._login.folder and self._login.host in self._queue:
            given = streams if with_input else None
            outcome = await self._sbatch(arguments, self._login.folder, given)
        elif name not in self._builtins:
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
        if self._login.host in self._queue:
            common |= {
                "scancel": self._scancel,
                "scontrol": self._scontrol,
                "squeue": self._squeue,
                "tail": self._tail,
            }
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

    def _scontrol(self, words: list[str]) -> Outcome:
        try:
            return Outcome(scontrol(words, self._queue.on(self._login.host)))
        except SlurmUsage as error:
            return Outcome(stderr=str(error), status=1)

    def _tail(self, words: list[str]) -> Outcome:
        """The last bytes of a file in the user's folder: `tail -c NUMBER FILE` (tail(1))."""
        folder = self._login.folder
        if folder is None or len(words) != 3 or words[0] != "-c" or not words[1].isdigit():
            return Outcome(stderr="tail: only '-c NUMBER FILE' is known here\n", status=1)
        try:
            content = folder.place(words[2]).read_bytes()
        except OSError:
            message = f"tail: cannot open '{words[2]}' for reading: No such file or directory\n"
            return Outcome(stderr=message, status=1)
        return Outcome(content[-int(words[1]) :].decode(errors="replace"))

    def _squeue(self, words: list[str]) -> Outcome:
        try:
            return Outcome(squeue(words, self._queue.on(self._login.host), self._login.username))
        except SlurmUsage as error:
            return Outcome(stderr=str(error), status=1)

    def _scancel(self, words: list[str]) -> Outcome:
        try:
            self._queue.end(self._login.host, words)
        except SlurmUsage as error:
            return Outcome(stderr=str(error), status=1)
        return Outcome()

    async def _sbatch(
        self, words: list[str], folder: UserFolder, streams: Streams | None
    ) -> Outcome:
        """Submit a job that runs nothing: it is pending for a moment, then runs on the node."""
        try:
            asked = batch.sbatch(words)
            text = await _script(asked, folder, streams)
            submission = batch.submission(asked, self._queue.new_number(), text)
        except SlurmUsage as error:
            return Outcome(stderr=str(error), status=1)
        path = folder.absolute(submission.output_path(folder.username))
        self._queue.submit(self._login.host, replace(submission.job, output=path))
        loop = asyncio.get_running_loop()
        loop.call_later(batch.START_DELAY_S, self._start, submission, folder)
        return Outcome(submission.answer)

    def _start(self, submission: Submission, folder: UserFolder) -> None:
        if self._queue.start(self._login.host, submission.job.id, NODE.name):
            output = batch.jupyter_output(self._clock.now(), secrets.token_hex(24))
            with suppress(OSError):  # Slurm, too, says nothing of an output that cannot be written
                folder.make()
                folder.place(submission.output_path(folder.username)).write_text(output)


async def _script(asked: Namespace, folder: UserFolder, streams: Streams | None) -> str:
    """The text of the script that `sbatch` was given. Raises SlurmUsage."""
    if asked.wrap:
        return f"#!/bin/sh\n{asked.wrap}\n"
    if asked.script is None:
        return await _all(streams) if streams else ""
    try:
        return folder.place(asked.script).read_text(errors="replace")
    except OSError:
        raise SlurmUsage(f"sbatch: error: Unable to open file {asked.script}\n") from None


async def _all(streams: Streams) -> str:
    """All of the input."""
    parts = []
    while data := await streams.read():
        parts.append(data)
    return b"".join(parts).decode(errors="replace")


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
