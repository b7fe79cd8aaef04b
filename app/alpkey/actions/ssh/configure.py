"""The user's ssh configuration: the Include line at its top, planned, added, verified, removed.

ssh itself is asked what a configuration means, before and after.  Of the user's lines only the
names after ``Host`` are parsed, to ask ssh about them.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property

from alpkey.actions.confirm import agree
from alpkey.core.cancellation import Cancellation
from alpkey.core.errors import AlpkeyError, InvalidFile
from alpkey.core.events import Action, Answer, Event, Step, Warn
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
from alpkey.core.ssh.config_query import (
    Loss,
    Resolution,
    differing,
    leads_there,
    losses,
    same_host,
    together,
)
from alpkey.core.ssh.ports import ConfigFile, OwnConfig, QueryConfig, TryConfig, UserConfig
from alpkey.core.state.ports import SSH_CONFIG, Entry, ExternalChanges
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.timestamps import Clock

# Each name costs a few calls of ssh, about 10 ms each.
MAX_USER_NAMES = 10


@dataclass(frozen=True, slots=True)
class ConfigureWorld:
    """What these commands need of the outside world."""

    site: Site
    snapshot: Callable[[], Snapshot]
    clock: Clock
    own_files: OwnConfig
    user_config: UserConfig
    query: QueryConfig
    try_config: TryConfig
    external_changes: ExternalChanges
    write_aliases: Callable[[Iterable[Alias]], None]
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
        """The user's names for hosts of the centre."""
        site = self.world.site
        found = {name: same_host(site, name, self.after) for name in self.after}
        return [
            Alias(name, host.name)
            for name, host in found.items()
            if host and site.host_named(name) is None
        ]


def show(world: ConfigureWorld) -> Action[ShownConfigResult]:
    """The Include line, whether it is there, and the blocks that it includes; ssh is not asked."""
    yield from ()
    line, content = world.own_files.include(), None
    with suppress(InvalidFile):  # a file that may not be changed can still hold the line
        content = world.user_config.read().content
    return {
        "path": str(world.user_config.path),
        "applied": include_line.begins_with(content or b"", line),
        "line": line.decode(errors="replace"),
        "on_demand": world.own_files.on_demand,
        "blocks": world.own_files.blocks(
            world.snapshot().account, on_demand=world.own_files.on_demand
        ),
    }


def diff(world: ConfigureWorld) -> Action[ConfigPlanResult]:
    """What ``apply`` would do; nothing is changed."""
    yield from ()
    plan = make_plan(world, on_demand=world.own_files.on_demand)
    return _result(plan, changed=plan.changes)


def check(world: ConfigureWorld) -> Action[ConfigPlanResult]:
    """Check whether the line is there and works; save the user's aliases.

    Raises InvalidFile (``config-unproven``) if it is there and does not work.
    """
    yield from ()
    plan = make_plan(world, on_demand=world.own_files.on_demand)
    if not plan.changes:
        _verify(plan, "Nothing was changed.")
    world.write_aliases(plan.aliases)
    return _result(plan, changed=plan.changes)


def apply(
    world: ConfigureWorld, *, ask: bool, on_demand: bool | None = None
) -> Action[ConfigPlanResult]:
    """Add the line at the top; remove it again if ssh does not show what was planned.

    ``on_demand``: whether ssh asks for a fresh key before each login; None leaves that as it is.
    Raises InvalidFile; the user's file is then as it was.
    """
    was_on_demand = world.own_files.on_demand
    wanted = was_on_demand if on_demand is None else on_demand
    _repair_own(world)
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
                _verify(plan, "Nothing was changed.")
        except BaseException:
            _write_own(world, was_on_demand)
            raise
        if entry := world.external_changes.entry(SSH_CONFIG):
            world.external_changes.note(SSH_CONFIG, {**entry, "proven": True})
        yield Step("config-proven")
        world.write_aliases(plan.aliases)
    return _result(plan, changed=plan.changes or wanted != was_on_demand)


def _repair_own(world: ConfigureWorld) -> None:
    """Write Alpkey's files anew before ssh is asked, if the line includes them already."""
    if include_line.begins_with(world.user_config.read().content or b"", world.own_files.include()):
        world.own_files.write(world.snapshot().account)


def _write_own(world: ConfigureWorld, on_demand: bool) -> None:
    world.own_files.set_on_demand(on_demand)
    world.own_files.write(world.snapshot().account)


def undo(world: ConfigureWorld) -> Action[ConfigChangeResult]:
    """Remove the line; a file that did not exist before is removed.  Raises InvalidFile."""
    yield from ()
    file, line = world.user_config.read(), world.own_files.include()
    entry = world.external_changes.entry(SSH_CONFIG) or {}
    content, written = file.content or b"", entry.get("written")
    restored = include_line.undone(content, line, written if isinstance(written, str) else None)
    changed = restored != content
    with world.cancellation.deferred():
        if changed:
            created_here = entry.get("existed") is False and not restored
            world.user_config.replace(file, None if created_here else restored)
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
    """Ask ssh before and after, for the centre's hosts and some of the user's names.

    Raises InvalidFile if the file cannot be changed or ssh refuses it, and Unreachable if there is
    no ssh.
    """
    file, line = world.user_config.read(), world.own_files.include()
    blocks = world.own_files.blocks(world.snapshot().account, on_demand=on_demand)
    content = file.content or b""
    before = _answers(world, content)
    with world.try_config(blocks, include_line.without_top_line(content, line)) as trial:
        after = {name: trial.ours_first(name) for name in before}
        applied = include_line.begins_with(content, line)
        asked = [name for name in after if applied or after[name] != before[name]]
        lost = [
            loss for name in asked for loss in losses(name, trial.theirs_first(name), after[name])
        ]
    return Plan(world, file, line, blocks, before, after, tuple(lost))


def probes(site: Site) -> list[str]:
    """The site's hosts and a node."""
    return [*(host.name for host in site.hosts), site.node_pattern.replace("?", "0")]


def _answers(world: ConfigureWorld, content: bytes) -> dict[str, Resolution]:
    """ssh's answers; a name of the user's that ssh refuses is left out."""
    answers = {name: world.query(name) for name in probes(world.site)}
    contents = [content, *world.user_config.included(content)]
    for name in host_patterns.candidates(contents, world.site)[:MAX_USER_NAMES]:
        try:
            answers[name] = world.query(name)
        except InvalidFile as error:
            if error.code != "config-refused":
                raise
    return answers


def _put_in_place(plan: Plan) -> Generator[Event, Answer, None]:
    """Back up, replace, verify; a failure leaves the file and the record as they were."""
    world, file = plan.world, plan.file
    recorded = world.external_changes.entry(SSH_CONFIG)
    backup = None
    if file.content is not None:
        backup = str(world.user_config.keep_backup(file.content, world.clock()))
    entry: Entry = {
        "path": str(file.path),
        "existed": file.content is not None,
        "backup": backup,
        "written": include_line.digest(plan.wanted),
    }
    world.external_changes.note(SSH_CONFIG, entry)
    try:
        world.user_config.replace(file, plan.wanted)
    except AlpkeyError:
        world.external_changes.note(SSH_CONFIG, recorded)
        raise
    try:
        yield Step("config-written")
        _verify(plan, "The Include line was removed again.")
    except BaseException:
        _remove_line(plan)
        world.external_changes.note(SSH_CONFIG, recorded)
        raise


def _remove_line(plan: Plan) -> None:
    """Restore the file; if it was changed since, remove only the line from it."""
    config = plan.world.user_config
    now = config.read()
    if now.content == plan.wanted:
        config.replace(now, plan.file.content)
    elif now.content is not None:
        config.replace(now, include_line.undone(now.content, plan.line, None))


def _verify(plan: Plan, outcome: str) -> None:
    """Ask ssh about the file in place: the centre's hosts follow Alpkey's blocks.

    A name of the user's resolves as before, or as was planned and shown.
    """
    own_keywords = sorted(keywords(plan.blocks))
    centre = set(probes(plan.world.site))
    for name, after in plan.after.items():
        actual = plan.world.query(name)
        if name in centre:
            keyword = differing(actual, [after], own_keywords)
        else:
            before = plan.before[name]
            keyword = differing(actual, [before, after], sorted({*actual, *before}))
        if keyword:
            path = str(plan.file.path)
            raise InvalidFile(
                "config-unproven", path=path, host=name, keyword=keyword, outcome=outcome
            )


def _difference(plan: Plan) -> str:
    return include_line.difference(plan.file.path, plan.line, plan.content, plan.wanted)


def _user(plan: Plan) -> str | None:
    """The username in the user's own lines, if those lead to the centre."""
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
