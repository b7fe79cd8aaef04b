"""Real keychains for tests: gnome-keyring on a session bus, with a home of its own."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

from tests.e2e.waiting import until
from tests.message_bus import MessageBus

PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")

SECRETS = "org.freedesktop.secrets"
PROMPTER = "org.gnome.keyring.SystemPrompter"

# The password of the keyring itself.
OPENS = "opens the keyring"


class Keyring:
    """A keyring daemon on the bus at ``address``, that a test starts, stops and kills.

    ``files`` is where it keeps what it is given.
    """

    def __init__(self, folder: Path, address: str) -> None:
        self._address = address
        self._daemon: subprocess.Popen[bytes] | None = None
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            **self.environ,
        }
        self.files = folder / "home/.local/share/keyrings"
        for name in ("home", "run"):
            (folder / name).mkdir(mode=0o700, parents=True)

    @property
    def environ(self) -> dict[str, str]:
        """What a program needs to find this keychain."""
        return {"DBUS_SESSION_BUS_ADDRESS": self._address}

    def unlock(self) -> None:
        """Starts the daemon with its keyring open."""
        self._start("--unlock")

    def lock(self) -> None:
        """Starts the daemon with its keyring closed, as on a computer nobody is logged in to."""
        self._start()

    def stop(self) -> None:
        """The daemon says nothing any more, but stays."""
        assert self._daemon
        self._daemon.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None
            until(lambda: not _is_on_the_bus(self._address), "the end of the keyring daemon")

    def _start(self, *options: str) -> None:
        self.kill()
        self._daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--components=secrets", *options],
            env=self._environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self._daemon.stdin
        self._daemon.stdin.write(OPENS.encode())
        self._daemon.stdin.close()
        until(lambda: _is_on_the_bus(self._address), "the keyring daemon")


class SecretServiceHost(Keyring):
    """A session bus of its own, with no keyring daemon on it yet."""

    def __init__(self, folder: Path) -> None:
        self._bus = MessageBus(folder)
        super().__init__(folder, self._bus.address)

    def is_asked(self) -> bool:
        """Whether somebody else is on the bus, beside the daemon and whoever asks this."""
        with open_dbus_connection(self._address) as connection:
            names = Proxy(message_bus, connection).ListNames()[0]
        return sum(name.startswith(":") for name in names) > 2

    def close(self) -> None:
        self.kill()
        self._bus.close()


@contextmanager
def keyring_on(folder: Path, address: str) -> Iterator[Keyring]:
    """An open keyring on a bus that is there already; no prompt of its outlives it."""
    _needed()
    keyring = Keyring(folder, address)
    # A bus starts one of its own for whoever asks, and that one would stay the keychain.
    _end(address, SECRETS)
    until(lambda: not _is_on_the_bus(address), "the end of another keyring daemon")
    keyring.unlock()
    try:
        yield keyring
    finally:
        keyring.kill()
        # A prompt that a failed test left behind would hold the keyboard of all that follow.
        _end(address, PROMPTER)


def _end(address: str, name: str) -> None:
    """Ends who owns this name on the bus, if anybody does."""
    with open_dbus_connection(address) as connection:
        bus = Proxy(message_bus, connection)
        if bus.NameHasOwner(name)[0]:
            os.kill(bus.GetConnectionUnixProcessID(name)[0], signal.SIGTERM)


def _is_on_the_bus(address: str) -> bool:
    with open_dbus_connection(address) as connection:
        return bool(Proxy(message_bus, connection).NameHasOwner(SECRETS)[0])


@contextmanager
def secret_service(folder: Path) -> Iterator[SecretServiceHost]:
    """A bus with no keyring on it yet; everything lies below ``folder``."""
    _needed()
    host = SecretServiceHost(folder)
    try:
        yield host
    finally:
        host.close()


def _needed() -> None:
    lacking = [program for program in PROGRAMS if shutil.which(program) is None]
    if lacking:
        pytest.skip(f"a real keychain needs {', '.join(lacking)}")
