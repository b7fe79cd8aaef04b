"""Where a browser comes back to after a sign-in: a listener on this computer only (RFC 8252)."""

import errno
import hmac
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from urllib.parse import parse_qs, urlsplit

from alpkey.adapters.service.json_responses import shown
from alpkey.core.errors import Cancelled, SignInRefused, Unreachable
from alpkey.core.messages import signin as signin_messages
from alpkey.core.secret import Secret
from alpkey.core.signin.ports import AwaitCode, BrowserRequest

# Both, as "localhost" is either; a computer without IPv6 has the first alone.
ADDRESSES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)

GLANCE_S = 0.1
"""How often a wait looks whether it is cancelled."""

SAID_WITHIN_S = 1.0
"""How long the last page has to reach the browser before the listener ends."""

_Query = Mapping[str, str]

START = "/start/"
# What the listener itself puts beside a browser's answers.
_OPENED_TWICE: _Query = {"opened": "twice"}


class RedirectListener:
    """Listens at ``redirect_uri``, whose host is ``localhost``."""

    def __init__(self, redirect_uri: str, site_name: str) -> None:
        self._port = urlsplit(redirect_uri).port or 80
        self._site_name = site_name

    @contextmanager
    def listening(self, request: BrowserRequest) -> Iterator[AwaitCode]:
        answers = _Answers()
        starts = _StartAddresses()
        with ExitStack() as servers:
            for family, address in ADDRESSES:
                try:
                    server = _Server(family, (address, self._port), request, answers, starts)
                except OSError as error:
                    if family == socket.AF_INET6 and error.errno in _NO_IPV6:
                        continue
                    raise Unreachable("callback-busy", port=self._port) from None
                servers.enter_context(_serving(server))
            servers.callback(answers.wait_for_the_page)
            yield _Listening(answers, starts, f"http://localhost:{self._port}", self._site_name)


class _Answers:
    """What a browser brought, in the order it came, before the browser reads that it did."""

    def __init__(self) -> None:
        self._brought: SimpleQueue[_Query] = SimpleQueue()
        self._saying = Lock()

    @contextmanager
    def bring(self, answer: _Query) -> Iterator[None]:
        """Takes ``answer`` in; the page about it is sent inside."""
        with self._saying:
            self._brought.put(answer)
            yield

    def next(self, timeout_s: float) -> _Query:
        """Raises Empty after ``timeout_s`` seconds."""
        return self._brought.get(timeout=timeout_s)

    def wait_for_the_page(self) -> None:
        """Until the browser has the page about the last answer, for it may be the last it gets."""
        if self._saying.acquire(timeout=SAID_WITHIN_S):
            self._saying.release()


class _StartAddresses:
    """The paths that lead to the page of the request, each of them once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._unopened: set[str] = set()
        self._opened: set[str] = set()

    def new(self) -> str:
        path = f"{START}{secrets.token_urlsafe(32)}"
        with self._lock:
            self._unopened.add(path)
        return path

    def open(self, path: str) -> bool | None:
        """Whether this is the first time; None where there is no such path."""
        with self._lock:
            if path in self._unopened:
                self._unopened.remove(path)
                self._opened.add(path)
                return True
            return False if path in self._opened else None


class _Listening:
    """A listener in wait for its browser."""

    def __init__(
        self, answers: _Answers, starts: _StartAddresses, origin: str, site_name: str
    ) -> None:
        self._answers = answers
        self._starts = starts
        self._origin = origin
        self._site_name = site_name

    def start_address(self) -> str:
        return f"{self._origin}{self._starts.new()}"

    def __call__(self, timeout_s: float, cancelled: Callable[[], bool]) -> Secret:
        ends = monotonic() + timeout_s
        while not cancelled():
            left = ends - monotonic()
            if left <= 0:
                raise Cancelled("browser-late", site=self._site_name, minutes=round(timeout_s / 60))
            try:
                return self._code(self._answers.next(min(left, GLANCE_S)))
            except Empty:
                continue
        raise Cancelled

    def _code(self, answer: _Query) -> Secret:
        if answer is _OPENED_TWICE:
            raise SignInRefused("opened-twice", site=self._site_name, retryable=True)
        if "code" in answer:
            return Secret(answer["code"])
        if answer["error"] == "access_denied":
            raise Cancelled("sign-in-denied", site=self._site_name)
        message = shown(answer.get("error_description") or answer["error"])
        raise SignInRefused("request-refused", site=self._site_name, message=message)


class _Server(ThreadingHTTPServer):
    """One address of the two."""

    daemon_threads = True  # a browser may hold a connection open without ever sending a byte

    def __init__(
        self,
        family: socket.AddressFamily,
        address: tuple[str, int],
        request: BrowserRequest,
        answers: _Answers,
        starts: _StartAddresses,
    ) -> None:
        self.address_family = family
        self.request = request
        self.answers = answers
        self.starts = starts
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Without the look-up of a name for the address that HTTPServer would add."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that disconnects early is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        state = self.server.request.state
        if self._asked_for_us() and url.path.startswith(START):
            self._start(url.path)
        elif url.path != "/" or not {"code", "error"} & query.keys() or not self._asked_for_us():
            self._say(404, signin_messages.PAGES["nothing-here"])
        elif not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
            self._say(400, signin_messages.PAGES["another-sign-in"])
        else:
            page = "signed-in" if "code" in query else "not-signed-in"
            with self.server.answers.bring(query):
                self._say(200, signin_messages.PAGES[page])

    def _start(self, path: str) -> None:
        match self.server.starts.open(path):
            case True:
                self._say(302, signin_messages.PAGES["go-on"], self.server.request.url)
            case False:
                with self.server.answers.bring(_OPENED_TWICE):
                    self._say(409, signin_messages.PAGES["opened-twice"])
            case None:
                self._say(404, signin_messages.PAGES["nothing-here"])

    def _asked_for_us(self) -> bool:
        """Whether the browser believes to talk to this computer, not to a name that leads here."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        return host in {"localhost", "127.0.0.1", "::1"}

    def _say(self, status: int, sentence: str, location: str | None = None) -> None:
        page = f"<!DOCTYPE html><title>Alpkey</title><p>{sentence}</p>\n".encode()
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """No log: the line would hold the code."""


@contextmanager
def _serving(server: _Server) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, args=(GLANCE_S,), daemon=True, name="callback")
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
