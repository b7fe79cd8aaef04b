"""Signing out, and removing what Alpkey did outside its own folders."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alpkey.adapters.clock import now
from alpkey.wiring.keys import keys_world
from alpkey.wiring.signin import saved_secrets_world
from alpkey.wiring.ssh import configure_world, disconnect_world
from alpkey.wiring.tunnels import tunnel_world

if TYPE_CHECKING:
    from alpkey.actions.removal.sign_out import SignOutWorld
    from alpkey.actions.removal.uninstall import UninstallWorld
    from alpkey.actions.tunnels.supervisor import TunnelWorld
    from alpkey.core.cancellation import Cancellation
    from alpkey.wiring.base import Wiring


def sign_out_world(wiring: Wiring, cancellation: Cancellation) -> SignOutWorld:
    """What signing out needs."""
    from alpkey.actions.removal.sign_out import SignOutWorld

    return SignOutWorld(
        tunnels=_own_tunnels(wiring, cancellation),
        status=wiring.status,
        files=wiring.files,
        kept=saved_secrets_world(wiring, cancellation),
        keys=keys_world(wiring, cancellation) if wiring.site.has_gateway else None,
        one_of_several=wiring.account is not None,
    )


def uninstall_world(wiring: Wiring, cancellation: Cancellation) -> UninstallWorld:
    """What an uninstallation needs."""
    from alpkey.actions.removal.uninstall import UninstallWorld
    from alpkey.adapters.ssh.known_hosts import KnownHostsFile
    from alpkey.adapters.state.external_files import ExternalFilesOnDisk

    at, shared = wiring.paths, disconnect_world(wiring)
    return UninstallWorld(
        configuration=configure_world(wiring, cancellation),
        tunnels=tunnel_world(wiring, cancellation),
        outside=ExternalFilesOnDisk(wiring.external_changes, now),
        known_hosts=KnownHostsFile,
        files=wiring.files,
        lock=wiring.lock,
        own_ssh=at.own_ssh,
        open_connections=shared.open_connections,
        end_connection=shared.end_connection,
        own_agent=wiring.own_agent,
        folders=list(dict.fromkeys((at.config, at.state, at.logs))),
    )


def _own_tunnels(wiring: Wiring, cancellation: Cancellation) -> TunnelWorld:
    """The tunnels that end with this account: those to its names of the clusters."""
    world = tunnel_world(wiring, cancellation)
    if wiring.account is None:
        return world
    clusters = {host.name for host in wiring.site.hosts}
    return replace(
        world,
        listed=lambda: [tunnel for tunnel in world.listed() if tunnel.target.cluster in clusters],
    )
