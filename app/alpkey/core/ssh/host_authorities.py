"""Host keys and host certificate authorities that the site file publishes.

An entry of ``host_keys`` is a fingerprint (``SHA256:...``), a public key (``ssh-ed25519 AAAA...``),
or an authority's public key as known_hosts has it (``@cert-authority ssh-ed25519 AAAA...``; names
in between, as sshd(8) has them there, are passed over: an authority holds for the entry's host).
"""

from collections.abc import Iterable

from alpkey.core.keys.certificate import fingerprint, public_key_in, public_line
from alpkey.core.site import Host
from alpkey.core.ssh.host_keys import HostKey

_MARKER = "@cert-authority"
_SSH_PORT = 22


def published_fingerprints(entries: Iterable[str]) -> set[str]:
    """The fingerprints of all entries; one that is neither a fingerprint nor a key stays as it
    is, and matches no key.
    """
    keys = ((entry, _public_key(entry)) for entry in entries)
    return {fingerprint(key) if key else entry.strip() for entry, key in keys}


def authority_line(host: Host, key: HostKey) -> str | None:
    """The line for known_hosts by which ssh trusts the authority that signed ``key``, for this
    host alone; None where the site file does not hold that authority's public key.
    """
    for entry in host.host_keys:
        public_key = _public_key(entry) if entry.split()[:1] == [_MARKER] else None
        if public_key and key.authority == fingerprint(public_key):
            return f"{_MARKER} {_known_hosts_name(host)} {public_line(public_key)}"
    return None


def _public_key(entry: str) -> bytes | None:
    words = entry.split()
    for start in range(len(words) - 1):
        if key := public_key_in(" ".join(words[start : start + 2])):
            return key
    return None


def _known_hosts_name(host: Host) -> str:
    """The name that ssh looks up (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""
    if host.host_key_alias:
        return host.host_key_alias
    return host.host_name if host.port == _SSH_PORT else f"[{host.host_name}]:{host.port}"
