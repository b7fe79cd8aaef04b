"""The doctor: observe everything in parallel, log in once, and fix what can be fixed."""

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, assert_never

from alpkey.actions.agent.load import AgentWorld, clean, load_current
from alpkey.actions.agent.selection import Agents
from alpkey.core.agent.contents import sort_out
from alpkey.core.agent.ports import Agent, AgentAbsent
from alpkey.core.doctor.checks_agent import asks_passphrase
from alpkey.core.doctor.diagnosis import (
    CHECKS,
    all_ids,
    diagnose,
    doctor_object,
    lasting_errors,
    stops_a_login,
)
from alpkey.core.doctor.fixes import Fix, SetFileMode
from alpkey.core.doctor.observations import (
    AgentAnswer,
    AgentObservation,
    DesktopObservation,
    FilesObservation,
    IncludeLineState,
    KeychainObservation,
    Observations,
    ReachObservation,
    Resolved,
    ServiceObservation,
)
from alpkey.core.doctor.ports import ReachHost, RunTogether, SshProbe
from alpkey.core.doctor.report import Report, report
from alpkey.core.errors import AgentTrouble, AlpkeyError, InvalidFile, InvalidInput, KeychainTrouble
from alpkey.core.events import Action, Answer, Event
from alpkey.core.keychain.entries import NOTHING
from alpkey.core.keychain.ports import Keychain
from alpkey.core.messages.describe_error import describe
from alpkey.core.results.doctor import DoctorResult
from alpkey.core.settings.settings import CONFIRM_EACH_USE, Setting, Settings, declared
from alpkey.core.signin.methods import default_service
from alpkey.core.site import GATEWAY, Site
from alpkey.core.ssh.include_line import begins_with, undone
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.ssh.ports import OwnConfig, UserConfig
from alpkey.core.state.journal import Known, fold
from alpkey.core.state.journal_facts import Fact, Finding, Retired
from alpkey.core.state.ports import SSH_CONFIG, ExternalChanges, Lock
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.timestamps import Clock

# Where nothing answers the whole doctor takes less than 5 s: this, and the program's start.
OBSERVING_TIMEOUT_S = 3.5
LOCK_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class DoctorWorld:
    """What the doctor needs.

    ``agent`` is the world of the agent commands, made when it is needed.  ``use_ipv4`` is an
    action that makes ssh use IPv4 addresses only.
    """

    site: Site
    settings: Settings
    snapshot: Callable[[], Snapshot]
    clock: Clock
    agent: Callable[[], AgentWorld]
    own_files: OwnConfig
    user_config: UserConfig
    external_changes: ExternalChanges
    lock: Lock
    run_together: RunTogether
    ssh: SshProbe
    observe_files: Callable[[], FilesObservation]
    change_mode: Callable[[str, Callable[[int], int]], None]
    reach: ReachHost
    service: Callable[[], ServiceObservation | None]
    keychain: Keychain
    desk: Callable[[], DesktopObservation]
    installed: Callable[[], tuple[Path, ...]]
    crash_reports: Callable[[], tuple[Path, ...]]
    use_ipv4: Callable[[], Action[object]]
    lacks: Callable[[Setting], str | None]
    program: str
    unknown_settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoctorRequest:
    """``fix`` is the id of a check; ``report`` asks for a text to pass on.

    ``quick`` leaves out what needs a network or the keychain.
    """

    fix: str | None = None
    report: Report | None = None
    quick: bool = False


@dataclass(frozen=True, slots=True)
class _SshCall:
    """How Alpkey calls ssh: ``config`` is the file for ``-F``, None where ssh includes ours."""

    config: Path | None


def doctor(request: DoctorRequest, world: DoctorWorld) -> Action[DoctorResult]:
    """Returns the findings, and as ``login`` the host that a login succeeded at, if one did.

    With ``fix`` the findings are those afterwards, and ``fixed`` is added.  ``report`` adds the
    text as ``report``, and ``support``, the centre's page for it.  What will stop a login is noted
    in the journal, and so is its end.
    Raises InvalidInput for a fix that does not exist, and what the fix raises.
    """
    yield from ()
    fix = _find_fix(request.fix) if request.fix else None
    seen = examine(world, quick=request.quick)
    findings = diagnose(seen, world.clock())
    fixed = None
    if fix and request.fix in all_ids(findings):
        yield from _apply(fix, world)
        fixed = request.fix
        seen = examine(world, quick=request.quick)
        findings = diagnose(seen, world.clock())
    _note(world, seen)
    login = next((login.host for login in seen.logins.values() if login.worked), None)
    result = doctor_object(findings, login)
    if fix:
        result["fixed"] = fixed
    if request.report:
        result["report"] = report(request.report, seen, findings, world.clock())
        result["support"] = world.site.page("support")
    return result


def examine(
    world: DoctorWorld, tried: LoginObservation | None = None, *, quick: bool = False
) -> Observations:
    """Observe everything at once; then log in, unless what was found means that this must fail.

    A login that was ``tried`` already, and failed, replaces it.  ``quick``: only what can be
    observed on this computer, and no login.
    """
    snapshot = world.snapshot()
    call = _ssh_call(world, snapshot)  # before ssh is asked which agent it uses
    known = fold(world.agent().journal.facts(), snapshot.account)
    here: Mapping[str, Callable[[], Any]] = {
        "files": world.observe_files,
        "ssh_version": world.ssh.version,
        "agent": lambda: _agent(world, snapshot, known),
        "own": lambda: _own(world),
        "line": lambda: _line(world),
        "desk": world.desk,
        "installed": world.installed,
        "crash_reports": world.crash_reports,
        "unconfirmable": lambda: world.lacks(declared()[CONFIRM_EACH_USE]),
    }
    elsewhere: Mapping[str, Callable[[], Any]] = {
        "reach": lambda: _reach(world, call),
        "service": world.service,
        "keychain": lambda: _keychain(world, known),
    }
    observed = world.run_together(here if quick else {**here, **elsewhere}, OBSERVING_TIMEOUT_S)
    seen = Observations(
        world.site,
        world.settings,
        snapshot,
        known,
        world.program,
        world.unknown_settings,
        **observed,
    )
    if tried:
        return replace(seen, logins={tried.host: tried})
    must_fail = stops_a_login(diagnose(seen, world.clock()))
    if quick or must_fail or asks_passphrase(seen) or call is None:
        return seen
    return replace(seen, logins=_logins(world, call))


def _note(world: DoctorWorld, seen: Observations) -> None:
    """Append what changed since the last examination; where that fails, the result is still good.

    Each line makes the journal's readers read it again, so nothing is appended without a change.
    """
    now, before = world.clock(), seen.known.findings
    found = lasting_errors(seen, now)
    new = [Finding(now, name, found=True) for name in found if name not in before]
    ended = [Finding(now, name, found=False) for name in before if name not in found]
    facts: list[Fact] = [*new, *ended, *_retirement(world, seen)]
    if not facts:
        return
    with suppress(AlpkeyError), world.lock.held(LOCK_TIMEOUT_S):
        world.agent().journal.append(facts)


def _retirement(world: DoctorWorld, seen: Observations) -> list[Retired]:
    """As a renewal would note it: from then on keys come from the next service."""
    usual = default_service(world.site, seen.known.retired, seen.known.method)
    retired = seen.service is not None and seen.service.code == "service-retired"
    if usual is None or usual.kind == GATEWAY or not retired or not world.site.has_gateway:
        return []
    return [Retired(world.clock(), usual.name, retired=True)]


def _own(world: DoctorWorld) -> dict[str, Resolved]:
    names = {world.site.jump_host, *(host.name for host in world.site.clusters)}
    hosts = [host.name for host in world.site.hosts if host.name in names]
    return {name: world.ssh.own(name) for name in hosts}


def _reach(world: DoctorWorld, call: _SshCall | None) -> ReachObservation | None:
    """None where ssh does not connect to the jump host directly: then only a login can tell."""
    jump = world.site.host(world.site.jump_host)
    if jump is None:
        return None
    family = world.ssh.straight(jump.name, call.config) if call else "any"
    return world.reach(jump.host_name, jump.port, family) if family else None


def _line(world: DoctorWorld) -> IncludeLineState | None:
    """None where the Include line was never added, or the configuration cannot be read."""
    if world.external_changes.entry(SSH_CONFIG) is None:
        return None
    try:
        line, content = world.own_files.include(), world.user_config.read().content or b""
    except InvalidFile:
        return None
    if begins_with(content, line):
        return "first"
    return "gone" if undone(content, line, None) == content else "not-first"


def _ssh_call(world: DoctorWorld, snapshot: Snapshot) -> _SshCall | None:
    """None where there is no key to log in with, or Alpkey's own files cannot be written."""
    if not snapshot.has_key:
        return None
    try:
        return _SshCall(world.own_files.write(snapshot.account))
    except InvalidFile:
        return None


def _keychain(world: DoctorWorld, known: Known) -> KeychainObservation | None:
    """None where nothing is saved in it.  Never makes the keychain ask the user."""
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
        return _unusable(agent, error)
    certificate = snapshot.certificate
    contents = sort_out(blobs, certificate, known.made_here)
    return AgentObservation(
        "answers",
        agent.socket,
        current=contents.current,
        plain=certificate is not None and certificate.public_key in blobs,
        stale=len(contents.stale) if certificate else 0,
        foreign=len(blobs) - len(contents.owned),
        user_agent=_user_agent(agents) if agent is agents.own else None,
    )


def _unusable(agent: Agent, error: AgentTrouble) -> AgentObservation:
    if isinstance(error, AgentAbsent):
        return AgentObservation("absent", agent.socket, str(error.params.get("reason", "")))
    answer: AgentAnswer = "hangs" if error.code == "agent-hangs" else "refuses"
    description = describe(error)
    return AgentObservation(answer, agent.socket, description.detail, description.next_step)


def _user_agent(agents: Agents) -> AgentObservation:
    """Why Alpkey's own agent replaces the user's, or that it need not any more."""
    agent = agents.user_agent()
    try:
        agent.identities()
    except AgentTrouble as error:
        return _unusable(agent, error)
    if agents.user_agent_works():
        return AgentObservation("answers", agent.socket)
    return _unusable(agent, AgentTrouble("agent-refuses", socket=agent.socket, operation="add"))


def _logins(world: DoctorWorld, call: _SshCall) -> dict[str, LoginObservation]:
    """To a cluster, which proves the jump host too; then to the jump host if that fails."""
    names = [host.name for host in world.site.clusters[:1]] + [world.site.jump_host]
    logins: dict[str, LoginObservation] = {}
    for name in names:
        logins[name] = world.ssh.login(name, call.config)
        if logins[name].worked:
            break
    return logins


def _find_fix(name: str) -> Fix | SetFileMode:
    """The fix of the check with this id.  Raises InvalidInput where it has none."""
    fixes = {check.id: check.fix for check in CHECKS if check.fix}
    if name not in fixes:
        reason = f"There is no fix for {name}. Fixes are there for: {', '.join(fixes)}."
        raise InvalidInput("usage", reason=reason)
    return fixes[name]


def _apply(fix: Fix | SetFileMode, world: DoctorWorld) -> Generator[Event, Answer, None]:
    match fix:
        case SetFileMode():
            world.change_mode(fix.file, fix.new_mode)
        case Fix.FINISH_INSTALLATION:
            with world.lock.held(LOCK_TIMEOUT_S):
                world.agent().files.finish_interrupted()
        case Fix.USE_IPV4_ONLY:
            yield from world.use_ipv4()
        case Fix.LOAD_KEY:
            yield from load_current(world.agent())
        case Fix.REMOVE_OLD_KEYS:
            yield from clean(world.agent())
        case _:
            assert_never(fix)
