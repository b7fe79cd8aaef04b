"""The composition root: settings, site and platform in, worlds for the actions out.

The only place that constructs adapters.  Each world imports what it is made of, so that no command
waits for what another one needs.
"""

from __future__ import annotations

import os
import pwd
import shutil
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alpkey import __version__
from alpkey.adapters.clock import now
from alpkey.adapters.process.processes import Detached, start_detached
from alpkey.core.base_dirs import home_dir
from alpkey.core.display import has_display
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidFile, InvalidInput, NeedsBrowser
from alpkey.core.paths import Paths, lock_of
from alpkey.core.runtime_folder import TRAY, WINDOW, is_own_agent
from alpkey.core.signin.methods import default_service, external_method, first_method, service_for
from alpkey.core.site import GATEWAY, SSHSERVICE, SignInMethod
from alpkey.core.ssh.command_lines import ourselves
from alpkey.glance import (
    CommandContext,
    build,
    chosen,
    policy,
    resources,
    shipped_site,
    site_names,
    tunnels,
)
from alpkey.runtime_folder import RuntimeFolder

if sys.platform == "darwin":
    from alpkey.adapters.system import macos as platform
else:
    from alpkey.adapters.system import linux as platform

if TYPE_CHECKING:
    from datetime import timedelta

    from alpkey.actions.agent.load import AgentWorld
    from alpkey.actions.agent.selection import Agents
    from alpkey.actions.desktop_entry import DesktopWorld
    from alpkey.actions.doctor import DoctorWorld
    from alpkey.actions.keys.account_keys import KeysWorld
    from alpkey.actions.keys.import_key import ImportWorld
    from alpkey.actions.keys.passphrase import PassphraseWorld
    from alpkey.actions.removal.sign_out import SignOutWorld
    from alpkey.actions.removal.uninstall import UninstallWorld
    from alpkey.actions.renewal.classic import ClassicRenewalWorld
    from alpkey.actions.renewal.gateway import GatewayRenewalWorld
    from alpkey.actions.renewal.request import GatewayRequest
    from alpkey.actions.settings import SettingsWorld
    from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
    from alpkey.actions.signin.saved_session import SessionWorld
    from alpkey.actions.signin.sign_in import SignInWorld
    from alpkey.actions.ssh.access import ClusterAccess, RemoteWorld
    from alpkey.actions.ssh.configure import ConfigureWorld
    from alpkey.actions.ssh.connect import ConnectWorld
    from alpkey.actions.ssh.disconnect import DisconnectWorld
    from alpkey.actions.ssh.ensure import EnsureWorld
    from alpkey.actions.ssh.hosts import HostsWorld
    from alpkey.actions.status import StatusWorld
    from alpkey.actions.tunnels.supervisor import TunnelWorld
    from alpkey.adapters.agent.own_agent import OwnSshAgent
    from alpkey.adapters.keychain.keychain import SystemKeychain
    from alpkey.adapters.keys.key_files import KeyPairFiles
    from alpkey.adapters.service.gateway import Gateway
    from alpkey.adapters.service.http import Http
    from alpkey.adapters.ssh.known_hosts import KnownHostsFile
    from alpkey.adapters.ssh.openssh import OpenSsh
    from alpkey.adapters.ssh.own_config import OwnSshConfig
    from alpkey.adapters.state.external_changes import ExternalChangesFile
    from alpkey.adapters.state.lock import FileLock
    from alpkey.core.agent.ports import Agent
    from alpkey.core.doctor.observations import DesktopObservation
    from alpkey.core.doctor.ports import ServiceProbe
    from alpkey.core.events import Action, Answer, Event
    from alpkey.core.ports import Cancellation, KeyService, Terminal
    from alpkey.core.settings.settings import Setting, Settings
    from alpkey.core.site import OpenId, Service, Site
    from alpkey.core.ssh.on_demand_ports import RenewalWindow
    from alpkey.core.state.snapshot import Snapshot

    Glance = Callable[[], Snapshot]

# The doctor as a whole takes less than 5 s, whatever hangs.
DOCTOR_TIMEOUT_S = 2.5


class Assembly:
    """Everything for one home; ``glance`` takes a look at it.

    ``command_context`` is asked only where site or settings matter: what mends a file of settings
    has to work while that file cannot be read.  With ``alone`` the key is none that prompts, the
    agent and ssh's configuration are about.
    """

    def __init__(
        self,
        places: Paths,
        command_context: Callable[[], CommandContext],
        glance: Glance,
        *,
        alone: bool = False,
    ) -> None:
        self.places = places
        self._alone = alone
        self._find_context = command_context
        self._glance = glance

    @cached_property
    def _context(self) -> CommandContext:
        return self._find_context()

    @property
    def site(self) -> Site:
        return self._context.site

    @property
    def _settings(self) -> Settings:
        return self._context.settings

    @cached_property
    def status(self) -> StatusWorld:
        from alpkey.actions.status import StatusWorld
        from alpkey.adapters.state.journal_file import JournalFile

        return StatusWorld(
            snapshot=self._glance,
            remember=self._remember,
            journal=JournalFile(self.places.journal),
            agents=self.agents,
            clock=now,
        )

    @cached_property
    def agents(self) -> Agents:
        from alpkey.actions.agent.selection import Agents

        return Agents(
            theirs=lambda: self._their_agent,
            own=self._own_agent,
            tell_ssh=lambda: self._keep_up(self._glance()),
            wish=lambda: self._settings.confirm_each_use,
        )

    @cached_property
    def _own_agent(self) -> OwnSshAgent:
        from alpkey.adapters.agent.own_agent import OwnSshAgent
        from alpkey.adapters.state.lock import FileLock

        return OwnSshAgent(
            self._runtime, lambda path: FileLock(path, lambda: path, now), os.environ
        )

    @cached_property
    def _their_agent(self) -> Agent:
        """The agent that ssh asks for the jump host, which every login goes through.

        Where our own files name ours, ssh is asked what it would do without that line.
        """
        from alpkey.adapters.agent.client import NoAgent, SshAgent

        if self._alone:
            return NoAgent("SSH_AUTH_SOCK")
        socket, source = self._openssh.agent(self.site.jump_host)
        if socket and is_own_agent(socket):
            socket, source = self._openssh.agent(self.site.jump_host, self._without_own_agent)
        is_theirs = socket and not is_own_agent(socket)
        return SshAgent(socket, source) if socket and is_theirs else NoAgent(source)

    def _without_own_agent(self, name: str) -> Mapping[str, str]:
        from alpkey.adapters.ssh.config_trial import OpenSshConfig
        from alpkey.adapters.ssh.user_config import UserConfigFile
        from alpkey.core.ssh.include_line import theirs

        judge, at = OpenSshConfig(self.places, os.environ), self.places
        with suppress(AlpkeyError):  # a file of the person's that cannot be read, or refused by ssh
            content = UserConfigFile(at.user_config, at.undo).read().content or b""
            without = theirs(content, self._own_files.include())
            with judge.trying(self._own_files.blocks_without_agent(), without) as trial:
                return {key: values[0] for key, values in trial.ours_first(name).items()}
        return {}

    def renewal(self, cancellation: Cancellation) -> ClassicRenewalWorld:
        """A renewal's world.  Raises InvalidInput where the site names no service we speak to."""
        from alpkey.actions.renewal.classic import ClassicRenewalWorld
        from alpkey.adapters.keys.pairs import CryptographyKeys
        from alpkey.adapters.keys.passphrase import CryptographyPassphrases

        return ClassicRenewalWorld(
            site=self.site,
            service=self._service(),
            files=self._files,
            pairs=CryptographyKeys(),
            lock=self._lock,
            cancellation=cancellation,
            status=self.status,
            kept=self.kept(cancellation),
            protection=CryptographyPassphrases(),
            refill=self._refill,
        )

    def check_named(self) -> None:
        """Raises InvalidFile where the key that the person named is no file that can be looked
        at.
        """
        if self._alone:
            self._files.check_kinds()

    def check_account_known(self) -> None:
        """Raises Cancelled where the first sign-in would need a question about the account."""
        if self._glance().account is None:
            raise Cancelled("account-unknown")

    def renew_usually(
        self, cancellation: Cancellation, request: GatewayRequest | None = None
    ) -> Action:
        """Renews where keys usually come from, as the site and the journal have it.

        Whoever stays signed in at the gateway gets them there.
        """
        from alpkey.actions.renewal.request import GatewayRequest

        request = request or GatewayRequest()
        snapshot, site = self._glance(), self.site
        first = first_method(site, snapshot.retired, snapshot.method)
        service = service_for(first, site, snapshot.retired)
        keep = snapshot.stays_signed_in and site.has_gateway and service and service.kind != GATEWAY
        if first is SignInMethod.PASSWORD and not keep:
            return self.renew_by_password(request, cancellation)
        return self.renew_at_gateway(self.external_method, request, cancellation)

    def renew_by_password(self, request: GatewayRequest, cancellation: Cancellation) -> Action:
        from alpkey.actions.renewal.by_password import renew_by_password
        from alpkey.actions.renewal.classic import renew
        from alpkey.actions.renewal.gateway import renew_at_gateway

        def service() -> Service | None:
            return service_for(SignInMethod.PASSWORD, self.site, self._glance().retired)

        def classic() -> Action:
            return renew(request, self.renewal(cancellation))

        def at_gateway() -> Action:
            return renew_at_gateway(
                SignInMethod.PASSWORD, request, self._signed_renewal(cancellation)
            )

        return self._then_run(renew_by_password(service, classic, at_gateway), cancellation)

    def renew_at_gateway(
        self, method: SignInMethod, request: GatewayRequest, cancellation: Cancellation
    ) -> Action:
        from alpkey.actions.renewal.gateway import renew_at_gateway

        renewal = renew_at_gateway(method, request, self._signed_renewal(cancellation))
        return self._then_run(renewal, cancellation)

    def renew_automatically(self, cancellation: Cancellation) -> Action:
        from alpkey.actions.renewal.automatic import renew_automatically

        return self._then_run(renew_automatically(self._signed_renewal(cancellation)), cancellation)

    def _then_run(self, renewal: Action, cancellation: Cancellation) -> Action:
        """The renewal, and the person's own command after it."""
        from alpkey.actions.renewal.hook import HookWorld, then_run
        from alpkey.adapters.process.hook import CommandHook

        command = self._settings.after_renewal
        return then_run(renewal, HookWorld(command, CommandHook(os.environ), cancellation))

    def renew_for_service_account(
        self, if_needed: timedelta | None, cancellation: Cancellation
    ) -> Action:
        """For a service account.  Raises InvalidInput where the site names no gateway."""
        from alpkey.actions.renewal.service_account import (
            ServiceAccountWorld,
            renew_for_service_account,
        )
        from alpkey.adapters.keys.key_files import KeyPairFiles
        from alpkey.adapters.keys.pairs import CryptographyKeys
        from alpkey.adapters.keys.passphrase import CryptographyPassphrases
        from alpkey.adapters.service.api_key import take

        at, name = self.places, self.site.key_file
        key = at.private_key(name) if self._alone else at.program_key(name)
        gateway = self._gateway()[1]
        world = ServiceAccountWorld(
            site=self.site,
            service=gateway,
            api_key=lambda: take(os.environ, gateway.api_key_variable),
            files=KeyPairFiles(key, at.program_intent, named=self._alone),
            pairs=CryptographyKeys(),
            lock=self._file_lock(at.program_lock),
            protection=CryptographyPassphrases(),
            cancellation=cancellation,
            clock=now,
        )
        return renew_for_service_account(if_needed, world)

    def renew_without_asking(self, cancellation: Cancellation) -> Action:
        """With a kept sign-in, and never with the last key of the day."""
        from alpkey.actions.renewal.request import GatewayRequest
        from alpkey.core.schedule.auto_renewal import SPARES

        request = GatewayRequest(attended=False, spares=SPARES)
        return self.renew_at_gateway(self.external_method, request, cancellation)

    def _signed_renewal(self, cancellation: Cancellation) -> GatewayRenewalWorld:
        """A renewal's world at the gateway.  Raises InvalidInput where the site names none."""
        from alpkey.actions.renewal.gateway import GatewayRenewalWorld
        from alpkey.adapters.keys.pairs import CryptographyKeys
        from alpkey.adapters.keys.passphrase import CryptographyPassphrases

        openid, service = self._gateway()
        return GatewayRenewalWorld(
            site=self.site,
            sign_in=self._sign_in(openid, cancellation),
            service=service,
            remember_account=self._remember_account,
            files=self._files,
            pairs=CryptographyKeys(),
            lock=self._lock,
            cancellation=cancellation,
            status=self.status,
            kept=self.kept(cancellation),
            protection=CryptographyPassphrases(),
            refill=self._refill,
        )

    def importing(self, cancellation: Cancellation) -> ImportWorld:
        from alpkey.actions.keys.import_key import ImportWorld
        from alpkey.adapters.keys.downloads import DownloadFolder
        from alpkey.adapters.keys.pairs import CryptographyKeys
        from alpkey.adapters.keys.passphrase import CryptographyPassphrases

        home = Path(home_dir(os.environ, pwd.getpwuid(os.getuid()).pw_dir))
        return ImportWorld(
            site=self.site,
            downloads=DownloadFolder(
                platform.downloads_folder(os.environ, home), self.site.key_file
            ),
            files=self._files,
            pairs=CryptographyKeys(),
            protection=CryptographyPassphrases(),
            kept=self.kept(cancellation),
            lock=self._lock,
            cancellation=cancellation,
            status=self.status,
        )

    def passphrase(self, cancellation: Cancellation) -> PassphraseWorld:
        from alpkey.actions.keys.passphrase import PassphraseWorld
        from alpkey.adapters.keys.passphrase import CryptographyPassphrases, made_passphrase

        return PassphraseWorld(
            files=self._files,
            protection=CryptographyPassphrases(),
            kept=self.kept(cancellation),
            lock=self._lock,
            cancellation=cancellation,
            status=self.status,
            make=made_passphrase,
        )

    def kept(self, cancellation: Cancellation) -> SavedSecretsWorld:
        from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
        from alpkey.adapters.keychain.otp import PyotpCodes
        from alpkey.adapters.process.background_call import ThreadCall

        return SavedSecretsWorld(
            site=self.site,
            keychain=self._keychain,
            codes=PyotpCodes(),
            aside=ThreadCall,
            journal=self.status.journal,
            lock=self._lock,
            cancellation=cancellation,
            clock=now,
            covers=not self._alone,
        )

    def connection(self, cancellation: Cancellation) -> ConnectWorld:
        from alpkey.actions.ssh.connect import ConnectWorld
        from alpkey.adapters.system.vs_code import VsCode

        return ConnectWorld(
            site=self.site,
            snapshot=self._glance,
            clock=now,
            own_files=self._own_files,
            resolver=self._openssh,
            terminal=self._terminal,
            editor=VsCode(os.environ),
            renew=lambda: self.renew_usually(cancellation),
            refill=self._refill,
            renew_in_window=self._renew_in_window if self.has_display else None,
            explain=tuple(own_command("doctor")),
            again=tuple(own_command("connect")),
            renew_without_asking=lambda: self.renew_without_asking(cancellation),
        )

    def on_hosts(self, cancellation: Cancellation) -> RemoteWorld:
        from alpkey.actions.ssh.access import RemoteWorld
        from alpkey.adapters.ssh.remote import SshRemote

        return RemoteWorld(self._cluster_access(cancellation), SshRemote(os.environ))

    def shared(self) -> DisconnectWorld:
        from alpkey.actions.ssh.disconnect import DisconnectWorld
        from alpkey.adapters.ssh.control_sockets import OpenSshControlSockets
        from alpkey.adapters.ssh.openssh import OpenSsh

        return DisconnectWorld(
            site=self.site,
            snapshot=self._glance,
            own_files=self._own_files,
            resolver=lambda config: OpenSsh(config, os.environ),
            connections=OpenSshControlSockets(self.places.shared_connections, os.environ),
        )

    def tunnels(self, cancellation: Cancellation) -> TunnelWorld:
        from alpkey.actions.tunnels.supervisor import TunnelWorld
        from alpkey.adapters.ssh.remote import SshRemote
        from alpkey.adapters.system.browser import DesktopBrowser
        from alpkey.adapters.system.local_ports import SystemPorts
        from alpkey.adapters.tunnels.records import TunnelRecords
        from alpkey.adapters.tunnels.ssh_process import OpenSshProcess

        return TunnelWorld(
            access=self._cluster_access(cancellation),
            remote=SshRemote(os.environ),
            line=OpenSshProcess(os.environ),
            files=TunnelRecords(self.places.tunnels, self.places.last_tunnel, self._runtime),
            ports=SystemPorts(),
            listed=lambda: tunnels(self.places, now()),
            browse=DesktopBrowser(os.environ, sys.platform).open,
            start_detached_tunnel=lambda arguments: Detached(own_command(*arguments)),
            pause=time.sleep,
            process=os.getpid(),
        )

    def _cluster_access(self, cancellation: Cancellation) -> ClusterAccess:
        from alpkey.actions.ssh.access import ClusterAccess

        return ClusterAccess(
            site=self.site,
            snapshot=self._glance,
            clock=now,
            own_files=self._own_files,
            resolver=self._openssh,
            renew=lambda: self.renew_usually(cancellation),
            doctor=self.doctor,
            refill=self._refill,
        )

    def _refill(
        self, *, may_ask: bool = False, forwards: bool = False, attended: bool = True
    ) -> Generator[Event, Answer, bool]:
        from alpkey.actions.agent.load import refill

        world = self.agent_use()
        return refill(world, may_ask=may_ask, forwards=forwards, attended=attended)

    @property
    def settings(self) -> SettingsWorld:
        from alpkey.actions.settings import SettingsWorld
        from alpkey.adapters.state.settings_file import TomlSettingsFile

        at = self.places
        lock = self._file_lock(at.settings_lock)
        return SettingsWorld(
            chosen=lambda: chosen(at),
            locked=lambda: policy(at),
            site=lambda: shipped_site(at),
            site_names=lambda: site_names(at),
            file=TomlSettingsFile(at.settings, lock, now),
            look_again=lambda: self.status.remember(self._glance()),
            lacks=_lacks,
            load_anew=self._load_anew,
            desktop=lambda: self.desktop,  # made after the change, so it sees the new clusters
        )

    def _load_anew(self) -> Generator[Event, Answer, None]:
        from alpkey.actions.agent.load import load_anew

        return load_anew(self.agent_use())

    @property
    def desktop(self) -> DesktopWorld:
        """Raises InvalidFile where our own path cannot stand in a file of a desktop."""
        from alpkey.actions.desktop_entry import DesktopWorld
        from alpkey.adapters.state.external_files import ExternalFilesOnDisk
        from alpkey.core.desktop.external_file import InvalidPath

        if sys.platform == "darwin":
            from alpkey.core.desktop import macos as entry
        else:
            from alpkey.core.desktop import freedesktop as entry

        at, command = self.places, self._command_at_login()
        icon = (resources() / "icons" / entry.ICON).read_bytes()
        try:
            autostart = entry.autostart(at, self.site, command)
            menu = entry.menu(at, self.site, command, icon)
        except InvalidPath as error:
            reason = "Such a path cannot stand in an entry of a desktop."
            raise InvalidFile(path=str(error), reason=reason) from None
        outside = ExternalFilesOnDisk(self._touched, now)
        return DesktopWorld(outside, autostart, menu, entry.is_switched_on)

    def _command_at_login(self) -> list[str]:
        """A login has none of this environment, so a moved home is named."""
        home = ["/usr/bin/env", f"ALPKEY_HOME={self.places.config.parent}"]
        return [*(home if self.places.moved else []), *own_command()]

    def ensuring(self, cancellation: Cancellation) -> EnsureWorld:
        from alpkey.actions.ssh.ensure import EnsureWorld
        from alpkey.adapters.ssh.calling_processes import ProcessAncestors
        from alpkey.adapters.state.login_queue import LoginQueueFile

        return EnsureWorld(
            status=self.status,
            callers=ProcessAncestors(os.environ),
            turn=LoginQueueFile(self.places.ensure),
            window=self._window_for_login(),
            files=self._files,
            lock=self._lock,
            renew=lambda: self.renew_usually(cancellation),
            renew_without_asking=lambda: self.renew_without_asking(cancellation),
            refill=self._refill,
        )

    def _window_for_login(self) -> RenewalWindow:
        """Desktops of Linux let whoever waits say so; elsewhere the window comes by itself."""
        from alpkey.adapters.system.renewal_window import RenewalWindowProcess

        window = RenewalWindowProcess(own_command("window", "renew"), lambda: self._is_up(WINDOW))
        if sys.platform == "darwin":
            return window
        from alpkey.adapters.system.login_notice import LoginNotice

        return LoginNotice(window, lambda: self._is_up(TRAY))

    def _is_up(self, name: str) -> bool:
        """Whether the program of this home that listens under ``name`` runs."""
        from alpkey.adapters.state.lock import is_held

        path = self._runtime.place(name)
        return path is not None and is_held(lock_of(path))

    def configuration(self, cancellation: Cancellation) -> ConfigureWorld:
        from alpkey.actions.ssh.configure import ConfigureWorld
        from alpkey.adapters.ssh.alias_file import AliasFileOnDisk
        from alpkey.adapters.ssh.config_trial import OpenSshConfig
        from alpkey.adapters.ssh.user_config import UserConfigFile

        return ConfigureWorld(
            site=self.site,
            snapshot=self._glance,
            clock=now,
            own_files=self._own_files,
            person=UserConfigFile(self.places.user_config, self.places.undo),
            judge=OpenSshConfig(self.places, os.environ),
            external_changes=self._touched,
            aliases=AliasFileOnDisk(self.places.aliases),
            cancellation=cancellation,
        )

    def hosts(self) -> HostsWorld:
        from alpkey.actions.ssh.hosts import HostsWorld
        from alpkey.adapters.ssh.host_keys import SshHostKeys

        return HostsWorld(
            site=self.site,
            snapshot=self._glance,
            own_files=self._own_files,
            keys=SshHostKeys(self.places.connect_config, self._openssh, os.environ),
            known_hosts=self._known_hosts,
            lock=self._lock,
            external_changes=self._touched,
        )

    def agent_use(self) -> AgentWorld:
        from alpkey.actions.agent.load import AgentWorld
        from alpkey.adapters.keys.pairs import CryptographyKeys
        from alpkey.adapters.keys.passphrase import CryptographyPassphrases

        return AgentWorld(
            snapshot=self._glance,
            files=self._files,
            pairs=CryptographyKeys(),
            protection=CryptographyPassphrases(),
            keychain=self._keychain,
            journal=self.status.journal,
            agents=self.agents,
            clock=now,
        )

    def keys(self, cancellation: Cancellation) -> KeysWorld:
        """The world of keys at the service.  Raises InvalidInput where the site has none to ask."""
        from alpkey.actions.keys.account_keys import KeysWorld

        openid, service = self._gateway()
        return KeysWorld(
            sign_in=self._sign_in(openid, cancellation),
            service=service,
            snapshot=self._glance,
            remember=self.status.remember,
            journal=self.status.journal,
            lock=self._lock,
            cancellation=cancellation,
            clock=now,
        )

    def leaving(self, cancellation: Cancellation) -> SignOutWorld:
        from alpkey.actions.removal.sign_out import SignOutWorld

        return SignOutWorld(
            tunnels=self.tunnels(cancellation),
            status=self.status,
            files=self._files,
            kept=self.kept(cancellation),
            keys=self.keys(cancellation) if self.site.has_gateway else None,
        )

    def uninstalling(self, cancellation: Cancellation) -> UninstallWorld:
        from alpkey.actions.removal.uninstall import UninstallWorld
        from alpkey.adapters.ssh.known_hosts import KnownHostsFile
        from alpkey.adapters.state.external_files import ExternalFilesOnDisk

        at = self.places
        return UninstallWorld(
            configuration=self.configuration(cancellation),
            tunnels=self.tunnels(cancellation),
            outside=ExternalFilesOnDisk(self._touched, now),
            known_hosts=KnownHostsFile,
            files=self._files,
            lock=self._lock,
            own_ssh=at.own_ssh,
            connections=self.shared().connections,
            own_agent=self._own_agent,
            folders=list(dict.fromkeys((at.config, at.state, at.logs))),
        )

    def updates(self, *, unasked: bool) -> Action:
        from alpkey.actions.updates import UpdatesWorld, updates
        from alpkey.adapters.service.http import Http
        from alpkey.adapters.service.releases import HttpFeed, ReleaseFile

        site = self.site
        world = UpdatesWorld(
            site_name=site.name,
            feed=HttpFeed(site.updates, Http(site.ca_bundle)) if site.updates else None,
            memory=ReleaseFile(self.places.release),
            here=__version__,
            build=build(),
            wish=self._settings.tell_updates,
            clock=now,
        )
        return updates(world, unasked=unasked)

    def end_sessions(self, cancellation: Cancellation) -> Iterator[Event]:
        """Ends every kept sign-in, at the provider and in the keychain."""
        from alpkey.actions.removal.keychain import KeychainRemoval
        from alpkey.actions.removal.summary import Summary

        provider = None
        if self.site.has_gateway:
            openid, _ = self._gateway()
            provider = self._sign_in(openid, cancellation).provider
        return KeychainRemoval(self.kept(cancellation), provider, Summary()).end_sessions()

    def _gateway(self) -> tuple[OpenId, Gateway]:
        from alpkey.adapters.service.gateway import Gateway
        from alpkey.adapters.service.http import Http

        site = self.site
        gateway = next((one for one in site.services if one.kind == GATEWAY), None)
        if gateway is None or site.openid is None:
            raise InvalidInput("no-gateway", site=site.name, dashboard=site.dashboard)
        return site.openid, Gateway(gateway, site, Http(site.ca_bundle))

    @property
    def external_method(self) -> SignInMethod:
        """How to sign in without a form where the person did not say."""
        snapshot = self._glance()
        return external_method(
            self.site, snapshot.retired, snapshot.method, has_display=self.has_display
        )

    def _remember_account(self, name: str) -> None:
        """Where no name is set, the certificate says it; a policy's stays."""
        if self._context.chosen.origins["username"] == "person":
            self.settings.file.change("username", name)

    def _sign_in(self, openid: OpenId, cancellation: Cancellation) -> SignInWorld:
        from alpkey.actions.signin.sign_in import SignInWorld
        from alpkey.adapters.service.http import Http
        from alpkey.adapters.signin import qr
        from alpkey.adapters.signin.oidc import OpenIdSignIn
        from alpkey.adapters.signin.redirect_listener import RedirectListener
        from alpkey.adapters.system.browser import DesktopBrowser

        return SignInWorld(
            kept=self.kept(cancellation),
            provider=OpenIdSignIn(openid, self.site, Http(self.site.ca_bundle), now),
            callback=RedirectListener(openid.redirect_uri, self.site.name),
            browser=DesktopBrowser(os.environ, sys.platform),
            qr=qr.rows,
            pause=lambda span: time.sleep(span.total_seconds()),
            sessions=self._sessions(cancellation),
        )

    def _sessions(self, cancellation: Cancellation) -> SessionWorld:
        """The answer to its question becomes the setting, unless somebody set that already."""
        from alpkey.actions.signin.saved_session import SessionWorld
        from alpkey.core.settings.settings import KEEP_SIGN_IN

        def remember(yes: bool) -> None:
            if self._context.chosen.origins[KEEP_SIGN_IN] == "shipped":
                with suppress(InvalidFile):  # then it is asked again
                    self.settings.file.change(KEEP_SIGN_IN, "yes" if yes else "no")

        return SessionWorld(
            kept=self.kept(cancellation),
            wish=lambda: self._settings.keep_sign_in,
            remember=remember,
        )

    def doctor(self) -> DoctorWorld:
        from alpkey.actions.doctor import DoctorWorld
        from alpkey.actions.settings import change
        from alpkey.adapters.process import programs
        from alpkey.adapters.process.background_call import side_by_side
        from alpkey.adapters.ssh.probe import OpenSshProbe
        from alpkey.adapters.ssh.user_config import UserConfigFile
        from alpkey.adapters.state.probe import FileSystemProbe
        from alpkey.adapters.system.network import SocketProbe
        from alpkey.core.doctor.checks_files import FILES

        at = self.places
        config = at.user_config
        return DoctorWorld(
            site=self.site,
            settings=self._settings,
            snapshot=self._glance,
            clock=now,
            agent=self.agent_use,
            own_files=self._own_files,
            person=UserConfigFile(config, at.undo),
            external_changes=self._touched,
            lock=self._lock,
            side_by_side=side_by_side,
            ssh=OpenSshProbe(config if at.moved else None, os.environ),
            files=FileSystemProbe(
                {name: path(at, self.site) for name, path in FILES.items()},
                at.ssh,
                at.state,
                at.intent,
            ),
            network=SocketProbe(),
            service=self._service_probe(),
            keychain=self._keychain_within(DOCTOR_TIMEOUT_S),
            desk=self._desk,
            installed=lambda: programs.called("alpkey", os.environ),
            use_ipv4=lambda: change("only_ipv4", "yes", self.settings),
            lacks=_lacks,
            program=own_description(),
        )

    @property
    def has_display(self) -> bool:
        return has_display(os.environ, sys.platform)

    @property
    def _lock(self) -> FileLock:
        return self._file_lock(self.places.lock)

    def _file_lock(self, path: Path) -> FileLock:
        from alpkey.adapters.state.lock import FileLock

        return FileLock(path, lambda: self._runtime.ready() / path.name, now)

    @cached_property
    def _runtime(self) -> RuntimeFolder:
        return RuntimeFolder(self.places.runtime)

    @cached_property
    def _keychain(self) -> SystemKeychain:
        """Entries of a moved home carry its path, so that no demo finds the person's password."""
        from alpkey.adapters.keychain.keychain import ANSWER_TIMEOUT_S

        return self._keychain_within(ANSWER_TIMEOUT_S)

    def _keychain_within(self, timeout_s: float) -> SystemKeychain:
        from alpkey.adapters.keychain.keychain import SystemKeychain

        home = f", {self.places.config.parent}" if self.places.moved else ""
        return SystemKeychain(
            f"Alpkey ({self.site.name}{home})",
            platform.keyring_backends,
            can_ask=self.has_display,
            answer_timeout_s=timeout_s,
        )

    @cached_property
    def _files(self) -> KeyPairFiles:
        from alpkey.adapters.keys.key_files import KeyPairFiles

        key = self.places.private_key(self.site.key_file)
        return KeyPairFiles(key, self.places.intent, named=self._alone)

    @cached_property
    def _openssh(self) -> OpenSsh:
        """Under ALPKEY_HOME our own file stands in for the person's configuration.

        Until it is written ssh tells nothing; the real home is never asked instead.
        """
        from alpkey.adapters.ssh.openssh import OpenSsh

        return OpenSsh(self.places.connect_config if self.places.moved else None, os.environ)

    def _remember(self, snapshot: Snapshot) -> None:
        """The line for prompts; and once ssh is told of the centre, as whom to log in."""
        from alpkey.adapters.state.look_file import LookFile

        if self._alone:
            return
        LookFile(self.places.look_file).write(snapshot, now())
        self._keep_up(snapshot)

    def _keep_up(self, snapshot: Snapshot) -> None:
        if os.access(self.places.own_ssh_config, os.F_OK):
            with suppress(InvalidFile):  # connect and config say it; a renewal is none the worse
                self._own_files.refresh(snapshot.account)

    @cached_property
    def _touched(self) -> ExternalChangesFile:
        from alpkey.adapters.state.external_changes import ExternalChangesFile

        return ExternalChangesFile(self.places.external_changes)

    @cached_property
    def _own_files(self) -> OwnSshConfig:
        from alpkey.adapters.ssh.own_config import OwnSshConfig

        return OwnSshConfig(
            self.site,
            self.places,
            self._touched,
            own_command("ensure"),
            lambda: chosen(self.places).settings,
            own_agent=lambda: self._own_agent.path,
            can_refuse=_can_refuse,
        )

    @property
    def _known_hosts(self) -> KnownHostsFile:
        from alpkey.adapters.ssh.known_hosts import KnownHostsFile

        return KnownHostsFile(self.places.known_hosts)

    @property
    def _terminal(self) -> Terminal:
        return platform.DesktopTerminal(self._settings.terminal, os.environ)

    @staticmethod
    def _renew_in_window(then_connect_to: str) -> None:
        start_detached(own_command("window", "renew", "--connect", then_connect_to))

    def _desk(self) -> DesktopObservation:
        """Without a display there is nothing to ask of a desktop, nor one for a browser."""
        from alpkey.core.doctor.observations import DesktopObservation

        return (
            platform.desk(self._settings.terminal, os.environ)
            if self.has_display
            else DesktopObservation()
        )

    def _service(self) -> KeyService:
        from alpkey.adapters.service.http import Http

        try:
            return self._key_service(Http(self.site.ca_bundle))[0]
        except InvalidInput:
            gateway = service_for(self.external_method, self.site, ())
            if gateway is None:
                raise
            host = urlsplit(gateway.url).hostname
            raise NeedsBrowser("password-not-allowed", site=self.site.name, host=host) from None

    def _key_service(self, http: Http) -> tuple[KeyService, str]:
        """The first service of a kind that we speak, and its address.  Raises InvalidInput."""
        from alpkey.adapters.service.sshservice import SshService

        kinds = {SSHSERVICE: SshService}
        for service in self.site.services:
            if service.kind in kinds:
                return kinds[service.kind](service, self.site, http), service.url
        unknown = ", ".join(service.kind for service in self.site.services)
        raise InvalidInput("unbuilt-service", kinds=unknown)

    def _service_probe(self) -> ServiceProbe:
        """To the one that the next key comes from.

        It tells nothing where the site names none that we speak to.
        """
        from alpkey.adapters.service.gateway import Gateway
        from alpkey.adapters.service.http import Http
        from alpkey.adapters.service.probe import KeyServiceProbe

        http = Http(self.site.ca_bundle)
        snapshot = self._glance()
        usual = default_service(self.site, snapshot.retired, snapshot.method)
        if usual and usual.kind == GATEWAY:
            return KeyServiceProbe(Gateway(usual, self.site, http), http, usual.url, now)
        try:
            service, url = self._key_service(http)
        except InvalidInput:
            return lambda: None
        return KeyServiceProbe(service, http, url, now)


def own_command(*arguments: str) -> list[str]:
    """The command line that starts Alpkey again with ``arguments``."""
    return ourselves(sys.executable, getattr(sys, "frozen", False), *arguments)


def _can_refuse() -> bool:
    """Whether every ssh that a login may be made by knows RefuseConnection."""
    from alpkey.adapters.ssh.versions import all_since
    from alpkey.core.ssh.on_demand import KNOWS_REFUSAL

    return all_since(KNOWS_REFUSAL, os.environ)


def _lacks(setting: Setting) -> str | None:
    """What is missing here for the setting to be of use."""
    return setting.lacks(os.environ, sys.platform, shutil.which) if setting.lacks else None


def own_description() -> str:
    """Version, Python and system, for reports."""
    import platform as python

    return (
        f"Alpkey {__version__}, Python {python.python_version()}, "
        f"{python.system()} {python.release()} {python.machine()}"
    )
