"""The states of a tunnel in words."""

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
    "job-ended": "closed, for the job has ended",
    "closed": "closed",
}

# The same in a word or two, for a menu.
BRIEF_STATES: Mapping[str, str] = {**STATES, "service-not-answering": "no answer"}


def state_text(state: str, node: str, silent: Iterable[int]) -> str:
    """``silent`` are the ports of the node where nothing answers."""
    return STATES[state].format(node=node, ports=", ".join(map(str, silent)))
