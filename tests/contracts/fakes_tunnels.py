"""Named fakes of the ports of tunnels."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.tunnels.lifecycle import Ended
from alpkey.core.tunnels.ports import News
from alpkey.core.tunnels.record import TunnelObservation, TunnelTarget


class FakeSshProcess:
    """Each start lives through the next of ``runs``; after its last news nothing happens.

    ``refusing`` are the ports that do not answer.
    """

    def __init__(self, *runs: Sequence[News], refusing: Sequence[int] = ()) -> None:
        self._runs = [list(run) for run in runs]
        self._left: list[News] | None = None
        self.refusing = set(refusing)
        self.started: list[list[str]] = []
        self.waits: list[float | None] = []
        self._method: TunnelTarget | None = None

    def start(self, command: Sequence[str], target: TunnelTarget) -> None:
        self.started.append(list(command))
        self._left, self._method = self._runs.pop(0), target

    def news(self, timeout_s: float | None, wake: int) -> News | None:
        self.waits.append(timeout_s)
        if not self._left:
            return None
        told = self._left.pop(0)
        if isinstance(told, Ended):
            self._left = None
        return told

    def silent(self) -> tuple[int, ...]:
        ports = self._method.ports if self._method else ()
        return tuple(remote for _, remote in ports if remote in self.refusing)

    def stop(self) -> Ended | None:
        ran, self._left = self._left is not None, None
        return Ended(LoginObservation(self._method.node, 0, "")) if ran and self._method else None


class FakeClaim:
    """Shows into a dict; ``wished`` is set by whoever closes it."""

    def __init__(self, tunnel_id: str, shown: "dict[str, TunnelObservation | FakeClaim]") -> None:
        self.id = tunnel_id
        self.wished = False
        self.keeps = False
        self.history: list[TunnelObservation] = []
        self._shown = shown
        shown[tunnel_id] = self

    def fileno(self) -> int:
        return -1

    def show(self, tunnel: TunnelObservation) -> None:
        self.history.append(tunnel)

    def is_to_close(self) -> bool:
        return self.wished

    def leave_word(self) -> None:
        self.keeps = True


class FakeTunnelFiles:
    """Claims are alive while they are in a ``with``; a close is heard at once."""

    def __init__(self) -> None:
        self._all: dict[str, TunnelObservation | FakeClaim] = {}
        self.claims: list[FakeClaim] = []
        self.last: TunnelTarget | None = None

    @contextmanager
    def claim(self, name: str) -> Iterator[FakeClaim]:
        names = (name if n == 1 else f"{name}-{n}" for n in itertools.count(1))
        free = next(one for one in names if not isinstance(self._all.get(one), FakeClaim))
        claim = FakeClaim(free, self._all)
        self.claims.append(claim)
        try:
            yield claim
        finally:
            del self._all[free]
            if claim.keeps:
                self._all[free] = claim.history[-1]

    def close(self, tunnel_id: str) -> bool:
        claim = self._all.get(tunnel_id)
        if isinstance(claim, FakeClaim):
            claim.wished = True
            return True
        return False

    def forget(self, tunnel_id: str) -> None:
        if not isinstance(self._all.get(tunnel_id), FakeClaim):
            self._all.pop(tunnel_id, None)

    def remember(self, target: TunnelTarget) -> None:
        self.last = target

    def listed(self) -> list[TunnelObservation]:
        found = []
        for one in self._all.values():
            if isinstance(one, FakeClaim):
                found += one.history[-1:]
            else:
                found.append(one)
        return found


class FakeDetachedTunnel:
    """A process that has ended, unless it ``lives``; the number is its own."""

    number = 8

    def __init__(self, *, lives: bool = False) -> None:
        self.lives = lives

    def runs(self) -> bool:
        return self.lives

    def end(self) -> None:
        self.lives = False


class FakeLocalPorts:
    """``busy`` are ports and who has them; below 1024 all are reserved."""

    def __init__(self, busy: dict[int, str | None] | None = None) -> None:
        self.busy = busy or {}

    def state(self, port: int) -> Literal["free", "busy", "reserved"]:
        if port in self.busy:
            return "busy"
        return "reserved" if port < 1024 else "free"

    def holder(self, port: int) -> str | None:
        return self.busy.get(port)

    def any_free(self) -> int:
        return next(port for port in itertools.count(49152) if port not in self.busy)
