"""Connect to a cluster by its name, with a valid key."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from alpkey.actions.renewal.on_ssh_login import renewed_without_asking
from alpkey.actions.ssh.host_name import alias_for
from alpkey.core.errors import InvalidInput
from alpkey.core.events import Action, Answer, Event
from alpkey.core.results.ssh import ConnectResult
from alpkey.core.results.status import RenewResult
from alpkey.core.site import Site
from alpkey.core.ssh.command_lines import held, ssh_to
from alpkey.core.ssh.ports import OpenEditor, OpenTerminal, ResolveHost, WriteOwnConfig
from alpkey.core.state.snapshot import Snapshot, closed_doors
from alpkey.core.timestamps import Clock

if TYPE_CHECKING:
    from alpkey.actions.agent.load import Refill  # which a connection with a plain key never loads

ConnectMode = Literal["window", "editor", "here", "print"]


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """``mode``: in a terminal window, in VS Code, in place of this process, or only printed.

    ``may_ask``: whether the user can be asked, to renew an invalid key.
    """

    name: str
    mode: ConnectMode = "window"
    forward_agent: bool = False
    remote_command: tuple[str, ...] = ()
    may_ask: bool = False


@dataclass(frozen=True, slots=True)
class ConnectWorld:
    """``renew`` and ``refill`` are other actions, made only if they are needed.

    ``explain`` and ``again`` are the commands ``alpkey doctor`` and ``alpkey connect``, to run in a
    terminal.  ``renew_in_window`` opens the renewal window, which then connects; None if no window
    can be opened.  ``renew_without_asking`` is a renewal by a saved sign-in alone.  ``remember``
    records what the connection was decided on, for the next one.
    """

    site: Site
    snapshot: Callable[[], Snapshot]
    clock: Clock
    write_config: WriteOwnConfig
    resolve: ResolveHost
    open_terminal: OpenTerminal
    open_editor: OpenEditor
    renew: Callable[[], Action[RenewResult]]
    refill: "Refill"
    renew_in_window: Callable[[str], None] | None
    explain: tuple[str, ...]
    again: tuple[str, ...]
    renew_without_asking: Callable[[], Action[RenewResult]] | None = None
    remember: Callable[[], None] = lambda: None


def connect(request: ConnectRequest, world: ConnectWorld) -> Action[ConnectResult]:
    """Prepare the login and open a terminal ("window") or VS Code ("editor") for it.

    With "here" the caller has to run the command; it is None if the renewal window was opened,
    which connects by itself.
    Raises NoKey, KeyExpired or InvalidFile if the key is invalid and cannot be renewed, and
    InvalidInput for a name that is not of the centre and if there is no terminal or editor.
    """
    snapshot = world.snapshot()
    config = world.write_config(snapshot.account)  # ssh needs it to resolve the name
    request = replace(request, name=alias_for(request.name, world.site, world.resolve))
    if request.mode != "print" and (closed := closed_doors(snapshot, world.clock())):
        if (
            yield from renewed_without_asking(
                world.snapshot, world.clock, world.renew_without_asking
            )
        ):
            snapshot = world.snapshot()
            config = world.write_config(snapshot.account)
        elif request.may_ask:
            yield from world.renew()
            snapshot = world.snapshot()
            config = world.write_config(snapshot.account)
        elif request.mode == "window" and world.renew_in_window:
            world.renew_in_window(request.name)
            return {"host": request.name, "command": None}
        else:
            raise closed
    in_agent = yield from _in_agent(request, world, snapshot)
    if snapshot.encrypted:  # Alpkey's agent may hold it now, where the user's never answers
        config = world.write_config(snapshot.account)
    command = ssh_to(
        request.name,
        config=config,
        forward_agent=request.forward_agent,
        remote_command=request.remote_command,
    )
    return (yield from open_login(request, command, config, world, in_agent=in_agent))


def open_login(
    request: ConnectRequest,
    command: list[str],
    config: Path | None,
    world: ConnectWorld,
    *,
    in_agent: bool | None = None,
) -> Action[ConnectResult]:
    """Open the login by ``command`` as the request says; the key is valid.

    ``in_agent``: whether ssh need not ask for a passphrase; None where that was not looked at.
    Raises InvalidInput if there is no terminal or editor.
    """
    if in_agent is None:
        in_agent = yield from _in_agent(request, world, world.snapshot())
    if request.mode == "editor":
        if config:  # None: plain ssh finds Alpkey's part by itself
            raise InvalidInput("editor-needs-config", name=request.name)
        world.open_editor(request.name)
    if request.mode == "window":
        asks = command if in_agent else [*world.again, *_here(request)]
        world.open_terminal(held(asks, world.explain), request.name)
    world.remember()
    return {"host": request.name, "command": command}


def _in_agent(
    request: ConnectRequest, world: ConnectWorld, snapshot: Snapshot
) -> Generator[Event, Answer, bool]:
    """Whether ssh need not ask for a passphrase: the key has none, or the agent holds it."""
    protected = snapshot.encrypted is True
    if request.mode == "print" or not (protected or request.forward_agent):
        return True
    loaded = yield from world.refill(may_ask=request.may_ask, forwards=request.forward_agent)
    return loaded or not protected


def _here(request: ConnectRequest) -> list[str]:
    """Arguments of ``connect --here``, which can ask for the passphrase: once, not at each host."""
    agent = ["--forward-agent"] if request.forward_agent else []
    command = ["--", *request.remote_command] if request.remote_command else []
    return [request.name, "--here", *agent, *command]
