"""Configuring ssh: planned, shown, proven and undone, with an ssh that answers as a test needs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.actions.ssh.configure import ConfigureWorld, apply, check, diff, undo
from alpkey.core.errors import Cancelled, InvalidFile
from alpkey.core.events import Ask, Event
from alpkey.core.ssh.aliases import Alias
from alpkey.core.ssh.config_query import Resolution
from alpkey.core.ssh.ports import Trial
from alpkey.core.state.ports import SSH_CONFIG
from tests.actions.worlds import Fakes, play
from tests.contracts.fakes import FakeExternalChanges
from tests.contracts.fakes_ssh import FakeOwnConfig, FakeUserConfig
from tests.core.sites import site

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class FakeSsh:
    """Answers by what the user's lines give each host, and by Alpkey's own for the centre's.

    With ``ignores_include`` it takes no notice of the Include line, as an ssh that a system
    administrator configured elsewhere.
    """

    def __init__(self, config: FakeUserConfig, own: FakeOwnConfig) -> None:
        self._config = config
        self._own = own
        self.users_values: dict[str, dict[str, str]] = {}
        self.ignores_include = False

    def query(self, name: str) -> Resolution:
        includes = (self._config.content or b"").startswith(self._own.include())
        if includes and not self.ignores_include:
            return self._resolution({**self._users(name), **self.own_values(name)})
        return self._resolution(self._users(name))

    @contextmanager
    def try_config(self, blocks: str, user_lines: bytes) -> Iterator[Trial]:
        yield Trial(
            ours_first=lambda name: self._resolution(
                {**self._users(name), **self.own_values(name)}
            ),
            theirs_first=lambda name: self._resolution(
                {**self.own_values(name), **self._users(name)}
            ),
        )

    def _users(self, name: str) -> Mapping[str, str]:
        return self.users_values.get(name, {})

    @staticmethod
    def own_values(name: str) -> Mapping[str, str]:
        host = site().host(name)
        if host is None:
            return {}
        jump = {"proxyjump": host.jump} if host.jump else {}
        values = {"hostname": host.host_name, "port": "22", "user": "alice", "identityfile": "/key"}
        return {**values, **jump}

    @staticmethod
    def _resolution(values: Mapping[str, str]) -> Resolution:
        return {keyword: (value,) for keyword, value in values.items()}


class Desk:
    """A user with a configuration of two lines, or what ``content`` says."""

    def __init__(self, folder: Path, content: bytes | None = b"Host mine\n  User bob\n") -> None:
        self.fakes = Fakes(folder)
        self.config = FakeUserConfig(content)
        self.own = FakeOwnConfig()
        self.ssh = FakeSsh(self.config, self.own)
        self.changes = FakeExternalChanges()
        self.aliases: list[Alias] = []

    @property
    def world(self) -> ConfigureWorld:
        return ConfigureWorld(
            site=site(),
            snapshot=self.fakes.snapshot,
            clock=lambda: NOW,
            own_files=self.own,
            user_config=self.config,
            query=self.ssh.query,
            try_config=self.ssh.try_config,
            external_changes=self.changes,
            write_aliases=self.aliases.extend,
            cancellation=self.fakes.cancellation,
        )

    @property
    def applied(self) -> bytes:
        return self.own.include() + b"\nHost mine\n  User bob\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_line_is_put_at_the_top_and_recorded_as_proven(desk: Desk) -> None:
    outcome = play(apply(desk.world, ask=True), {"apply": True})
    assert desk.config.content == desk.applied
    assert desk.config.backups == [b"Host mine\n  User bob\n"]
    assert outcome.steps == ["config-written", "config-proven"]
    assert outcome.result["changed"] is True
    entry = desk.changes.entry(SSH_CONFIG)
    assert entry is not None
    assert (entry["existed"], entry["proven"]) == (True, True)
    assert entry["backup"] == outcome.result["backup"]


def test_the_question_shows_the_difference_and_no_changes_nothing(desk: Desk) -> None:
    asked: list[Event] = []
    with pytest.raises(Cancelled):
        play(apply(desk.world, ask=True), {"apply": False}, on_event=asked.append)
    [ask] = asked
    assert isinstance(ask, Ask)
    assert desk.own.include().decode() in str(ask.fields[0].value)
    assert desk.config.content == b"Host mine\n  User bob\n"
    assert (desk.changes.names(), desk.own.lying(), desk.aliases) == ([], False, [])


def test_a_line_that_stands_already_is_only_proven(desk: Desk) -> None:
    play(apply(desk.world, ask=False))
    outcome = play(apply(desk.world, ask=True))
    assert (outcome.asks, outcome.steps) == ([], ["config-proven"])
    assert outcome.result["changed"] is False
    assert len(desk.config.backups) == 1


def test_where_ssh_does_not_show_what_was_planned_all_is_as_before(desk: Desk) -> None:
    desk.ssh.ignores_include = True
    with pytest.raises(InvalidFile) as raised:
        play(apply(desk.world, ask=False, on_demand=True))
    assert raised.value.code == "config-unproven"
    assert desk.config.content == b"Host mine\n  User bob\n"
    assert desk.changes.entry(SSH_CONFIG) is None
    assert not desk.own.on_demand


def test_an_event_in_between_that_ends_the_action_takes_the_line_out_again(desk: Desk) -> None:
    action = apply(desk.world, ask=False)
    assert next(action).id == "config-written"  # type: ignore[union-attr]
    assert desk.config.content == desk.applied
    action.close()
    assert desk.config.content == b"Host mine\n  User bob\n"
    assert desk.changes.entry(SSH_CONFIG) is None


def test_what_another_program_wrote_meanwhile_survives_the_way_back(desk: Desk) -> None:
    action = apply(desk.world, ask=False)
    next(action)
    desk.config.content = desk.applied + b"Host new\n"
    action.close()
    assert desk.config.content == b"Host mine\n  User bob\nHost new\n"


def test_a_value_of_the_users_that_loses_is_a_warning(desk: Desk) -> None:
    desk.ssh.users_values = {"daint": {"user": "bob", "compression": "yes"}}
    outcome = play(apply(desk.world, ask=False))
    assert outcome.warnings == ["config-loses"]
    assert [(loss["keyword"], loss["theirs"]) for loss in outcome.result["loses"]] == [
        ("user", "bob")
    ]


@pytest.mark.parametrize("user", ["alice", "bob"])
def test_a_name_that_leads_exactly_where_a_host_of_the_centre_does_is_an_alias(
    desk: Desk, user: str
) -> None:
    same = FakeSsh.own_values("daint")
    desk.ssh.users_values = {"mine": {**same, "user": user}}
    play(apply(desk.world, ask=False))
    assert desk.aliases == ([Alias("mine", "daint")] if user == "alice" else [])


def test_a_difference_is_shown_and_nothing_changed(desk: Desk) -> None:
    outcome = play(diff(desk.world))
    assert outcome.result["changed"] is True
    assert desk.own.include().decode() in outcome.result["diff"]
    assert desk.config.content == b"Host mine\n  User bob\n"


def test_a_check_fails_where_the_line_stands_and_does_nothing(desk: Desk) -> None:
    assert play(check(desk.world)).result["changed"] is True
    play(apply(desk.world, ask=False))
    play(check(desk.world))
    desk.ssh.ignores_include = True
    with pytest.raises(InvalidFile) as raised:
        play(check(desk.world))
    assert raised.value.code == "config-unproven"
    assert desk.config.content == desk.applied


@pytest.mark.parametrize("content", [b"Host mine\n  User bob\n", b"", None])
def test_undo_restores_the_file_or_its_absence(tmp_path: Path, content: bytes | None) -> None:
    desk = Desk(tmp_path, content)
    play(apply(desk.world, ask=False, on_demand=True))
    assert desk.own.on_demand
    outcome = play(undo(desk.world))
    assert outcome.result["changed"] is True
    assert desk.config.content == content
    assert desk.changes.entry(SSH_CONFIG) is None
    assert not desk.own.on_demand
    assert play(undo(desk.world)).result["changed"] is False
