# SPDX-License-Identifier: BSD-3-Clause
"""The hosts: SSH servers on loopback that take certificates of the user CA and nothing else."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import asyncssh

from . import session, slurm
from .files import make_private_folder
from .folder import UserFolder
from .forwards import RemoteForwards
from .network import HOSTS, Host
from .sftp import FileServer
from .shell import Login, Shell
from .slurm import Queue
from .ssh_server import CertificateConnection, HostServer, HostServices

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from .centre import Centre

ADDRESS = "127.0.0.1"
SFTP_VERSION = 3
"""The one that OpenSSH speaks."""


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

    def __init__(self, centre: Centre, folder: Path) -> None:
        """`folder` holds the files of the hosts, one folder each."""
        self._centre = centre
        self._folder = folder
        self._queue = Queue(self._empty_nodes)
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
        """Listen until the end is asked for."""
        loop, ending = asyncio.get_running_loop(), asyncio.Event()
        try:
            servers = {name: await self._listen(loop, host) for name, host in HOSTS.items()}
        except OSError as error:
            self._ready.set_exception(error)
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
        services = HostServices(
            self._lets_in, self._address, self._session, RemoteForwards(host.web_port)
        )
        make_private_folder(self._folder / host.name)
        options = asyncssh.SSHServerConnectionOptions(
            server_factory=partial(HostServer, host, services, self._live),
            server_host_keys=[self._keys[host.name]],
            # The default key exchange costs 150 ms a hop and more on a small machine.
            kex_algs=["curve25519-sha256", "curve25519-sha256@libssh.org"],
            compression_algs=["none"],
            password_auth=False,
            kbdint_auth=False,
            gss_host=None,
            # Its default is the real home's, where the cookies of the machine's own display lie.
            x11_forwarding=True,
            x11_auth_path=str(self._folder / host.name / ".Xauthority"),
            errors="replace",
        )
        return await loop.create_server(
            lambda: CertificateConnection(loop, options, self._centre), ADDRESS, 0, backlog=128
        )

    def _address(self, host: Host) -> tuple[str, int]:
        place = self.listening[host.name]
        return place.address, place.port

    def _session(self, host: Host, username: str) -> asyncssh.SSHServerProcess[str]:
        """A session with files, for all but the guest.

        Anyone on this machine can sign in as the guest, and programs run with the rights of the
        user of this machine who started the sandbox.
        """
        folder = None
        if username != self._centre.guest.username:
            folder = UserFolder(self._folder / host.name, username)
        file_server = partial(FileServer, folder) if folder else None
        start = partial(self._start, Login(host.name, username, folder))
        return asyncssh.SSHServerProcess(start, file_server, SFTP_VERSION, allow_scp=True)

    def _start(
        self, login: Login, process: asyncssh.SSHServerProcess[str]
    ) -> Coroutine[Any, Any, None]:
        """Run at once, before any input is decoded; the session itself runs later."""
        login = replace(login, display=process.channel.get_x11_display())
        shell = Shell(login, self._queue, self._centre.clock)
        return session.serve(shell, process, session.ChannelStreams(process))

    def _lets_in(self, host: Host) -> bool:
        """Whether a user may be on `host` at all: on a node only while a job runs there."""
        return not host.is_node or slurm.lets_in(host.name, self._queue.all)

    def _empty_nodes(self) -> None:
        """End whatever is left on nodes where no job runs any more."""
        for connection, host in tuple(self._live.items()):
            if not self._lets_in(host):
                connection.abort()


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


def _line(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()
