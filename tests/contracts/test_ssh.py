"""What terminals, our own ssh files and the resolver keep to."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from alpkey.adapters.ssh.openssh import OpenSsh
from alpkey.adapters.ssh.own_config import OwnSshConfig
from alpkey.adapters.state.external_changes import ExternalChangesFile
from alpkey.adapters.system.linux import DesktopTerminal
from alpkey.core.errors import InvalidInput
from alpkey.core.paths import user_paths
from alpkey.core.ports import OwnConfigFiles, Resolver, Terminal
from tests.contracts.fakes import FakeOwnSshFiles, FakeResolver, FakeTerminal
from tests.core.sites import site
from tests.e2e.waiting import until

SAYS = """#!/bin/sh
for word; do printf '%s\\n' "$word"; done >"$0.new" && mv "$0.new" "$0.said"
"""
COMMAND = ["ssh", "-F", "a path with spaces", "daint", "it's $HOME"]


@pytest.fixture(params=["desktop", "fake"])
def terminal(
    request: pytest.FixtureRequest, tmp_path: Path
) -> tuple[Terminal, Callable[[], list[str]]]:
    """A terminal, and the words that it was given to run."""
    if request.param == "fake":
        fake = FakeTerminal()
        return fake, lambda: fake.opened[-1]
    program = tmp_path / "terminal"
    program.write_text(SAYS)
    program.chmod(0o755)
    said = Path(f"{program}.said")

    def words() -> list[str]:
        until(said.exists, "what the terminal was given")
        return said.read_text().splitlines()

    return DesktopTerminal([str(program)], os.environ), words


@pytest.fixture(params=["desktop", "fake"])
def absent(request: pytest.FixtureRequest) -> Terminal:
    if request.param == "fake":
        return FakeTerminal(absent=True)
    return DesktopTerminal([], {"PATH": "/nowhere"})


def real_own_files() -> OwnSshConfig:
    at = user_paths()
    return OwnSshConfig(site(), at, ExternalChangesFile(at.external_changes), ["/bin/true"])


class TestTerminal:
    def test_it_runs_the_words_as_they_are(
        self, terminal: tuple[Terminal, Callable[[], list[str]]]
    ) -> None:
        opener, given = terminal
        opener.open(COMMAND, "daint")
        assert given() == COMMAND

    def test_where_there_is_none_it_says_so(self, absent: Terminal) -> None:
        with pytest.raises(InvalidInput) as raised:
            absent.open(COMMAND, "daint")
        assert raised.value.code == "no-terminal"
        assert raised.value.params["name"] == "daint"


class TestOwnSshFiles:
    @pytest.fixture(params=["files", "fake"])
    def own_files(self, request: pytest.FixtureRequest, tmp_path: Path) -> OwnConfigFiles:
        if request.param == "fake":
            return FakeOwnSshFiles(tmp_path / "connect")
        return real_own_files()

    @pytest.mark.parametrize("user", ["alice", None])
    def test_the_path_is_the_same_each_time(
        self, own_files: OwnConfigFiles, user: str | None
    ) -> None:
        path = own_files.write(user)
        assert path == own_files.write(user)
        assert path is not None
        assert path.is_absolute()


class TestResolver:
    @pytest.fixture(params=["ssh", "fake"])
    def resolver(self, request: pytest.FixtureRequest) -> Resolver:
        if request.param == "fake":
            return FakeResolver({"daint": "daint.alps.cscs.ch"})
        return OpenSsh(real_own_files().write("alice"), os.environ)

    @pytest.mark.parametrize(
        ("alias", "host_name"), [("daint", "daint.alps.cscs.ch"), ("elsewhere", "elsewhere")]
    )
    def test_an_alias_has_its_host_name(
        self, resolver: Resolver, alias: str, host_name: str
    ) -> None:
        assert resolver.resolved(alias)["hostname"] == host_name

    def test_a_configuration_that_ssh_refuses_tells_nothing(self, tmp_path: Path) -> None:
        odd = tmp_path / "config"
        odd.write_text("No such keyword\n")
        assert OpenSsh(odd, os.environ).resolved("daint") == {}
        assert OpenSsh(None, {"PATH": "/nowhere"}).resolved("daint") == {}
