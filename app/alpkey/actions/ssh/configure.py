"""The person's ssh configuration: one line of ours at its top, planned, shown, proven, undone.

ssh itself is asked what a configuration means, before and after.  Nothing of theirs is parsed but
the names on their ``Host`` lines, which are only asked about.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property

from alpkey.actions.confirm import agree
from alpkey.core.errors import AlpkeyError, InvalidFile
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.ports import Cancellation, Clock
from alpkey.core.results.ssh import (
    ConfigChangeResult,
    ConfigLoss,
    ConfigPlanResult,
    ShownConfigResult,
)
from alpkey.core.site import Site
from alpkey.core.ssh import host_patterns, include_line
from alpkey.core.ssh.aliases import Alias
from alpkey.core.ssh.config_blocks import keywords
from alpkey.core.ssh.config_ports import AliasFile, ConfigFile, OwnConfig, SshJudge, UserConfig
from alpkey.core.ssh.config_query import (
    Loss,
    Resolution,
    differing,
    leads_there,
    losses,
    together,
)
from alpkey.core.state.external_change_ports import SSH_CONFIG, Entry, ExternalChanges
from alpkey.core.state.snapshot import Snapshot

# Each name costs a few calls of ssh, about 10 ms each.
NAMES_OF_THEIRS = 10


@dataclass(frozen=True, slots=True)
class ConfigureWorld:
    """What these commands need of the outside world."""

    site: Site
    snapshot: Callable[[], Snapshot]
    clock: Clock
    own_files: OwnConfig
    person: UserConfig
    judge: SshJudge
    external_changes: ExternalChanges
    aliases: AliasFile
    cancellation: Cancellation


@dataclass(frozen=True)
class Plan:
    """The file as it is and as it would be, and ssh's answers for both."""

    world: ConfigureWorld
    file: ConfigFile
    line: bytes
    blocks: str
    before: Mapping[str, Resolution]
    after: Mapping[str, Resolution]
    losses: tuple[Loss, ...]

    @property
    def content(self) -> bytes:
        return self.file.content or b""

    @cached_property
    def wanted(self) -> bytes:
        return include_line.applied(self.content, self.line)

    @property
    def changes(self) -> bool:
        return self.wanted != self.content

    @property
    def aliases(self) -> list[Alias]:
        """The person's names for hosts of the centre."""
        own = {host.name for host in self.world.site.hosts}
        found = {name: same_host(site, name, self.after) for name in self.after}
        return [Alias(name, host.name) for name, host in found.items() if host and name not in own]


def show(world: ConfigureWorld) -> Action[ShownConfigResult]:
    """What stands where, without asking ssh: our line, and the blocks that it reads in."""
    yield from ()
    line, content = world.own_files.include(), None
    with suppress(InvalidFile):  # a file that we may not change can hold the line all the same
        content = world.person.read().content
    return {
        "path": str(world.person.path),
        "applied": include_line.begins_with(content or b"", line),
        "line": line.decode(errors="replace"),
        "on_demand": world.own_files.on_demand,
        "blocks": world.own_files.blocks(
            world.snapshot().account, on_demand=world.own_files.on_demand
        ),
    }


def diff(world: ConfigureWorld) -> Action[ConfigPlanResult]:
    """What ``apply`` would do; changes nothing."""
    yield from ()
    plan = make_plan(world, on_demand=world.own_files.on_demand)
    return _result(plan, changed=plan.changes)


def check(world: ConfigureWorld) -> Action[ConfigPlanResult]:
    """Whether the line stands and does what it should; remembers the person's aliases.

    Raises InvalidFile (``config-unproven``) where it stands and does not.
    """
    yield from ()
    plan = make_plan(world, on_demand=world.own_files.on_demand)
    if not plan.changes:
        _prove(plan, "Nothing was changed.")
    world.aliases.write(plan.aliases)
    return _result(plan, changed=plan.changes)


def apply(
    world: ConfigureWorld, *, ask: bool, on_demand: bool | None = None
) -> Action[ConfigPlanResult]:
    """Puts the line at the top, and takes it away again where ssh does not show what was planned.

    ``on_demand`` has ssh look for a fresh key before each login, or not; None leaves that.
    Raises InvalidFile; the person's file is then as it was.
    """
    was_on_demand = world.own_files.on_demand
    wanted = was_on_demand if on_demand is None else on_demand
    _mend_own(world)
    plan = make_plan(world, on_demand=wanted)
    for loss in together(plan.losses) if plan.changes else ():
        yield Warn("config-loses", {**asdict(loss), "ours": loss.ours or "nothing"})
    if plan.changes and ask:
        yield from agree(1, "apply", _difference(plan))
    with world.cancellation.deferred():
        try:
            _write_own(world, wanted)
            if plan.changes:
                yield from _put_in_place(plan)
            else:
                _prove(plan, "Nothing was changed.")
        except BaseException:
            _write_own(world, was_on_demand)
            raise
        if entry := world.external_changes.entry(SSH_CONFIG):
            world.external_changes.note(SSH_CONFIG, {**entry, "proven": True})
        yield Step("config-proven")
        world.aliases.write(plan.aliases)
    return _result(plan, changed=plan.changes or wanted != was_on_demand)


def _mend_own(world: ConfigureWorld) -> None:
    """Where the line stands already, ssh reads our files: they are made good before it is asked."""
    if include_line.begins_with(world.person.read().content or b"", world.own_files.include()):
        world.own_files.write(world.snapshot().account)


def _write_own(world: ConfigureWorld, on_demand: bool) -> None:
    world.own_files.set_on_demand(on_demand)
    world.own_files.write(world.snapshot().account)


def undo(world: ConfigureWorld) -> Action[ConfigChangeResult]:
    """Takes the line out; a file that was not there before is taken away.  Raises InvalidFile."""
    yield from ()
    file, line = world.person.read(), world.own_files.include()
    entry = world.external_changes.entry(SSH_CONFIG) or {}
    content, written = file.content or b"", entry.get("written")
    restored = include_line.undone(content, line, written if isinstance(written, str) else None)
    changed = restored != content
    with world.cancellation.deferred():
        if changed:
            made_here = entry.get("existed") is False and not restored
            world.person.replace(file, None if made_here else restored)
        world.external_changes.note(SSH_CONFIG, None)
        if world.own_files.on_demand:
            _write_own(world, on_demand=False)
    return {
        "changed": changed,
        "path": str(file.path),
        "backup": entry.get("backup"),
        "diff": include_line.difference(file.path, line, content, restored),
        "loses": [],
    }


def make_plan(world: ConfigureWorld, *, on_demand: bool) -> Plan:
    """Asks ssh before and after, for our hosts and some names of theirs.

    Raises InvalidFile where the file is none that can be changed, or ssh refuses it, and
    Unreachable where there is no ssh.
    """
    file, line = world.person.read(), world.own_files.include()
    blocks = world.own_files.blocks(world.snapshot().account, on_demand=on_demand)
    content = file.content or b""
    before = _answers(world, content)
    with world.judge.trying(blocks, include_line.theirs(content, line)) as trial:
        after = {name: trial.ours_first(name) for name in before}
        stands = include_line.begins_with(content, line)
        asked = [name for name in after if stands or after[name] != before[name]]
        lost = [
            loss for name in asked for loss in losses(name, trial.theirs_first(name), after[name])
        ]
    return Plan(world, file, line, blocks, before, after, tuple(lost))


def probes(site: Site) -> list[str]:
    """The site's hosts, and a node."""
    return [*(host.name for host in site.hosts), site.node_pattern.replace("?", "0")]


def _answers(world: ConfigureWorld, content: bytes) -> dict[str, Resolution]:
    """Of theirs, a name that ssh will not take is none to ask about."""
    answers = {name: world.judge.ask(name) for name in probes(world.site)}
    contents = [content, *world.person.included(content)]
    for name in host_patterns.candidates(contents, world.site)[:NAMES_OF_THEIRS]:
        try:
            answers[name] = world.judge.ask(name)
        except InvalidFile as refusal:
            if refusal.code != "config-refused":
                raise
    return answers


def _put_in_place(plan: Plan) -> Generator[Event, Answer, None]:
    """Backup, replacement, proof; whatever fails leaves the file and the record as they were."""
    world, file = plan.world, plan.file
    recorded = world.external_changes.entry(SSH_CONFIG)
    backup = None
    if file.content is not None:
        backup = str(world.person.keep_backup(file.content, world.clock()))
    entry: Entry = {
        "path": str(file.path),
        "existed": file.content is not None,
        "backup": backup,
        "written": include_line.digest(plan.wanted),
    }
    world.external_changes.note(SSH_CONFIG, entry)
    try:
        world.person.replace(file, plan.wanted)
    except AlpkeyError:
        world.external_changes.note(SSH_CONFIG, recorded)
        raise
    try:
        yield Step("config-written")
        _prove(plan, "The line was taken out again.")
    except BaseException:
        _take_out(plan)
        world.external_changes.note(SSH_CONFIG, recorded)
        raise


def _take_out(plan: Plan) -> None:
    """What was there before; where somebody wrote to the file since, theirs without our line."""
    person = plan.world.person
    now = person.read()
    if now.content == plan.wanted:
        person.replace(now, plan.file.content)
    elif now.content is not None:
        person.replace(now, include_line.undone(now.content, plan.line, None))


def _prove(plan: Plan, outcome: str) -> None:
    """ssh on the file in place: for the centre what ours says, for theirs what it was.

    A name of theirs may change as was planned and shown, but in no other way.
    """
    ours = keywords(plan.blocks)
    centre = set(probes(plan.world.site))
    for name, after in plan.after.items():
        real = plan.world.judge.ask(name)
        if name in centre:
            keyword = differing(real, [after], sorted(ours))
        else:
            before = plan.before[name]
            keyword = differing(real, [before, after], sorted({*real, *before}))
        if keyword:
            path = str(plan.file.path)
            raise InvalidFile(
                "config-unproven", path=path, host=name, keyword=keyword, outcome=outcome
            )


def _difference(plan: Plan) -> str:
    return include_line.difference(plan.file.path, plan.line, plan.content, plan.wanted)


def _user(plan: Plan) -> str | None:
    """The name that the person's own lines log in with, where they lead to the centre."""
    site = plan.world.site
    if not leads_there(site, plan.before, plan.world.snapshot().key_path):
        return None
    user = plan.before[site.clusters[0].name].get("user", ("",))[0]
    return user if site.names_a_user(user) else None


def _result(plan: Plan, *, changed: bool) -> ConfigPlanResult:
    world = plan.world
    entry = world.external_changes.entry(SSH_CONFIG) or {}
    key = world.snapshot().key_path
    return {
        "changed": changed,
        "path": str(plan.file.path),
        "backup": entry.get("backup"),
        "diff": _difference(plan),
        "loses": [_loss_object(loss) for loss in plan.losses],
        "on_demand": world.own_files.on_demand,
        "by_hand": plan.changes and leads_there(world.site, plan.before, key),
        "user": _user(plan),
        "aliases": [{"name": alias.name, "host": alias.host} for alias in plan.aliases],
    }


def _loss_object(loss: Loss) -> ConfigLoss:
    return {
        "host": loss.host,
        "keyword": loss.keyword,
        "theirs": loss.theirs,
        "ours": loss.ours,
    }
