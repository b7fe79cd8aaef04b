"""Undo all that Alpkey ever touched outside its own folders, as ``state/touched.json`` has it.

Each thing goes before the record forgets it, so that whatever a cut left, the next try finds.  What
ssh reads goes in the order in which nothing is missed: first who calls, then what is called.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from alpkey.actions.confirm import agree
from alpkey.actions.install import LOCK_TIMEOUT_S, finish_interrupted, report_wait
from alpkey.actions.removal.summary import Summary
from alpkey.actions.removal.tunnels import TunnelRemoval
from alpkey.actions.ssh.configure import ConfigureWorld, undo
from alpkey.actions.ssh.hosts import TOUCHED as KNOWN_HOSTS
from alpkey.actions.tunnels.supervisor import TunnelWorld
from alpkey.core.agent.ports import OwnAgent
from alpkey.core.desktop.ports import ExternalFiles
from alpkey.core.errors import AlpkeyError, InvalidFile
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.messages import removal as removal_messages
from alpkey.core.owned_item import OwnedItem
from alpkey.core.ports import KeyFiles, Lock
from alpkey.core.results.removal import UninstallResult
from alpkey.core.ssh import include_line
from alpkey.core.ssh import known_hosts as known_hosts_lines
from alpkey.core.ssh.control_socket_ports import ControlSockets
from alpkey.core.ssh.host_key_ports import KnownHosts
from alpkey.core.state.external_change_ports import SSH_CONFIG, Entry


@dataclass(frozen=True, slots=True)
class UninstallWorld:
    """``known_hosts`` opens the file at a path; ``folders`` are our own, which stay."""

    configuration: ConfigureWorld
    tunnels: TunnelWorld
    outside: ExternalFiles
    known_hosts: Callable[[Path], KnownHosts]
    files: KeyFiles
    lock: Lock
    own_ssh: Path
    connections: ControlSockets
    own_agent: OwnAgent
    folders: Sequence[Path]


def uninstall(world: UninstallWorld, *, yes: bool) -> Action[UninstallResult]:
    """Undoes it, after one question that lists it.

    The result holds ``removed`` and ``left``, each thing with ``what`` and ``name``, what is left
    also with ``code`` and ``reason``; ``key_path`` where a key stays, and our ``folders``.  Raises
    Cancelled while nothing is changed yet, Unreachable (lock) and InvalidFile.
    """
    yield from finish_interrupted(world.files, world.lock)
    removal = _Removal(world)
    if going := removal.belongings():
        if not yes:
            yield from agree(1, "uninstall", removal_messages.to_remove(going, revoked=False))
        with world.configuration.cancellation.deferred():
            yield from removal.go()
    yield from removal.tell_of_others()
    key = world.files.current()
    return {
        "removed": removal.summary.result["removed"],
        "left": removal.summary.result["left"],
        "key_path": str(key.path) if key else None,
        "folders": [str(folder) for folder in world.folders],
    }


class _Removal:
    """What lies outside, and how each kind of it goes."""

    def __init__(self, world: UninstallWorld) -> None:
        self._world = world
        self._touched = world.configuration.external_changes
        self.summary = Summary()
        # They hold to our files for ssh, and could not come back without.
        self._tunnels = TunnelRemoval(world.tunnels, self.summary, self._gone)

    def belongings(self) -> list[OwnedItem]:
        """All that will go, in the order it goes in."""
        going = self._tunnels.belongings()
        going += [_connection(one) for one in self._world.connections.open()]
        if self._world.own_agent.lives:
            going.append(self._own_agent)
        going += [OwnedItem("placed", str(path)) for path in self._placed.values()]
        if self._has_line():
            going.append(self._line)
        if self._world.configuration.own_files.lying():
            going.append(self._ssh_files)
        if entry := self._host_keys:
            going.append(OwnedItem("host-keys", entry["path"]))
        return going

    def go(self) -> Generator[Event, Answer, None]:
        yield from self._tunnels.close()
        yield from report_wait(self._world.lock)
        with self._world.lock.held(LOCK_TIMEOUT_S):
            yield from self._end_connections()
            yield from self._end_own_agent()
            yield from self._take_back_files()
            if (yield from self._take_out_line()):
                yield from self._remove_ssh_files()
            yield from self._forget_host_keys()

    def tell_of_others(self) -> Iterator[Event]:
        """An entry of a kind that we do not know."""
        known = {SSH_CONFIG, KNOWN_HOSTS, *self._placed}
        for name in self._touched.names():
            if name not in known:
                yield from self.summary.keep(OwnedItem("unknown", name), Warn("made-by-another"))

    def _end_connections(self) -> Iterator[Event]:
        """Their sockets lie among our files for ssh."""
        for socket in self._world.connections.open():
            yield from self._ends(_connection(socket), partial(self._world.connections.end, socket))

    def _end_own_agent(self) -> Iterator[Event]:
        """Our files for ssh, which name it, go next."""
        if self._world.own_agent.lives:
            yield from self._ends(self._own_agent, self._world.own_agent.end)

    def _ends(self, one: OwnedItem, action: Callable[[], object]) -> Iterator[Event]:
        try:
            action()
        except AlpkeyError as error:
            yield from self.summary.left(one, error)
        else:
            yield from self._gone(one)

    def _take_back_files(self) -> Iterator[Event]:
        for name, path in self._placed.items():
            one = OwnedItem("placed", str(path))
            try:
                kept = self._world.outside.take_back(name)
            except AlpkeyError as error:
                yield from self.summary.left(one, error)
                continue
            yield from self._gone(one)
            if kept:
                yield Warn("file-kept", {"path": str(kept)})

    def _take_out_line(self) -> Generator[Event, Answer, bool]:
        """Whether it is out; until then our files stay, so that it goes on to work."""
        if not self._has_line():
            return True
        try:
            yield from undo(self._world.configuration)
        except AlpkeyError as error:
            yield from self.summary.left(self._line, error)
            return False
        yield from self._gone(self._line)
        return True

    def _remove_ssh_files(self) -> Iterator[Event]:
        own = self._world.configuration.own_files
        if not own.lying():
            return
        try:
            went = own.remove()
        except AlpkeyError as error:
            yield from self.summary.left(self._ssh_files, error)
            return
        yield from self._gone(self._ssh_files)
        if not went:
            why = Warn("folder-shared", {"path": str(self._world.own_ssh)})
            yield from self.summary.keep(self._ssh_files, why)

    def _forget_host_keys(self) -> Iterator[Event]:
        if entry := self._host_keys:
            one = OwnedItem("host-keys", entry["path"])
            try:
                self._take_out_host_keys(entry)
            except AlpkeyError as error:
                yield from self.summary.left(one, error)
            else:
                yield from self._gone(one)

    def _take_out_host_keys(self, entry: Entry) -> None:
        """A line that the person changed or hashed since is theirs."""
        file = self._world.known_hosts(Path(entry["path"]))
        content = file.read() or b""
        lines = [line.encode() for line in entry["lines"]]
        rest = known_hosts_lines.without(content, lines, had_end=entry.get("had_end", True))
        if rest != content:
            file.replace(rest if rest or entry.get("existed", True) else None)
        self._touched.note(KNOWN_HOSTS, None)

    def _gone(self, one: OwnedItem) -> Iterator[Event]:
        self.summary.result["removed"].append(one.as_object())
        yield Step("undone", {"what": removal_messages.item_text(one)})

    def _has_line(self) -> bool:
        """Recorded, or there all the same, as where the record was lost."""
        if self._touched.entry(SSH_CONFIG) is not None:
            return True
        with suppress(InvalidFile):  # a file that we may not change is not one that we have changed
            world = self._world.configuration
            line, content = world.own_files.include(), world.person.read().content or b""
            return include_line.undone(content, line, None) != content
        return False

    @property
    def _placed(self) -> Mapping[str, Path]:
        return self._world.outside.placed()

    @property
    def _own_agent(self) -> OwnedItem:
        return OwnedItem("own-agent", str(self._world.own_agent.socket))

    @property
    def _line(self) -> OwnedItem:
        return OwnedItem("ssh-line", str(self._world.configuration.person.path))

    @property
    def _ssh_files(self) -> OwnedItem:
        return OwnedItem("ssh-files", str(self._world.own_ssh))

    @property
    def _host_keys(self) -> Entry | None:
        return self._touched.entry(KNOWN_HOSTS)


def _connection(socket: Path) -> OwnedItem:
    return OwnedItem("connection", socket.name)
