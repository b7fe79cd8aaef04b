"""What ssh finds about a host's key, read from the output of ``ssh -v``.

ssh itself decides, with hashed names, certificate authorities and every other file that it reads.
Its messages are in English in every locale.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

# ``changed``: another key is known; ``waiting``: a jump host has to be accepted first.
HostState = Literal["known", "site", "unknown", "changed", "waiting", "unreachable"]

# Those in which a key may be accepted; a changed one is never among them.
ACCEPTABLE: tuple[HostState, ...] = ("site", "unknown")

_SHOWN = re.compile(
    r"debug1: Server host (?:key: (?P<type>\S+) (?P<fingerprint>SHA256:[^\s,]+)"
    r"|certificate: (?P<certificate_type>\S+) (?P<certificate_fingerprint>SHA256:[^\s,]+)"
    r".*? CA (?P<authority_type>\S+) (?P<authority>SHA256:\S+))"
)
# ssh prints it once for each host that it jumps through, and so does the ssh that jumps.
_JUMPS = "debug1: Setting implicit ProxyCommand from ProxyJump: "
_KNOWN = re.compile(
    r"debug1: Host '.*' is known and matches the \S+ host (key|certificate)\."
    r"|debug1: found \d+ secure fingerprints in DNS[\s\S]*"
    r"matching host key fingerprint found in DNS"
)
_CHANGED = re.compile(r"IDENTIFICATION HAS CHANGED|REVOKED HOST KEY|host key .* revoked")
_OFFENDING = re.compile(r"Offending .*key in (.+):(\d+)")
_VERIFICATION_FAILED = "Host key verification failed."
_CERTIFICATE_SUFFIX = "-cert-v01@openssh.com"


@dataclass(frozen=True, slots=True)
class HostKey:
    """A host's key as it was presented: its type, and its fingerprint as ssh-keygen prints it.

    ``authority`` is the fingerprint of the key that signed it, where it came as a certificate;
    ``fingerprint`` is that of the host's own key then, too.
    """

    type: str
    fingerprint: str
    authority: str | None = None

    @property
    def plain_type(self) -> str:
        """The type of the key inside a host certificate; else ``type``."""
        return self.type.removesuffix(_CERTIFICATE_SUFFIX)

    def is_among(self, fingerprints: Collection[str]) -> bool:
        """Whether the key, or the authority that signed it, is one of these."""
        return self.fingerprint in fingerprints or self.authority in fingerprints


def shown_as(name: str, host_name: str, key: HostKey) -> str:
    """The host and its key as the user is asked about them."""
    signed = f", signed by {key.authority}" if key.authority else ""
    return f"{name} ({host_name}): {key.type} {key.fingerprint}{signed}"


@dataclass(frozen=True, slots=True)
class HostKeyObservation:
    """``place`` is the file and line of a contradicting key; ``reason`` why no key was seen."""

    state: HostState
    key: HostKey | None = None
    place: str | None = None
    reason: str = ""


def judged(output: str) -> HostKeyObservation:
    """What ``ssh -v`` printed about the host that it was started for.

    Each host on the way presents its key in turn, the wanted one last.  A key is known only where
    ssh says so: a configuration may make ssh silent about one that it knows nothing about, as
    ``UserKnownHostsFile none`` does.
    """
    presented = list(_SHOWN.finditer(output))
    hops = 1 + output.count(_JUMPS)
    if len(presented) < hops:
        waits = hops > 1 and presented and _VERIFICATION_FAILED in output
        return HostKeyObservation("waiting" if waits else "unreachable", reason=_last_words(output))
    key, about = _host_key(presented[-1]), output[presented[-1].end() :]
    if _CHANGED.search(output, presented[-1].start()):
        offending = _OFFENDING.findall(about)
        return HostKeyObservation("changed", key, ":".join(offending[-1]) if offending else None)
    return HostKeyObservation("known" if _KNOWN.search(about) else "unknown", key)


def _host_key(found: re.Match[str]) -> HostKey:
    if found["type"]:
        return HostKey(found["type"], found["fingerprint"])
    return HostKey(found["certificate_type"], found["certificate_fingerprint"], found["authority"])


def _last_words(output: str) -> str:
    plain = [row.strip() for row in output.splitlines() if row.strip() and "debug" not in row[:8]]
    plain = [row for row in plain if not row.startswith("OpenSSH_")]
    return plain[-1] if plain else "ssh said nothing"
