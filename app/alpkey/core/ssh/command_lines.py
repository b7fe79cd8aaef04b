"""Argument lists of the programs we start; never a shell string."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

# For the tray: the desktop started it at login, so no window is expected.
AT_LOGIN = "--at-login"


def ourselves(executable: str, frozen: bool, *arguments: str) -> list[str]:
    """The command that starts Alpkey again, from a bundle or from an installed package.

    ``-P`` keeps the current folder off Python's search path.
    """
    return [executable, *arguments] if frozen else [executable, "-P", "-m", "alpkey", *arguments]


# In the environment of an ssh that is only queried, or whose key is known to be valid: the script
# of on_demand then does nothing.
PROBE = {"ALPKEY_PROBE": "1"}


# Options that replace the user's values, with the release that first knows the keyword.
STAYS_IN_FRONT = ((8, 7), ("-o", "ForkAfterAuthentication=no"))
RUNS_A_COMMAND = ((8, 7), ("-o", "SessionType=default"))


# For a login in the background: without prompts and forwarding, and without an open shared
# connection.
_UNATTENDED = (
    "AddKeysToAgent=no",
    "BatchMode=yes",
    "ConnectTimeout=5",
    "ConnectionAttempts=1",
    "ControlMaster=no",
    "ControlPath=none",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "LogLevel=INFO",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
    "Tunnel=no",
    "UpdateHostKeys=no",
)
# The same for a command that reads its input.
UNATTENDED_WITH_INPUT = ("-T", *(word for option in _UNATTENDED for word in ("-o", option)))
UNATTENDED = ("-n", *UNATTENDED_WITH_INPUT)


def unattended(environ: Mapping[str, str]) -> dict[str, str]:
    """``environ`` for an ssh whose key is valid, and that shows no prompt.

    An ssh before 8.4 knows no SSH_ASKPASS_REQUIRE, so no program to ask with is named either.
    """
    passed = {name: value for name, value in environ.items() if name != "SSH_ASKPASS"}
    return {**passed, **PROBE, "SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C"}


def reading_only(config: Path | None) -> list[str]:
    """Options that have ssh read only ``config``, where it is given (ssh(1), ``-F``)."""
    return ["-F", str(config)] if config else []


def ssh_to(
    alias: str,
    *,
    config: Path | None,
    through: str | None = None,
    options: Sequence[str] = (),
    forward_agent: bool = False,
    remote_command: Sequence[str] = (),
) -> list[str]:
    """The ssh command for ``alias``; ``config`` is the file to give to ``-F``, where one is.

    ``through`` is the cluster of a node, which has a jump of its own.

    A remote command gets no ``--`` before the alias: an alias is checked against the site or
    ssh's own configuration before, and never starts with a dash.
    """
    agent = ["-A"] if forward_agent else []
    alone = ["-o", "RemoteCommand=none"] if remote_command else []  # ssh refuses two commands
    jump = ["-J", through] if through else []
    return ["ssh", *reading_only(config), *agent, *options, *alone, *jump, alias, *remote_command]


# What the ssh of a tunnel prints once it is logged in and listens itself (ssh_config(5),
# LocalCommand); every shell prints it alike.
LISTENS = "alpkey-listens"

# Its other options: no prompts, and it notices when the connection is lost.
_WATCHED = (
    "AddKeysToAgent=no",
    "BatchMode=yes",
    "ConnectTimeout=15",
    "ControlMaster=no",
    "ControlPath=none",
    # The ports of the tunnel are watched; one that the user's Host * forwards besides may fail.
    "ExitOnForwardFailure=no",
    "ForwardAgent=no",
    "ForwardX11=no",
    "LogLevel=INFO",
    f"LocalCommand=echo {LISTENS}",
    "PermitLocalCommand=yes",
    "RemoteCommand=none",
    "ServerAliveCountMax=3",
    "ServerAliveInterval=15",
    "Tunnel=no",
)
WATCHED = ("-T", *(word for option in _WATCHED for word in ("-o", option)))


def tunnel_to(
    node: str,
    through: str,
    ports: Iterable[tuple[int, int]],
    *,
    config: Path | None,
    options: Sequence[str] = (),
) -> list[str]:
    """The ssh command for a tunnel from each local port to a port of the node.

    A node's block cannot know its cluster, so ``-J`` names it; ``through`` has a jump of its own.
    """
    pairs = (f"127.0.0.1:{local}:127.0.0.1:{remote}" for local, remote in ports)
    forwards = [word for pair in pairs for word in ("-L", pair)]
    safely = ["-o", "ExitOnForwardFailure=yes"]
    return ["ssh", *reading_only(config), *options, "-N", *safely, "-J", through, *forwards, node]


# While the shell waits for the command, a second one waits for the end of the leash.
_LEASHED = """
exec 3<&0 </dev/null
"$@" 3<&- &
command=$!
{ read -r _; kill "$command"; } <&3 >/dev/null 2>&1 &
leash=$!
exec 3<&-
wait "$command"
code=$?
kill "$leash" 2>/dev/null
exit "$code"
"""


def leashed(command: Sequence[str]) -> list[str]:
    """``command`` so that it ends with its standard input: with the process at the other end of
    that pipe, even where that is killed.  Its own input is the null device.
    """
    return ["/bin/sh", "-c", _LEASHED, "alpkey-leash", *command]


# A session that lasted this long was ended by the user.
_AT_ONCE_S = 20

_HELD = """
started=$(date +%s)
"$@"
code=$?
if [ "$code" -eq 255 ] && [ $(($(date +%s) - started)) -lt {at_once_s} ]; then
    printf '\\nssh could not log in. This is what Alpkey knows:\\n\\n'
    {explain}
    printf '\\nPress Enter to close this window. '
    read -r _
fi
exit "$code"
"""


def held(command: Sequence[str], explain: Sequence[str]) -> list[str]:
    """``command`` for its own window: where ssh fails at once, the window stays and says why.

    ssh ends with 255 for its own failures (ssh(1), EXIT STATUS).  ``explain`` is run then.  A
    shell waits, not Python, for a session lasts for days.
    """
    script = _HELD.format(at_once_s=_AT_ONCE_S, explain=shlex.join(explain))
    return ["/bin/sh", "-c", script, "alpkey-session", *command]
