"""Connect: a cluster by its name, with a key that is good."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from alpkey.actions.renewal.on_ssh_login import renewed_without_asking
from alpkey.actions.ssh.host_name import check_name
from alpkey.core.errors import InvalidInput
from alpkey.core.events import Action, Answer, Event
from alpkey.core.ports import Clock, Editor, OwnConfigFiles, Resolver, Terminal
from alpkey.core.site import Site
from alpkey.core.ssh.command_lines import held, ssh_to
from alpkey.core.state.snapshot import Snapshot, closed_doors

if TYPE_CHECKING:
    from alpkey.actions.agent.load import Refill  # which a connection with a plain key never loads

ConnectMode = Literal["window", "editor", "here", "print"]


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """``mode``: in a terminal window, in VS Code, in place of this process, or only printed.

    ``may_ask``: whether somebody is there to renew a dead key with.
    """

    name: str
    mode: ConnectMode = "window"
    forward_agent: bool = False
    remote_command: tuple[str, ...] = ()
    may_ask: bool = False


@dataclass(frozen=True, slots=True)
class ConnectWorld:
    """``renew`` and ``refill`` are other actions, made only where they are needed.

    ``explain`` is our own doctor, ``again`` our own ``connect``, for a terminal to run them.
    ``renew_in_window`` opens the renewal window, which connects when it is done; None where no
    window can be opened.  ``renew_without_asking`` is a renewal by a kept sign-in alone.
    """

    site: Site
    snapshot: Callable[[], Snapshot]
    clock: Clock
    own_files: OwnConfigFiles
    resolver: Resolver
    terminal: Terminal
    editor: Editor
    renew: Callable[[], Action]
    refill: "Refill"
    renew_in_window: Callable[[str], None] | None
    explain: tuple[str, ...]
    again: tuple[str, ...]
    renew_without_asking: Callable[[], Action] | None = None


def connect(request: ConnectRequest, world: ConnectWorld) -> Action:
    """The result holds ``host`` and ``command``, the ssh command as a list of words.

    With "window" a terminal runs it already, and with "editor" that is open; with "here" the
    caller becomes it.  The command is None where the renewal window was opened, which will connect
    by itself.
    Raises NoKey, KeyExpired or InvalidFile where the key opens no doors and nobody can renew it,
    and InvalidInput for names that lead elsewhere, and where there is no terminal or no editor.
    """
    snapshot = world.snapshot()
    config = world.own_files.write(
        snapshot.account
    )  # what ssh is asked about a name must lie there
    check_name(request.name, world.site, world.resolver)
    if request.mode != "print" and (closed := closed_doors(snapshot, world.clock())):
        if (
            yield from renewed_without_asking(
                world.snapshot, world.clock, world.renew_without_asking
            )
        ):
            snapshot = world.snapshot()
            config = world.own_files.write(snapshot.account)
        elif request.may_ask:
            yield from world.renew()
            snapshot = world.snapshot()
            config = world.own_files.write(snapshot.account)
        elif request.mode == "window" and world.renew_in_window:
            world.renew_in_window(request.name)
            return {"host": request.name, "command": None}
        else:
            raise closed
    in_agent = yield from _in_agent(request, world, snapshot)
    command = ssh_to(
        request.name,
        config=config,
        forward_agent=request.forward_agent,
        remote_command=request.remote_command,
    )
    if request.mode == "editor":
        if config:  # plain ssh does without
            raise InvalidInput("editor-needs-config", name=request.name)
        world.editor.open(request.name)
    if request.mode == "window":
        asks = command if in_agent else [*world.again, *_here(request)]
        world.terminal.open(held(asks, world.explain), request.name)
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
    """The same once more, where the passphrase can be asked for: once, not at each host."""
    agent = ["--forward-agent"] if request.forward_agent else []
    command = ["--", *request.remote_command] if request.remote_command else []
    return [request.name, "--here", *agent, *command]
