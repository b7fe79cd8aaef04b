"""Tunnels to services on compute nodes."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from alpkey.adapters.clock import now
from alpkey.adapters.process.processes import Detached
from alpkey.core.paths import certificate_of
from alpkey.core.ssh.config_blocks import path_value
from alpkey.glance import tunnels
from alpkey.wiring.ssh import cluster_access, connect_world, remote_world

if TYPE_CHECKING:
    from alpkey.actions.tunnels.launch import LaunchWorld
    from alpkey.actions.tunnels.node_login import NodeWorld
    from alpkey.actions.tunnels.supervisor import TunnelWorld
    from alpkey.core.cancellation import Cancellation
    from alpkey.wiring.base import Wiring


def tunnel_world(wiring: Wiring, cancellation: Cancellation) -> TunnelWorld:
    """What opening, supervising and closing tunnels needs."""
    from alpkey.actions.tunnels.supervisor import TunnelWorld
    from alpkey.adapters.ssh.remote import SshRemote
    from alpkey.adapters.system.browser import DesktopBrowser
    from alpkey.adapters.system.local_ports import SystemPorts
    from alpkey.adapters.tunnels.records import TunnelRecords
    from alpkey.adapters.tunnels.ssh_process import OpenSshProcess

    return TunnelWorld(
        access=cluster_access(wiring, cancellation),
        run_on_host=SshRemote(os.environ).run,
        line=OpenSshProcess(os.environ),
        files=TunnelRecords(wiring.paths.tunnels, wiring.paths.last_tunnel, wiring.runtime),
        ports=SystemPorts(),
        listed=lambda: tunnels(wiring.paths, now()),
        browse=DesktopBrowser(os.environ, sys.platform).open,
        start_detached_tunnel=lambda arguments: Detached(wiring.own_command(*arguments)),
        pause=time.sleep,
        process=os.getpid(),
        as_account=as_account(wiring),
    )


def as_account(wiring: Wiring) -> tuple[str, ...]:
    """Options by which ssh logs in to a node as an account beside the first."""
    if wiring.account is None:
        return ()
    key = wiring.paths.private_key(wiring.site.key_file)
    lines = (
        f"User={wiring.settings.username}",
        f"IdentityFile={path_value(key)}",
        f"CertificateFile={path_value(certificate_of(key))}",
    )
    return tuple(word for line in lines for word in ("-o", line))


def node_world(wiring: Wiring, cancellation: Cancellation) -> NodeWorld:
    """What logins to nodes need."""
    from alpkey.actions.tunnels.node_login import NodeWorld

    return NodeWorld(
        connect_world(wiring, cancellation),
        remote_world(wiring, cancellation),
        wiring.node_file.read,
        as_account(wiring),
    )


def launch_world(wiring: Wiring, cancellation: Cancellation) -> LaunchWorld:
    """What launching a session needs."""
    from alpkey.actions.tunnels.launch import LaunchWorld
    from alpkey.adapters.ssh.remote import SshRemote

    return LaunchWorld(
        remote_world(wiring, cancellation),
        SshRemote(os.environ).send,
        tunnel_world(wiring, cancellation),
        cancellation,
        time.sleep,
    )
