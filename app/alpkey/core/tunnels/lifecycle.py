"""The life of a tunnel as a pure step: an event in, the next state and an order out.

Nothing here waits, asks or starts anything.  The caller carries out each order and passes its
outcome in.  An ssh is started only after the key was found valid, so a host never sees an expired
key.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from fnmatch import fnmatchcase
from typing import Literal

from alpkey.core.errors import AlpkeyError
from alpkey.core.ssh import error_messages
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.tunnels.record import TunnelState

# For a connection through two hosts, which may take a few seconds.
CONNECTING_TIMEOUT_S = 60.0
KEY_LOOK_S = 2.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
# How often a host that hangs up is tried again before that is an error.
TRIES_WHERE_BUSY = 4
FIRST_PROBE_S, LONGEST_PROBE_S = 3.0, 30.0


@dataclass(frozen=True, slots=True)
class Tunnel:
    """``running``: whether an ssh runs.  ``silent`` are ports on the node where nothing answers.

    ``probe_at`` is when to ask them again, after that many unanswered ``probes``.  ``error`` is why
    it failed.
    """

    state: TunnelState
    since: datetime
    running: bool = False
    was_open: bool = False
    failures: int = 0
    silent: tuple[int, ...] = ()
    probe_at: datetime | None = None
    probes: int = 0
    error: AlpkeyError | None = None


# What happened


@dataclass(frozen=True, slots=True)
class KeyChecked:
    """Whether hosts accept the key now."""

    good: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The ssh has ended."""

    seen: LoginObservation


@dataclass(frozen=True, slots=True)
class Probed:
    """The services were asked; these ports on the node do not answer."""

    silent: tuple[int, ...]


_NOT_LISTENING = re.compile(
    r"bind \[.*\]:(\d+): Address already in use|cannot listen to port: (\d+)"
)

Verdict = Literal["job-ended", "retry"] | AlpkeyError


@dataclass(frozen=True, slots=True)
class Judged:
    """What the cluster found: the job has ended, try again, or the error to show."""

    verdict: Verdict


class Trigger(Enum):
    STARTED = "the ssh runs"
    LISTENING = "it is logged in, and listens on this computer"
    REFUSED = "a connection did not get through to a service"
    ELAPSED = "the time to wait is over"


Event = KeyChecked | Ended | Probed | Judged | Trigger


# What to do


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for the next thing to happen, but no longer than this."""

    timeout_s: float | None


@dataclass(frozen=True, slots=True)
class Judge:
    """Ask the cluster why this ssh did not stay; the answer is Judged."""

    ended: LoginObservation


class Effect(Enum):
    LOOK = "look at the key"
    START = "start an ssh"
    STOP = "end the ssh"
    PROBE = "ask the services"
    FINISH = "it is over"


Order = Wait | Judge | Effect
Next = tuple[Tunnel, Order]


def begin(now: datetime) -> Next:
    return Tunnel(TunnelState.CONNECTING, now), Effect.LOOK


def step(tunnel: Tunnel, event: Event, now: datetime) -> Next:
    """What follows from ``event``, which came of the last order."""
    match event:
        case KeyChecked(good=True):
            state = TunnelState.RECONNECTING if tunnel.was_open else TunnelState.CONNECTING
            return _in(tunnel, state, now), Effect.START
        case KeyChecked():
            return _in(tunnel, TunnelState.WAITING, now), Wait(KEY_LOOK_S)
        case Ended(seen=seen):
            return _ended(replace(tunnel, running=False), seen, now)
        case Probed(silent=silent):
            return _probed(tunnel, silent, now)
        case Judged(verdict=verdict):
            return _judged(tunnel, verdict, now)
        case Trigger.STARTED:
            return replace(tunnel, running=True), Wait(CONNECTING_TIMEOUT_S)
        case Trigger.LISTENING:
            return tunnel, Effect.PROBE
        case Trigger.REFUSED if tunnel.state is TunnelState.OPEN:
            return tunnel, Effect.PROBE
        case Trigger.REFUSED if tunnel.state is TunnelState.SILENT:
            return _wanted(tunnel, now)
        case Trigger.ELAPSED if not tunnel.running:
            return tunnel, Effect.LOOK
        case Trigger.ELAPSED if not tunnel.state.is_up:
            return tunnel, Effect.STOP
    return tunnel, _until_probed(tunnel, now)


def fits(node: str, pattern: str) -> bool:
    """Whether ``node`` has the form of a site's node names, and nothing that ssh could misread."""
    return (
        fnmatchcase(node, pattern) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", node) is not None
    )


def pause_s(failures: int) -> float:
    """How long to pause after that many failures in a row."""
    return _growing(FIRST_PAUSE_S, LONGEST_PAUSE_S, failures)


def probe_again_s(probes: int) -> float:
    """When to ask services again that did not answer that many times."""
    return _growing(FIRST_PROBE_S, LONGEST_PROBE_S, probes)


def _growing(first_s: float, longest_s: float, times: int) -> float:
    return float(min(first_s * 2 ** min(times - 1, 10), longest_s))


def port_is_taken(output: str, ports: Collection[int] | None = None) -> bool:
    """Whether ssh could not listen at one of these ``ports`` of this computer (channels.c).

    Where ports are given, one that the user's configuration forwards besides is none of them.
    """
    missing = {int(found[1] or found[2]) for found in _NOT_LISTENING.finditer(output)}
    return bool(missing) if ports is None else not missing.isdisjoint(ports)


def _in(tunnel: Tunnel, state: TunnelState, now: datetime) -> Tunnel:
    """``since`` is when the state began, not when it was last confirmed."""
    return tunnel if tunnel.state is state else replace(tunnel, state=state, since=now)


def _until_probed(tunnel: Tunnel, now: datetime) -> Order:
    if tunnel.state is not TunnelState.SILENT or tunnel.probe_at is None:
        return Wait(None)
    left_s = (tunnel.probe_at - now).total_seconds()
    return Wait(min(left_s, LONGEST_PROBE_S)) if left_s > 0 else Effect.PROBE


def _wanted(tunnel: Tunnel, now: datetime) -> Next:
    """The user tries the service: show soon when it answers."""
    soon = now + timedelta(seconds=FIRST_PROBE_S)
    at = min(tunnel.probe_at, soon) if tunnel.probe_at else soon
    wanted = replace(tunnel, probes=1, probe_at=at)
    return wanted, _until_probed(wanted, now)


def _probed(tunnel: Tunnel, silent: tuple[int, ...], now: datetime) -> Next:
    state = TunnelState.SILENT if silent else TunnelState.OPEN
    up = _in(replace(tunnel, was_open=True, failures=0, silent=silent), state, now)
    if not silent:
        return replace(up, probe_at=None, probes=0), Wait(None)
    wait_s = probe_again_s(up.probes + 1)
    again = now + timedelta(seconds=wait_s)
    return replace(up, probe_at=again, probes=up.probes + 1), Wait(wait_s)


def _ended(tunnel: Tunnel, seen: LoginObservation, now: datetime) -> Next:
    """Network errors pass by themselves; a refused login has to be explained."""
    refused = port_is_taken(seen.said) or error_messages.kind(seen) in (
        "host-changed",
        "host-unknown",
        "too-many",
        "agent-refuses",
        "refused",
        "behind-jump",
    )
    busy = error_messages.kind(seen) == "hung-up" and tunnel.failures < TRIES_WHERE_BUSY
    if not busy and (refused or not tunnel.was_open):
        return replace(tunnel, silent=()), Judge(seen)
    return _pause(tunnel, now)


def _judged(tunnel: Tunnel, verdict: Verdict, now: datetime) -> Next:
    if verdict == "retry":
        return _pause(tunnel, now)
    if verdict == "job-ended":
        return _in(tunnel, TunnelState.JOB_ENDED, now), Effect.FINISH
    return replace(_in(tunnel, TunnelState.FAILED, now), error=verdict), Effect.FINISH


def _pause(tunnel: Tunnel, now: datetime) -> Next:
    failures = tunnel.failures + 1
    paused = replace(tunnel, failures=failures, silent=(), probe_at=None, probes=0)
    state = TunnelState.RECONNECTING if tunnel.was_open else TunnelState.CONNECTING
    return _in(paused, state, now), Wait(pause_s(failures))
