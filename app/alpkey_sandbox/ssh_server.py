# SPDX-License-Identifier: BSD-3-Clause
"""The SSH server: what a host asks of a connection and allows on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import asyncssh

from . import node_web
from .door import lets_in
from .network import SSH_PORT, Host, reached
from .slurm import NO_JOB_HERE

if TYPE_CHECKING:
    import asyncio

    from .centre import Centre
    from .forwards import RemoteForwards


class CertificateConnection(asyncssh.SSHServerConnection):
    """A connection to a host, which asks the door about certificates."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        options: asyncssh.SSHServerConnectionOptions,
        centre: Centre,
    ) -> None:
        super().__init__(loop, options)
        self._centre = centre

    # WORKAROUND: asyncssh has no public hook that sees a whole client certificate (validate_ca_key
    # gets the CA's key only), and it judges dates by the machine's clock. So its private method is
    # replaced: serial numbers can be revoked, and the sandbox's clock counts. Seen in 2.24.
    async def _validate_openssh_certificate(
        self, username: str, cert: Any
    ) -> asyncssh.SSHKey | None:
        admitted = lets_in(
            cert.export_certificate(),
            username,
            user_ca=self._centre.authority.public_key,
            revoked=self._centre.ledger.revoked_serials(),
            now=self._centre.clock.now(),
        )
        if not admitted or not _comes_from(self.get_extra_info("peername"), cert):
            return None
        self._key_options = {}
        self._cert_options = cert.options
        key: asyncssh.SSHKey = cert.key
        return key


def _comes_from(peer: tuple[str, int], cert: Any) -> bool:
    """Whether the certificate allows a login from the address of `peer` (source-address)."""
    allowed = cert.options.get("source-address")
    return allowed is None or any(ip_address(peer[0]) in network for network in allowed)


@dataclass(frozen=True)
class HostServices:
    """What a host does for those who log in to it.

    `lets_in` says whether anyone may be on it now, `address_of` where another host listens, and
    `new_session` makes a session for a username.
    """

    lets_in: Callable[[Host], bool]
    address_of: Callable[[Host], tuple[str, int]]
    new_session: Callable[[Host, str], asyncssh.SSHServerProcess[str]]
    forwards: RemoteForwards


class HostServer(asyncssh.SSHServer):
    """What one host allows on one connection."""

    def __init__(
        self,
        host: Host,
        services: HostServices,
        live: dict[asyncssh.SSHServerConnection, Host],
    ) -> None:
        self._host = host
        self._services = services
        self._live = live
        self._username = ""

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._live[conn] = self._host

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._live.pop(self._connection, None)

    def begin_auth(self, username: str) -> bool:
        self._username = username
        if not self._services.lets_in(self._host):
            self._connection.send_auth_banner(f"{NO_JOB_HERE}\r\n")
        return True

    def public_key_auth_supported(self) -> bool:
        return self._services.lets_in(self._host)

    def session_requested(self) -> asyncssh.SSHServerProcess[str]:
        """A session of the user who has logged in."""
        return self._services.new_session(self._host, self._username)

    def server_requested(self, listen_host: str, listen_port: int) -> Any:
        """A remote forward (`-R`), or False where sshd would refuse it."""
        return self._services.forwards.listen(self._connection, listen_host, listen_port) or False

    def connection_requested(
        self,
        dest_host: str,
        dest_port: int,
        orig_host: str,  # noqa: ARG002
        orig_port: int,  # noqa: ARG002
    ) -> Any:
        """Forward to what this host reaches, in the words sshd uses where it cannot."""
        if self._host.is_itself(dest_host):
            return self._forward_to_itself(dest_port)
        other = reached(self._host, dest_host)
        if other is None:
            raise _refusal("Temporary failure in name resolution")
        if dest_port != SSH_PORT:
            raise _refusal("Connection refused")
        return self._connection.forward_connection(*self._services.address_of(other))

    def _forward_to_itself(self, port: int) -> Callable[..., Awaitable[None]]:
        if port == self._host.web_port:
            return partial(node_web.answer, self._host.name)
        forward = self._services.forwards.at(port)
        if forward is None:
            raise _refusal("Connection refused")
        return forward.carry


def _refusal(reason: str) -> asyncssh.ChannelOpenError:
    return asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, reason)
