"""Undo every change outside Alpkey's own folders, as recorded in ``state/touched.json``.

Each item is removed before its record, so that what an interruption left is found again.  What ssh
reads is removed in order: first the file that refers to another, then the file referred to.
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
from alpkey.core.keys.ports import KeyFiles
from alpkey.core.messages import removal as removal_messages
from alpkey.core.owned_item import OwnedItem
from alpkey.core.results.removal import UninstallResult
from alpkey.core.ssh import include_line
from alpkey.core.ssh import known_hosts as known_hosts_lines
from alpkey.core.ssh.ports import KnownHosts
from alpkey.core.state.ports import SSH_CONFIG, Entry, Lock


@dataclass(frozen=True, slots=True)
class UninstallWorld:
    """``known_hosts`` opens the file at a path; ``folders`` are Alpkey's own, which stay."""

    configuration: ConfigureWorld
    tunnels: TunnelWorld
    outside: ExternalFiles
    known_hosts: Callable[[Path], KnownHosts]
    files: KeyFiles
    lock: Lock
    own_ssh: Path
    open_connections: Callable[[], Sequence[Path]]
    end_connection: Callable[[Path], None]
    own_agent: OwnAgent
    folders: Sequence[Path]


def uninstall(world: UninstallWorld, *, yes: bool) -> Action[UninstallResult]:
    """Undo all of it, after one question that lists it.

    Raises Cancelled while nothing is changed yet, Unreachable (lock) and InvalidFile.
    """
    yield from finish_interrupted(world.files, world.lock)
    removal = _Removal(world)
    if going := removal.items():
        if not yes:
            yield from agree(1, "uninstall", removal_messages.to_remove(going, revoked=False))
        with world.configuration.cancellation.deferred():
            yield from removal.go()
    yield from removal.report_unknown()
    key = world.files.current()
    return {
        "removed": removal.summary.result["removed"],
        "left": removal.summary.result["left"],
        "key_path": str(key.path) if key else None,
        "folders": [str(folder) for folder in world.folders],
    }


class _Removal:
    """What lies outside Alpkey's folders, and how each kind of it is removed."""

    def __init__(self, world: UninstallWorld) -> None:
        self._world = world
        self._touched = world.configuration.external_changes
        self.summary = Summary()
        # Tunnels use Alpkey's files for ssh and could not reconnect without them.
        self._tunnels = TunnelRemoval(world.tunnels, self.summary, self._gone)

    def items(self) -> list[OwnedItem]:
        """All that will be removed, in that order."""
        going = self._tunnels.items()
        going += [_connection(socket) for socket in self._world.open_connections()]
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
            yield from self._restore_files()
            if (yield from self._remove_line()):
                yield from self._remove_ssh_files()
            yield from self._remove_host_keys()

    def report_unknown(self) -> Iterator[Event]:
        """Report records of a kind that this version does not know."""
        known = {SSH_CONFIG, KNOWN_HOSTS, *self._placed}
        for name in self._touched.names():
            if name not in known:
                yield from self.summary.keep(OwnedItem("unknown", name), Warn("made-by-another"))

    def _end_connections(self) -> Iterator[Event]:
        """Their sockets lie among Alpkey's files for ssh."""
        for socket in self._world.open_connections():
            yield from self._end(_connection(socket), partial(self._world.end_connection, socket))

    def _end_own_agent(self) -> Iterator[Event]:
        """Alpkey's files for ssh, which name it, are removed next."""
        if self._world.own_agent.lives:
            yield from self._end(self._own_agent, self._world.own_agent.end)

    def _end(self, item: OwnedItem, action: Callable[[], object]) -> Iterator[Event]:
        try:
            action()
        except AlpkeyError as error:
            yield from self.summary.left(item, error)
        else:
            yield from self._gone(item)

    def _restore_files(self) -> Iterator[Event]:
        for name, path in self._placed.items():
            item = OwnedItem("placed", str(path))
            try:
                backup = self._world.outside.take_back(name)
            except AlpkeyError as error:
                yield from self.summary.left(item, error)
                continue
            yield from self._gone(item)
            if backup:
                yield Warn("file-kept", {"path": str(backup)})

    def _remove_line(self) -> Generator[Event, Answer, bool]:
        """Remove the Include line; returns whether it is gone, for until then its files stay."""
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
            folder_gone = own.remove()
        except AlpkeyError as error:
            yield from self.summary.left(self._ssh_files, error)
            return
        yield from self._gone(self._ssh_files)
        if not folder_gone:
            why = Warn("folder-shared", {"path": str(self._world.own_ssh)})
            yield from self.summary.keep(self._ssh_files, why)

    def _remove_host_keys(self) -> Iterator[Event]:
        if entry := self._host_keys:
            item = OwnedItem("host-keys", entry["path"])
            try:
                self._remove_host_key_lines(entry)
            except AlpkeyError as error:
                yield from self.summary.left(item, error)
            else:
                yield from self._gone(item)

    def _remove_host_key_lines(self, entry: Entry) -> None:
        """A line that the user changed or hashed since stays."""
        file = self._world.known_hosts(Path(entry["path"]))
        content = file.read() or b""
        lines = [line.encode() for line in entry["lines"]]
        rest = known_hosts_lines.without(content, lines, had_end=entry.get("had_end", True))
        if rest != content:
            file.replace(rest if rest or entry.get("existed", True) else None)
        self._touched.note(KNOWN_HOSTS, None)

    def _gone(self, item: OwnedItem) -> Iterator[Event]:
        self.summary.result["removed"].append(item.as_object())
        yield Step("undone", {"what": removal_messages.item_text(item)})

    def _has_line(self) -> bool:
        """Whether it is recorded, or there though the record was lost."""
        if self._touched.entry(SSH_CONFIG) is not None:
            return True
        with suppress(InvalidFile):  # a file that may not be changed was not changed
            world = self._world.configuration
            line, content = world.own_files.include(), world.user_config.read().content or b""
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
        return OwnedItem("ssh-line", str(self._world.configuration.user_config.path))

    @property
    def _ssh_files(self) -> OwnedItem:
        return OwnedItem("ssh-files", str(self._world.own_ssh))

    @property
    def _host_keys(self) -> Entry | None:
        return self._touched.entry(KNOWN_HOSTS)


def _connection(socket: Path) -> OwnedItem:
    return OwnedItem("connection", socket.name)
