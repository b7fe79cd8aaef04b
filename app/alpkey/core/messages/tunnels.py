"""The states of a tunnel in words."""

from collections import Counter
from collections.abc import Iterable, Mapping

# By the state's value in ``tunnel list --json``.
STATES: Mapping[str, str] = {
    "connecting": "connecting",
    "open": "open",
    "service-not-answering": "port {ports} does not answer; ensure the server listens on "
    "127.0.0.1 of {node}",
    "reconnecting": "reconnecting",
    "waiting-for-key": "waiting for a new key",
    "failed": "failed",
    "job-ended": "closed: the job has ended",
    "closed": "closed",
}

# The same in a word or two, for a menu.
BRIEF_STATES: Mapping[str, str] = {**STATES, "service-not-answering": "no answer"}


def state_text(state: str, node: str, silent: Iterable[int]) -> str:
    """``silent`` are the ports of the node where nothing answers."""
    return STATES[state].format(node=node, ports=", ".join(map(str, silent)))


# How many tunnels are in a state, the best state first.
COUNTED_STATES: Mapping[str, str] = {
    "open": "{n} open",
    "service-not-answering": "{n} not answering",
    "connecting": "{n} connecting",
    "reconnecting": "{n} reconnecting",
    "waiting-for-key": "{n} waiting for a new key",
}

NO_TUNNEL_OPEN = "No tunnel is open"


def counts(states: Iterable[str]) -> str:
    """``1 open, 1 not answering``, of the states of running tunnels; empty if there is none.

    Only a tunnel whose service answers counts as open.
    """
    number = Counter(states)
    parts = [
        text.format(n=number[state]) for state, text in COUNTED_STATES.items() if number[state]
    ]
    return ", ".join(parts)


def summary(states: Iterable[str]) -> str:
    """``2 tunnels: 1 open, 1 not answering``; ``1 tunnel open`` where all are in one state."""
    running = list(states)
    text = counts(running)
    if not text:
        return NO_TUNNEL_OPEN
    noun = "tunnel" if len(running) == 1 else "tunnels"
    if len(set(running)) == 1:
        number, _, state = text.partition(" ")
        return f"{number} {noun} {state}"
    return f"{len(running)} {noun}: {text}"
