"""The ssh process of a tunnel, and the services behind it as seen from this computer."""

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

from alpkey.adapters.ssh.versions import known_options
from alpkey.core.errors import Unreachable
from alpkey.core.ssh.command_lines import LISTENS, STAYS_IN_FRONT, leashed, unattended
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.tunnels.lifecycle import Ended, Trigger, port_is_taken
from alpkey.core.tunnels.ports import News
from alpkey.core.tunnels.record import TunnelTarget

ENDING_TIMEOUT_S = 5.0
# A node refuses within one round trip, and a login takes many.  No answer by then means that it
# accepted the connection; where the network was slower just now, ssh reports that later.
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
        is_ssh = command[0] == "ssh"
        newer = known_options((STAYS_IN_FRONT,), self._environ) if is_ssh else []
        self._run = _Run([*command[:1], *newer, *command[1:]], target, self._environ)

    def news(self, timeout_s: float | None, wake: int) -> News | None:
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            left_s = None if deadline is None else max(deadline - time.monotonic(), 0.0)
            run = self._run
            ready = _ready([wake, *([run] if run else [])], left_s)
            if wake in ready:
                return None
            if run is not None:
                if run in ready and not run.read():
                    return self.stop()
                if run.lacks_port:
                    return self.stop()
                if news := run.news():
                    return news
            if deadline is not None and time.monotonic() >= deadline:
                return None

    def silent(self) -> tuple[int, ...]:
        """What ssh reports about the probes themselves is no news."""
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
    """One ssh on a leash; readable when it has printed something or has ended."""

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
        self._reported = False
        self.lacks_port = False
        self.refused = False
        self._rest = b""
        self._output: deque[bytes] = deque(maxlen=_KEPT_LINES)

    def fileno(self) -> int:
        return self._ear

    def read(self) -> bool:
        """Read what ssh printed; return false at the end of its output."""
        chunk = os.read(self._ear, 65536)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if line.endswith(_LISTENS):  # behind a host's banner that ends without a new line
                self._logged_in()
            else:
                self._output.append(line)
                self.lacks_port |= port_is_taken(_text(line), self.target.local_ports)
                self.refused |= self.listens and _REFUSED.search(line) is not None
        return bool(chunk)

    def news(self) -> News | None:
        """What it printed and was not reported yet."""
        if self.listens and not self._reported:
            self._reported = True
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
        output = _text(b"\n".join([*self._output, self._rest]))
        return Ended(LoginObservation(self.target.node, code, output))


def _text(output: bytes) -> str:
    return output.decode(errors="replace")


def _ready(handles: Sequence["int | _Run"], timeout_s: float | None) -> "list[int | _Run]":
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
