# SPDX-License-Identifier: BSD-3-Clause
"""The session: a shell at the end of an SSH channel, for one command or line after line."""

from __future__ import annotations

import asyncssh

from .shell import Shell

CHUNK_CHARACTERS = 65_536


class ChannelStreams:
    """The standard streams of a session in bytes; text only where there is a terminal."""

    def __init__(self, process: asyncssh.SSHServerProcess[str]) -> None:
        self._process = process
        self.has_terminal = process.get_terminal_type() is not None
        self._encoding, self._errors = "utf-8", "replace"
        if not self.has_terminal:
            # Each byte is one character of latin-1, so all bytes pass as they are.
            self._encoding, self._errors = "latin-1", "strict"
            process.channel.set_encoding(self._encoding)

    async def read(self) -> bytes:
        """What has come in; nothing at its end."""
        while True:
            try:
                text = await self._process.stdin.read(CHUNK_CHARACTERS)
            except (asyncssh.BreakReceived, asyncssh.SignalReceived, asyncssh.TerminalSizeChanged):
                continue
            except asyncssh.Error:
                return b""
            return text.encode(self._encoding, self._errors)

    async def read_line(self) -> str:
        """The next line with its end; empty at the end of the input. Raises BreakReceived."""
        while True:
            try:
                line = await self._process.stdin.readline()
            except asyncssh.TerminalSizeChanged:
                continue
            return line.encode(self._encoding, self._errors).decode(errors="replace")

    async def write(self, data: bytes) -> None:
        """Put `data` out, as soon as there is room. Raises BrokenPipeError when the peer left."""
        await self._write(self._process.stdout, data)

    async def write_error(self, data: bytes) -> None:
        """The same, on standard error."""
        await self._write(self._process.stderr, data)

    async def _write(self, writer: asyncssh.SSHWriter[str], data: bytes) -> None:
        try:
            writer.write(data.decode(self._encoding, self._errors))
            await writer.drain()
        except asyncssh.Error as error:
            raise BrokenPipeError from error


async def serve(
    shell: Shell, process: asyncssh.SSHServerProcess[str], streams: ChannelStreams
) -> None:
    """Run the command of a session, or a shell that reads lines until it is left."""
    try:
        if process.command is not None:
            ending = await shell.run(process.command, streams, with_input=True)
            process.exit(ending.status)
        else:
            process.exit(await _read_lines(shell, streams))
    except BrokenPipeError:
        process.close()


async def _read_lines(shell: Shell, streams: ChannelStreams) -> int:
    """Run lines until `exit` or the end of input, prompting where there is a terminal."""
    prompt = shell.prompt.encode() if streams.has_terminal else b""
    status = 0
    while True:
        await streams.write(prompt)
        try:
            line = await streams.read_line()
        except asyncssh.BreakReceived:
            await streams.write(b"^C\n")
            continue
        if not line:
            return status
        ending = await shell.run(line, streams, with_input=False)
        status = ending.status
        if ending.leaves:
            return status
