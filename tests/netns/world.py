"""A small internet in namespaces: ela, daint and santis as real sshd, by name on port 22.

Run as the first process of new user, network, mount and process namespaces (see ``centre.py``).  It
takes the folder that holds everything, prints ``ready``, and lasts until its input ends.
"""

import subprocess
import sys
from pathlib import Path

USER = "alice"
ADDRESSES = {"ela": "127.0.0.2", "daint": "127.0.0.3", "santis": "127.0.0.4"}
NAMES = {"ela": "ela.cscs.ch", "daint": "daint.alps.cscs.ch", "santis": "santis.alps.cscs.ch"}

# sshd wants to change groups when it is root, which a user namespace forbids: everybody is alice.
AS_ALICE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")

CONFIG = """\
ListenAddress {address}:22
HostKey {folder}/{name}
HostCertificate {folder}/{name}-cert.pub
PidFile none
TrustedUserCAKeys {folder}/user_ca.pub
RevokedKeys {folder}/revoked.krl
AuthorizedKeysFile none
AuthenticationMethods publickey
KexAlgorithms curve25519-sha256
SetEnv REACHED={name}
LogLevel VERBOSE
StrictModes no
UsePAM no
"""


def main(folder: Path) -> None:
    _run("ip", "link", "set", "lo", "up")
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")
    for name, text in _etc(folder / "home").items():
        path = folder / name
        path.write_text(text)
        _run("mount", "--bind", path, f"/etc/{name}")
    Path("/run/sshd").mkdir(exist_ok=True)
    servers = {name: _sshd(folder, name) for name in ADDRESSES}
    for name, server in servers.items():
        while "listening" not in (folder / f"{name}.log").read_text():
            assert server.poll() is None
    print("ready", flush=True)  # noqa: T201  whoever started us waits for it
    sys.stdin.read()


def _etc(home: Path) -> dict[str, str]:
    hosts = (f"{address} {NAMES[name]}\n" for name, address in ADDRESSES.items())
    return {
        "hosts": "127.0.0.1 localhost\n" + "".join(hosts),
        "passwd": f"{USER}:x:1000:1000::{home}:/bin/sh\nsshd:x:101:65534::/run/sshd:/bin/false\n",
        "group": f"{USER}:x:1000:\nnogroup:x:65534:\n",
    }


def _sshd(folder: Path, name: str) -> "subprocess.Popen[bytes]":
    """A server in the foreground; its log is a file that tests read."""
    config = folder / f"{name}.conf"
    config.write_text(CONFIG.format(address=ADDRESSES[name], folder=folder, name=name))
    log = folder / f"{name}.log"
    with log.open("wb") as written:
        command = [*AS_ALICE, "/usr/sbin/sshd", "-D", "-e", "-f", str(config)]
        return subprocess.Popen(command, stderr=written)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
