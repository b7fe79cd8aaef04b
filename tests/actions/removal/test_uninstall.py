"""Uninstalling: what goes, what stays, and that a failure keeps what other things need."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from alpkey.actions.removal.uninstall import UninstallWorld, uninstall
from alpkey.actions.ssh.configure import apply
from alpkey.actions.ssh.hosts import TOUCHED as KNOWN_HOSTS
from alpkey.actions.tunnels.supervisor import TunnelWorld
from alpkey.core.desktop.external_file import ExternalFile
from alpkey.core.errors import Cancelled, InvalidFile, Unreachable
from alpkey.core.events import Ask, Event
from tests.actions.removal.test_sign_out import FakeTunnels
from tests.actions.ssh.test_configure import Desk as ConfigureDesk
from tests.actions.worlds import Played, play
from tests.contracts.fakes import FakeExternalFiles, FakeOwnAgent
from tests.contracts.fakes_ssh import FakeKnownHosts

OURS = "ela ssh-ed25519 AAAA"
ENTRY = ExternalFile("menu", Path("/fake/share/alpkey.desktop"), b"an entry")
SOCKET = Path("/fake/run/0123")
YES = {"uninstall": True}


class Desk:
    """A user of everything that lies outside Alpkey's own folders."""

    def __init__(self, folder: Path) -> None:
        self.ssh = ConfigureDesk(folder)
        play(apply(self.ssh.world, ask=False))
        self.known_hosts = FakeKnownHosts(f"github.com ssh-ed25519 BBBB\n{OURS}\n".encode())
        host_keys = {"path": str(self.known_hosts.path), "lines": [OURS], "existed": True}
        self.ssh.changes.note(KNOWN_HOSTS, host_keys)
        self.files = FakeExternalFiles()
        self.files.put(ENTRY)
        self.tunnels = FakeTunnels()
        self.tunnels.open = ["a-tunnel"]
        self.connections = [SOCKET]
        self.connection_hangs = False
        self.agent = FakeOwnAgent()
        self.agent.start()

    @property
    def world(self) -> UninstallWorld:
        tunnels = SimpleNamespace(listed=self.tunnels.listed, files=self.tunnels)
        return UninstallWorld(
            configuration=self.ssh.world,
            tunnels=cast("TunnelWorld", tunnels),
            outside=self.files,
            known_hosts=lambda _: self.known_hosts,
            files=self.ssh.fakes.files,
            lock=self.ssh.fakes.lock,
            own_ssh=Path("/fake/ssh/alpkey"),
            open_connections=lambda: self.connections,
            end_connection=self.end_connection,
            own_agent=self.agent,
            folders=[Path("/fake/config")],
        )

    def end_connection(self, socket: Path) -> None:
        if self.connection_hangs:
            raise Unreachable("connection-stuck", name=socket.name)
        self.connections = [path for path in self.connections if path != socket]

    def uninstalls(self) -> Played:
        return play(uninstall(self.world, yes=True))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def kinds(outcome: Played, which: str) -> list[str]:
    return [item["what"] for item in outcome.result[which]]


def test_everything_goes_in_an_order_that_breaks_no_login(desk: Desk) -> None:
    outcome = desk.uninstalls()
    assert kinds(outcome, "removed") == [
        "tunnel",
        "connection",
        "own-agent",
        "placed",
        "ssh-line",
        "ssh-files",
        "host-keys",
    ]
    assert outcome.result["left"] == []
    assert desk.ssh.config.content == b"Host mine\n  User bob\n"
    assert desk.known_hosts.content == b"github.com ssh-ed25519 BBBB\n"
    assert (desk.files.files, desk.connections, desk.tunnels.open) == ({}, [], [])
    assert not desk.ssh.own.lying()
    assert not desk.agent.lives
    assert desk.ssh.changes.names() == []


def test_the_second_time_there_is_nothing_to_ask_about(desk: Desk) -> None:
    desk.uninstalls()
    outcome = play(uninstall(desk.world, yes=False))
    assert (outcome.events, outcome.result["removed"], outcome.result["left"]) == ([], [], [])


def test_the_one_question_lists_all_and_no_changes_nothing(desk: Desk) -> None:
    asked: list[Event] = []
    with pytest.raises(Cancelled):
        play(uninstall(desk.world, yes=False), {"uninstall": False}, on_event=asked.append)
    [ask] = asked
    assert isinstance(ask, Ask)
    assert len(str(ask.fields[0].value).splitlines()) == 7
    assert desk.ssh.own.lying()
    assert desk.agent.lives
    assert set(desk.ssh.changes.names()) == {"ssh-config", KNOWN_HOSTS}
    assert kinds(play(uninstall(desk.world, yes=False), YES), "left") == []


def test_where_the_line_cannot_be_removed_the_files_it_needs_stay(desk: Desk) -> None:
    desk.ssh.config.write_trouble = InvalidFile("config-foreign", path="a path")
    outcome = desk.uninstalls()
    assert kinds(outcome, "left") == ["ssh-line"]
    assert outcome.result["left"][0]["code"] == "config-foreign"
    assert desk.ssh.own.lying()
    assert "host-keys" in kinds(outcome, "removed")


def test_one_that_cannot_be_ended_stays_alone(desk: Desk) -> None:
    desk.connection_hangs = True
    desk.tunnels.stuck = {"a-tunnel"}
    outcome = desk.uninstalls()
    assert kinds(outcome, "left") == ["tunnel", "connection"]
    assert outcome.warnings == ["left-behind", "left-behind"]
    assert kinds(outcome, "removed") == [
        "own-agent",
        "placed",
        "ssh-line",
        "ssh-files",
        "host-keys",
    ]


def test_a_line_that_the_user_changed_is_no_longer_removed(desk: Desk) -> None:
    desk.known_hosts.content = f"@revoked {OURS}\n".encode()
    desk.uninstalls()
    assert desk.known_hosts.content == f"@revoked {OURS}\n".encode()


@pytest.mark.parametrize("existed", [True, False])
def test_a_file_of_host_keys_that_alpkey_created_goes_when_empty(desk: Desk, existed: bool) -> None:
    desk.known_hosts.content = f"{OURS}\n".encode()
    entry = {"path": str(desk.known_hosts.path), "lines": [OURS], "existed": existed}
    desk.ssh.changes.note(KNOWN_HOSTS, entry)
    desk.uninstalls()
    assert desk.known_hosts.content == (b"" if existed else None)


def test_a_file_that_the_desktop_changed_is_kept_beside(desk: Desk) -> None:
    desk.files.files[ENTRY.path] = b"edited"
    outcome = desk.uninstalls()
    assert outcome.warnings == ["file-kept"]
    assert list(desk.files.files.values()) == [b"edited"]


def test_a_line_without_a_record_is_found_nevertheless(desk: Desk) -> None:
    desk.ssh.changes.note("ssh-config", None)
    assert "ssh-line" in kinds(desk.uninstalls(), "removed")
    assert desk.ssh.config.content == b"Host mine\n  User bob\n"


def test_an_entry_of_an_unknown_kind_is_kept_and_named(desk: Desk) -> None:
    desk.ssh.changes.note("of-a-later-version", {"path": "/x"})
    outcome = desk.uninstalls()
    assert [(item["what"], item["name"]) for item in outcome.result["left"]] == [
        ("unknown", "of-a-later-version")
    ]
    assert desk.ssh.changes.names() == ["of-a-later-version"]


def test_a_folder_with_other_files_in_it_stays(desk: Desk) -> None:
    desk.ssh.own.is_shared = True
    outcome = desk.uninstalls()
    assert outcome.warnings == ["folder-shared"]
    assert kinds(outcome, "left") == ["ssh-files"]
    assert not desk.ssh.own.lying()
