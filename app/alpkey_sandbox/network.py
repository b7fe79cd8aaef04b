# SPDX-License-Identifier: BSD-3-Clause
"""The network: the SSH hosts, their names, and which of them reaches which."""

from __future__ import annotations

from dataclasses import dataclass

SSH_PORT = 22
NODE_WEB_PORT = 6006
CLUSTERS = ("daint", "santis", "clariden", "eiger")


@dataclass(frozen=True)
class Host:
    """An SSH host: its short name, its full name, and the hosts it can connect to.

    `other_names` are names that users type for it beside these two.
    """

    name: str
    full_name: str
    reaches: tuple[str, ...] = ()
    web_port: int | None = None
    other_names: tuple[str, ...] = ()

    @property
    def is_node(self) -> bool:
        """Whether it is a compute node, which takes only users with a job on it."""
        return self.web_port is not None

    @property
    def typed_names(self) -> tuple[str, ...]:
        """The names other than the short one."""
        return (self.full_name, *self.other_names)

    def is_called(self, name: str) -> bool:
        """Whether `name` is one of this host's, in any case of letters."""
        return name.lower() in {self.name, *self.typed_names}

    def is_itself(self, name: str) -> bool:
        """Whether `name`, looked up on this host, is the host itself."""
        return name in {"localhost", "127.0.0.1", "::1"} or self.is_called(name)


NODE = Host("nid006554", "nid006554", web_port=NODE_WEB_PORT)

HOSTS = {
    host.name: host
    for host in (
        Host("ela", "ela.cscs.ch", CLUSTERS),
        *(
            Host(name, f"{name}.alps.cscs.ch", (NODE.name,), other_names=(f"{name}.cscs.ch",))
            for name in CLUSTERS
        ),
        NODE,
    )
}
"""As at the centre: from outside only ela, from ela the clusters, from clusters the nodes."""


def reached(source: Host, name: str) -> Host | None:
    """The host that `source` reaches under `name`, if any."""
    return next((HOSTS[other] for other in source.reaches if HOSTS[other].is_called(name)), None)
