"""``alpkey connect NAME --here`` and ``--print`` where nothing changed since they last ran.

The slow way, :func:`alpkey.actions.ssh.connect.connect`, decides, and
:func:`alpkey.wiring.connect_record.remember` records what it decided on.  While the record holds,
the same command is run at once, without click and without reading a setting.  Nothing is decided
here, so both ways always agree.
"""

import os
import sys
import time

from alpkey.adapters.state import connect_record_file as file
from alpkey.core.base_dirs import BaseDirs, find_base_dirs, passwd_home
from alpkey.core.ssh.connect_record import quoted


def run(arguments: list[str]) -> int | None:
    """Become ssh, or print the command and return 0; None where the slow way has to be taken.

    ``arguments`` are those after ``connect``.
    """
    asked = _asked(arguments)
    command = ready_command(*asked, time.time()) if asked else None
    if asked is None or command is None:
        return None
    if asked[1]:
        try:
            sys.stdout.write(quoted(command) + "\n")
            sys.stdout.flush()
        except (OSError, UnicodeError, AttributeError):
            return None
        return 0
    try:
        os.execvpe(command[0], command, {**os.environ, "ALPKEY_PROBE": "1"})  # noqa: S606
    except (OSError, ValueError):
        return None


def _asked(arguments: list[str]) -> tuple[str, bool, list[str]] | None:
    """Name, whether to print, and the remote command; None for any other options."""
    if arguments[1:2] not in (["--here"], ["--print"]):
        return None
    name, option, *remote = arguments
    if remote[:1] == ["--"]:
        remote = remote[1:]
    elif any(word.startswith("-") for word in remote):
        return None
    return name, option == "--print", remote


def ready_command(
    name: str, only_print: bool, remote_command: list[str], now_s: float
) -> list[str] | None:
    """The ssh command at this time, in epoch seconds, if the record holds and has this name."""
    try:
        base = base_dirs()
    except KeyError:  # a user whom the system does not know
        return None
    record = file.read(file.path_in(base))
    if record is None or name not in record.names or not name:
        return None
    if not only_print and not record.lets_in(now_s):
        return None
    return record.command(name, remote_command) if file.holds(record, base) else None


def base_dirs() -> BaseDirs:
    """The folders of this process's user.  Raises KeyError for an unknown one."""
    return find_base_dirs(os.environ, sys.platform, passwd_home(os.getuid(), os.environ))
