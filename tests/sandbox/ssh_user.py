"""A user of the hosts, by OpenSSH itself."""

import os
import subprocess
from pathlib import Path

from tests.sandbox.client import Answer, Client


class SshUser:
    """A user with a key pair in a folder, and the programs that go by ssh."""

    def __init__(self, client: Client, folder: Path) -> None:
        self._facts = client.centre.facts
        self.folder = folder
        self._key = folder / "key"

    def takes(self, answer: Answer) -> "SshUser":
        certificate, key = answer.pair
        self._write("key", key)
        self._write("key-cert.pub", certificate)
        return self

    def takes_certificate(self, key: Path, certificate: str) -> "SshUser":
        """A certificate for a key of one's own."""
        self._key = key
        key.with_name(f"{key.name}-cert.pub").write_text(certificate)
        return self

    def takes_plain(self, key: Path) -> "SshUser":
        self._key = key
        return self

    def ssh(
        self, host: str, *command: str, user: str = "alice", through: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Straight to a host's own port, or through another by the host's name."""
        jump = ["-J", through] if through else []
        place = host if through else f"direct-{host}"
        return self.run("ssh", "-F", str(self.config(user)), *jump, place, *command)

    def run(
        self, *command: str, typed: str | None = None, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """The outcome of any program, run in the user's folder."""
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            cwd=self.folder,
            env={**os.environ, **environ},
            timeout=30,
        )

    def config(self, user: str = "alice") -> Path:
        """The configuration, in which `direct-HOST` is a host at its own port."""
        path = self.folder / "config"
        path.write_text(self._config(user))
        return path

    def _config(self, user: str) -> str:
        places = self._facts.hosts.items()
        direct = [
            f"Host direct-{name}\n HostName {at['address']}\n Port {at['port']}\n"
            f" HostKeyAlias {name}\n"
            for name, at in places
        ]
        jumps = f"Host ela\n HostName 127.0.0.1\n Port {self._facts.hosts['ela']['port']}\n"
        known = Path(self._facts.home) / "ssh/known_hosts"
        return (
            "".join(direct)
            + jumps
            + " HostKeyAlias ela\n"
            + f"Host *\n User {user}\n IdentityFile {self._key}\n IdentitiesOnly yes\n"
            + f" IdentityAgent none\n BatchMode yes\n UserKnownHostsFile {known}\n"
            + " StrictHostKeyChecking yes\n GlobalKnownHostsFile none\n"
        )

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(0o600)
        path.write_text(text)
