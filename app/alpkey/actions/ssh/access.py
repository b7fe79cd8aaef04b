"""What a login needs: a name of the centre's, a valid key; and why a login failed."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from alpkey.actions.agent.load import Refill
from alpkey.actions.doctor import DoctorWorld, examine
from alpkey.actions.ssh.host_name import alias_for
from alpkey.core.doctor.checks_agent import asks_passphrase
from alpkey.core.doctor.diagnosis import all_ids, diagnose, finding_object
from alpkey.core.errors import AgentTrouble, AlpkeyError, InvalidInput, Unreachable
from alpkey.core.events import Action, Answer, Event
from alpkey.core.results.status import RenewResult
from alpkey.core.site import Site
from alpkey.core.ssh import error_messages
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.ssh.ports import ResolveHost, RunOnHost, WriteOwnConfig
from alpkey.core.state.snapshot import Snapshot, closed_doors
from alpkey.core.timestamps import Clock


@dataclass(frozen=True, slots=True)
class ClusterAccess:
    """``renew`` and ``refill`` are other actions, ``doctor`` makes the doctor's world if needed."""

    site: Site
    snapshot: Callable[[], Snapshot]
    clock: Clock
    write_config: WriteOwnConfig
    resolve: ResolveHost
    renew: Callable[[], Action[RenewResult]]
    doctor: Callable[[], DoctorWorld]
    refill: Refill


@dataclass(frozen=True, slots=True)
class RemoteWorld:
    """For commands that run on a host without a terminal."""

    access: ClusterAccess
    run_on_host: RunOnHost
    remember_nodes: Callable[[str, Sequence[str]], None] = lambda _cluster, _nodes: None


def prepare_login(
    name: str, access: ClusterAccess, *, may_ask: bool
) -> Generator[Event, Answer, tuple[str, Path | None]]:
    """Check that ``name`` is a cluster's and the key is valid.

    Returns what ssh calls the cluster, and the file for ``ssh -F``.

    With ``may_ask`` an invalid key is renewed with the user; without, raises NoKey, KeyExpired or
    InvalidFile.  Raises InvalidInput (``unknown-host``).
    """
    alias, config = check_cluster(name, access)
    if closed := closed_doors(access.snapshot(), access.clock()):
        if not may_ask:
            raise closed
        yield from access.renew()
        config = access.write_config(access.snapshot().account)
    return alias, (yield from unlock(access, config, may_ask=may_ask))


def unlock(
    access: ClusterAccess, config: Path | None, *, may_ask: bool = False
) -> Generator[Event, Answer, Path | None]:
    """Load a key with a passphrase into the agent, for ssh cannot ask for the passphrase.

    Returns the file for ``ssh -F``, which may be another one than ``config``: it names the agent.
    """
    if not access.snapshot().encrypted:
        return config
    yield from access.refill(may_ask=may_ask)
    return access.write_config(access.snapshot().account)


def check_cluster(name: str, access: ClusterAccess) -> tuple[str, Path | None]:
    """Write the file for ``ssh -F``; return what ssh calls the cluster ``name``, and that file.

    Raises InvalidInput for any other name.  ssh needs the file to resolve the name.
    """
    config = access.write_config(access.snapshot().account)
    alias = alias_for(name, access.site, access.resolve)
    host = access.site.host_named(alias)
    if host and host.name == access.site.jump_host:
        known = ", ".join(host.name for host in access.site.hosts if host.jump)
        raise InvalidInput("unknown-host", name=name, known=known)
    return alias, config


def explain_failure(failed: LoginObservation, access: ClusterAccess) -> AlpkeyError:
    """Why this login failed, as the doctor finds it; ssh's own message if it finds nothing.

    Findings that stop every login come before those that only this login showed.
    """
    observations, now = examine(access.doctor(), failed), access.clock()
    if asks_passphrase(observations):
        return AgentTrouble("key-encrypted")
    findings = diagnose(observations, now)
    known_before = all_ids(diagnose(replace(observations, logins={}), now))
    causes = [finding for finding in findings if finding.severity == "error"]
    causes += [finding for finding in findings if finding.check.id not in known_before]
    if not causes:
        return Unreachable(
            "login-odd", host=failed.host, said=error_messages.last_line(failed.said)
        )
    cause = finding_object(causes[0])
    return Unreachable(
        "login-failed",
        host=failed.host,
        finding=cause["id"],
        title=cause["title"],
        detail=cause["detail"],
        next_step=cause["next_step"],
    )
