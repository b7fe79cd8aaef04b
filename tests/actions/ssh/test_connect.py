"""Connecting: where to, with which key, and what happens where there is none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.request import RenewRequest
from alpkey.actions.ssh.connect import ConnectRequest, ConnectWorld, connect
from alpkey.adapters.agent.client import NoAgent
from alpkey.core.errors import InvalidInput, NoKey
from tests.actions.worlds import RIGHT, Fakes, play
from tests.contracts.fakes_ssh import FakeEditor, FakeOwnConfig, FakeResolver, FakeTerminal
from tests.core.sites import site


class Desk:
    """A world for connecting, around that for renewals."""

    def __init__(self, folder: Path) -> None:
        self.fakes = Fakes(folder)
        self.terminal = FakeTerminal()
        self.editor = FakeEditor()
        self.own_files = FakeOwnConfig(folder / "connect")
        self.renewed_in_window: list[str] = []

    def world(self, *, windows: bool = True) -> ConnectWorld:
        return ConnectWorld(
            site=site(),
            snapshot=self.fakes.snapshot,
            clock=lambda: datetime.now(UTC),
            write_config=self.own_files.write,
            resolve=FakeResolver(dict.fromkeys(("daint", "mine"), "daint.alps.cscs.ch")).resolve,
            open_terminal=self.terminal.open,
            open_editor=self.editor.open,
            renew=lambda: renew(RenewRequest(), self.fakes.renewal),
            refill=self.fakes.refill,
            renew_in_window=self.renewed_in_window.append if windows else None,
            explain=("alpkey", "status"),
            again=("alpkey", "connect"),
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def with_key(desk: Desk) -> Desk:
    play(renew(RenewRequest(), desk.fakes.renewal), RIGHT)
    return desk


@pytest.mark.parametrize("name", ["daint", "daint.cscs.ch", "ela", "mine"])
def test_a_terminal_runs_ssh_with_our_own_file(with_key: Desk, name: str) -> None:
    told = play(connect(ConnectRequest(name), with_key.world()))
    command = told.result["command"]
    assert command[:3] == ["ssh", "-F", str(with_key.own_files.write("alice"))]
    assert command[-1] == name
    (opened,) = with_key.terminal.opened
    assert " ".join(command) in " ".join(opened)


@pytest.mark.parametrize("name", ["github.com", "-oProxyCommand=x", "two words", "a\nb", ""])
def test_any_other_name_is_refused(with_key: Desk, name: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        play(connect(ConnectRequest(name), with_key.world()))
    assert raised.value.code == "unknown-host"
    assert with_key.terminal.opened == []


def test_an_editor_opens_where_plain_ssh_knows_the_way(with_key: Desk) -> None:
    request = ConnectRequest("daint", mode="editor")
    with pytest.raises(InvalidInput) as raised:
        play(connect(request, with_key.world()))
    assert raised.value.code == "editor-needs-config"
    assert with_key.editor.opened == []
    with_key.own_files = FakeOwnConfig(None)
    play(connect(request, with_key.world()))
    assert with_key.editor.opened == ["daint"]
    assert with_key.terminal.opened == []


def test_without_a_key_a_window_asks_and_then_connects(desk: Desk) -> None:
    told = play(connect(ConnectRequest("daint"), desk.world()))
    assert told.result == {"host": "daint", "command": None}
    assert desk.renewed_in_window == ["daint"]
    assert desk.terminal.opened == []


def test_without_a_key_a_terminal_asks_and_goes_on(desk: Desk) -> None:
    request = ConnectRequest("daint", mode="here", may_ask=True)
    told = play(connect(request, desk.world()), RIGHT)
    assert "installed" in told.steps
    assert told.result["command"][-1] == "daint"


def test_where_nobody_can_be_asked_the_reason_is_said(desk: Desk) -> None:
    with pytest.raises(NoKey):
        play(connect(ConnectRequest("daint"), desk.world(windows=False)))


def test_the_agent_that_is_passed_on_gets_key_and_certificate(with_key: Desk) -> None:
    agent = with_key.fakes.agent
    for identity in agent.identities():
        agent.remove(identity.blob)
    play(connect(ConnectRequest("daint"), with_key.world()))
    assert agent.identities() == []
    play(connect(ConnectRequest("daint", "print", forward_agent=True), with_key.world()))
    assert agent.identities() == []
    told = play(connect(ConnectRequest("daint", forward_agent=True), with_key.world()))
    assert (told.steps, len(agent.identities())) == (["in-agent"], 2)
    assert play(connect(ConnectRequest("daint", forward_agent=True), with_key.world())).steps == []


def test_without_an_agent_to_pass_on_it_connects_and_says_so(with_key: Desk) -> None:
    with_key.fakes.agent_to_use = NoAgent()
    told = play(connect(ConnectRequest("daint", forward_agent=True), with_key.world()))
    assert told.warnings == ["agent-not-forwarded"]
    assert "-A" in told.result["command"]
