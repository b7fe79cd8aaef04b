"""A named fake of commands on hosts."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from alpkey.core.ssh.remote_ports import SSH_FAILED, RemoteResult


class FakeRemote:
    """Hosts that answer each program with what is given; any other is not there."""

    def __init__(
        self, hosts: Mapping[str, Mapping[str, Callable[[Sequence[str]], RemoteResult]]]
    ) -> None:
        self.hosts = dict(hosts)
        self.ran: list[tuple[str, ...]] = []

    def run(self, alias: str, config: Path | None, command: Sequence[str]) -> RemoteResult:
        self.ran.append((alias, *command))
        if alias not in self.hosts:
            said = f"ssh: Could not resolve hostname {alias}: Name or service not known"
            return RemoteResult(SSH_FAILED, "", said)
        program = self.hosts[alias].get(command[0])
        return (
            program(command) if program else RemoteResult(127, "", f"sh: {command[0]}: not found")
        )
