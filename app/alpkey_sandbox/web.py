# SPDX-License-Identifier: BSD-3-Clause
"""The web server: a small threaded WSGI server with keep-alive that answers in one write.

Werkzeug's own closes the connection after each answer, and writes head and body apart; with
delayed acknowledgements that costs a client 40 ms which it would have to answer for.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import sys
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self
    from wsgiref.types import WSGIApplication, WSGIEnvironment

MOST_BODY_BYTES = 1_000_000
IDLE_S = 120
POLL_S = 0.05


class AnswerCut(ConnectionAbortedError):
    """Raised by an application's body to have the connection closed instead of an answer."""


class WebServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Serves one WSGI application on 127.0.0.1, over TLS when given a context.

    `now` feeds the Date header. Raises OSError when the port is taken; port 0 picks a free one.
    A context manager: while inside it serves, afterwards every connection and thread has ended.
    """

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        app: WSGIApplication,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(("127.0.0.1", port), WebHandler)
        self.app = app
        self.now = now
        self._tls = tls
        self._live: set[socket.socket] = set()
        self._accepting = threading.Thread(target=self.serve_forever, args=(POLL_S,))

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    @property
    def scheme(self) -> str:
        """`https`, or `http` without a context."""
        return "https" if self._tls else "http"

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.shutdown()
        self._accepting.join()
        for connection in tuple(self._live):
            _end(connection)
        self.server_close()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; its handshake is left to its own thread."""
        connection, address = super().get_request()
        if self._tls:
            connection = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        self._live.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection that its thread is done with."""
        self._live.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that go away; anything else is a bug to be shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class WebHandler(BaseHTTPRequestHandler):
    """Hands the requests of one connection to the application, one after the other."""

    server: WebServer
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    disable_nagle_algorithm = True
    wbufsize = 65_536

    # What the standard library's handler looks for: one method per verb, in its own spelling.
    def do_GET(self) -> None:
        """Answer any verb."""
        length = self._body_length()
        if length is None:
            return
        environ = self._environ(self.rfile.read(length))
        body = self.server.app(environ, self._start_response)
        try:
            self._send(iter(body))
        except AnswerCut:
            self.close_connection = True
        finally:
            if hasattr(body, "close"):
                body.close()

    do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = do_GET  # noqa: N815

    def setup(self) -> None:
        """Shake hands in the connection's own thread, so that a slow client delays no other."""
        super().setup()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()

    def finish(self) -> None:
        """Drop what could not be sent to a client that is gone."""
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep no log: the ledger holds the requests."""

    def version_string(self) -> str:
        """The Server header."""
        return "sandbox"

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002
        """The Date header, by the sandbox's clock."""
        return format_datetime(self.server.now(), usegmt=True)

    def _body_length(self) -> int | None:
        """The request's length; None after refusing one that cannot be read to its end."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            self._refuse(411)
        elif not (length.isascii() and length.isdigit()):
            self._refuse(400)
        elif int(length) > MOST_BODY_BYTES:
            self._refuse(413)
        else:
            return int(length)
        return None

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self.send_error(status)

    def _environ(self, body: bytes) -> WSGIEnvironment:
        """The request as WSGI describes it (PEP 3333)."""
        path, _, query = self.path.partition("?")
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.server.scheme,
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], _problem: object = None
    ) -> Callable[[bytes], object]:
        """Put the head of the answer together; nothing leaves before the first of the body."""
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        self._chunked = not any(name.lower() == "content-length" for name, _ in headers)
        if self._chunked:
            self.send_header("Transfer-Encoding", "chunked")
        return self.wfile.write

    def _send(self, body: Iterator[bytes]) -> None:
        """Send head and body: what there is at first in one write, then piece by piece."""
        first = next(body, b"")
        self.end_headers()
        self._send_piece(first)
        for piece in body:
            self.wfile.flush()
            self._send_piece(piece)
        if self._chunked:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _send_piece(self, piece: bytes) -> None:
        if self._chunked and piece:
            piece = b"%x\r\n%b\r\n" % (len(piece), piece)
        self.wfile.write(piece)


def _end(connection: socket.socket) -> None:
    """Wake the thread that reads from `connection`.

    The plain socket's shutdown, as that of an SSLSocket takes its TLS state away under the
    reader's feet.
    """
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        return  # gone already
