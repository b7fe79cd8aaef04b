"""Which agent gets the key, and that it gets it back where it lost it though the key is fresh."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alpkey.actions.agent.load import load_current
from alpkey.actions.agent.selection import Agents
from alpkey.actions.keys.passphrase import keep_passphrase, set_passphrase
from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.request import RenewRequest
from alpkey.actions.ssh.access import RemoteWorld
from alpkey.actions.ssh.connect import ConnectRequest, connect
from alpkey.actions.ssh.ensure import EnsureWorld, ensure
from alpkey.actions.ssh.try_login import try_login
from alpkey.actions.tunnels.jobs import list_jobs
from alpkey.adapters.agent.client import NoAgent
from alpkey.core.errors import AgentTrouble, Cancelled
from alpkey.core.secret import Secret
from tests.actions.ssh.test_connect import Desk as ConnectDesk
from tests.actions.tunnels.test_jobs import Desk as JobsDesk
from tests.actions.tunnels.test_open_close import LISTENING, LOST
from tests.actions.tunnels.test_open_close import Desk as TunnelDesk
from tests.actions.worlds import RIGHT, Fakes, Played, play
from tests.contracts.fakes import FakeAgent

PHRASE = {"passphrase": Secret("a typed one"), "passphrase_again": Secret("a typed one")}
HOUR = timedelta(hours=1)


def cover(fakes: Fakes) -> Fakes:
    """A fresh key whose passphrase the keychain knows, and an agent that was emptied."""
    play(renew(RenewRequest(), fakes.renewal), RIGHT)
    play(keep_passphrase(fakes.passphrase))
    fakes.empty_agent()
    return fakes


def protect(fakes: Fakes) -> Fakes:
    """The same with a passphrase that only the person knows."""
    play(renew(RenewRequest(), fakes.renewal), RIGHT)
    play(set_passphrase(fakes.passphrase), PHRASE)
    fakes.empty_agent()
    return fakes


def _ensure_world(fakes: Fakes) -> EnsureWorld:
    """One that has nothing to do, for the key is good."""
    never: Any = None
    return EnsureWorld(
        status=fakes.renewal.status,
        callers=never,
        is_batch=never,
        turn=never,
        ask_in_window=never,
        files=fakes.files,
        lock=fakes.lock,
        renew=never,
        renew_without_asking=never,
        refill=fakes.refill,
    )


def _renews(folder: Path, prepare: Callable[[Fakes], Fakes]) -> tuple[Fakes, Played]:
    fakes = prepare(Fakes(folder))
    return fakes, play(renew(RenewRequest(if_needed=HOUR), fakes.renewal))


def _ensures(folder: Path, prepare: Callable[[Fakes], Fakes]) -> tuple[Fakes, Played]:
    fakes = prepare(Fakes(folder))
    return fakes, play(ensure("nobody", _ensure_world(fakes)))


def _connects(folder: Path, prepare: Callable[[Fakes], Fakes]) -> tuple[Fakes, Played]:
    desk = ConnectDesk(folder)
    prepare(desk.fakes)
    return desk.fakes, play(connect(ConnectRequest("daint"), desk.world()))


def _lists_jobs(folder: Path, prepare: Callable[[Fakes], Fakes]) -> tuple[Fakes, Played]:
    desk = JobsDesk(folder)
    prepare(desk.fakes)
    return desk.fakes, play(list_jobs("daint", desk.world, may_ask=False))


def _tries_a_login(folder: Path, prepare: Callable[[Fakes], Fakes]) -> tuple[Fakes, Played]:
    desk = JobsDesk(folder)
    prepare(desk.fakes)
    return desk.fakes, play(try_login("daint", RemoteWorld(desk.access, desk.remote.run)))


def _opens_a_tunnel(folder: Path, prepare: Callable[[Fakes], Fakes]) -> tuple[Fakes, Played]:
    desk = TunnelDesk(folder, [LISTENING], with_key=False)
    prepare(desk.around.fakes)
    return desk.around.fakes, desk.open(close_at="tunnel-open")


WAYS = (_renews, _ensures, _connects, _lists_jobs, _tries_a_login, _opens_a_tunnel)


@pytest.mark.parametrize("access", WAYS)
def test_whatever_needs_the_key_puts_it_back_without_a_question(
    tmp_path: Path, access: Any
) -> None:
    fakes, told = access(tmp_path, cover)
    assert len(fakes.agent.identities()) == 2
    assert (told.asks, told.warnings) == ([], [])
    assert fakes.service.issued == 1


@pytest.mark.parametrize("access", WAYS)
def test_nobody_is_asked_for_it_who_cannot_be(tmp_path: Path, access: Any) -> None:
    fakes, told = access(tmp_path, protect)
    assert fakes.agent.identities() == []
    assert (told.asks, told.warnings) == ([], ["agent-passphrase"])


def test_a_key_without_passphrase_is_put_back_where_that_costs_nobody_a_wait(
    tmp_path: Path,
) -> None:
    fakes = Fakes(tmp_path)
    play(renew(RenewRequest(), fakes.renewal), RIGHT)
    fakes.empty_agent()
    play(renew(RenewRequest(if_needed=HOUR), fakes.renewal))
    assert len(fakes.agent.identities()) == 2


def test_an_unattended_command_unlocks_no_keychain(tmp_path: Path) -> None:
    fakes = cover(Fakes(tmp_path))
    fakes.keychain.asks = True
    told = play(renew(RenewRequest(if_needed=HOUR), fakes.renewal))
    assert (fakes.agent.identities(), told.warnings) == ([], ["agent-passphrase"])


def test_a_tunnel_that_comes_again_finds_the_key_in_the_agent(tmp_path: Path) -> None:
    """The agent was emptied while it stood: it is filled before ssh is started once more."""
    desk = TunnelDesk(tmp_path, [LISTENING, LOST], [LISTENING], with_key=False)
    fakes = cover(desk.around.fakes)
    start, seen = desk.line.start, []

    def started(*arguments: Any) -> None:
        seen.append(len(fakes.agent.identities()))
        fakes.empty_agent()
        start(*arguments)

        if len(seen) == 2:
            (claim,) = desk.files.claims
            claim.wished = True

    desk.line.start = started  # type: ignore[method-assign]
    desk.open()
    assert seen == [2, 2]


def test_whoever_connects_here_is_asked_once_and_ssh_asks_nothing(tmp_path: Path) -> None:
    desk = ConnectDesk(tmp_path)
    protect(desk.fakes)
    request = ConnectRequest("daint", "here", may_ask=True)
    told = play(connect(request, desk.world()), PHRASE)
    assert (len(told.asks), len(desk.fakes.agent.identities())) == (1, 2)
    assert play(connect(request, desk.world())).asks == []


def test_whoever_breaks_off_connects_not(tmp_path: Path) -> None:
    desk = ConnectDesk(tmp_path)
    protect(desk.fakes)
    with pytest.raises(Cancelled):
        play(connect(ConnectRequest("daint", "here", may_ask=True), desk.world()))


def test_a_window_asks_in_its_own_terminal(tmp_path: Path) -> None:
    """Where a desktop starts it nobody can be asked; ssh alone would ask at each host."""
    desk = ConnectDesk(tmp_path)
    protect(desk.fakes)
    told = play(connect(ConnectRequest("daint", forward_agent=True), desk.world()))
    [command] = desk.terminal.opened
    assert command[command.index("alpkey") :] == [
        *("alpkey", "connect", "daint", "--here", "--forward-agent"),
    ]
    assert told.result["command"][0] == "ssh"


class UnusableFile(FakeAgent):
    """Lists what it likes and takes nothing."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    def add(self, *arguments: Any, **more: Any) -> None:
        raise AgentTrouble(self.code, socket="fake", operation="add", seconds="3", reason="odd")

    def takes_keys(self, *, confirm: bool = False) -> bool:
        return False


def test_ours_is_started_for_a_protected_key_only(tmp_path: Path) -> None:
    fakes = Fakes(tmp_path)
    fakes.agent = UnusableFile("agent-refuses")
    told = play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert (told.warnings, fakes.own_agent.lives) == (["agent-trouble"], False)
    told = play(set_passphrase(fakes.passphrase), PHRASE)
    assert (told.warnings, fakes.own_agent.lives) == (["own-agent"], True)
    assert len(fakes.own_agent.identities()) == 2


@pytest.mark.parametrize("code", ["agent-refuses", "agent-locked", "agent-hangs", "agent-garbled"])
def test_every_way_to_be_useless_is_one(tmp_path: Path, code: str) -> None:
    fakes = protect(Fakes(tmp_path))
    fakes.agent_to_use = UnusableFile(code)
    told = play(load_current(fakes.agent_use), PHRASE)
    assert (told.warnings, told.result["own"]) == (["own-agent"], True)
    told = play(load_current(fakes.agent_use))
    assert (told.asks, told.result["holds_current"]) == ([], True)


class NoLifetimes(FakeAgent):
    def add(self, private: bytes, comment: str, **more: Any) -> None:
        if more.get("lifetime_s") is not None:
            raise AgentTrouble("agent-no-lifetimes", socket="fake")
        super().add(private, comment, **more)


def test_an_unprotected_key_goes_where_no_lifetimes_are_taken(tmp_path: Path) -> None:
    fakes = Fakes(tmp_path)
    fakes.agent = NoLifetimes()
    played = play(renew(RenewRequest(), fakes.renewal), RIGHT)
    assert (played.warnings, fakes.own_agent.lives) == ([], False)
    assert len(fakes.agent.identities()) == 2


def test_a_protected_key_goes_into_our_agent_instead(tmp_path: Path) -> None:
    fakes = protect(Fakes(tmp_path))
    fakes.agent_to_use = NoLifetimes()
    played = play(load_current(fakes.agent_use), PHRASE)
    assert (played.warnings, played.result["own"]) == (["own-agent"], True)
    assert fakes.agent_to_use.identities() == []


def test_an_agent_that_takes_the_key_alone_is_good_enough(tmp_path: Path) -> None:
    """ssh reads the certificate from its file."""

    class KeysOnly(FakeAgent):
        def add(self, private: bytes, comment: str, **more: Any) -> None:
            if more.get("certificate"):
                raise AgentTrouble("agent-no-certificates", socket="fake")
            super().add(private, comment, **more)

    fakes = protect(Fakes(tmp_path))
    fakes.agent_to_use = KeysOnly()
    with pytest.raises(AgentTrouble):
        play(load_current(fakes.agent_use), PHRASE)
    assert (fakes.own_agent.lives, len(fakes.agent_to_use.identities())) == (False, 1)
    assert play(fakes.refill()).asks == []


def test_where_ours_does_not_start_it_is_theirs_that_is_told_of(tmp_path: Path) -> None:
    fakes = protect(Fakes(tmp_path))
    fakes.agent_to_use = NoAgent()

    def fails() -> None:
        raise AgentTrouble("own-agent-failed", reason="no program")

    fakes.own_agent.start = fails  # type: ignore[method-assign]
    with pytest.raises(AgentTrouble) as trouble:
        play(load_current(fakes.agent_use), PHRASE)
    assert trouble.value.code == "agent-absent"


def test_ours_is_named_and_named_no_longer(tmp_path: Path) -> None:
    """ssh is told at both moments, and at no other."""
    fakes, told_ssh = protect(Fakes(tmp_path)), []
    fakes.agent_to_use = NoAgent()

    def agents() -> Agents:
        return Agents(
            lambda: fakes.agent_to_use,
            fakes.own_agent,
            lambda: told_ssh.append(fakes.own_agent.lives),
        )

    play(load_current(replace(fakes.agent_use, agents=agents())), PHRASE)
    fakes.agent_to_use = fakes.agent
    play(load_current(replace(fakes.agent_use, agents=agents())), PHRASE)
    assert told_ssh == [True, False]
    assert len(fakes.agent.identities()) == 2
