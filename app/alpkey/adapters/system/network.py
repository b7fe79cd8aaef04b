"""The doctor's look at the network: a name, a connection, an ssh server at its end."""

import socket
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from alpkey.adapters.process.background_call import run_in_background, within
from alpkey.core.doctor.observations import Family, Reach, ReachObservation

REACH_TIMEOUT_S = 3.0

# What a server sends in place of its name when it is full (OpenSSH's sshd.c).
_NO_ROOM = (b"Exceeded MaxStartups", b"Not allowed at this time")
_FIRST_BYTES = 32

_FAMILIES: Mapping[Family, socket.AddressFamily] = {
    "any": socket.AF_UNSPEC,
    "inet": socket.AF_INET,
    "inet6": socket.AF_INET6,
}


def reach(host: str, port: int, family: Family = "any") -> ReachObservation:
    """Try the host's addresses; the first in the system's order that answers counts.

    All are tried at once, in threads, and one that answers is reported without waiting for those
    after it in the system's order, which is the order of ssh.  Bounded by REACH_TIMEOUT_S.
    """
    deadline = time.monotonic() + REACH_TIMEOUT_S
    try:
        found = within(REACH_TIMEOUT_S, lambda: _addresses(host, port, family))
    except TimeoutError:
        return ReachObservation("too-slow")
    if not found:
        return ReachObservation("name-unknown")
    return _reach(found, deadline)


_Address = tuple[int, Any]


def _addresses(host: str, port: int, family: Family) -> Sequence[_Address]:
    try:
        found = socket.getaddrinfo(host, port, _FAMILIES[family], socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return [(kind, address) for kind, _, _, _, address in found]


def _reach(found: Sequence[_Address], deadline: float) -> ReachObservation:
    left = max(deadline - time.monotonic(), 0.01)
    tried = [run_in_background(partial(_try, kind, address, left)) for kind, address in found]
    waits = False
    answer: Reach = "too-slow"
    for (family, _), running in zip(found, tried, strict=True):
        in_time = running.wait(max(deadline - time.monotonic(), 0.0))
        answer = running.result() if in_time else "too-slow"
        if answer == "open":
            return ReachObservation("open", stalls=waits)
        waits = waits or (family == socket.AF_INET6 and answer == "too-slow")
    return ReachObservation(answer)


def _try(family: int, address: object, timeout_s: float) -> Reach:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(address)  # type: ignore[arg-type]  # as getaddrinfo gave it
            return _kind(connection.recv(_FIRST_BYTES))
    except TimeoutError:
        return "too-slow"
    except ConnectionRefusedError:
        return "refused"
    except ConnectionResetError:
        return "hung-up"
    except OSError:
        return "no-way"


def _kind(first: bytes) -> Reach:
    if first.startswith(b"SSH-"):
        return "open"
    return "hung-up" if not first or first.startswith(_NO_ROOM) else "not-ssh"
