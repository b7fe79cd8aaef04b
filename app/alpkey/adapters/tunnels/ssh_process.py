"""The ssh that is a tunnel, and the services behind it as this computer sees them."""

import os
import re
import select
import selectors
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress

from alpkey.core.errors import Unreachable
from alpkey.core.ssh.command_lines import LISTENS, leashed, unattended
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.tunnels.lifecycle import Ended, Trigger
from alpkey.core.tunnels.ports import News, Pollable
from alpkey.core.tunnels.record import TunnelTarget

ENDING_TIMEOUT_S = 5.0
# A node refuses within one way there and back, and a login takes many.  Nothing heard by then means
# that it took the call; where the way was slower just now, ssh says so later.
_REFUSES_WITHIN_S = (0.6, 3.0)
_PART_OF_A_LOGIN = 0.5
_KEPT_LINES = 60
_LISTENS = LISTENS.encode()
_REFUSED = re.compile(rb"channel \d+: open failed")
_LOOPBACK = "127.0.0.1"


class OpenSshProcess:
    """The ``ssh`` on PATH, in a session of its own, so that no hop finds a terminal to ask at."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = unattended(environ)
        self._run: _Run | None = None

    def start(self, command: Sequence[str], target: TunnelTarget) -> None:
        self._run = _Run(command, target, self._environ)

    def news(self, timeout_s: float | None, wish: Pollable) -> News | None:
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            left_s = None if deadline is None else max(deadline - time.monotonic(), 0.0)
            run = self._run
            ready = _ready([wish, *([run] if run else [])], left_s)
            if wish in ready:
                return None
            if run is not None:
                if run in ready and not run.read():
                    return self.stop()
                if told := run.told():
                    return told
            if deadline is not None and time.monotonic() >= deadline:
                return None

    def silent(self) -> tuple[int, ...]:
        """What ssh says of our own calls is no news."""
        if self._run is None:
            return ()
        silent = _refusing(self._run.target, self._run.refuses_within_s)
        while _ready([self._run], 0) and self._run.read():
            pass
        self._run.refused = False
        return silent

    def stop(self) -> Ended | None:
        run, self._run = self._run, None
        return run.end() if run is not None else None


class _Run:
    """One ssh on a leash; it is readable when it has said something or is over."""

    def __init__(
        self, command: Sequence[str], target: TunnelTarget, environ: Mapping[str, str]
    ) -> None:
        """Raises Unreachable."""
        held, self._leash = os.pipe()
        self._ear, mouth = os.pipe()
        try:
            self._process = subprocess.Popen(
                leashed(command),
                env=dict(environ),
                stdin=held,
                stdout=mouth,
                stderr=mouth,
                start_new_session=True,
            )
        except OSError as error:
            os.close(self._leash)
            os.close(self._ear)
            raise Unreachable("ssh-missing", reason=f"/bin/sh: {error.strerror}.") from None
        finally:
            os.close(held)
            os.close(mouth)
        self.target = target
        self.refuses_within_s = 0.0
        self._started = time.monotonic()
        self.listens = False
        self._told = False
        self.refused = False
        self._rest = b""
        self._said: deque[bytes] = deque(maxlen=_KEPT_LINES)

    def fileno(self) -> int:
        return self._ear

    def read(self) -> bool:
        """Takes in what ssh says; false once it can say no more."""
        chunk = os.read(self._ear, 65536)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if line.endswith(_LISTENS):  # behind a host's banner that ends without a new line
                self._logged_in()
            else:
                self._said.append(line)
                self.refused |= self.listens and _REFUSED.search(line) is not None
        return bool(chunk)

    def told(self) -> News | None:
        """What has not been told yet of what it said."""
        if self.listens and not self._told:
            self._told = True
            return Trigger.LISTENING
        if self.refused:
            self.refused = False
            return Trigger.REFUSED
        return None

    def _logged_in(self) -> None:
        self.listens = True
        least_s, most_s = _REFUSES_WITHIN_S
        part_s = (time.monotonic() - self._started) * _PART_OF_A_LOGIN
        self.refuses_within_s = min(max(part_s, least_s), most_s)

    def end(self) -> Ended:
        """Lets go of the leash; what does not end by that is killed."""
        os.close(self._leash)
        try:
            code = self._process.wait(ENDING_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            code = self._process.wait()
        os.close(self._ear)
        said = b"\n".join([*self._said, self._rest]).decode(errors="replace")
        return Ended(LoginObservation(self.target.node, code, said))


def _ready(handles: Sequence[Pollable], timeout_s: float | None) -> list[Pollable]:
    """Those that have something to read."""
    with selectors.DefaultSelector() as waited_for:
        for handle in handles:
            waited_for.register(handle, selectors.EVENT_READ, handle)
        return [key.data for key, _ in waited_for.select(timeout_s)]


def _refusing(target: TunnelTarget, within_s: float) -> tuple[int, ...]:
    """A connection that is ended before a byte came was refused at its other end."""
    calls = {_called(local): remote for local, remote in target.ports}
    silent = []
    waiting, deadline = set(calls), time.monotonic() + within_s
    while waiting and (left_s := deadline - time.monotonic()) > 0:
        for call in select.select(list(waiting), [], [], left_s)[0]:
            waiting.discard(call)
            if _is_over(call):
                silent.append(calls[call])
    for call in calls:
        call.close()
    return tuple(sorted(silent))


def _called(port: int) -> socket.socket:
    call = socket.socket()
    call.setblocking(False)
    call.connect_ex((_LOOPBACK, port))
    return call


def _is_over(call: socket.socket) -> bool:
    try:
        return call.recv(1) == b""
    except OSError:
        return True
