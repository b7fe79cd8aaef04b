"""A small internet in namespaces: real sshd by name on port 22, each network apart from the others.

Only ela is reached from where alice sits, only the clusters from ela, and only from a cluster the
compute node.  Nothing forwards packets: what gets through was let through by ssh.

Run as the first process of new user, network, mount and process namespaces (see ``centre.py``).  It
takes the folder that holds everything, prints ``ready``, and lasts until its input ends.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

USER = "alice"


@dataclass(frozen=True)
class Host:
    """A host, the network that it lives in, and its address there."""

    full_name: str
    network: str
    address: str


HOSTS = {
    "ela": Host("ela.cscs.ch", "front", "10.1.0.2"),
    "daint": Host("daint.alps.cscs.ch", "alps", "10.2.0.3"),
    "santis": Host("santis.alps.cscs.ch", "alps", "10.2.0.4"),
    "clariden": Host("clariden.alps.cscs.ch", "alps", "10.2.0.5"),
    "nid006554": Host("nid006554", "nodes", "10.3.0.2"),
}

# Each cable: who is at its two ends, and with which addresses.
CABLES = (
    (("outside", ["10.1.0.1"]), ("front", ["10.1.0.2"])),
    (("front", ["10.2.0.1"]), ("alps", ["10.2.0.3", "10.2.0.4", "10.2.0.5"])),
    (("alps", ["10.3.0.1"]), ("nodes", ["10.3.0.2"])),
)

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
Subsystem sftp internal-sftp
X11Forwarding yes
LogLevel VERBOSE
StrictModes no
UsePAM no
"""


def main(folder: Path) -> None:
    for name, text in _etc(folder / "home").items():
        path = folder / name
        path.write_text(text)
        _run("mount", "--bind", path, f"/etc/{name}")
    Path("/run/sshd").mkdir(exist_ok=True)
    networks = _networks()
    servers = {name: _sshd(folder, name, networks[host.network]) for name, host in HOSTS.items()}
    for name, server in servers.items():
        while "listening" not in (folder / f"{name}.log").read_text():
            assert server.poll() is None
    print("ready", flush=True)  # noqa: T201  the parent waits for it
    sys.stdin.read()


def _networks() -> dict[str, int]:
    """Lays the cables; each network by a process that lives in it."""
    networks = {"outside": 1}
    for (near, near_addresses), (far, far_addresses) in CABLES:
        networks[far] = _new_network()
        ends = (f"to-{far}", f"to-{near}")
        link = ("ip", "link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        _inside(networks[near], *link, "netns", str(networks[far]))
        for network, end, addresses in zip(
            (near, far), ends, (near_addresses, far_addresses), strict=True
        ):
            for address in addresses:
                _inside(networks[network], "ip", "address", "add", f"{address}/24", "dev", end)
            _inside(networks[network], "ip", "link", "set", end, "up")
    for process_id in networks.values():
        _inside(process_id, "ip", "link", "set", "lo", "up")
        low_ports = "echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start"
        _inside(process_id, "sh", "-c", low_ports)
    return networks


def _new_network() -> int:
    command = ["unshare", "--net", "sh", "-c", "echo; exec sleep infinity"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process.pid


def _inside(process_id: int, *command: str) -> None:
    _run("nsenter", "--net", "--target", str(process_id), "--", *command)


def _etc(home: Path) -> dict[str, str]:
    hosts = (f"{host.address} {host.full_name}\n" for host in HOSTS.values())
    return {
        "hosts": "127.0.0.1 localhost\n" + "".join(hosts),
        "passwd": f"{USER}:x:1000:1000::{home}:/bin/sh\nsshd:x:101:65534::/run/sshd:/bin/false\n",
        "group": f"{USER}:x:1000:\nnogroup:x:65534:\n",
    }


def _sshd(folder: Path, name: str, network: int) -> "subprocess.Popen[bytes]":
    """A server in the foreground; its log is a file that tests read."""
    config = folder / f"{name}.conf"
    config.write_text(CONFIG.format(address=HOSTS[name].address, folder=folder, name=name))
    log = folder / f"{name}.log"
    prepare_login = ["nsenter", "--net", "--target", str(network), "--"]
    with log.open("wb") as written:
        command = [*prepare_login, *AS_ALICE, "/usr/sbin/sshd", "-D", "-e", "-f", str(config)]
        return subprocess.Popen(command, stderr=written)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
