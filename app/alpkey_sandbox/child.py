# SPDX-License-Identifier: BSD-3-Clause
"""The programs of this machine that a host runs: rsync and git, in the user's home folder."""

from __future__ import annotations

import asyncio
import glob
import os
import shutil
import signal
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .folder import UserFolder

GIT_SERVICES = ("git-receive-pack", "git-upload-archive", "git-upload-pack")
PROGRAMS = ("rsync", "git", *GIT_SERVICES)
CHUNK_BYTES = 65_536
END_TIMEOUT_S = 2.0
"""How long a program may take to end by itself after SIGHUP."""


class Streams(Protocol):
    """Standard input, output and error of a session, in bytes."""

    async def read(self) -> bytes:
        """What has come in; nothing at its end."""

    async def write(self, data: bytes) -> None:
        """Put `data` out, as soon as there is room. Raises BrokenPipeError when the peer left."""

    async def write_error(self, data: bytes) -> None:
        """The same, on standard error."""


def command_line(words: Sequence[str], folder: UserFolder) -> list[str] | None:
    """The command for `words`, with paths that lie in `folder`; None if it is not installed."""
    name, *arguments = words
    program = shutil.which("git" if name in GIT_SERVICES else name)
    if program is None:
        return None
    if name in GIT_SERVICES:
        arguments = [name.removeprefix("git-"), *arguments]
    if name == "rsync":
        arguments = [match for word in arguments for match in _matches(word, folder)]
    return [program, *(_argument(word, folder) for word in arguments)]


async def run(
    words: Sequence[str], folder: UserFolder, streams: Streams, *, with_input: bool
) -> int:
    """Run `words`, one of PROGRAMS; its exit status, 127 if it is not installed.

    It gets the input only with `with_input`. It is ended when this is cancelled, and when it writes
    to a peer that has left.
    """
    folder.make()
    command = command_line(words, folder)
    if command is None:
        await streams.write_error(f"sh: {words[0]}: command not found\n".encode())
        return 127
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder.working_folder,
        env=_environment(folder),
        stdin=pipe if with_input else asyncio.subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        start_new_session=True,
    )
    feeding = asyncio.ensure_future(_feed(streams, child.stdin)) if child.stdin else None
    try:
        await asyncio.gather(_put_out(child, streams), _put_out_errors(child, streams))
        status = await child.wait()
    except OSError:  # the peer has left and reads no more
        status = 1
    finally:
        if feeding:
            feeding.cancel()
        await _end(child)
    return status if status >= 0 else 128 - status


async def _feed(streams: Streams, stdin: asyncio.StreamWriter) -> None:
    try:
        while data := await streams.read():
            stdin.write(data)
            await stdin.drain()
    except OSError:
        pass  # the program reads no more
    finally:
        stdin.close()


async def _put_out(child: asyncio.subprocess.Process, streams: Streams) -> None:
    while child.stdout and (data := await child.stdout.read(CHUNK_BYTES)):
        await streams.write(data)


async def _put_out_errors(child: asyncio.subprocess.Process, streams: Streams) -> None:
    while child.stderr and (data := await child.stderr.read(CHUNK_BYTES)):
        await streams.write_error(data)


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the program and what it started: by SIGHUP as sshd does, then by SIGKILL."""
    for number in (signal.SIGHUP, signal.SIGKILL):
        if child.returncode is not None:
            return
        try:
            os.killpg(child.pid, number)
            await asyncio.wait_for(child.wait(), END_TIMEOUT_S)
        except (ProcessLookupError, TimeoutError):
            continue


def _argument(word: str, folder: UserFolder) -> str:
    """A path, or an option whose value is one, such as `--partial-dir=/tmp`."""
    option, equals, value = word.partition("=")
    if word.startswith("-"):
        return f"{option}={folder.inside(value)}" if equals else word
    return folder.inside(word)


def _matches(word: str, folder: UserFolder) -> list[str]:
    """The files that `word` stands for, as a shell expands it, else the word itself."""
    if word.startswith("-") or not glob.has_magic(word):
        return [word]
    pattern = folder.inside(word)
    found = glob.glob(pattern, root_dir=folder.working_folder)  # noqa: PTH207  as relative as typed
    return sorted(found) or [word]


def _environment(folder: UserFolder) -> dict[str, str]:
    """That of a new login, in which git finds neither settings nor repositories of this machine."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder.working_folder),
        "USER": folder.username,
        "LOGNAME": folder.username,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.root),
        "GIT_TERMINAL_PROMPT": "0",
    }
