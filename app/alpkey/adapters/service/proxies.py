"""The proxy that the environment names for an address, and what to say of it.

A proxy's address may hold a password, so no more than its host is ever shown.
"""

import re
from dataclasses import dataclass

from requests.utils import get_environ_proxies, select_proxy

UNNAMED = "a proxy"

_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")
_SPOKEN = ("http", "https")


@dataclass(frozen=True, slots=True)
class Proxy:
    """``scheme`` in lower case; ``host`` is UNNAMED where the address does not parse."""

    scheme: str
    host: str

    @property
    def is_spoken(self) -> bool:
        """Whether Alpkey can go through it: it speaks to HTTP proxies alone."""
        return self.scheme in _SPOKEN


def proxy_for(url: str) -> Proxy | None:
    """The proxy that requests to ``url`` go through; None where they go straight there."""
    address = select_proxy(url, get_environ_proxies(url))
    return _read(address) if address else None


def _read(address: str) -> Proxy:
    """Without ``urlsplit``: what people paste has passwords with any letter, unescaped.

    Everything up to the last ``@`` may be a password, and so may what has no form of a host.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        scheme, rest = "http", address
    host = re.split(r"[/?#]", rest.rpartition("@")[2])[0]
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    name = name or host
    plain = _HOST.fullmatch(name) and (not port or port == name or port.isdecimal())
    return Proxy(scheme.lower(), name if plain else UNNAMED)
