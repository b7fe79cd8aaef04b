"""The way to a cluster: a name that leads to the centre, a key that is good, and why it failed."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path

from alpkey.actions.agent.load import Refill
from alpkey.actions.doctor import DoctorWorld, examine
from alpkey.actions.ssh.host_name import check_name
from alpkey.core.doctor.checks_agent import asks_passphrase
from alpkey.core.doctor.diagnosis import all_ids, diagnose, finding_object
from alpkey.core.errors import AgentTrouble, AlpkeyError, InvalidInput, Unreachable
from alpkey.core.events import Action, Answer, Event
from alpkey.core.ports import Clock, OwnConfigFiles, Resolver
from alpkey.core.site import Site
from alpkey.core.ssh import error_messages
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.ssh.remote_ports import Remote
from alpkey.core.state.snapshot import Snapshot, closed_doors


@dataclass(frozen=True, slots=True)
class ClusterAccess:
    """``renew`` and ``refill`` are other actions, and ``doctor`` another's world, made only where
    needed.
    """

    site: Site
    snapshot: Callable[[], Snapshot]
    clock: Clock
    own_files: OwnConfigFiles
    resolver: Resolver
    renew: Callable[[], Action]
    doctor: Callable[[], DoctorWorld]
    refill: Refill


@dataclass(frozen=True, slots=True)
class RemoteWorld:
    """For what is done on a host, with nobody at the keyboard there."""

    access: ClusterAccess
    remote: Remote


def prepare_login(
    name: str, access: ClusterAccess, *, may_ask: bool
) -> Generator[Event, Answer, Path | None]:
    """The file for ``ssh -F``, once ``name`` is a cluster's and the key opens doors.

    ``may_ask``: whether somebody is there to renew a dead key with; where nobody is, raises NoKey,
    KeyExpired or InvalidFile.  Raises InvalidInput (``unknown-host``).
    """
    config = check_cluster(name, access)
    if closed := closed_doors(access.snapshot(), access.clock()):
        if not may_ask:
            raise closed
        yield from access.renew()
        config = access.own_files.write(access.snapshot().account)
    yield from unlock(access, may_ask=may_ask)
    return config


def unlock(access: ClusterAccess, *, may_ask: bool = False) -> Generator[Event, Answer, None]:
    """A key under a passphrase is in the agent then, for nobody is asked by ssh."""
    if access.snapshot().encrypted:
        yield from access.refill(may_ask=may_ask)


def check_cluster(name: str, access: ClusterAccess) -> Path | None:
    """The file for ``ssh -F``.  Raises InvalidInput for any name but a cluster's or an alias of
    one.

    What ssh is asked about a name has to lie there before.
    """
    config = access.own_files.write(access.snapshot().account)
    check_name(name, access.site, access.resolver)
    host = access.site.host_named(name)
    if host and host.name == access.site.jump_host:
        known = ", ".join(host.name for host in access.site.hosts if host.jump)
        raise InvalidInput("unknown-host", name=name, known=known)
    return config


def explain_failure(failed: LoginObservation, access: ClusterAccess) -> AlpkeyError:
    """Why this login failed, as the doctor finds it; ssh's own words only where it finds nothing.

    What says by itself why no login can work comes before what only this one brought to light.
    """
    seen, now = examine(access.doctor(), failed), access.clock()
    if asks_passphrase(seen):
        return AgentTrouble("key-encrypted")
    findings = diagnose(seen, now)
    known_before = all_ids(diagnose(replace(seen, logins={}), now))
    telling = [one for one in findings if one.severity == "error"]
    telling += [one for one in findings if one.check.id not in known_before]
    if not telling:
        return Unreachable(
            "login-odd", host=failed.host, said=error_messages.last_line(failed.said)
        )
    said = finding_object(telling[0])
    facts = {name: said[name] for name in ("title", "detail", "next_step")}
    return Unreachable("login-failed", host=failed.host, finding=said["id"], **facts)
