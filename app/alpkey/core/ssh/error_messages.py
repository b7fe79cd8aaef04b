"""ssh's last words, sorted into what they can mean.

ssh has one exit code for all its failures, so its words are all there is; they are asked last,
when certificate, agent and configuration have been found right.  OpenSSH does not translate them.
"""

import re
from typing import Literal

from alpkey.core.ssh.login_result import LoginObservation

ErrorKind = Literal[
    "host-changed",
    "host-unknown",
    "too-many",
    "agent-refuses",
    "refused",
    "behind-jump",
    "unreachable",
    "too-slow",
    "hung-up",
    "other",
]

# In this order: what comes first explains what comes after it in the same output.
_WORDS: tuple[tuple[ErrorKind, str], ...] = (
    ("host-changed", "REMOTE HOST IDENTIFICATION HAS CHANGED"),
    ("host-unknown", "Host key verification failed|host key is known for"),
    ("too-many", "Too many authentication failures"),
    ("agent-refuses", "signing failed|agent refused operation"),
    ("refused", "Permission denied"),
    ("behind-jump", "stdio forwarding failed|open failed"),
    (
        "unreachable",
        "Could not resolve hostname|Connection refused|No route to host|timed out|unreachable",
    ),
)
# Said by the outer ssh when the inner one, which jumps, has failed for a reason of its own.
_ECHO = re.compile(
    r"^((kex|ssh)_exchange_identification|Connection closed by UNKNOWN|banner exchange)"
)
# All that ssh says where a host took the connection and ended it before a word.
_HANGS_UP = re.compile(r"(kex|ssh)_exchange_identification: ")
_AFTER_HANGING_UP = re.compile(r"Connection (closed|reset) by |Warning: Permanently added ")
_VERSION = re.compile(r"OpenSSH_(?:for_\w+_)?(\S+?),? ")
_OFFENDING = re.compile(r"^Offending .*key in (.+?)\r?$", re.MULTILINE)


def kind(login: LoginObservation) -> ErrorKind:
    """What a failed login came to."""
    if login.code is None:
        return "too-slow"
    found = next((name for name, words in _WORDS if re.search(words, login.said)), None)
    return found or ("hung-up" if _hung_up(login.said) else "other")


def _hung_up(said: str) -> bool:
    left = [line for line in _lines(said) if not _AFTER_HANGING_UP.match(line)]
    return bool(left) and all(_HANGS_UP.match(line) for line in left)


def last_line(said: str) -> str:
    """The last line that says something of its own."""
    lines = _lines(said)
    telling = [line for line in lines if not _ECHO.match(line)] or lines
    return telling[-1] if telling else "ssh said nothing."


def _lines(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines() if line.strip()]


def offending(said: str) -> str:
    """``FILE:LINE`` of the host key that no longer fits; empty where ssh names none."""
    found = _OFFENDING.search(said)
    return found[1] if found else ""


def version(said: str) -> str | None:
    """What ``ssh -V`` said is its version, such as ``9.2p1``; None where it did not say."""
    found = _VERSION.search(said)
    return found[1] if found else None


def release(version: str) -> tuple[int, int] | None:
    """Its two numbers, for comparing."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None
