# SPDX-License-Identifier: BSD-3-Clause
"""The hosts: SSH servers on loopback that take certificates of the user CA and nothing else."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import asyncssh

from . import session, slurm
from .network import HOSTS, Host
from .shell import Shell
from .slurm import JOBS
from .ssh_server import CertificateConnection, HostServer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    from .centre import Centre
    from .slurm import Job

ADDRESS = "127.0.0.1"


@dataclass(frozen=True)
class Listening:
    """Where a host listens, and the public line of its key."""

    address: str
    port: int
    host_key: str


class Hosts:
    """All hosts of the network, in an event loop and a thread of their own.

    A context manager: inside it they listen, afterwards every connection has ended.
    """

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._jobs: dict[str, tuple[Job, ...]] = dict(JOBS)
        self._keys = {name: asyncssh.generate_private_key("ssh-ed25519") for name in HOSTS}
        self._live: dict[asyncssh.SSHServerConnection, Host] = {}
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.listening: Mapping[str, Listening] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._ready.result()
        except OSError:
            self._thread.join()
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        loop, ending = self._ready.result()
        loop.call_soon_threadsafe(ending.set)
        self._thread.join()

    async def _serve(self) -> None:
        """Listen until told to end."""
        loop, ending = asyncio.get_running_loop(), asyncio.Event()
        try:
            servers = {name: await self._listen(loop, host) for name, host in HOSTS.items()}
        except OSError as problem:
            self._ready.set_exception(problem)
            return
        self.listening = {
            name: Listening(ADDRESS, _port(server), _line(self._keys[name]))
            for name, server in servers.items()
        }
        self._ready.set_result((loop, ending))
        await ending.wait()
        for server in servers.values():
            server.close()
        for connection in tuple(self._live):
            connection.abort()
            await connection.wait_closed()

    async def _listen(self, loop: asyncio.AbstractEventLoop, host: Host) -> asyncio.Server:
        options = asyncssh.SSHServerConnectionOptions(
            server_factory=partial(HostServer, host, self._address, self._live, self._lets_in),
            server_host_keys=[self._keys[host.name]],
            process_factory=partial(self._session, host),
            # The default key exchange costs 150 ms a hop and more on a small machine.
            kex_algs=["curve25519-sha256", "curve25519-sha256@libssh.org"],
            compression_algs=["none"],
            password_auth=False,
            kbdint_auth=False,
            gss_host=None,
            allow_scp=False,
            errors="replace",
        )
        return await loop.create_server(
            lambda: CertificateConnection(loop, options, self._centre), ADDRESS, 0, backlog=128
        )

    def _address(self, host: Host) -> tuple[str, int]:
        place = self.listening[host.name]
        return place.address, place.port

    async def _session(self, host: Host, process: asyncssh.SSHServerProcess[str]) -> None:
        username = process.get_extra_info("username")
        shell = Shell(host.name, username, self._jobs, self._empty_nodes)
        await session.serve(shell, process)

    def _lets_in(self, host: Host) -> bool:
        """Whether a person may be on `host` at all: on a node only while a job runs there."""
        return not host.is_node or slurm.lets_in(host.name, chain(*self._jobs.values()))

    def _empty_nodes(self) -> None:
        """End whatever is left on nodes where no job runs any more."""
        for connection, host in tuple(self._live.items()):
            if not self._lets_in(host):
                connection.abort()


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


def _line(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()
