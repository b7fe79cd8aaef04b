"""HTTP: bounded in time and size, never redirected, never helped by ``~/.netrc``."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from alpkey.adapters.http import ANSWER_LIMIT_BYTES, AnswerLost, Http, NotSent
from alpkey.core.errors import Unreachable

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Answer = Callable[[socket.socket, threading.Event], None]


@contextmanager
def server(answer: Answer) -> Iterator[tuple[str, list[bytes]]]:
    """One that answers every request by ``answer``: its address, and what it was sent."""
    asked: list[bytes] = []
    ended = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection = listener.accept()[0]
                with connection, suppress(OSError):
                    asked.append(whole_request(connection))
                    answer(connection, ended)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/", asked
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


def test_netrc_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password hidden\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with server(says(OK + b"Content-Length: 2\r\n\r\n{}")) as (url, asked):
        assert Http().get(url, timeout_s=5).body == b"{}"
    assert b"authorization" not in asked[0].lower()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused(status: int) -> None:
    head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
    with server(says(head.encode())) as (url, asked):
        with pytest.raises(Unreachable) as raised:
            Http().post(url, {}, timeout_s=5)
        assert raised.value.code == "redirected"
    assert len(asked) == 1


def test_a_body_is_bounded() -> None:
    size = ANSWER_LIMIT_BYTES + 1
    head = OK + f"Content-Length: {size}\r\n\r\n".encode()
    with server(says(head + b" " * size)) as (url, _), pytest.raises(AnswerLost):
        Http().get(url, timeout_s=5)


def test_the_whole_time_is_bounded() -> None:
    with server(drips) as (url, _):
        with pytest.raises(AnswerLost) as raised:
            Http().get(url, timeout_s=0.3)
        assert raised.value.code == "too-slow"


def test_a_server_that_hangs_up_lost_the_answer() -> None:
    with server(says(b"")) as (url, _), pytest.raises(AnswerLost):
        Http().post(url, {}, timeout_s=5)


def test_a_refused_connection_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with pytest.raises(NotSent) as raised:
        Http().get(url, timeout_s=5)
    assert raised.value.nobody_there
