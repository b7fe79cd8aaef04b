"""Host keys of the login hosts: listed, and accepted by the user; a changed key is never accepted.

The centre publishes no fingerprints, so an unknown key is shown and never accepted automatically.
"""

import itertools
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from alpkey.actions.confirm import agree
from alpkey.actions.install import LOCK_TIMEOUT_S
from alpkey.core.errors import InvalidFile, InvalidInput, Unreachable
from alpkey.core.events import Action, Answer, Event, Step
from alpkey.core.results.ssh import AcceptedHostsResult, HostsResult, LoginHost
from alpkey.core.site import Host, Site
from alpkey.core.ssh import known_hosts as known_hosts_lines
from alpkey.core.ssh.host_authorities import authority_line, published_fingerprints
from alpkey.core.ssh.host_keys import ACCEPTABLE, HostKey, HostKeyObservation, shown_as
from alpkey.core.ssh.ports import HostKeys, KnownHosts, WriteOwnConfig
from alpkey.core.state.ports import ExternalChanges, Lock
from alpkey.core.state.snapshot import Snapshot

TOUCHED = "known_hosts"


@dataclass(frozen=True, slots=True)
class HostsWorld:
    site: Site
    snapshot: Callable[[], Snapshot]
    write_config: WriteOwnConfig
    keys: HostKeys
    known_hosts: KnownHosts
    lock: Lock
    external_changes: ExternalChanges


def list_hosts(world: HostsWorld) -> Action[HostsResult]:
    """The jump host and the clusters that are shown.

    Clusters behind a jump host that is not accepted yet are reached with the key that it presents
    now, so that the user can decide about all of them at once.
    """
    yield from ()
    config = world.write_config(world.snapshot().account)
    jump = world.site.host(world.site.jump_host)
    rows: list[LoginHost] = []
    line = None
    if jump:
        observed = _observe(jump, config, world)
        rows.append(_login_host(jump, observed))
        if observed.key and observed.state in ACCEPTABLE:
            line = world.keys.fetch(jump.name, config, observed.key)
    rows += [_login_host(host, _observe(host, config, world, line)) for host in world.site.clusters]
    return {"hosts": rows}


def accept(names: tuple[str, ...], yes: bool, world: HostsWorld) -> Action[AcceptedHostsResult]:
    """Ask about each host whose key is not verified, and add the accepted keys to known_hosts.

    Raises InvalidInput for a name that is no host, InvalidFile for a changed key, Unreachable and
    Cancelled; what was accepted before stays.
    """
    hosts = [_host(name, world.site) for name in names]
    config = world.write_config(world.snapshot().account)
    numbers = itertools.count(1)
    accepted, rows = [], []
    for host in sorted(hosts, key=lambda host: host.jump is not None):
        observed = _observe_usable(host, config, world)
        if observed.state != "known" and observed.key:
            if observed.state == "unknown" and not yes:
                yield from _agree(host, observed.key, numbers)
            observed = _remember(host, observed.key, config, world)
            yield Step("host-accepted")
            accepted.append(host.name)
        rows.append(_login_host(host, observed))
    return {"accepted": accepted, "hosts": rows}


def _host(name: str, site: Site) -> Host:
    host = site.host_typed(name)
    if host is None:
        known = ", ".join(host.name for host in site.hosts)
        raise InvalidInput("unknown-host", name=name, known=known)
    return host


def _observe(
    host: Host, config: Path | None, world: HostsWorld, jump_line: str | None = None
) -> HostKeyObservation:
    """What ssh says about the host's key; the site file's fingerprints have precedence.

    ``jump_line`` is the known_hosts line of a jump host that ssh does not know yet.
    """
    if jump_line and host.jump:
        observed = world.keys.check_behind(host.name, host.jump, jump_line)
    else:
        observed = world.keys.check(host.name, config)
    if observed.key and host.host_keys:
        if not observed.key.is_among(published_fingerprints(host.host_keys)):
            return HostKeyObservation("changed", observed.key, "the centre's site file")
        if observed.state == "unknown":
            return HostKeyObservation("site", observed.key)
    return observed


def _observe_usable(host: Host, config: Path | None, world: HostsWorld) -> HostKeyObservation:
    observed = _observe(host, config, world)
    if observed.state == "waiting":
        raise Unreachable("host-waiting", name=host.name, jump=host.jump)
    if observed.state == "unreachable":
        raise Unreachable("host-unreachable", name=host.name, reason=observed.reason)
    if observed.state == "changed" and observed.key:
        support = world.site.links.get("support", "the centre's support")
        raise InvalidFile(
            "host-key-changed",
            name=host.name,
            fingerprint=observed.key.fingerprint,
            place=observed.place or "a file that ssh reads",
            support=support,
        )
    return observed


def _agree(host: Host, key: HostKey, numbers: Iterator[int]) -> Generator[Event, Answer, None]:
    shown = shown_as(host.name, host.host_name, key)
    yield from agree(next(numbers), "host", shown)


def _remember(
    host: Host, key: HostKey, config: Path | None, world: HostsWorld
) -> HostKeyObservation:
    """Exactly the key that was shown, and proven by ssh that it is known now.

    Where the site file names the authority that signed it, that is remembered for this host.
    """
    line = authority_line(host, key) or world.keys.fetch(host.name, config, key)
    path = world.known_hosts.path
    with world.lock.held(LOCK_TIMEOUT_S):
        before = world.known_hosts.read()
        entry = world.external_changes.entry(TOUCHED) or {
            "path": str(path),
            "lines": [],
            "existed": before is not None,
            "had_end": not before or before.endswith(b"\n"),
        }
        world.external_changes.note(TOUCHED, {**entry, "lines": [*entry["lines"], line]})
        world.known_hosts.replace(known_hosts_lines.added(before, line.encode()))
    observed = _observe(host, config, world)
    if observed.state != "known":
        raise InvalidFile("host-unproven", name=host.name, path=str(path))
    return observed


def _login_host(host: Host, observed: HostKeyObservation) -> LoginHost:
    return {
        "name": host.name,
        "host_name": host.host_name,
        "state": observed.state,
        "type": observed.key.type if observed.key else None,
        "fingerprint": observed.key.fingerprint if observed.key else None,
        "reason": observed.reason or observed.place or None,
    }
