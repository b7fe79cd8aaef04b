"""The error output of ssh, sorted by its possible causes.

ssh has one exit code for all its failures, so its text is all there is; it is used last, once
certificate, agent and configuration have been found right.  OpenSSH does not translate them.
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
_PATTERNS: tuple[tuple[ErrorKind, str], ...] = (
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
# Printed by the outer ssh when the inner one, which jumps, has failed for a reason of its own.
_ECHO = re.compile(
    r"^((kex|ssh)_exchange_identification|Connection closed by UNKNOWN|banner exchange)"
)
# All that ssh prints where a host accepted the connection and ended it at once.
_HANGS_UP = re.compile(r"(kex|ssh)_exchange_identification: ")
_AFTER_HANGING_UP = re.compile(r"Connection (closed|reset) by |Warning: Permanently added ")
_VERSION = re.compile(r"OpenSSH_(?:for_\w+_)?(\S+?),? ")
_OFFENDING = re.compile(r"^Offending .*key in (.+?)\r?$", re.MULTILINE)


def kind(login: LoginObservation) -> ErrorKind:
    """Why a login failed."""
    if login.code is None:
        return "too-slow"
    found = next((name for name, pattern in _PATTERNS if re.search(pattern, login.said)), None)
    return found or ("hung-up" if _hung_up(login.said) else "other")


def _hung_up(output: str) -> bool:
    left = [line for line in _lines(output) if not _AFTER_HANGING_UP.match(line)]
    return bool(left) and all(_HANGS_UP.match(line) for line in left)


def last_line(output: str) -> str:
    """The last line that does not merely repeat an earlier failure."""
    lines = _lines(output)
    meaningful = [line for line in lines if not _ECHO.match(line)] or lines
    return meaningful[-1] if meaningful else "ssh said nothing."


def _lines(output: str) -> list[str]:
    return [line.strip() for line in output.splitlines() if line.strip()]


def offending(output: str) -> str:
    """``FILE:LINE`` of the host key that no longer matches; empty where ssh names none."""
    found = _OFFENDING.search(output)
    return found[1] if found else ""


def version(output: str) -> str | None:
    """The version in the output of ``ssh -V``, such as ``9.2p1``; None where there is none."""
    found = _VERSION.search(output)
    return found[1] if found else None


def release(version: str) -> tuple[int, int] | None:
    """Its two numbers, for comparing."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None
