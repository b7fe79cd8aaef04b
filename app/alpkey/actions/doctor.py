"""The doctor: look at everything side by side, log in for real, and mend what can be mended."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from alpkey.actions.agent.load import AgentWorld, clean, load_current
from alpkey.actions.agent.selection import Agents
from alpkey.core.agent.contents import sort_out
from alpkey.core.agent.ports import Agent, AgentAbsent
from alpkey.core.doctor.checks_agent import asks_passphrase
from alpkey.core.doctor.diagnosis import (
    all_ids,
    diagnose,
    doctor_object,
    lasting_errors,
    stops_a_login,
)
from alpkey.core.doctor.observations import (
    AgentAnswer,
    AgentObservation,
    IncludeLineState,
    KeychainObservation,
    LoginObservation,
    Observations,
    ReachObservation,
    Resolved,
)
from alpkey.core.doctor.ports import (
    DeskProbe,
    FilesProbe,
    InstalledProbe,
    Mendable,
    NetworkProbe,
    ServiceProbe,
    SideBySide,
    SshProbe,
)
from alpkey.core.doctor.report import Report, report
from alpkey.core.errors import AgentTrouble, AlpkeyError, InvalidFile, InvalidInput, KeychainTrouble
from alpkey.core.events import Action
from alpkey.core.keychain.entries import NOTHING
from alpkey.core.keychain.ports import Keychain
from alpkey.core.messages.describe import describe
from alpkey.core.ports import Clock, Lock
from alpkey.core.settings.settings import CONFIRM_EACH_USE, Setting, Settings, declared
from alpkey.core.signin.methods import default_service
from alpkey.core.site import GATEWAY, Site
from alpkey.core.ssh.config_ports import OwnConfig, UserConfig
from alpkey.core.ssh.include_line import begins_with, undone
from alpkey.core.state.external_change_ports import SSH_CONFIG, ExternalChanges
from alpkey.core.state.journal import Fact, Finding, Known, Retired, fold
from alpkey.core.state.snapshot import Snapshot

# The whole doctor takes less than 5 s where nothing answers: this, and the start of a program.
LOOKING_TIMEOUT_S = 3.5
LOCK_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class DoctorWorld:
    """What the doctor asks.

    ``agent`` is that of the agent commands, made when it is needed.  ``use_ipv4`` is an action
    that has ssh pass over all other addresses.
    """

    site: Site
    settings: Settings
    snapshot: Callable[[], Snapshot]
    clock: Clock
    agent: Callable[[], AgentWorld]
    own_files: OwnConfig
    person: UserConfig
    external_changes: ExternalChanges
    lock: Lock
    side_by_side: SideBySide
    ssh: SshProbe
    files: FilesProbe
    network: NetworkProbe
    service: ServiceProbe
    keychain: Keychain
    desk: DeskProbe
    installed: InstalledProbe
    use_ipv4: Callable[[], Action]
    lacks: Callable[[Setting], str | None]
    program: str


@dataclass(frozen=True, slots=True)
class DoctorRequest:
    """``fix`` is the id of a check; ``report`` asks for a text to hand on.

    ``quick`` leaves out what needs a network or the keychain.
    """

    fix: str | None = None
    report: Report | None = None
    quick: bool = False


@dataclass(frozen=True, slots=True)
class _Way:
    """How Alpkey calls ssh: with this file, or with none where ssh finds ours by itself."""

    config: Path | None


def doctor(request: DoctorRequest, world: DoctorWorld) -> Action:
    """The object of the contract, and ``login``: the host that a login got into, if one did.

    With ``fix`` it tells what is left afterwards, and ``fixed``.  ``report`` adds the text as
    ``report``, and ``support``, where the centre takes it.  What will stop a login goes into the
    journal, and leaves it once it is mended.
    Raises InvalidInput for a fix that does not exist, and what the fix raises.
    """
    yield from ()
    _check_fix(request.fix)
    seen = examine(world, quick=request.quick)
    findings = diagnose(seen, world.clock())
    extra: dict[str, Any] = {}
    if request.fix:
        extra["fixed"] = None
        if request.fix in all_ids(findings):
            yield from FIXES[request.fix](world)
            extra["fixed"] = request.fix
            seen = examine(world, quick=request.quick)
            findings = diagnose(seen, world.clock())
    _note(world, seen)
    if request.report:
        extra["report"] = report(request.report, seen, findings, world.clock())
        extra["support"] = world.site.page("support")
    login = next((one.host for one in seen.logins.values() if one.worked), None)
    return {**doctor_object(findings), "login": login, **extra}


def examine(
    world: DoctorWorld, tried: LoginObservation | None = None, *, quick: bool = False
) -> Observations:
    """Everything at once; then a login, where nothing found so far says that it must fail.

    One that was ``tried`` already, and failed, stands for it.  ``quick``: only what this computer
    tells, and no login.
    """
    snapshot = world.snapshot()
    method = _method(world, snapshot)  # before ssh is asked which agent it uses
    known = fold(world.agent().journal.facts(), snapshot.account)
    here: Mapping[str, Callable[[], Any]] = {
        "files": world.files.seen,
        "ssh_version": world.ssh.version,
        "agent": lambda: _agent(world, snapshot, known),
        "own": lambda: _own(world),
        "line": lambda: _line(world),
        "desk": world.desk,
        "installed": world.installed,
        "unconfirmable": lambda: world.lacks(declared()[CONFIRM_EACH_USE]),
    }
    elsewhere: Mapping[str, Callable[[], Any]] = {
        "reach": lambda: _reach(world, method),
        "service": world.service,
        "keychain": lambda: _keychain(world, known),
    }
    looked = world.side_by_side(here if quick else {**here, **elsewhere}, LOOKING_TIMEOUT_S)
    seen = Observations(world.site, world.settings, snapshot, known, world.program, **looked)
    if tried:
        return replace(seen, logins={tried.host: tried})
    hopeless = stops_a_login(diagnose(seen, world.clock()))
    if quick or hopeless or asks_passphrase(seen) or method is None:
        return seen
    return replace(seen, logins=_logins(world, method))


def _note(world: DoctorWorld, seen: Observations) -> None:
    """Appends what changed since the last doctor; one who cannot write is a doctor all the same.

    The journal's readers look again, so nothing is appended where nothing changed.
    """
    now, before = world.clock(), seen.known.findings
    found = lasting_errors(seen, now)
    come = [Finding(now, name, found=True) for name in found if name not in before]
    gone = [Finding(now, name, found=False) for name in before if name not in found]
    facts: list[Fact] = [*come, *gone, *_retirement(world, seen)]
    if not facts:
        return
    with suppress(AlpkeyError), world.lock.held(LOCK_TIMEOUT_S):
        world.agent().journal.append(facts)


def _retirement(world: DoctorWorld, seen: Observations) -> list[Retired]:
    """As a renewal would remember it: from then on the next service is the one to get keys from."""
    usual = default_service(world.site, seen.known.retired, seen.known.method)
    gone = seen.service is not None and seen.service.code == "service-retired"
    if usual is None or usual.kind == GATEWAY or not gone or not world.site.has_gateway:
        return []
    return [Retired(world.clock(), usual.name, retired=True)]


def _own(world: DoctorWorld) -> dict[str, Resolved]:
    names = {world.site.jump_host, *(host.name for host in world.site.clusters)}
    hosts = [host.name for host in world.site.hosts if host.name in names]
    return {name: world.ssh.own(name) for name in hosts}


def _reach(world: DoctorWorld, method: _Way | None) -> ReachObservation | None:
    """None where ssh goes to the jump host by a detour, which only a login can judge."""
    jump = world.site.host(world.site.jump_host)
    if jump is None:
        return None
    family = world.ssh.straight(jump.name, method.config) if method else "any"
    return world.network.reach(jump.host_name, jump.port, family) if family else None


def _line(world: DoctorWorld) -> IncludeLineState | None:
    """None where the line was never put there, or cannot be looked for."""
    if world.external_changes.entry(SSH_CONFIG) is None:
        return None
    try:
        line, content = world.own_files.include(), world.person.read().content or b""
    except InvalidFile:
        return None
    if begins_with(content, line):
        return "first"
    return "gone" if undone(content, line, None) == content else "not-first"


def _method(world: DoctorWorld, snapshot: Snapshot) -> _Way | None:
    """None where there is no key to log in with, or our own files cannot be written."""
    if not snapshot.has_key:
        return None
    try:
        return _Way(world.own_files.write(snapshot.account))
    except InvalidFile:
        return None


def _keychain(world: DoctorWorld, known: Known) -> KeychainObservation | None:
    """Asked only where something is kept in it, and never so that it asks a person."""
    if known.kept == NOTHING:
        return None
    try:
        world.keychain.check()
        return KeychainObservation("keychain-locked" if world.keychain.is_locked() else None)
    except KeychainTrouble as error:
        return KeychainObservation(error.code, describe(error).detail)


def _agent(world: DoctorWorld, snapshot: Snapshot, known: Known) -> AgentObservation:
    agents = world.agent().agents
    agent = agents.used
    try:
        blobs = [identity.blob for identity in agent.identities()]
    except AgentTrouble as error:
        return _useless(agent, error)
    certificate = snapshot.certificate
    contents = sort_out(blobs, certificate, known.made_here)
    return AgentObservation(
        "answers",
        agent.socket,
        current=contents.current,
        plain=certificate is not None and certificate.public_key in blobs,
        stale=len(contents.stale) if certificate else 0,
        foreign=len(blobs) - len(contents.ours),
        theirs=_theirs(agents) if agent is agents.own else None,
    )


def _useless(agent: Agent, trouble: AgentTrouble) -> AgentObservation:
    if isinstance(trouble, AgentAbsent):
        return AgentObservation("absent", agent.socket, str(trouble.params.get("reason", "")))
    answer: AgentAnswer = "hangs" if trouble.code == "agent-hangs" else "refuses"
    said = describe(trouble)
    return AgentObservation(answer, agent.socket, said.detail, said.next_step)


def _theirs(agents: Agents) -> AgentObservation:
    """Why ours stands in for it, or that it need not any more."""
    agent = agents.theirs()
    try:
        agent.identities()
    except AgentTrouble as error:
        return _useless(agent, error)
    if agents.theirs_are_back():
        return AgentObservation("answers", agent.socket)
    return _useless(agent, AgentTrouble("agent-refuses", socket=agent.socket, operation="add"))


def _logins(world: DoctorWorld, method: _Way) -> dict[str, LoginObservation]:
    """To a cluster, which proves the jump host too; to the jump host only where that fails."""
    names = [host.name for host in world.site.clusters[:1]] + [world.site.jump_host]
    logins: dict[str, LoginObservation] = {}
    for name in names:
        logins[name] = world.ssh.login(name, method.config)
        if logins[name].worked:
            break
    return logins


def _check_fix(name: str | None) -> None:
    if name is not None and name not in FIXES:
        reason = f"There is no fix for {name}. Fixes are there for: {', '.join(FIXES)}."
        raise InvalidInput("usage", reason=reason)


def _finish_installation(world: DoctorWorld) -> Action:
    yield from ()
    with world.lock.held(LOCK_TIMEOUT_S):
        world.agent().files.finish_interrupted()
    return {}


def _mode_of(name: Mendable) -> Callable[[DoctorWorld], Action]:
    def mend(world: DoctorWorld) -> Action:
        yield from ()
        world.files.mend_mode(name)
        return {}

    return mend


FIXES: dict[str, Callable[[DoctorWorld], Action]] = {
    "installation-cut-off": _finish_installation,
    "folder-closed": _mode_of("folder"),
    "folder-open": _mode_of("folder"),
    "key-unreadable": _mode_of("key"),
    "key-open": _mode_of("key"),
    "certificate-unreadable": _mode_of("certificate"),
    "certificate-open": _mode_of("certificate"),
    "config-open": _mode_of("config"),
    "ipv6-swallowed": lambda world: world.use_ipv4(),
    "agent-without-key": lambda world: load_current(world.agent()),
    "agent-works-again": lambda world: load_current(world.agent()),
    "agent-stale": lambda world: clean(world.agent()),
}
