"""Which addresses of the web may carry secrets."""

import re
from typing import TypeGuard
from urllib.parse import SplitResult, urlsplit

# RFC 6761 (6.3), RFC 1122 (3.2.1.3) and RFC 4291 (2.5.3).
_LOOPBACK = re.compile(r"localhost|127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}|::1", re.ASCII)


def is_secure(address: object) -> TypeGuard[str]:
    """Whether this is an https address with a host, and with no user name before the host."""
    parts = _parts(address)
    return parts is not None and parts.scheme == "https"


def is_loopback_http(address: object) -> TypeGuard[str]:
    """Whether this is a plain http address of this computer itself."""
    parts = _parts(address)
    if parts is None or parts.scheme != "http":
        return False
    return _LOOPBACK.fullmatch(parts.hostname or "") is not None


def _parts(address: object) -> SplitResult | None:
    """None where programs might disagree about what the host is.

    Blanks, control characters and backslashes are read differently by different programs
    (WHATWG URL Standard, 4.4), and what stands before an ``@`` passes for a host.
    """
    if not isinstance(address, str) or re.search(r"[^!-\[\]-~]", address):
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and port != 0 and "@" not in parts.netloc else None
