"""Alpkey's own files in the ssh folder, written only where their content changes."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.paths import Paths, certificate_of
from alpkey.core.runtime_folder import CONNECT, CONNECT_WITHOUT_AGENT
from alpkey.core.settings.policy import Chosen, choose
from alpkey.core.site import Site
from alpkey.core.ssh.config_blocks import (
    Identity,
    InvalidConfigPath,
    connect_file,
    hosts_file,
    without_agent_file,
)
from alpkey.core.ssh.include_line import begins_with, include_line_for
from alpkey.core.ssh.on_demand import match_line, script
from alpkey.core.state.ports import SSH_CONFIG, ExternalChanges
from alpkey.runtime_folder import RuntimeFolder

MODE = 0o644
_PLAIN = re.compile(r"[\w@+=:,./-]+", re.ASCII)


class OwnSshConfig:
    """``alpkey/config`` with the hosts of the site, and ``alpkey/connect`` for ``ssh -F``."""

    def __init__(
        self,
        site: Site,
        places: Paths,
        external_changes: ExternalChanges,
        ensure: Sequence[str],
        chosen: Callable[[], Chosen] = lambda: choose({}, {}),
        *,
        account: str | None = None,
        nodes: Callable[[], Mapping[str, str]] = dict,
        own_agent: Callable[[], Path | None] = lambda: None,
        can_refuse: Callable[[], bool] = lambda: False,
        goes_without_agent: Callable[[], bool] = lambda: False,
    ) -> None:
        """``ensure`` is Alpkey's command that a login on demand runs; ``chosen`` are the settings,
        read again for each write, as a command may change one.  ``account`` is the account that
        the user of a write is, None for the first; ``nodes`` are those with jobs of the user's, and
        their clusters.  ``own_agent`` is the socket of Alpkey's agent, None unless it runs;
        ``can_refuse`` says whether every ssh here knows RefuseConnection.  ``goes_without_agent``
        says whether logins are to ask no agent, because the one that ssh would ask never answers.
        """
        self._goes_without_agent = goes_without_agent
        self._can_refuse = can_refuse
        self._chosen = chosen
        self._account = account
        self._nodes = nodes
        self._own_agent = own_agent
        self._ensure = tuple(ensure)
        self._site = site
        self._places = places
        self._runtime = RuntimeFolder(places.runtime)
        self._touched = external_changes

    def write(self, user: str | None) -> Path | None:
        self.refresh(user)
        at = self._places
        if self._goes_without_agent():
            with readable_by_ssh():
                _write(at.connect_without_agent_config, without_agent_file(at).encode())
            return self._plainly_named(at.connect_without_agent_config, CONNECT_WITHOUT_AGENT)
        return None if self._is_read_in() else self._plainly_named(at.connect_config, CONNECT)

    def refresh(self, user: str | None) -> None:
        """The same without a path for ssh.  Raises InvalidFile."""
        at = self._places
        with readable_by_ssh():
            wanted = {
                at.own_ssh_config: self.blocks(user, on_demand=self.on_demand),
                at.connect_config: connect_file(at),
            }
        for folder in (at.own_ssh,) if at.own_ssh_elsewhere else (at.ssh, at.own_ssh):
            atomic_write.private_folder(folder)
        if self.on_demand:
            wanted[at.fresh] = self._script()
        for path, text in wanted.items():
            _write(path, text.encode())

    @property
    def files(self) -> tuple[Path, ...]:
        """What is written here, and the configuration of the user's that may read it in."""
        at = self._places
        return (at.own_ssh_config, at.connect_config, at.fresh, at.user_config)

    @property
    def on_demand(self) -> bool:
        return os.access(self._places.fresh, os.F_OK)  # no error in an inaccessible folder

    def set_on_demand(self, wanted: bool) -> None:
        path = self._places.fresh
        if wanted:
            atomic_write.private_folder(path.parent)
            _write(path, self._script().encode())
        else:
            with atomic_write.as_unfit(path):
                path.unlink(missing_ok=True)

    def lying(self) -> bool:
        if any(os.path.lexists(path) for path in self._all()):
            return True
        # A removal that was cut off before its last step left the empty folder.
        folder = self._places.own_ssh
        return path_checks.is_dir(folder) and not path_checks.entries(folder)

    def remove(self) -> bool:
        for path in self._all():
            with atomic_write.as_unfit(path):
                path.unlink(missing_ok=True)
        folder = self._places.own_ssh
        with suppress(OSError):
            folder.rmdir()
        return path_checks.lstat_or_none(folder) is None

    def _all(self) -> Sequence[Path]:
        """The hosts first: what they have ssh run and read has to exist as long as they do.

        Of the keys of nodes ssh-keygen makes a copy (ssh-keygen(1), ``-R``).
        """
        at = self._places
        old = at.node_known_hosts.with_name(at.node_known_hosts.name + ".old")
        links = [self._runtime.place(name) for name in (CONNECT, CONNECT_WITHOUT_AGENT)]
        connect = (at.connect_config, at.connect_without_agent_config)
        lying = (at.own_ssh_config, *connect, at.fresh, at.node_known_hosts, old)
        return (*lying, *(link for link in links if link))

    def _script(self) -> str:
        """It needs the program and the package, which are the same file in a bundle."""
        needed = [
            path for path in (Path(self._ensure[0]), Path(__file__)) if path_checks.exists(path)
        ]
        key = self._places.private_key(self._site.key_file)
        return script(self._places, key, self._ensure, needed)

    def blocks(self, user: str | None, *, on_demand: bool) -> str:
        if self._account:  # of the first account no more than its setting is known here
            user = self._chosen().settings.username or None
        identity = self._identity(self._site, user, self._own_agent())
        return self._blocks(identity, on_demand=on_demand)

    def blocks_without_agent(self) -> str:
        """The same without Alpkey's agent: for asking ssh which one it would use then."""
        return self._blocks(self._identity(self._site, None, None), on_demand=False)

    def _blocks(self, identity: Identity, *, on_demand: bool) -> str:
        with readable_by_ssh():
            chosen = self._chosen()
            settings = chosen.settings
            others = [(account, account.site(self._site)) for account in chosen.accounts]
            first = ""
            if on_demand:
                refuses = settings.refuse_without_key and self._can_refuse()
                first = "\n" + match_line(self._site, self._places, refuses=refuses)
                for account, site in others:
                    first += match_line(site, self._places, account=account.name, refuses=refuses)
            return hosts_file(
                self._site,
                identity,
                self._places,
                first,
                others=[
                    (site, self._identity(site, account.username, identity.agent))
                    for account, site in others
                ],
                nodes=self._nodes(),
                shares=settings.share_connections,
                only_ipv4=settings.only_ipv4,
            )

    def _identity(self, site: Site, user: str | None, agent: Path | None) -> Identity:
        key = self._places.private_key(site.key_file)
        return Identity(user, key, certificate_of(key), agent)

    def include(self) -> bytes:
        with readable_by_ssh():
            return include_line_for(replace(self._places, own_ssh_elsewhere=None).own_ssh_config)

    def _is_read_in(self) -> bool:
        """Whether it is proven that ssh reads Alpkey's file through the user's, and still does."""
        if self._places.moved or self._places.own_ssh_elsewhere:
            return False
        with suppress(OSError, InvalidFile):
            entry = self._touched.entry(SSH_CONFIG) or {}
            line = self.include()
            with self._places.user_config.open("rb") as file:
                return entry.get("proven") is True and begins_with(file.read(len(line) + 2), line)
        return False

    def _plainly_named(self, path: Path, link_name: str) -> Path:
        """``path``, or a link to it in the runtime folder whose name needs no quotes in a shell.

        WORKAROUND: for a jump, OpenSSH (ssh.c, up to 10.x) puts the name of the ``-F`` file into
        a shell command without quotes, and expands percent signs in it.
        """
        if _PLAIN.fullmatch(str(path)):
            return path
        link = self._runtime.ready() / link_name
        with atomic_write.as_unfit(link):
            atomic_write.link(link, path)
        return link


@contextmanager
def readable_by_ssh() -> Iterator[None]:
    """Turn InvalidConfigPath into InvalidFile."""
    try:
        yield
    except InvalidConfigPath as error:
        raise InvalidFile(
            path=str(error), reason="ssh cannot read such a path in a file."
        ) from None


def _write(path: Path, content: bytes) -> None:
    """ssh refuses a file that others may write (readconf.c), so that is replaced too."""
    with atomic_write.as_unfit(path):
        found = path_checks.stat_if_present(path)
        if found and not found.st_mode & 0o022 and path.read_bytes() == content:
            return
    atomic_write.replace(path, content, MODE)
