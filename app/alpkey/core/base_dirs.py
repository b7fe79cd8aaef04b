"""Where Alpkey's folders are, as plain strings.

Apart from :mod:`paths`, and without :mod:`pathlib`, because ``status --short`` runs in shell
prompts and has to start almost as fast as Python itself.
"""

import os
from collections.abc import Mapping


class BaseDirs:
    """The folders that hold everything else; ``moved`` is true under ``ALPKEY_HOME``.

    ``machine`` holds what the administrator of this computer puts over the shipped files.
    ``desktop`` is where the user's desktop looks for autostart entries, ``share`` where it
    looks for menu entries and icons.
    """

    __slots__ = ("config", "desktop", "logs", "machine", "moved", "share", "ssh", "state")

    def __init__(
        self,
        config: str,
        state: str,
        logs: str,
        ssh: str,
        *,
        desktop: str,
        share: str,
        machine: str = "/etc/alpkey",
        moved: bool = False,
    ) -> None:
        self.config = config
        self.state = state
        self.logs = logs
        self.ssh = ssh
        self.desktop = desktop
        self.share = share
        self.machine = machine
        self.moved = moved


def find_base_dirs(environ: Mapping[str, str], platform: str, passwd_home: str) -> BaseDirs:
    """The folders for this user on this platform (a value of ``sys.platform``).

    ssh takes ``~`` from the passwd entry and ignores ``$HOME``, so ``.ssh`` is always looked for
    there.  Everything else follows ``$HOME`` where that is an absolute path.
    """
    join = os.path.join
    if moved := environ.get("ALPKEY_HOME"):
        top = _absolute(moved)
        return BaseDirs(
            join(top, "config"),
            join(top, "state"),
            join(top, "logs"),
            join(top, "ssh"),
            desktop=join(top, "desktop", "autostart"),
            share=join(top, "desktop", "share"),
            machine=join(top, "machine"),
            moved=True,
        )
    home = home_dir(environ, passwd_home)
    ssh = join(passwd_home, ".ssh")
    if platform == "darwin":
        library = join(home, "Library")
        support = join(library, "Application Support", "Alpkey")
        return BaseDirs(
            join(support, "config"),
            join(support, "state"),
            join(library, "Logs", "Alpkey"),
            ssh,
            desktop=join(library, "LaunchAgents"),
            share=join(home, "Applications"),
        )
    config = _xdg(environ, "XDG_CONFIG_HOME", join(home, ".config"))
    state = _xdg(environ, "XDG_STATE_HOME", join(home, ".local", "state"))
    return BaseDirs(
        join(config, "alpkey"),
        join(state, "alpkey"),
        join(state, "alpkey", "logs"),
        ssh,
        desktop=join(config, "autostart"),
        share=_xdg(environ, "XDG_DATA_HOME", join(home, ".local", "share")),
    )


def passwd_home(user_id: int, environ: Mapping[str, str]) -> str:
    """The home of the passwd entry; ``$HOME`` or ``/`` for a user without one.

    Containers are often started so (``docker run --user 1234``).
    """
    import pwd

    try:
        return pwd.getpwuid(user_id).pw_dir
    except KeyError:
        return home_dir(environ, "/")


def _absolute(path: str) -> str:
    try:
        return os.path.abspath(path)  # noqa: PTH100  pathlib costs more than the whole program
    except OSError:  # the working folder is gone
        return os.path.normpath(f"/{path}")


def home_dir(environ: Mapping[str, str], passwd_home: str) -> str:
    """``$HOME`` where that is an absolute path, else what the passwd entry says."""
    home = environ.get("HOME", "")
    return home if home.startswith("/") else passwd_home


def _xdg(environ: Mapping[str, str], name: str, default: str) -> str:
    """The XDG folder; a relative value is to be ignored (XDG Base Directory Specification)."""
    value = environ.get(name, "")
    return value if value.startswith("/") else default
