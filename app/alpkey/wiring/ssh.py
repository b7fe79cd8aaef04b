"""Logins: connecting, the ssh configuration, host keys, and keys on demand."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from alpkey.adapters.clock import now
from alpkey.adapters.process.processes import start_detached
from alpkey.core.paths import lock_of
from alpkey.core.runtime_folder import TRAY, WINDOW
from alpkey.wiring.agent import refill
from alpkey.wiring.doctor import doctor_world
from alpkey.wiring.renewal import renew_usually, renew_without_asking

if sys.platform == "darwin":
    from alpkey.adapters.system import macos as platform
else:
    from alpkey.adapters.system import linux as platform

if TYPE_CHECKING:
    from alpkey.actions.ssh.access import ClusterAccess, RemoteWorld
    from alpkey.actions.ssh.configure import ConfigureWorld
    from alpkey.actions.ssh.connect import ConnectWorld
    from alpkey.actions.ssh.disconnect import DisconnectWorld
    from alpkey.actions.ssh.ensure import EnsureWorld
    from alpkey.actions.ssh.hosts import HostsWorld
    from alpkey.core.cancellation import Cancellation
    from alpkey.core.ssh.ports import AskForRenewal
    from alpkey.wiring.base import Wiring


def connect_world(wiring: Wiring, cancellation: Cancellation) -> ConnectWorld:
    """What opening a terminal on a host needs."""
    from alpkey.actions.ssh.connect import ConnectWorld
    from alpkey.adapters.system.vs_code import VsCode
    from alpkey.wiring.connect_record import remember

    return ConnectWorld(
        site=wiring.site,
        snapshot=wiring.snapshot,
        clock=now,
        write_config=wiring.own_files.write,
        resolve=wiring.openssh.all_values,
        open_terminal=platform.DesktopTerminal(wiring.settings.terminal, os.environ).open,
        open_editor=VsCode(os.environ).open,
        renew=lambda: renew_usually(wiring, cancellation),
        refill=refill(wiring),
        renew_in_window=partial(_renew_in_window, wiring) if wiring.has_display else None,
        explain=tuple(wiring.own_command("doctor")),
        again=tuple(wiring.own_command("connect")),
        renew_without_asking=lambda: renew_without_asking(wiring, cancellation),
        remember=lambda: remember(wiring),
    )


def disconnect_world(wiring: Wiring) -> DisconnectWorld:
    """What ending shared connections needs."""
    from alpkey.actions.ssh.disconnect import DisconnectWorld
    from alpkey.adapters.ssh.control_sockets import OpenSshControlSockets
    from alpkey.adapters.ssh.openssh import OpenSsh

    sockets = OpenSshControlSockets(wiring.ssh_paths.shared_connections, os.environ)
    return DisconnectWorld(
        site=wiring.site,
        snapshot=wiring.snapshot,
        write_config=wiring.own_files.write,
        resolve_with=lambda config: OpenSsh(config, os.environ).all_values,
        open_connections=sockets.open,
        end_connection=sockets.end,
    )


def cluster_access(wiring: Wiring, cancellation: Cancellation) -> ClusterAccess:
    """What any use of a cluster needs."""
    from alpkey.actions.ssh.access import ClusterAccess

    return ClusterAccess(
        site=wiring.site,
        snapshot=wiring.snapshot,
        clock=now,
        write_config=wiring.own_files.write,
        resolve=wiring.openssh.all_values,
        renew=lambda: renew_usually(wiring, cancellation),
        doctor=lambda: doctor_world(wiring),
        refill=refill(wiring),
    )


def remote_world(wiring: Wiring, cancellation: Cancellation) -> RemoteWorld:
    """What running commands on a cluster needs."""
    from alpkey.actions.ssh.access import RemoteWorld
    from alpkey.adapters.ssh.remote import SshRemote

    return RemoteWorld(
        cluster_access(wiring, cancellation), SshRemote(os.environ).run, wiring.remember_nodes
    )


def configure_world(wiring: Wiring, cancellation: Cancellation) -> ConfigureWorld:
    """What changing the ssh configuration needs."""
    from alpkey.actions.ssh.configure import ConfigureWorld
    from alpkey.adapters.ssh.alias_file import AliasFileOnDisk
    from alpkey.adapters.ssh.config_trial import OpenSshConfig
    from alpkey.adapters.ssh.user_config import UserConfigFile

    ssh = OpenSshConfig(wiring.paths, os.environ)
    return ConfigureWorld(
        site=wiring.site,
        snapshot=wiring.snapshot,
        clock=now,
        own_files=wiring.own_files_at(wiring.paths),
        user_config=UserConfigFile(wiring.paths.user_config, wiring.paths.undo),
        query=ssh.query,
        try_config=ssh.try_config,
        external_changes=wiring.external_changes,
        write_aliases=AliasFileOnDisk(wiring.paths.aliases).write,
        cancellation=cancellation,
    )


def hosts_world(wiring: Wiring) -> HostsWorld:
    """What showing and pinning host keys needs."""
    from alpkey.actions.ssh.hosts import HostsWorld
    from alpkey.adapters.ssh.host_keys import SshHostKeys
    from alpkey.adapters.ssh.known_hosts import KnownHostsFile

    return HostsWorld(
        site=wiring.site,
        snapshot=wiring.snapshot,
        write_config=wiring.own_files.write,
        keys=SshHostKeys(wiring.ssh_paths.connect_config, os.environ),
        known_hosts=KnownHostsFile(wiring.paths.known_hosts),
        lock=wiring.lock,
        external_changes=wiring.external_changes,
    )


def ensure_world(wiring: Wiring, cancellation: Cancellation) -> EnsureWorld:
    """What a login on demand needs."""
    from alpkey.actions.ssh.ensure import EnsureWorld
    from alpkey.adapters.ssh.calling_processes import ProcessAncestors
    from alpkey.adapters.state.login_queue import LoginQueueFile

    processes = ProcessAncestors(os.environ)
    return EnsureWorld(
        status=wiring.status,
        callers=processes.calls,
        is_batch=processes.is_batch,
        turn=LoginQueueFile(wiring.paths.ensure),
        ask_in_window=_window_for_login(wiring),
        files=wiring.files,
        lock=wiring.lock,
        renew=lambda: renew_usually(wiring, cancellation),
        renew_without_asking=lambda: renew_without_asking(wiring, cancellation),
        refill=refill(wiring),
    )


def _window_for_login(wiring: Wiring) -> AskForRenewal:
    """On Linux a notification that opens the window; elsewhere the window at once."""
    from alpkey.adapters.system.renewal_window import RenewalWindowProcess

    command = wiring.own_command("window", "renew")
    window = RenewalWindowProcess(command, lambda: _is_up(wiring, WINDOW))
    if sys.platform == "darwin":
        return window.ask
    from alpkey.adapters.system.login_notice import LoginNotice

    return LoginNotice(window, lambda: _is_up(wiring, TRAY)).ask


def _is_up(wiring: Wiring, name: str) -> bool:
    """Whether the program of this home that listens under ``name`` runs."""
    from alpkey.adapters.state.lock import is_held

    path = wiring.runtime.place(name)
    return path is not None and is_held(lock_of(path))


def _renew_in_window(wiring: Wiring, then_connect_to: str) -> None:
    start_detached(wiring.own_command("window", "renew", "--connect", then_connect_to))


def become(command: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Replace this process by ``command``, an ssh.  Raises Unreachable where there is none."""
    from alpkey.adapters.ssh import openssh

    openssh.become(command, environment)
