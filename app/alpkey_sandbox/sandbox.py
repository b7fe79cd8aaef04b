# SPDX-License-Identifier: BSD-3-Clause
"""The sandbox: services, hosts and prepared home, started and ended together."""

from __future__ import annotations

import fcntl
import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from . import control, description, gateway, home, programs, sshservice
from .account import open_account
from .authority import public_line
from .centre import Centre
from .clock import Clock
from .description import Description
from .files import make_private_folder
from .hosts import Hosts
from .openid import provider
from .openid.realm import Realm
from .openid.server import PATH as ISSUER_PATH
from .openid.server import Server
from .openid.signer import Signer
from .tls import server_context
from .web import WebServer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from .account import Account

USERNAME = "alice"
PASSWORD = "Piz Palu $3899 - it's #1!"  # noqa: S105 - the known password of an account for trying


class SandboxError(Exception):
    """The sandbox cannot start; the text says why."""


class Sandbox:
    """A centre on loopback below `directory`: a context manager that runs while inside.

    `port` is that of the HTTPS service, 0 for a free one. On entering raises SandboxError when
    another sandbox uses the directory, when the port is taken, or when the directory cannot be
    written. On leaving every connection is closed and the directory stays.
    """

    def __init__(
        self,
        directory: Path | str,
        *,
        username: str = USERNAME,
        password: str = PASSWORD,
        port: int = 0,
    ) -> None:
        self.directory = Path(directory).absolute()
        self.centre = Centre(open_account(username, password), Clock())
        self._port = port
        self._running = ExitStack()
        self._description: Description | None = None

    @property
    def description(self) -> Description:
        """What `sandbox.json` holds. Only while the sandbox runs."""
        if self._description is None:
            raise RuntimeError("the sandbox has not been started")
        return self._description

    def code(self) -> str:
        """The one-time code of the moment, by the sandbox's clock."""
        return self.centre.code()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            try:
                self._start(starting)
            except OSError as error:
                raise SandboxError(f"{error.strerror or error}: {self.directory}") from error
            self._running = starting.pop_all()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.centre.end()
        self._running.close()

    def _start(self, running: ExitStack) -> None:
        """Start everything, and say where it is once all of it answers."""
        make_private_folder(self.directory)
        running.enter_context(_alone_in(self.directory))
        (self.directory / description.FILE).unlink(missing_ok=True)
        ca_bundle = self.directory / "ca.pem"
        service = running.enter_context(self._service(server_context(ca_bundle)))
        path = f"/{secrets.token_urlsafe(24)}"
        app = control.make_app(self.centre, path, self._account_changed)
        controls = running.enter_context(WebServer(app, now=self.centre.clock.now))
        hosts = running.enter_context(Hosts(self.centre, self.directory / "hosts"))
        account = self.centre.account
        top = f"https://localhost:{service.port}"
        self._description = Description(
            home=str(self.directory / "home"),
            service_url=f"{top}{sshservice.PATH}",
            gateway_url=f"{top}{gateway.PATH}",
            issuer=f"{top}{ISSUER_PATH}",
            token_url=f"{top}{programs.PATH}/token",
            ca_bundle=str(ca_bundle),
            username=account.username,
            password=account.password,
            totp_secret=account.totp_secret,
            api_key=self.centre.api_key,
            guest=self.centre.guest.username,
            program=self.centre.program.username,
            hosts=description.addresses(hosts.listening),
            user_ca=public_line(self.centre.authority.public_key).strip(),
            control_url=f"http://127.0.0.1:{controls.port}{path}",
        )
        home.prepare(self._description, hosts.listening)
        self._description.write(self.directory)

    def _service(self, tls: ssl.SSLContext) -> WebServer:
        server = Server(self.centre, Realm(self.centre.clock), Signer())
        app = DispatcherMiddleware(
            sshservice.make_app(self.centre),
            {
                gateway.PATH: gateway.make_app(self.centre, server),
                programs.PATH: programs.make_app(self.centre, server),
                ISSUER_PATH: provider.make_app(self.centre, server),
            },
        )
        try:
            return WebServer(app, port=self._port, tls=tls, now=self.centre.clock.now)
        except (OSError, OverflowError) as error:
            raise SandboxError(f"port {self._port} cannot be used: {error}") from error

    def _account_changed(self, account: Account) -> None:
        """Keep the description true."""
        self._description = replace(
            self.description, password=account.password, totp_secret=account.totp_secret
        )
        self._description.write(self.directory)


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Hold the directory's lock, which the kernel frees should this process be killed."""
    with (directory / "sandbox.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SandboxError(f"another sandbox is running in {directory}") from None
        yield
