"""HTTP: bounded in time and size, never redirected, never helped by ``~/.netrc``."""

import re
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from alpkey.adapters.service.http import ANSWER_LIMIT_BYTES, AnswerLost, Http, NotSent
from alpkey.core.errors import InvalidFile, Unreachable
from alpkey.core.secret import Secret

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LONG_S = 30.0
Answer = Callable[[socket.socket, threading.Event], None]


class Served(NamedTuple):
    """A server's address, what it was sent, and a client that trusts it."""

    url: str
    asked: list[bytes]
    http: Http


@contextmanager
def server(answer: Answer) -> Iterator[Served]:
    """One that answers every request by ``answer``."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(str(bundle))
        http = Http(str(bundle))
    with _listening(answer, tls) as (port, asked):
        yield Served(f"https://127.0.0.1:{port}/", asked, http)


@contextmanager
def _listening(
    answer: Answer, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[int, list[bytes]]]:
    asked: list[bytes] = []
    ended = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection = listener.accept()[0]
                if tls:
                    connection = tls.wrap_socket(connection, server_side=True)
                with connection, suppress(OSError):
                    asked.append(whole_request(connection))
                    answer(connection, ended)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], asked
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def whole_request(connection: socket.socket) -> bytes:
    """Head and body, which need not come in one piece."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: (\d+)", head)
    while found and len(body) < int(found[1]):
        body += some(connection)
    return head + b"\r\n\r\n" + body


def some(connection: socket.socket) -> bytes:
    data = connection.recv(64 * 1024)
    if not data:
        raise ConnectionAbortedError
    return data


def says(data: bytes) -> Answer:
    return lambda connection, _ended: connection.sendall(data)


def drips(connection: socket.socket, ended: threading.Event) -> None:
    """Each byte comes in time, the whole never does."""
    connection.sendall(OK + b"Content-Length: 100000\r\n\r\n")
    while not ended.wait(0.02):
        connection.sendall(b" ")


def test_the_clock_of_the_peer_goes_on_from_its_last_answer() -> None:
    head = OK + b"Date: Tue, 01 Dec 2026 08:00:00 GMT\r\nContent-Length: 2\r\n\r\n{}"
    said = datetime(2026, 12, 1, 8, tzinfo=UTC)
    with server(says(head)) as (url, _, http):
        assert http.peer_time() is None
        http.get(url, timeout_s=5)
        first = http.peer_time()
        second = http.peer_time()
    assert first is not None
    assert second is not None
    assert said <= first <= second < said + timedelta(minutes=1)


def test_netrc_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password hidden\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with server(says(OK + b"Content-Length: 2\r\n\r\n{}")) as (url, asked, http):
        assert http.get(url, timeout_s=5).body == b"{}"
    assert b"authorization" not in asked[0].lower()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused(status: int) -> None:
    head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
    with server(says(head.encode())) as (url, asked, http):
        with pytest.raises(Unreachable) as raised:
            http.post(url, {}, timeout_s=5)
        assert raised.value.code == "redirected"
    assert len(asked) == 1


def test_a_body_is_bounded() -> None:
    size = ANSWER_LIMIT_BYTES + 1
    head = OK + f"Content-Length: {size}\r\n\r\n".encode()
    with server(says(head + b" " * size)) as (url, _, http), pytest.raises(AnswerLost):
        http.get(url, timeout_s=5)


def test_the_whole_time_is_bounded() -> None:
    with server(drips) as (url, _, http):
        with pytest.raises(AnswerLost) as raised:
            http.get(url, timeout_s=0.3)
        assert raised.value.code == "too-slow"


@pytest.mark.parametrize("begins", [b"", OK, OK + b"Content-Length: 9\r\n\r\n{"])
def test_a_server_that_falls_silent_is_too_slow_whichever_clock_is_first(
    begins: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours for the whole exchange, or that of the socket: on a busy machine either may be."""
    monkeypatch.setattr("alpkey.adapters.service.http.within", lambda _, call: call())

    def falls_silent(connection: socket.socket, ended: threading.Event) -> None:
        connection.sendall(begins)
        ended.wait(LONG_S)

    with server(falls_silent) as (url, _, http), pytest.raises(AnswerLost) as raised:
        http.get(url, timeout_s=0.2)
    assert raised.value.code == "too-slow"


def test_a_server_that_never_begins_tls_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alpkey.adapters.service.http.within", lambda _, call: call())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(AnswerLost) as raised:
            Http().get(url, timeout_s=0.2)
    assert raised.value.code == "too-slow"


def test_a_server_that_hangs_up_lost_the_answer() -> None:
    with server(says(b"")) as (url, _, http), pytest.raises(AnswerLost):
        http.post(url, {}, timeout_s=5)


def test_a_refused_connection_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
    with pytest.raises(NotSent) as raised:
        Http().get(url, timeout_s=5)
    assert raised.value.nobody_there


@pytest.mark.parametrize("scheme", ["http", "HTTP", "ftp"])
def test_nothing_is_sent_without_tls(scheme: str) -> None:
    """Nor on loopback, whatever it is: whoever made the address may have been misled."""
    with _listening(says(OK + b"Content-Length: 2\r\n\r\n{}")) as (port, asked):
        url = f"{scheme}://127.0.0.1:{port}/path?code=hidden"
        http, hidden = Http(), Secret("hidden")
        for send in (
            lambda: http.get(url, timeout_s=5),
            lambda: http.post(url, {"password": "hidden"}, timeout_s=5),
            lambda: http.send("POST", url, form={"password": hidden}, timeout_s=5),
            lambda: http.send("GET", url, secret_headers={"A": hidden}, timeout_s=5),
        ):
            with pytest.raises(InvalidFile) as raised:
                send()
            assert (raised.value.code, raised.value.exit_code) == ("address-insecure", 9)
            assert raised.value.params == {"address": f"{scheme.lower()}://127.0.0.1:{port}/path"}
    assert asked == []
