"""Agents for tests: OpenSSH's own, a client that sends what it likes, and fakes that are odd."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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
