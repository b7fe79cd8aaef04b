"""The doctor's look at the network: a name, a connection, an ssh server at its end."""

import socket
import time

from alpkey.adapters.deadline import within
from alpkey.core.symptoms import Reach

REACH_TIMEOUT_S = 3.0


class RealNetwork:
    """Sockets of this computer."""

    def reach(self, host: str, port: int) -> Reach:
        """The first of the host's addresses that answers counts.  Bounded by REACH_TIMEOUT_S."""
        try:
            return within(REACH_TIMEOUT_S, lambda: _reach(host, port))
        except TimeoutError:
            return "too-slow"


def _reach(host: str, port: int) -> Reach:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return "name-unknown"
    deadline = time.monotonic() + REACH_TIMEOUT_S
    answers: list[Reach] = []
    for number, (family, _, _, _, address) in enumerate(found):
        left = max(deadline - time.monotonic(), 0.01)
        answers.append(_try(family, address, left / (len(found) - number)))
        if answers[-1] == "open":
            break
    return answers[-1]


def _try(family: int, address: object, timeout_s: float) -> Reach:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(address)  # type: ignore[arg-type]  # as getaddrinfo gave it
            return "open" if connection.recv(4) == b"SSH-" else "not-ssh"
    except TimeoutError:
        return "too-slow"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "no-way"
