"""ssh's configuration, host keys and logins: ``config``, ``hosts``, ``connect``, ``disconnect``."""

from typing import Literal, TypedDict


class ConfigLoss(TypedDict):
    """A value of the user's that ssh no longer uses for ``host``, and what it uses instead."""

    host: str
    keyword: str
    theirs: str
    ours: str | None


class HostAlias(TypedDict):
    """``name`` is the user's, ``host`` the site's."""

    name: str
    host: str


class ShownConfigResult(TypedDict):
    """``config show``; ``applied``: the file at ``path`` begins with ``line``."""

    path: str
    applied: bool
    line: str
    on_demand: bool
    blocks: str


class ConfigChangeResult(TypedDict):
    """``config undo``; ``diff`` is a unified diff, empty where nothing changes."""

    changed: bool
    path: str
    backup: str | None
    diff: str
    loses: list[ConfigLoss]


class ConfigPlanResult(ConfigChangeResult):
    """``config diff``, ``apply`` and ``check``.

    ``by_hand``: the user's own lines lead to the centre already, and log in as ``user``.
    """

    on_demand: bool
    by_hand: bool
    user: str | None
    aliases: list[HostAlias]


class LoginHost(TypedDict):
    """A login host.  Without a key ``type`` and ``fingerprint`` are None."""

    name: str
    host_name: str
    state: Literal["known", "site", "unknown", "changed", "waiting", "unreachable"]
    type: str | None
    fingerprint: str | None
    reason: str | None


class HostsResult(TypedDict):
    """``hosts list``."""

    hosts: list[LoginHost]


class AcceptedHostsResult(HostsResult):
    """``hosts accept``; ``accepted`` are names."""

    accepted: list[str]


class CommandResult(TypedDict):
    """``tunnel open --print``: an ssh command as a list of arguments."""

    command: list[str]


class ConnectResult(TypedDict):
    """``connect``.  ``command`` is None where the renewal window was opened, which connects."""

    host: str
    command: list[str] | None


class LoginResult(TypedDict):
    """``connect --check``."""

    host: str
    logged_in: bool


class DisconnectResult(TypedDict):
    """``disconnect``; ``disconnected`` are names of hosts."""

    disconnected: list[str]
