"""Host keys of the login hosts: told, and accepted by a person; a changed one is never mended here.

The centre publishes no fingerprints, so a first use is shown and never decided silently.
"""

import itertools
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from alpkey.actions.confirm import agree
from alpkey.actions.install import LOCK_TIMEOUT_S
from alpkey.core.errors import InvalidFile, InvalidInput, Unreachable
from alpkey.core.events import Action, Answer, Event, Step
from alpkey.core.ports import Lock, OwnConfigFiles
from alpkey.core.results.ssh import AcceptedHostsResult, HostsResult, LoginHost
from alpkey.core.site import Host, Site
from alpkey.core.ssh import known_hosts as known_hosts_lines
from alpkey.core.ssh.host_key_ports import HostKeys, KnownHosts
from alpkey.core.ssh.host_keys import ACCEPTABLE, HostKey, HostKeyObservation, shown_as
from alpkey.core.state.external_change_ports import ExternalChanges
from alpkey.core.state.snapshot import Snapshot

TOUCHED = "known_hosts"


@dataclass(frozen=True, slots=True)
class HostsWorld:
    site: Site
    snapshot: Callable[[], Snapshot]
    own_files: OwnConfigFiles
    keys: HostKeys
    known_hosts: KnownHosts
    lock: Lock
    external_changes: ExternalChanges


def list_hosts(world: HostsWorld) -> Action[HostsResult]:
    """The jump host and the clusters that are shown; the result holds ``hosts``.

    A cluster behind a jump host that is not accepted yet is looked at through the key that it
    shows now, so that a person can decide about all of them at once.
    Each has ``name``, ``host_name``, ``state``, ``type``, ``fingerprint`` and ``reason``.
    """
    yield from ()
    config = world.own_files.write(world.snapshot().account)
    jump = world.site.host(world.site.jump_host)
    rows: list[LoginHost] = []
    line = None
    if jump:
        seen = _look(jump, config, world)
        rows.append(_told(jump, seen))
        if seen.key and seen.state in ACCEPTABLE:
            line = world.keys.fetch(jump.name, config, seen.key)
    rows += [_told(host, _look(host, config, world, line)) for host in world.site.clusters]
    return {"hosts": rows}


def accept(names: tuple[str, ...], yes: bool, world: HostsWorld) -> Action[AcceptedHostsResult]:
    """Asks about each host whose key nobody vouches for, and remembers what is agreed to.

    The result holds ``accepted`` and ``hosts``.  Raises InvalidInput for a name of no host,
    InvalidFile for a changed key, Unreachable and Cancelled; what was accepted before stays.
    """
    hosts = [_host(name, world.site) for name in names]
    config = world.own_files.write(world.snapshot().account)
    numbers = itertools.count(1)
    accepted, told = [], []
    for host in sorted(hosts, key=lambda host: host.jump is not None):
        seen = _usable(host, config, world)
        if seen.state != "known" and seen.key:
            if seen.state == "unknown" and not yes:
                yield from _agree(host, seen.key, numbers)
            seen = _remember(host, seen.key, config, world)
            yield Step("host-accepted")
            accepted.append(host.name)
        told.append(_told(host, seen))
    return {"accepted": accepted, "hosts": told}


def _host(name: str, site: Site) -> Host:
    host = site.host_named(name)
    if host is None:
        known = ", ".join(known.name for known in site.hosts)
        raise InvalidInput("unknown-host", name=name, known=known)
    return host


def _look(
    host: Host, config: Path | None, world: HostsWorld, jump_line: str | None = None
) -> HostKeyObservation:
    """ssh's word; where it knows nothing, or the site file knows better, the site file's.

    ``jump_line`` is that of a host on the way which ssh does not know.
    """
    if jump_line and host.jump:
        seen = world.keys.check_behind(host.name, host.jump, jump_line)
    else:
        seen = world.keys.check(host.name, config)
    if seen.key and host.host_keys:
        if seen.key.fingerprint not in host.host_keys:
            return HostKeyObservation("changed", seen.key, "the centre's site file")
        if seen.state == "unknown":
            return HostKeyObservation("site", seen.key)
    return seen


def _usable(host: Host, config: Path | None, world: HostsWorld) -> HostKeyObservation:
    seen = _look(host, config, world)
    if seen.state == "waiting":
        raise Unreachable("host-waiting", name=host.name, jump=host.jump)
    if seen.state == "unreachable":
        raise Unreachable("host-unreachable", name=host.name, reason=seen.reason)
    if seen.state == "changed" and seen.key:
        support = world.site.links.get("support", "the centre's support")
        raise InvalidFile(
            "host-key-changed",
            name=host.name,
            fingerprint=seen.key.fingerprint,
            place=seen.place or "a file that ssh reads",
            support=support,
        )
    return seen


def _agree(host: Host, key: HostKey, numbers: Iterator[int]) -> Generator[Event, Answer, None]:
    shown = shown_as(host.name, host.host_name, key)
    yield from agree(next(numbers), "host", shown)


def _remember(
    host: Host, key: HostKey, config: Path | None, world: HostsWorld
) -> HostKeyObservation:
    """Exactly the key that was shown, and proven by ssh that it is known now."""
    line = world.keys.fetch(host.name, config, key)
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
    seen = _look(host, config, world)
    if seen.state != "known":
        raise InvalidFile("host-unproven", name=host.name, path=str(path))
    return seen


def _told(host: Host, seen: HostKeyObservation) -> LoginHost:
    return {
        "name": host.name,
        "host_name": host.host_name,
        "state": seen.state,
        "type": seen.key.type if seen.key else None,
        "fingerprint": seen.key.fingerprint if seen.key else None,
        "reason": seen.reason or seen.place or None,
    }
