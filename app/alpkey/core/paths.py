"""Every path that Alpkey reads or writes, in one place."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alpkey.core.base_dirs import find_base_dirs, passwd_home
from alpkey.core.runtime_folder import RuntimeRoots, runtime_roots

# One name by which desktops know Alpkey: menu entry, icon, agent of macOS, managed preferences.
APP_ID = "io.github.alpkey.Alpkey"


@dataclass(frozen=True, slots=True)
class Paths:
    """All paths of one home; ``moved`` where ``ALPKEY_HOME`` replaces the real one.

    ``policies`` are the files by which an organisation locks settings, the strongest last.
    ``account`` is the name of an account beside the first, if these are its paths.
    ``own_ssh_elsewhere`` is where our files for ssh lie while the ssh folder takes none.
    ``runtime`` says where sockets may lie: ``runtime_folder`` alone says where they do.
    """

    config: Path
    state: Path
    logs: Path
    ssh: Path
    runtime: RuntimeRoots
    machine: Path
    policies: tuple[Path, ...]
    autostart: Path
    share: Path
    moved: bool
    own_ssh_elsewhere: Path | None = None
    account: str | None = None

    @property
    def settings(self) -> Path:
        return self.config / "config.toml"

    @property
    def site(self) -> Path:
        """What the user or the sandbox puts over the shipped site file."""
        return self.config / "site.toml"

    @property
    def site_overrides(self) -> Path:
        """The folder of what a whole machine puts over the shipped site files."""
        return self.machine / "sites"

    @property
    def settings_lock(self) -> Path:
        return self.state / "settings.lock"

    @property
    def external_changes(self) -> Path:
        """The record of what Alpkey put outside its own folders, for its removal."""
        return self.state / "touched.json"

    @property
    def journal(self) -> Path:
        return self.state / "journal.jsonl"

    @property
    def look_file(self) -> Path:
        return self.state / "look"

    @property
    def lock(self) -> Path:
        return self.state / "lock"

    @property
    def intent(self) -> Path:
        return self.intent_of(self.account)

    def intent_of(self, account: str | None) -> Path:
        """The record of an installation under way, of the first account (None) or another."""
        return self.state / (f"intent-{account}" if account else "intent")

    @property
    def program_lock(self) -> Path:
        """The lock of renewals for a service account."""
        return self.state / "lock-sa"

    @property
    def program_intent(self) -> Path:
        return self.state / "intent-sa"

    @property
    def tray_memory(self) -> Path:
        return self.state / "tray.json"

    @property
    def ensure(self) -> Path:
        """The queue of logins that ask for a key on demand, and when the user last declined."""
        return self.state / "ensure"

    @property
    def release(self) -> Path:
        """The last answer about newer versions."""
        return self.state / "release.json"

    @property
    def aliases(self) -> Path:
        return self.state / "aliases"

    @property
    def nodes(self) -> Path:
        """The nodes with jobs of the user's, and their clusters, as they were listed last."""
        return self.state / "nodes"

    @property
    def tunnels(self) -> Path:
        """A file for each tunnel."""
        return self.state / "tunnels"

    @property
    def last_tunnel(self) -> Path:
        return self.state / "last_tunnel.json"

    @property
    def undo(self) -> Path:
        """Backups of the user's own files."""
        return self.state / "undo"

    @property
    def user_config(self) -> Path:
        """The user's own ssh configuration."""
        return self.ssh / "config"

    @property
    def known_hosts(self) -> Path:
        """The host keys that the user's ssh knows."""
        return self.ssh / "known_hosts"

    @property
    def own_ssh(self) -> Path:
        return self.own_ssh_elsewhere or self.ssh / "alpkey"

    @property
    def own_ssh_config(self) -> Path:
        return self.own_ssh / "config"

    @property
    def shared_connections(self) -> Path:
        """Where ssh keeps the sockets of connections that later logins go through."""
        return self.own_ssh

    @property
    def connect_config(self) -> Path:
        return self.own_ssh / "connect"

    @property
    def connect_without_agent_config(self) -> Path:
        return self.own_ssh / "connect-without-agent"

    @property
    def fresh(self) -> Path:
        """The script that ssh runs first where a key on demand is wanted."""
        return self.own_ssh / "fresh"

    @property
    def node_known_hosts(self) -> Path:
        return self.own_ssh / "known_hosts_nodes"

    def private_key(self, file_name: str) -> Path:
        return self.ssh / file_name

    def program_key(self, file_name: str) -> Path:
        """The key of a service account, under the name that the centre's pages give it."""
        return self.ssh / f"{file_name}-sa"


def certificate_of(private_key: Path) -> Path:
    """Where ssh searches the certificate of a key (ssh_config(5), IdentityFile)."""
    return private_key.with_name(private_key.name + "-cert.pub")


def lock_of(socket: Path) -> Path:
    """The lock that the program listening at ``socket`` holds while it runs."""
    return socket.with_name(socket.name + ".lock")


def user_paths() -> Paths:
    """The paths of the user who runs this process."""
    user_id = os.getuid()
    return find_paths(os.environ, sys.platform, passwd_home(user_id, os.environ), user_id)


def find_paths(environ: Mapping[str, str], platform: str, passwd_home: str, user_id: int) -> Paths:
    """The paths for this user, from environment, platform and passwd entry."""
    base = find_base_dirs(environ, platform, passwd_home)
    return Paths(
        config=Path(base.config),
        state=Path(base.state),
        logs=Path(base.logs),
        ssh=Path(base.ssh),
        runtime=runtime_roots(environ, platform, base.state, user_id),
        machine=Path(base.machine),
        policies=_policies(Path(base.machine), platform, base.moved, passwd_home),
        autostart=Path(base.desktop),
        share=Path(base.share),
        moved=base.moved,
    )


def _policies(machine: Path, platform: str, moved: bool, passwd_home: str) -> tuple[Path, ...]:
    """On macOS the managed preferences of the computer, then those of the user.

    A user's are in a folder of the account's name, which is that of the home there.
    """
    if platform != "darwin":
        return (machine / "policy.toml",)
    managed = machine if moved else Path("/Library/Managed Preferences")
    name = f"{APP_ID}.plist"
    return (managed / name, managed / Path(passwd_home).name / name)
