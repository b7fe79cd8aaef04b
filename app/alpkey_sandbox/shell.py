# SPDX-License-Identifier: BSD-3-Clause
"""The shell: what a host answers to a command line. It runs nothing on the machine."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .slurm import Job, SlurmUsage, scancel, squeue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SEPARATORS = frozenset({";", "&&", "||"})


@dataclass(frozen=True)
class Outcome:
    """What a command printed and its exit status; `ends` tells that the shell is left."""

    stdout: str = ""
    stderr: str = ""
    status: int = 0
    ends: bool = False


class Shell:
    """The shell of one person on one host; its jobs are shared by all shells of the host."""

    def __init__(
        self,
        host: str,
        username: str,
        jobs: dict[str, tuple[Job, ...]],
        cancelled: Callable[[], None],
    ) -> None:
        """`cancelled` is called after each job that is ended."""
        self._cancelled = cancelled
        self._host = host
        self._username = username
        self._jobs = jobs
        self._status = 0

    @property
    def prompt(self) -> str:
        """What an interactive shell shows when it waits for a line."""
        return f"[{self._username}@{self._host} ~]$ "

    def run(self, line: str) -> Outcome:
        """The outcome of a line: commands joined by `;`, `&&` or `||`, words quoted as in sh."""
        try:
            words = _words(line)
        except ValueError as problem:
            self._status = 2
            return Outcome(stderr=f"sh: {problem}\n", status=2)
        stdout, stderr = "", ""
        for separator, command in _commands(words):
            if (self._status == 0) == (separator == "||") and separator != ";":
                continue
            outcome = self._command(command)
            stdout, stderr = stdout + outcome.stdout, stderr + outcome.stderr
            self._status = outcome.status
            if outcome.ends:
                return Outcome(stdout, stderr, self._status, ends=True)
        return Outcome(stdout, stderr, self._status)

    def _command(self, words: list[str]) -> Outcome:
        name, *arguments = words
        if name not in self._builtins:
            return Outcome(stderr=f"sh: {name}: command not found\n", status=127)
        return self._builtins[name](arguments)

    @property
    def _builtins(self) -> Mapping[str, Callable[[list[str]], Outcome]]:
        common: dict[str, Callable[[list[str]], Outcome]] = {
            "echo": lambda words: Outcome(" ".join(words) + "\n"),
            "exit": self._exit,
            "false": lambda _words: Outcome(status=1),
            "hostname": lambda _words: Outcome(f"{self._host}\n"),
            "true": lambda _words: Outcome(),
            "whoami": lambda _words: Outcome(f"{self._username}\n"),
        }
        if self._host in self._jobs:
            common |= {"scancel": self._scancel, "squeue": self._squeue}
        return common

    def _exit(self, words: list[str]) -> Outcome:
        status = words[0] if words else str(self._status)
        if not status.isdigit():
            return Outcome(stderr="sh: exit: numeric argument required\n", status=2, ends=True)
        return Outcome(status=int(status) % 256, ends=True)

    def _squeue(self, words: list[str]) -> Outcome:
        try:
            return Outcome(squeue(words, self._jobs[self._host], self._username))
        except SlurmUsage as problem:
            return Outcome(stderr=str(problem), status=1)

    def _scancel(self, words: list[str]) -> Outcome:
        try:
            self._jobs[self._host] = scancel(words, self._jobs[self._host])
        except SlurmUsage as problem:
            return Outcome(stderr=str(problem), status=1)
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
