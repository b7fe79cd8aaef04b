"""What every command is built on: the home, its settings, one journal, one agent, one snapshot.

``wiring`` is the only place that constructs adapters.  Beside this base it holds a file for each
subject, whose functions take the base and give what an action needs.  Each imports what it is made
of when it is called, so that no command waits for what another one needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from alpkey import glance, path_checks
from alpkey.adapters.clock import now
from alpkey.core.account import ACCOUNTS, USERNAME
from alpkey.core.display import has_display
from alpkey.core.errors import AlpkeyError, InvalidFile
from alpkey.core.paths import Paths, user_paths
from alpkey.core.runtime_folder import OWN_SSH, is_own_agent
from alpkey.core.ssh.command_lines import ourselves
from alpkey.core.state.journal import Known, fold
from alpkey.runtime_folder import RuntimeFolder

if sys.platform == "darwin":
    from alpkey.adapters.system import macos as platform
else:
    from alpkey.adapters.system import linux as platform

if TYPE_CHECKING:
    from pathlib import Path

    from alpkey.actions.agent.selection import Agents
    from alpkey.actions.status import StatusWorld
    from alpkey.adapters.agent.own_agent import OwnSshAgent
    from alpkey.adapters.keychain.keychain import SystemKeychain
    from alpkey.adapters.keys.key_files import KeyPairFiles
    from alpkey.adapters.service.http import Http
    from alpkey.adapters.ssh.node_file import NodeFile
    from alpkey.adapters.ssh.openssh import OpenSsh
    from alpkey.adapters.ssh.own_config import OwnSshConfig
    from alpkey.adapters.state.external_changes import ExternalChangesFile
    from alpkey.adapters.state.lock import FileLock
    from alpkey.core.agent.ports import Agent
    from alpkey.core.settings.settings import Settings
    from alpkey.core.site import Site
    from alpkey.core.state.ports import Journal
    from alpkey.core.state.snapshot import Snapshot


class Wiring:
    """The adapters that all subjects share, for the home at ``paths``.

    ``key`` is a private key that the user named: for it alone a certificate is got, and prompts,
    the agent and the ssh configuration, which are about the usual key, are left as they are.
    ``account`` is the name of an account beside the first, whose key, username and names for the
    hosts take the place of the first one's.
    Site and settings are read when they are asked for: what repairs a file of settings has to work
    while that file cannot be read.
    """

    def __init__(self, paths: Paths, key: Path | None = None, account: str | None = None) -> None:
        self.account = account
        self.paths = replace(paths, account=account)
        self.alone = key is not None
        self.files_of_settings = glance.SettingsReader(paths)
        self._key = key

    @classmethod
    def for_user(cls, key: Path | None = None, account: str | None = None) -> Wiring:
        """For the home of this process."""
        return cls(user_paths(), key, account)

    def of_account(self, name: str | None) -> Wiring:
        """The same home for another account; None is the first."""
        return Wiring(replace(self.paths, account=None), account=name)

    def for_host(self, name: str) -> Wiring:
        """This, or the wiring of the account beside the first that has this name for a host."""
        if self.account is None:
            with suppress(AlpkeyError):
                home = self.files_of_settings.context()
                for account in home.accounts:
                    if account.site(home.site).host(name):
                        return self.of_account(account.name)
        return self

    def own_command(self, *arguments: str) -> list[str]:
        """The command line that starts Alpkey again with ``arguments``, for the same account."""
        account = ["--account", self.account] if self.account else []
        before = arguments.index("--") if "--" in arguments else len(arguments)
        return own_command(*arguments[:before], *account, *arguments[before:])

    @property
    def context(self) -> glance.CommandContext:
        """Site and settings, read again only where a file of them changed.

        Raises InvalidFile, and InvalidInput (``no-such-account``).
        """
        found = self.files_of_settings.context().of_account(self.account)
        if self._key is None:
            return found
        return replace(found, site=replace(found.site, key_file=str(self._key)))

    @property
    def username_key(self) -> tuple[str, ...]:
        """Where the settings file has the username of this account."""
        return (ACCOUNTS, self.account, USERNAME) if self.account else (USERNAME,)

    @property
    def site(self) -> Site:
        return self.context.site

    @property
    def settings(self) -> Settings:
        return self.context.settings

    def snapshot(self) -> Snapshot:
        """A snapshot of this moment.  Raises InvalidFile where settings or site are unreadable."""
        return glance.snapshot(self.paths, now(), self.context, self.known)

    def known(self, account: str | None = None) -> Known:
        """What the journal says; nothing where it cannot be read, for then the commands say why."""
        try:
            return fold(self.journal.facts(), account)
        except InvalidFile:
            return fold((), account)

    @cached_property
    def journal(self) -> Journal:
        """The facts of this account alone, where there are several."""
        from alpkey.adapters.state.account_journal import AccountJournal
        from alpkey.adapters.state.journal_file import JournalFile

        file = JournalFile(self.paths.journal, now)
        try:
            context = self.context
        except AlpkeyError:  # what needs the settings says what is wrong with them
            return file
        if not context.accounts:
            return file
        username = context.account.username if context.account else None
        return AccountJournal(file, context.own_facts, username)

    @cached_property
    def http(self) -> Http:
        """What all calls of a command to the centre go through.  Raises InvalidFile."""
        from alpkey.adapters.service.http import Http

        return Http(self.site.ca_bundle)

    @cached_property
    def status(self) -> StatusWorld:
        """What showing the status needs."""
        from alpkey.actions.status import StatusWorld

        return StatusWorld(
            snapshot=self.snapshot,
            remember=self._remember,
            journal=self.journal,
            agents=self.agents,
            clock=now,
        )

    @cached_property
    def agents(self) -> Agents:
        """The user's agent, and Alpkey's own where that one cannot hold the key."""
        from alpkey.actions.agent.selection import Agents

        return Agents(
            user_agent=lambda: self._user_agent,
            own=self.own_agent,
            update_ssh_files=lambda: self._update_own_files(self.snapshot()),
            confirms_each_use=lambda: self.settings.confirm_each_use,
        )

    @cached_property
    def own_agent(self) -> OwnSshAgent:
        from alpkey.adapters.agent.own_agent import OwnSshAgent
        from alpkey.adapters.state.lock import FileLock

        return OwnSshAgent(self.runtime, lambda path: FileLock(path, lambda: path, now), os.environ)

    @cached_property
    def _user_agent(self) -> Agent:
        """The agent that ssh asks for the jump host, which every login goes through.

        Where Alpkey's own files name its own agent, ssh is asked what it would do without them.
        """
        from alpkey.adapters.agent.client import NoAgent, SshAgent

        if self.alone:
            return NoAgent("SSH_AUTH_SOCK")
        socket, source = self.openssh.agent(self.site.jump_host)
        if socket and is_own_agent(socket):
            socket, source = self.openssh.agent(self.site.jump_host, self._without_own_agent)
        if not socket or is_own_agent(socket):
            return NoAgent(source)
        return SshAgent(socket, source)

    def _without_own_agent(self, name: str) -> Mapping[str, str]:
        from alpkey.adapters.ssh.config_trial import OpenSshConfig
        from alpkey.adapters.ssh.user_config import UserConfigFile
        from alpkey.core.ssh.include_line import without_top_line

        judge, at = OpenSshConfig(self.paths, os.environ), self.paths
        with suppress(AlpkeyError):  # a file of the user's that is unreadable, or refused by ssh
            content = UserConfigFile(at.user_config, at.undo).read().content or b""
            without = without_top_line(content, self.own_files.include())
            with judge.try_config(self.own_files.blocks_without_agent(), without) as trial:
                return {key: values[0] for key, values in trial.ours_first(name).items()}
        return {}

    def check_named(self) -> None:
        """Raise InvalidFile where the key that the user named is no regular file."""
        if self.alone:
            self.files.check_kinds()

    @property
    def has_display(self) -> bool:
        return has_display(os.environ, sys.platform)

    @property
    def lock(self) -> FileLock:
        """The lock of this home's key and journal."""
        return self.file_lock(self.paths.lock)

    def file_lock(self, path: Path, files: Callable[[], KeyPairFiles] | None = None) -> FileLock:
        """The lock at ``path``; in the runtime folder where the file system has no locks."""
        from alpkey.adapters.state.lock import FileLock
        from alpkey.wiring.sweeping import sweeper

        sweep = sweeper(self.paths, files or (lambda: self.files))
        return FileLock(path, lambda: self.runtime.ready() / path.name, now, sweep)

    @cached_property
    def runtime(self) -> RuntimeFolder:
        return RuntimeFolder(self.paths.runtime)

    @cached_property
    def keychain(self) -> SystemKeychain:
        from alpkey.adapters.keychain.keychain import ANSWER_TIMEOUT_S

        return self.keychain_within(ANSWER_TIMEOUT_S)

    def keychain_within(self, timeout_s: float) -> SystemKeychain:
        """The keychain, given up after ``timeout_s``.

        Entries of a moved home carry its path, so that no demo finds the user's password; those of
        an account beside the first carry its name.
        """
        from alpkey.adapters.keychain.keychain import SystemKeychain

        home = f", {self.paths.config.parent}" if self.paths.moved else ""
        account = f", {self.account}" if self.account else ""
        return SystemKeychain(
            f"Alpkey ({self.site.name}{account}{home})",
            platform.keyring_backends,
            can_ask=self.has_display,
            answer_timeout_s=timeout_s,
        )

    @cached_property
    def files(self) -> KeyPairFiles:
        """The private key and its certificate."""
        from alpkey.adapters.keys.key_files import KeyPairFiles

        key = self.paths.private_key(self.site.key_file)
        return KeyPairFiles(key, self.paths.intent, named=self.alone)

    @property
    def program_files(self) -> KeyPairFiles:
        """The key of a service account and its certificate."""
        from alpkey.adapters.keys.key_files import KeyPairFiles

        key = self.paths.program_key(self.site.key_file)
        return KeyPairFiles(key, self.paths.program_intent)

    @cached_property
    def openssh(self) -> OpenSsh:
        """Under ALPKEY_HOME Alpkey's own file takes the place of the user's configuration.

        Until it is written ssh says nothing; the real home is never asked instead.
        """
        from alpkey.adapters.ssh.openssh import OpenSsh

        return OpenSsh(self.ssh_paths.connect_config if self.paths.moved else None, os.environ)

    def _remember(self, snapshot: Snapshot) -> None:
        """Write the line for prompts, and into the ssh files, if any, the account to log in as."""
        from alpkey.adapters.state.look_file import LookFile

        if self.alone:
            return
        keys = self.files_of_settings.context().key_paths(self.paths)
        LookFile(self.paths.look_file, keys).write(snapshot, now())
        self._update_own_files(snapshot)

    def update_files(self) -> None:
        """Bring the line for prompts and the ssh files, if any, up to date."""
        self._remember(self.snapshot())

    def _update_own_files(self, snapshot: Snapshot) -> None:
        if os.access(self.paths.own_ssh_config, os.F_OK):
            with suppress(InvalidFile):  # connect and config report it; a renewal does without
                self.own_files.refresh(snapshot.account)

    @cached_property
    def external_changes(self) -> ExternalChangesFile:
        from alpkey.adapters.state.external_changes import ExternalChangesFile

        return ExternalChangesFile(self.paths.external_changes)

    @cached_property
    def node_file(self) -> NodeFile:
        from alpkey.adapters.ssh.node_file import NodeFile

        return NodeFile(self.paths.nodes)

    def remember_nodes(self, cluster: str, nodes: Sequence[str]) -> None:
        """Note where jobs run, for logins to these nodes by their names alone."""
        if self.node_file.remember(cluster, nodes):
            self._update_own_files(self.snapshot())

    @cached_property
    def ssh_paths(self) -> Paths:
        """Alpkey's own files for ssh lie in the runtime folder where the ssh folder takes none."""
        folder = path_checks.nearest_existing(self.paths.own_ssh)
        if not path_checks.can_be_written(folder):
            with suppress(InvalidFile):
                return replace(self.paths, own_ssh_elsewhere=self.runtime.ready() / OWN_SSH)
        return self.paths

    @cached_property
    def own_files(self) -> OwnSshConfig:
        """Alpkey's own files for ssh; each writing of them follows the settings of that moment."""
        return self.own_files_at(self.ssh_paths)

    def own_files_at(self, paths: Paths) -> OwnSshConfig:
        """The same at these paths: what the user's configuration names is never a volatile one."""
        from alpkey.adapters.ssh.own_config import OwnSshConfig

        return OwnSshConfig(
            self.files_of_settings.context().site,
            replace(paths, account=None),
            self.external_changes,
            own_command("ensure"),
            self.files_of_settings.chosen,
            account=self.account,
            nodes=self.node_file.read,
            own_agent=lambda: self.own_agent.path,
            can_refuse=_can_refuse,
            goes_without_agent=self._goes_without_agent,
        )

    def _goes_without_agent(self) -> bool:
        """Whether the agent never answers; only a key that is nowhere else is worth the wait."""
        from alpkey.actions.agent.selection import never_answers

        key = self.paths.private_key(self.site.key_file)
        return path_checks.is_file(key) and never_answers(self.agents.used)


def own_command(*arguments: str) -> list[str]:
    """The command line that starts Alpkey again with ``arguments``."""
    return ourselves(sys.executable, getattr(sys, "frozen", False), *arguments)


def _can_refuse() -> bool:
    """Whether every ssh that may make a login knows RefuseConnection."""
    from alpkey.adapters.ssh.versions import all_since
    from alpkey.core.ssh.on_demand import KNOWS_REFUSAL

    return all_since(KNOWS_REFUSAL, os.environ)
