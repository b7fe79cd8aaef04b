"""What ssh finds about a host's key, read from the output of ``ssh -v``.

ssh itself decides, with hashed names, certificate authorities and every other file that it reads.
Its messages are in English in every locale.
"""

import re
from dataclasses import dataclass
from typing import Literal

# ``changed``: another key is known; ``waiting``: a jump host has to be accepted first.
HostState = Literal["known", "site", "unknown", "changed", "waiting", "unreachable"]

# Those in which a key may be accepted; a changed one is never among them.
ACCEPTABLE: tuple[HostState, ...] = ("site", "unknown")

_SHOWN = re.compile(r"debug1: Server host key: (\S+) (SHA256:\S+)")
_OFFENDING = re.compile(r"Offending .*key in (.+):(\d+)")
_CHANGED = "IDENTIFICATION HAS CHANGED"
_UNKNOWN = re.compile(r"No .* host key is known for .* and you have requested strict checking")
_REVOKED = "REVOKED HOST KEY"
_ON_THE_WAY = "Host key verification failed."


@dataclass(frozen=True, slots=True)
class HostKey:
    """A host's key as it was presented: its type, and its fingerprint as ssh-keygen prints it."""

    type: str
    fingerprint: str


def shown_as(name: str, host_name: str, key: HostKey) -> str:
    """The host and its key, for the question about them."""
    return f"{name} ({host_name}): {key.type} {key.fingerprint}"


@dataclass(frozen=True, slots=True)
class HostKeyObservation:
    """``place`` is the file and line of a contradicting key; ``reason`` why no key was seen."""

    state: HostState
    key: HostKey | None = None
    place: str | None = None
    reason: str = ""


def judged(output: str, hops: int) -> HostKeyObservation:
    """What ssh found about the last of ``hops`` hosts, each of which presents its key in turn."""
    shown = [HostKey(*found) for found in _SHOWN.findall(output)]
    if len(shown) < hops:
        state: HostState = "waiting" if hops > 1 and _ON_THE_WAY in output else "unreachable"
        return HostKeyObservation(state, reason=_last_line(output))
    key = shown[-1]
    if _CHANGED in output or _REVOKED in output:
        offending = _OFFENDING.findall(output)
        return HostKeyObservation("changed", key, ":".join(offending[-1]) if offending else None)
    return HostKeyObservation("unknown" if _UNKNOWN.search(output) else "known", key)


def _last_line(output: str) -> str:
    plain = [row.strip() for row in output.splitlines() if row.strip() and "debug" not in row[:8]]
    return plain[-1] if plain else "ssh said nothing"
