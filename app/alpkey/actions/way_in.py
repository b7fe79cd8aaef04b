"""The way to a cluster: a name that leads to the centre, a key that is good, and why it failed."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path

from alpkey.actions.agent import Refill
from alpkey.actions.doctor import DoctorWorld, examine
from alpkey.actions.naming import check_name
from alpkey.core import ssh_words
from alpkey.core.checks_agent import asks_passphrase
from alpkey.core.diagnosis import all_ids, diagnose, finding_object
from alpkey.core.errors import AgentTrouble, AlpkeyError, Unreachable, Unsuitable
from alpkey.core.events import Action, Answer, Event
from alpkey.core.look import Look, closed_doors
from alpkey.core.ports import Clock, OwnSshFiles, Resolver
from alpkey.core.ports_remote import Remote
from alpkey.core.site import Site
from alpkey.core.symptoms import LoginSeen


@dataclass(frozen=True, slots=True)
class WayIn:
    """``renew`` and ``refill`` are other actions, and ``doctor`` another's world, made only where
    needed.
    """

    site: Site
    look: Callable[[], Look]
    clock: Clock
    own_files: OwnSshFiles
    resolver: Resolver
    renew: Callable[[], Action]
    doctor: Callable[[], DoctorWorld]
    refill: Refill


@dataclass(frozen=True, slots=True)
class RemoteWorld:
    """For what is done on a host, with nobody at the keyboard there."""

    way: WayIn
    remote: Remote


def enter(name: str, way: WayIn, *, may_ask: bool) -> Generator[Event, Answer, Path | None]:
    """The file for ``ssh -F``, once ``name`` is a cluster's and the key opens doors.

    ``may_ask``: whether somebody is there to renew a dead key with; where nobody is, raises NoKey,
    KeyExpired or Unfit.  Raises Unsuitable (``unknown-host``).
    """
    config = check_cluster(name, way)
    if closed := closed_doors(way.look(), way.clock()):
        if not may_ask:
            raise closed
        yield from way.renew()
        config = way.own_files.write(way.look().account)
    yield from unlock(way, may_ask=may_ask)
    return config


def unlock(way: WayIn, *, may_ask: bool = False) -> Generator[Event, Answer, None]:
    """A key under a passphrase is in the agent then, for nobody is asked by ssh."""
    if way.look().encrypted:
        yield from way.refill(may_ask=may_ask)


def check_cluster(name: str, way: WayIn) -> Path | None:
    """The file for ``ssh -F``.  Raises Unsuitable for any name but a cluster's or an alias of one.

    What ssh is asked about a name has to lie there before.
    """
    config = way.own_files.write(way.look().account)
    check_name(name, way.site, way.resolver)
    if name == way.site.jump_host:
        known = ", ".join(host.name for host in way.site.hosts if host.jump)
        raise Unsuitable("unknown-host", name=name, known=known)
    return config


def explained(failed: LoginSeen, way: WayIn) -> AlpkeyError:
    """Why this login failed, as the doctor finds it; ssh's own words only where it finds nothing.

    What says by itself why no login can work comes before what only this one brought to light.
    """
    seen, now = examine(way.doctor(), failed), way.clock()
    if asks_passphrase(seen):
        return AgentTrouble("key-encrypted")
    findings = diagnose(seen, now)
    known_before = all_ids(diagnose(replace(seen, logins={}), now))
    telling = [one for one in findings if one.severity == "error"]
    telling += [one for one in findings if one.check.id not in known_before]
    if not telling:
        return Unreachable("login-odd", host=failed.host, said=ssh_words.last_line(failed.said))
    said = finding_object(telling[0])
    facts = {name: said[name] for name in ("title", "detail", "next_step")}
    return Unreachable("login-failed", host=failed.host, finding=said["id"], **facts)
