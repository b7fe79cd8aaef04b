"""The content of Alpkey's own ssh configuration files."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from alpkey.core.paths import Paths
from alpkey.core.site import Host, Site

HEADER = (
    "# Written by Alpkey, and rewritten whenever something changes: put nothing of yours here.\n"
)

# How long a shared connection stays after its last session: it outlives the key, and a revocation.
PERSISTS_S = 600
# A socket's path is 103 bytes at most on macOS, 107 elsewhere (sun_path); after the folder come a
# slash, 40 letters for %C, and while it is made 17 more (mux.c).
SOCKET_FOLDER_LIMIT = 103 - 1 - 40 - 17

# publickey first, without the methods that no host here takes: GSSAPI can wait long for a ticket.
_METHODS = "publickey,keyboard-interactive,password"

# Where a node's sshd listens, as it is reached from its cluster.
NODE_PORT = 22

SYSTEM_CONFIG = Path("/etc/ssh/ssh_config")


class InvalidConfigPath(ValueError):
    """A value that no ssh configuration file can contain; the text is the value."""


class Identity(NamedTuple):
    """The user who logs in, with the files and the agent of the key."""

    user: str | None
    private_key: Path
    certificate: Path
    agent: Path | None = None


def hosts_file(
    site: Site,
    identity: Identity,
    places: Paths,
    first: str = "",
    *,
    others: Iterable[tuple[Site, Identity]] = (),
    nodes: Mapping[str, str] | None = None,
    shares: bool = False,
    only_ipv4: bool = False,
) -> str:
    """One block for each host, under all its names, one for compute nodes; ``first`` above them.

    ``nodes`` are those whose cluster is known: a plain ssh jumps through it.
    ``others`` are further accounts: the hosts under their names, and who logs in there.

    With ``shares`` logins to a cluster share an open connection.  With ``only_ipv4`` hosts that are
    reached from here are reached by IPv4 alone; those behind the jump host are reached from there.
    An agent of the ``identity`` is used instead of the one that ssh would use.

    Every block names key and certificate and sets ``IdentitiesOnly``: ``-J`` hops read nothing
    but their own block, and without ``CertificateFile`` a login costs an extra try (ssh_config(5)).
    :mod:`alpkey.core.ssh.keywords` says what else is not left to a ``Host *`` of the user's.
    Nodes are accepted on first use into a file of their own; their cluster comes as ``-J daint``.
    """
    everywhere = [(host, identity) for host in site.hosts]
    everywhere += [(host, other) for at, other in others for host in at.hosts]
    blocks = [
        _block(
            " ".join(host.all_names),
            [
                *_host_lines(host, places),
                *(["AddressFamily inet"] if only_ipv4 and not host.jump else ()),
                *_shared(host, places, shares),
            ],
            who,
        )
        for host, who in everywhere
    ]
    blocks += _node_jumps(site, nodes or {})
    blocks.append(_block(site.node_pattern, _node_lines(places), identity))
    return HEADER + first + "".join(blocks)


def _node_jumps(site: Site, nodes: Mapping[str, str]) -> Iterator[str]:
    """A jump for each node that is called as nodes are; what else they need follows below."""
    for node, cluster in nodes.items():
        if fnmatchcase(node, site.node_pattern) and node.isalnum() and site.host(cluster):
            yield f"\nHost {node}\n    ProxyJump {cluster}\n"


def connect_file(places: Paths) -> str:
    """The file for ``ssh -F``: Alpkey's lines, for the first value wins, the user's, the system's.

    ``-F`` makes ssh skip /etc/ssh/ssh_config, and a relative ``Include`` in it would be looked up
    in ``~/.ssh``, so all three are named by absolute path.
    """
    files = (places.own_ssh_config, places.user_config, SYSTEM_CONFIG)
    return HEADER + "".join(include_line(file) + "\n" for file in files)


def without_agent_file(places: Paths) -> str:
    """As :func:`connect_file`, where ssh asks no agent on the whole way (a jump reads the same)."""
    return f"{HEADER}IdentityAgent none\n" + connect_file(places).removeprefix(HEADER)


def behind_file(jump: str, known_hosts: Path, connect: Path) -> str:
    """``connect``, with the key of ``jump`` taken from this file and from no other."""
    block = f"Host {jump}\n    UserKnownHostsFile {path_value(known_hosts)}\nMatch all\n"
    return block + include_line(connect) + "\n"


def include_line(file: Path) -> str:
    """The line that includes this file.  Raises InvalidConfigPath."""
    return f"Include {quoted(_unglobbed(file))}"


def keywords(text: str) -> set[str]:
    """The keywords that a file of Alpkey sets, in lower case as ``ssh -G`` prints them."""
    return {line.split()[0].lower() for line in text.splitlines() if line.startswith(" ")}


def quoted(value: str | Path) -> str:
    """``value`` as one argument of a line.  Raises InvalidConfigPath.

    ssh knows double quotes with ``\\"`` and ``\\\\`` inside (ssh_config(5)), and expands ``%``.
    """
    text = str(value)
    if any(ord(letter) < 32 for letter in text):
        raise InvalidConfigPath(text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if not text or set(text) & set(" \t\"'#=\\") else text


def _unglobbed(path: Path) -> str:
    """``Include`` takes a glob(7) pattern: a backslash removes the meaning of its letters.

    What ``%`` and ``${`` begin is expanded by some versions first (10.6 does, 9.2 does not), and no
    spelling of these letters suits both: so any single letter matches there.
    """
    pattern = re.sub(r"([\\*?\[\]])", r"\\\1", str(path))
    return re.sub(r"%|\$(?=\{)", "?", pattern)


def _block(pattern: str, lines: Iterable[str], identity: Identity) -> str:
    own = [
        *lines,
        *([f"User {quoted(identity.user)}"] if identity.user else []),
        f"IdentityFile {path_value(identity.private_key)}",
        "IdentitiesOnly yes",
        f"CertificateFile {path_value(identity.certificate)}",
        "PubkeyAuthentication yes",
        f"PreferredAuthentications {_METHODS}",
        *([f"IdentityAgent {path_value(identity.agent)}"] if identity.agent else []),
    ]
    return f"\nHost {pattern}\n" + "".join(f"    {line}\n" for line in own)


def path_value(path: Path) -> str:
    """A path in a keyword that expands tokens: a doubled percent sign is a literal one."""
    return quoted(str(path).replace("%", "%%"))


def _host_lines(host: Host, places: Paths) -> Iterable[str]:
    yield f"HostName {quoted(host.host_name)}"
    yield f"Port {host.port}"
    if host.host_key_alias:
        yield f"HostKeyAlias {quoted(host.host_key_alias)}"
    if host.jump:
        yield f"ProxyJump {host.jump}"
        yield "ProxyUseFdpass no"
    if places.moved:
        yield f"UserKnownHostsFile {path_value(places.ssh / 'known_hosts')}"


def _shared(host: Host, places: Paths, shares: bool) -> Iterable[str]:
    """Only hosts behind the jump host, which a hop of its own would keep open for tunnels too.

    ``%C`` is a hash of who logs in from where to what (ssh_config(5), TOKENS).
    """
    folder = places.shared_connections
    if shares and host.jump and len(os.fsencode(folder)) <= SOCKET_FOLDER_LIMIT:
        yield "ControlMaster auto"
        yield f"ControlPath {quoted(str(folder).replace('%', '%%') + '/%C')}"
        yield f"ControlPersist {PERSISTS_S}"


def _node_lines(places: Paths) -> Iterable[str]:
    yield "HostName %h"
    yield f"Port {NODE_PORT}"
    yield "ProxyUseFdpass no"
    yield f"UserKnownHostsFile {path_value(places.node_known_hosts)}"
    yield "StrictHostKeyChecking accept-new"
