"""The contracts of the ports to ssh."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.adapters.ssh.host_keys import SshHostKeys
from alpkey.adapters.ssh.known_hosts import KnownHostsFile
from alpkey.adapters.ssh.openssh import OpenSsh
from alpkey.adapters.ssh.own_config import OwnSshConfig
from alpkey.adapters.ssh.probe import OpenSshProbe
from alpkey.adapters.ssh.user_config import UserConfigFile
from alpkey.adapters.state.external_changes import ExternalChangesFile
from alpkey.adapters.state.login_queue import LoginQueueFile
from alpkey.adapters.system.linux import DesktopTerminal
from alpkey.core.doctor.ports import SshProbe
from alpkey.core.errors import InvalidFile, InvalidInput, KeyExpired
from alpkey.core.paths import user_paths
from alpkey.core.ssh.host_keys import HostKey
from alpkey.core.ssh.ports import (
    HostKeys,
    KnownHosts,
    LoginQueue,
    OpenTerminal,
    OwnConfig,
    ResolveHost,
    UserConfig,
)
from tests.centre import Home
from tests.contracts.fakes_ssh import (
    FakeHostKeys,
    FakeKnownHosts,
    FakeLoginQueue,
    FakeOwnConfig,
    FakeResolver,
    FakeSshProbe,
    FakeTerminal,
    FakeUserConfig,
)
from tests.core.sites import site
from tests.e2e.waiting import until

SAYS = """#!/bin/sh
for word; do printf '%s\\n' "$word"; done >"$0.new" && mv "$0.new" "$0.said"
"""
COMMAND = ["ssh", "-F", "a path with spaces", "daint", "it's $HOME"]


@pytest.fixture(params=["desktop", "fake"])
def terminal(
    request: pytest.FixtureRequest, tmp_path: Path
) -> tuple[OpenTerminal, Callable[[], list[str]]]:
    """A terminal, and the words that it was given to run."""
    if request.param == "fake":
        fake = FakeTerminal()
        return fake.open, lambda: fake.opened[-1]
    program = tmp_path / "terminal"
    program.write_text(SAYS)
    program.chmod(0o755)
    said = Path(f"{program}.said")

    def words() -> list[str]:
        until(said.exists, "what the terminal was given")
        return said.read_text().splitlines()

    return DesktopTerminal([str(program)], os.environ).open, words


@pytest.fixture(params=["desktop", "fake"])
def absent(request: pytest.FixtureRequest) -> OpenTerminal:
    if request.param == "fake":
        return FakeTerminal(absent=True).open
    return DesktopTerminal([], {"PATH": "/nowhere"}).open


def real_own_config() -> OwnSshConfig:
    at = user_paths()
    return OwnSshConfig(site(), at, ExternalChangesFile(at.external_changes), ["/bin/true"])


class TestTerminal:
    def test_it_runs_the_words_as_they_are(
        self, terminal: tuple[OpenTerminal, Callable[[], list[str]]]
    ) -> None:
        open_terminal, given = terminal
        open_terminal(COMMAND, "daint")
        assert given() == COMMAND

    def test_where_there_is_none_it_says_so(self, absent: OpenTerminal) -> None:
        with pytest.raises(InvalidInput) as raised:
            absent(COMMAND, "daint")
        assert raised.value.code == "no-terminal"
        assert raised.value.params["name"] == "daint"


class TestOwnConfig:
    @pytest.fixture(params=["files", "fake"])
    def own_config(self, request: pytest.FixtureRequest, tmp_path: Path) -> OwnConfig:
        if request.param == "fake":
            return FakeOwnConfig(tmp_path / "connect")
        return real_own_config()

    @pytest.mark.parametrize("user", ["alice", None])
    def test_the_path_is_the_same_each_time(self, own_config: OwnConfig, user: str | None) -> None:
        path = own_config.write(user)
        assert path == own_config.write(user)
        assert path is not None
        assert path.is_absolute()

    def test_what_was_written_lies_there_until_it_is_removed(self, own_config: OwnConfig) -> None:
        assert not own_config.lying()
        own_config.write("alice")
        assert own_config.lying()
        assert own_config.remove()
        assert not own_config.lying()

    def test_on_demand_is_switched_on_and_off(self, own_config: OwnConfig) -> None:
        assert not own_config.on_demand
        own_config.set_on_demand(True)
        assert own_config.on_demand
        own_config.set_on_demand(False)
        assert not own_config.on_demand

    def test_the_blocks_name_the_user_where_one_is_known(self, own_config: OwnConfig) -> None:
        assert "User alice\n" in own_config.blocks("alice", on_demand=False)
        assert "User " not in own_config.blocks(None, on_demand=False)

    def test_the_include_line_is_one_line(self, own_config: OwnConfig) -> None:
        assert own_config.include().startswith(b"Include ")
        assert b"\n" not in own_config.include()


class TestUserConfig:
    @pytest.fixture(params=["file", "fake"])
    def user_config(self, request: pytest.FixtureRequest, tmp_path: Path) -> UserConfig:
        if request.param == "fake":
            return FakeUserConfig()
        return UserConfigFile(tmp_path / "config", tmp_path / "undo")

    def test_it_is_created_replaced_and_removed(self, user_config: UserConfig) -> None:
        for before, after in ((None, b"one"), (b"one", b"two"), (b"two", None)):
            read = user_config.read()
            assert (read.path, read.content) == (user_config.path, before)
            user_config.replace(read, after)
        assert user_config.read().content is None

    def test_a_change_in_between_is_not_overwritten(self, user_config: UserConfig) -> None:
        read = user_config.read()
        user_config.replace(read, b"of another program")
        with pytest.raises(InvalidFile) as raised:
            user_config.replace(read, b"of this one")
        assert raised.value.code == "config-changed"
        assert user_config.read().content == b"of another program"

    def test_a_backup_leaves_the_file_alone(self, user_config: UserConfig) -> None:
        user_config.replace(user_config.read(), b"one")
        backup = user_config.keep_backup(b"one", datetime(2026, 11, 25, tzinfo=UTC))
        assert backup != user_config.path
        assert user_config.read().content == b"one"

    def test_without_an_include_line_nothing_is_included(self, user_config: UserConfig) -> None:
        assert list(user_config.included(b"Host a\n")) == []


class TestKnownHosts:
    @pytest.fixture(params=["file", "fake"])
    def known_hosts(self, request: pytest.FixtureRequest, tmp_path: Path) -> KnownHosts:
        if request.param == "fake":
            return FakeKnownHosts()
        return KnownHostsFile(tmp_path / "ssh/known_hosts")

    def test_it_is_created_replaced_and_removed(self, known_hosts: KnownHosts) -> None:
        for content in (None, b"one", b"two", None):
            known_hosts.replace(content)
            assert known_hosts.read() == content


class TestLoginQueue:
    @pytest.fixture(params=["file", "fake"])
    def two(self, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[LoginQueue, LoginQueue]:
        """The same queue as two logins see it."""
        if request.param == "fake":
            fake = FakeLoginQueue()
            return fake, fake
        return LoginQueueFile(tmp_path / "ensure"), LoginQueueFile(tmp_path / "ensure")

    def test_one_login_at_a_time_has_its_turn(self, two: tuple[LoginQueue, LoginQueue]) -> None:
        first, second = two
        with first.held(1), pytest.raises(KeyExpired) as raised, second.held(0):
            pass
        assert raised.value.code == "not-renewed"
        with second.held(0):
            pass

    def test_a_refusal_is_remembered_to_the_second(
        self, two: tuple[LoginQueue, LoginQueue]
    ) -> None:
        first, second = two
        assert second.declined_at() is None
        with first.held(1):
            first.note_declined(datetime(2026, 11, 25, 12, 0, 0, 5, tzinfo=UTC))
        assert second.declined_at() == datetime(2026, 11, 25, 12, tzinfo=UTC)


class TestResolveHost:
    @pytest.fixture(params=["ssh", "fake"])
    def resolve(self, request: pytest.FixtureRequest) -> ResolveHost:
        if request.param == "fake":
            return FakeResolver({"daint": "daint.alps.cscs.ch"}).resolve
        return OpenSsh(real_own_config().write("alice"), os.environ).all_values

    @pytest.mark.parametrize(
        ("alias", "host_name"), [("daint", "daint.alps.cscs.ch"), ("elsewhere", "elsewhere")]
    )
    def test_an_alias_has_its_host_name(
        self, resolve: ResolveHost, alias: str, host_name: str
    ) -> None:
        assert resolve(alias)["hostname"] == (host_name,)

    def test_a_configuration_that_ssh_refuses_resolves_to_nothing(self, tmp_path: Path) -> None:
        odd = tmp_path / "config"
        odd.write_text("No such keyword\n")
        assert OpenSsh(odd, os.environ).resolved("daint") == {}
        assert OpenSsh(None, {"PATH": "/nowhere"}).resolved("daint") == {}


class TestSshProbe:
    @pytest.fixture(params=["ssh", "fake"])
    def probe(self, request: pytest.FixtureRequest, config: Path) -> SshProbe:
        if request.param == "fake":
            return FakeSshProbe({"inside.invalid": {"proxyjump": "ela.invalid", "user": "bob"}})
        return OpenSshProbe(config, os.environ)

    @pytest.fixture
    def config(self, tmp_path: Path) -> Path:
        path = tmp_path / "config"
        path.write_text("Host inside.invalid\n  ProxyJump ela.invalid\n  User bob\n")
        return path

    def test_the_version_begins_with_a_number(self, probe: SshProbe) -> None:
        assert re.match(r"\d+\.\d+", probe.version())

    def test_the_users_values_are_resolved(self, probe: SshProbe) -> None:
        assert probe.own("inside.invalid").values["user"] == "bob"
        assert probe.own("ela.invalid").values["hostname"] == "ela.invalid"

    def test_a_host_behind_a_jump_is_not_reached_directly(
        self, probe: SshProbe, config: Path
    ) -> None:
        assert probe.straight("inside.invalid", config) is None
        assert probe.straight("ela.invalid", config) == "any"

    def test_a_login_to_an_unknown_host_fails_with_the_words_of_ssh(
        self, probe: SshProbe, config: Path
    ) -> None:
        login = probe.login("ela.invalid", config)
        assert (login.host, login.worked, login.code) == ("ela.invalid", False, 255)
        assert "Could not resolve hostname ela.invalid" in login.said


@dataclass
class HostsSubject:
    keys: HostKeys
    known_hosts: KnownHosts
    config: Path | None


class TestHostKeys:
    """With hosts that were never met: a jump host, and one behind it."""

    @pytest.fixture(params=["ssh", "fake"])
    def subject(self, request: pytest.FixtureRequest) -> HostsSubject:
        if request.param == "fake":
            known_hosts = FakeKnownHosts()
            presented = {
                name: HostKey("ssh-ed25519", f"SHA256:{name}") for name in ("ela", "daint")
            }
            keys = FakeHostKeys(presented, known_hosts, {"daint": "ela", "nowhere": "ela"})
            return HostsSubject(keys, known_hosts, None)
        home: Home = request.getfixturevalue("home")
        home.renew()
        command = home.json("connect", "daint", "--print")[1]["command"]
        config = Path(command[command.index("-F") + 1])
        path = home.path / "ssh/known_hosts"
        path.unlink()
        return HostsSubject(SshHostKeys(config, os.environ), KnownHostsFile(path), config)

    def test_a_host_is_unknown_until_its_line_is_stored(self, subject: HostsSubject) -> None:
        before = subject.keys.check("ela", subject.config)
        assert before.state == "unknown"
        assert before.key is not None
        line = subject.keys.fetch("ela", subject.config, before.key)
        assert subject.keys.check("daint", subject.config).state == "waiting"
        assert subject.keys.check_behind("daint", "ela", line).state == "unknown"
        subject.known_hosts.replace(line.encode() + b"\n")
        after = subject.keys.check("ela", subject.config)
        assert (after.state, after.key) == ("known", before.key)
        assert subject.keys.check("daint", subject.config).state == "unknown"

    def test_only_the_key_that_was_shown_is_fetched(self, subject: HostsSubject) -> None:
        key = subject.keys.check("ela", subject.config).key
        assert key is not None
        with pytest.raises(InvalidFile) as raised:
            subject.keys.fetch("ela", subject.config, HostKey(key.type, "SHA256:another"))
        assert raised.value.code == "host-key-differs"


def test_a_login_without_an_agent_asks_none_on_the_whole_way() -> None:
    """The user's own file names an agent, which ours comes before, for the jump as well."""
    at = user_paths()
    at.ssh.mkdir(parents=True, exist_ok=True)
    at.user_config.write_text("Host *\n  IdentityAgent /nowhere/agent\n")
    hangs = [True]
    files = OwnSshConfig(
        site(),
        at,
        ExternalChangesFile(at.external_changes),
        ["/bin/true"],
        goes_without_agent=lambda: hangs[0],
    )
    for name in ("ela", "daint", "elsewhere"):
        assert OpenSsh(files.write("alice"), os.environ).agent(name) == (None, "IdentityAgent")
    hangs[0] = False
    assert OpenSsh(files.write("alice"), os.environ).agent("ela")[0] == "/nowhere/agent"
    assert files.remove()
