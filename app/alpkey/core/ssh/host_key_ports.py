"""The port to the keys of hosts: asked over the network, judged by ssh, remembered in a file."""

from pathlib import Path
from typing import Protocol

from alpkey.core.ssh.host_keys import HostKey, HostKeyObservation


class HostKeys(Protocol):
    """``config`` is the file for ``ssh -F``, where one is; ``alias`` is checked before."""

    def check(self, alias: str, config: Path | None) -> HostKeyObservation:
        """What ssh says of the key that the host presents now.  Nothing is signed in to it."""

    def check_behind(self, alias: str, jump: str, line: str) -> HostKeyObservation:
        """The same for a host behind ``jump``, whose ``line`` for known_hosts is taken for true.

        It is not remembered.  The key signs in to the jump host, which learns nothing by that: the
        signature holds for this one connection (RFC 4252, section 7).
        """

    def fetch(self, alias: str, config: Path | None, key: HostKey) -> str:
        """The line for known_hosts that ssh would write for exactly this key.

        Raises InvalidFile (``host-key-differs``) where another one is presented meanwhile.
        """


class KnownHosts(Protocol):
    """The person's own file of host keys."""

    @property
    def path(self) -> Path: ...

    def read(self) -> bytes | None:
        """Every byte of it, None where there is none.  Raises InvalidFile."""

    def replace(self, content: bytes | None) -> None:
        """Puts ``content`` in its place, or takes it away.  Raises InvalidFile."""
