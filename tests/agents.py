"""Agents for tests: OpenSSH's own, a client that sends what it likes, and fakes that are odd."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer


@contextmanager
def openssh_agent(folder: Path) -> Iterator[str]:
    """A real ssh-agent; its socket."""
    path = str(folder / "agent")
    with subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it speaks once it listens
        try:
            yield path
        finally:
            process.terminate()


class Raw(socket.socket):
    """A client that sends messages as they are."""

    def __init__(self, path: str) -> None:
        super().__init__(socket.AF_UNIX)
        self.connect(path)

    def ask(self, message: bytes) -> bytes:
        self.sendall(len(message).to_bytes(4, "big") + message)
        return self.recv(5)[4:]


class _Refusal(StreamRequestHandler):
    def handle(self) -> None:
        while size := self.rfile.read(4):
            self.rfile.read(int.from_bytes(size, "big"))
            self.wfile.write(b"\0\0\0\1\5")  # SSH_AGENT_FAILURE


@contextmanager
def refusing_agent(path: str) -> Iterator[None]:
    """A fake agent that says no to everything, to any number of callers."""
    with ThreadingUnixStreamServer(path, _Refusal) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


@contextmanager
def odd_agent(path: str, answer: Callable[[socket.socket], object]) -> Iterator[None]:
    """A fake agent that accepts one call, reads it, and then does something odd."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        ended = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(4096)
                answer(connection)
                ended.wait(10)

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        ended.set()
        thread.join()
