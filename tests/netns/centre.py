"""The small internet from outside: started, entered, and given keys."""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.waiting import until
from tests.keys import keygen, make_key, sign
from tests.netns.world import AS_ALICE, HOSTS

SPACES = ("--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child")
SOURCES = str(Path(__file__).parents[2] / "app")
RUN_TIMEOUT_S = 60

STAND_THERE = """
import socket, sys
call = socket.create_connection((sys.argv[1], 22))
print(call.recv(3).decode(), flush=True)
sys.stdin.read()
"""

# What ssh-keygen makes a good certificate of alice's by.
GOOD = ("-n", "alice", "-V", "-1m:+1h")


@dataclass
class RealCentre:
    """The hosts run; ``run`` runs a command as alice beside them."""

    folder: Path
    process_id: int
    serials: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def key(self) -> Path:
        return self.home / ".ssh/cscs-key"

    @property
    def _enter(self) -> tuple[str, ...]:
        spaces = ("-U", "-n", "-m", "-p", "--preserve-credentials")
        return ("nsenter", "-t", str(self.process_id), *spaces, "--")

    def arrange(self, script: str) -> None:
        """Changes the network beside alice, by a shell that may."""
        subprocess.run([*self._enter, "sh", "-ec", script], check=True)

    def run(self, *command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*self._enter, *AS_ALICE, *command],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "PYTHONPATH": SOURCES,
                **environ,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )

    def alpkey(self, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        return self.run(*self.command(*arguments), **environ)

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "alpkey", *arguments]

    def give_key(self, *options: str, authority: str = "user_ca") -> None:
        """A fresh key in alice's home, its certificate signed with these options of ssh-keygen."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.key.parent.mkdir(parents=True, mode=0o700)
        # A list revokes by serial: each certificate has its own.
        serial = ("-z", str(next(self.serials)))
        sign(self.folder / authority, make_key(self.key), *serial, *options)
        public = (self.folder / "host_ca.pub").read_text()
        (self.key.parent / "known_hosts").write_text(f"@cert-authority *.cscs.ch {public}")

    def revoke(self) -> None:
        """Revokes alice's certificate by a key revocation list (ssh-keygen(1))."""
        keygen("-q", "-k", "-u", "-f", self.folder / "revoked.krl", f"{self.key}-cert.pub")

    @contextmanager
    def full(self, name: str) -> Iterator[Callable[[], None]]:
        """A host that alice reaches has room for one who has not logged in yet, who stands there.

        What is given makes room again.
        """
        config = self.folder / f"{name}.conf"
        text = config.read_text()
        self._reconfigure(name, f"{text}MaxStartups 1:100:1\n")
        stands = [*self._enter, sys.executable, "-c", STAND_THERE, HOSTS[name].address]
        with subprocess.Popen(stands, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as somebody:
            assert somebody.stdin is not None
            assert somebody.stdout is not None
            assert somebody.stdout.readline() == b"SSH\n"
            yield somebody.stdin.close
        self._reconfigure(name, text)

    def run_on(self, name: str, script: str) -> str:
        """What a shell of alice's prints that runs as on a host, past ssh."""
        server = self._inside("pgrep", "-o", "-f", f"[s]shd.*/{name}[.]conf").strip()
        network = ("nsenter", "--net", "--target", server, "--")
        named = ("unshare", "--uts", "sh", "-ec", 'hostname "$0"; exec "$@"', name)
        return self._inside(*network, *named, *AS_ALICE, "sh", "-ec", script)

    def _inside(self, *command: str) -> str:
        done = subprocess.run(
            [*self._enter, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def set_variable(self, name: str, variable: str, value: str) -> None:
        """Set a variable in the environment of every login to a host (sshd_config(5), SetEnv)."""
        reached = f"SetEnv REACHED={name}"
        text = (self.folder / f"{name}.conf").read_text()
        self._reconfigure(name, text.replace(reached, f"{reached} {variable}={value}"))

    def _reconfigure(self, name: str, text: str) -> None:
        (self.folder / f"{name}.conf").write_text(text)
        before = self.log(name).count("listening")
        self.arrange(f"pkill -HUP -f '[s]shd.*/{name}[.]conf'")
        until(lambda: self.log(name).count("listening") > before, f"{name} again")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()


@contextmanager
def real_centre(folder: Path) -> Iterator[RealCentre]:
    """Runs until left; skips where the machine has no sshd or grants no namespaces."""
    if not Path("/usr/sbin/sshd").exists() or shutil.which("unshare") is None:
        pytest.skip("real ssh hosts need openssh-server and unshare")
    if subprocess.run(["unshare", *SPACES, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system grants no user namespaces")
    _make_authorities(folder)
    world = [sys.executable, str(Path(__file__).with_name("world.py")), str(folder)]
    with subprocess.Popen(
        ["unshare", *SPACES, "--mount-proc", "--", *world],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        try:
            yield RealCentre(folder, int(children.split()[0]))
        finally:
            process.kill()


def _make_authorities(folder: Path) -> None:
    for name in ("user_ca", "host_ca", "foreign_ca"):
        make_key(folder / name)
    for name, host in HOSTS.items():
        sign(folder / "host_ca", make_key(folder / name), "-h", "-n", host.full_name)
    keygen("-q", "-k", "-f", folder / "revoked.krl")
