"""Agents for tests: OpenSSH's own, a client that sends what it likes, and fakes that are odd."""

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer


@contextmanager
def openssh_agent(folder: Path, **environ: str) -> Iterator[str]:
    """A real ssh-agent; its socket."""
    path = str(folder / "agent")
    command = ["ssh-agent", "-D", "-a", path]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, **environ}
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it speaks once it listens
        try:
            yield path
        finally:
            process.terminate()


def end_agent(path: Path) -> None:
    """Ends the real ssh-agent that listens there, if one does."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return
        os.kill(process_behind(connection), signal.SIGTERM)
        with suppress(ConnectionError):
            connection.recv(1)


def process_behind(connection: socket.socket) -> int:
    if sys.platform == "darwin":
        return connection.getsockopt(0, 2)  # LOCAL_PEERPID
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int(struct.unpack("3i", found)[0])


class Askpass:
    """A tiny program that an agent asks with: it counts the questions and answers as it is told."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "askpass"
        self._allows, self._asked = folder / "allows", folder / "asked"
        self.path.write_text(
            f"#!/bin/sh\nprintf x >> '{self._asked}'\nexec test -e '{self._allows}'\n"
        )
        self.path.chmod(0o700)

    @property
    def environ(self) -> dict[str, str]:
        """What an agent needs to find it; nothing is ever shown on the display."""
        return {"SSH_ASKPASS": str(self.path), "DISPLAY": ":99"}

    def allow(self, allows: bool) -> None:
        self._allows.touch() if allows else self._allows.unlink(missing_ok=True)

    def asked(self) -> int:
        """How often since the last call."""
        count = self._asked.stat().st_size if self._asked.exists() else 0
        self._asked.unlink(missing_ok=True)
        return count


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
def _serving(path: str, handler: type[StreamRequestHandler]) -> Iterator[None]:
    with ThreadingUnixStreamServer(path, handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


@contextmanager
def refusing_agent(path: str) -> Iterator[None]:
    """A fake agent that says no to everything, to any number of callers."""
    with _serving(path, _Refusal):
        yield


def no_confirm_agent(path: str, real: str) -> AbstractContextManager[None]:
    """Takes every key but one whose uses are to be confirmed."""
    return strict_agent(
        path, real, lambda message: message[0] == 25 and (message[-1] == 2 or message[-6] == 2)
    )


def no_constraints_agent(path: str, real: str) -> AbstractContextManager[None]:
    """Takes a key only for as long as it likes, as KeePassXC and Pageant do."""
    return strict_agent(path, real, lambda message: message[0] == 25)


@contextmanager
def strict_agent(path: str, real: str, refuses: Callable[[bytes], bool]) -> Iterator[None]:
    """Passes on to the ``real`` one what it does not refuse."""

    class Door(StreamRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as behind:
                behind.connect(real)
                answers = behind.makefile("rb")
                while head := self.rfile.read(4):
                    message = self.rfile.read(int.from_bytes(head, "big"))
                    if refuses(message):
                        self.wfile.write(b"\0\0\0\1\5")
                        continue
                    behind.sendall(head + message)
                    size = answers.read(4)
                    self.wfile.write(size + answers.read(int.from_bytes(size, "big")))

    with _serving(path, Door):
        yield


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


def lock(path: str) -> None:
    """Locks a real agent, which then lists nothing and takes nothing (ssh-add(1), -x)."""
    with Raw(path) as raw:
        assert raw.ask(b"\x16\0\0\0\x02pw") == b"\x06"  # SSH_AGENTC_LOCK
