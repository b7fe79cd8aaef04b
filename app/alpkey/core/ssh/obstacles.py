"""What in the user's ssh configuration prevents a login, of what is the user's to choose.

:mod:`alpkey.core.ssh.keywords` says which keywords those are.  Values are those of ``ssh -G``.
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

_RSA = "ssh-rsa-cert-v01@openssh.com"
# An RSA key signs by any of three algorithms (RFC 8332).
_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    _RSA: ("rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com", _RSA),
}
# The keyword has its new name since 8.5; ``ssh -G`` prints the one it knows.
_ACCEPTED = ("pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes")

# Values with which no session starts, or none that a user can see.
_NO_SESSION: Mapping[str, frozenset[str]] = {
    "sessiontype": frozenset({"none", "subsystem"}),
    "forkafterauthentication": frozenset({"yes", "true"}),
}

# What ssh says where it fails, and the keywords that can be the reason.
_BY_MESSAGE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("no matching key exchange method", ("kexalgorithms",)),
    ("no matching host key type", ("hostkeyalgorithms",)),
    ("no matching cipher", ("ciphers",)),
    ("no matching MAC", ("macs",)),
    ("Cannot assign requested address|^bind |getsockname", ("bindaddress", "bindinterface")),
    ("too long for Unix domain socket|ControlPath|unix_listener|percent_expand", ("controlpath",)),
    ("forwarding failed|cannot listen to port|request local forwarding", (
        "remoteforward", "dynamicforward", "localforward", "exitonforwardfailure",
    )),
    ("tunnel forwarding|Tunnel device", ("tunnel",)),
    ("command-line and remote command", ("remotecommand",)),
    ("Host key verification failed", (
        "userknownhostsfile", "globalknownhostsfile", "hostkeyalias", "revokedhostkeys",
        "casignaturealgorithms",
    )),
    ("by UNKNOWN|timed out|Connection refused|No route to host|unreachable|resolve hostname", (
        "proxycommand", "proxyjump", "bindaddress", "bindinterface", "addressfamily",
        "connecttimeout",
    )),
)  # fmt: skip


def static(values: Mapping[str, str], certificate_type: str | None) -> Iterator[str]:
    """The keywords whose values prevent every login with a certificate of this type."""
    for keyword in _ACCEPTED:
        patterns = [pattern for pattern in values.get(keyword, "").split(",") if pattern]
        algorithms = _BY_TYPE.get(certificate_type or "", (certificate_type or "",))
        if certificate_type and patterns and not _accepts(patterns, algorithms):
            yield keyword
    for keyword, no_session in _NO_SESSION.items():
        if values.get(keyword, "").lower() in no_session:
            yield keyword


def behind(output: str, lines: Mapping[str, str]) -> Iterator[str]:
    """The keywords of the user's own ``lines`` that can be why ssh failed with this ``output``."""
    found = (words for said, words in _BY_MESSAGE if re.search(said, output, re.MULTILINE))
    yield from dict.fromkeys(keyword for words in found for keyword in words if keyword in lines)


def _accepts(patterns: list[str], algorithms: tuple[str, ...]) -> bool:
    """A list with ``+``, ``-`` or ``^`` is one that this ssh did not expand; then nothing is
    concluded.
    """
    if patterns[0][0] in "+-^":
        return True
    return any(fnmatchcase(name, pattern) for name in algorithms for pattern in patterns)
