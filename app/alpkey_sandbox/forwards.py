# SPDX-License-Identifier: BSD-3-Clause
"""The remote forwards: ports of a host that lead back to a client (`ssh -R`).

They are ports of the host alone and none of this machine, where all hosts and the client live
together: the service behind a forward often has the same number.
"""

from __future__ import annotations

import asyncio
from itertools import count
from typing import TYPE_CHECKING

import asyncssh

if TYPE_CHECKING:
    from asyncssh import SSHReader, SSHWriter

FIRST_USER_PORT = 1024
FIRST_DYNAMIC_PORT = 40_000
CHUNK_BYTES = 65_536


class RemoteForwards:
    """The ports of one host at which clients listen, on its loopback (`GatewayPorts no`)."""

    def __init__(self, taken: int | None = None) -> None:
        """`taken` is the port of the host's own service, if it has one."""
        self._taken = taken
        self._listening: dict[int, RemoteForward] = {}

    def listen(
        self, connection: asyncssh.SSHServerConnection, address: str, port: int
    ) -> RemoteForward | None:
        """Listen at `port` (0 for a free one) for `connection`; None where sshd would refuse."""
        if port == 0:
            port = next(free for free in count(FIRST_DYNAMIC_PORT) if free not in self._listening)
        elif port < FIRST_USER_PORT or port == self._taken or port in self._listening:
            return None
        self._listening[port] = RemoteForward(self, connection, address, port)
        return self._listening[port]

    def at(self, port: int) -> RemoteForward | None:
        """What listens at `port`."""
        return self._listening.get(port)

    def close(self, port: int) -> None:
        """Listen at `port` no more."""
        self._listening.pop(port, None)


class RemoteForward(asyncssh.SSHListener):
    """One port; connections to it go to the client that asked for it."""

    def __init__(
        self,
        forwards: RemoteForwards,
        connection: asyncssh.SSHServerConnection,
        address: str,
        port: int,
    ) -> None:
        super().__init__()
        self._forwards = forwards
        self._connection = connection
        self._address = address
        self._port = port

    def get_port(self) -> int:
        """The port number."""
        return self._port

    def close(self) -> None:
        """Take no more connections; those that are open stay."""
        self._forwards.close(self._port)

    async def carry(self, reader: SSHReader[bytes], writer: SSHWriter[bytes]) -> None:
        """Join a connection to the client's side, until both directions have ended."""
        try:
            far_reader, far_writer = await self._connection.open_connection(
                self._address, self._port
            )
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
            far_writer.close()
        except (asyncssh.Error, OSError):
            pass  # a side that is not there closes the other, as with sshd
        finally:
            writer.close()


async def _copy(reader: SSHReader[bytes], writer: SSHWriter[bytes]) -> None:
    while data := await reader.read(CHUNK_BYTES):
        writer.write(data)
        await writer.drain()
    writer.write_eof()
