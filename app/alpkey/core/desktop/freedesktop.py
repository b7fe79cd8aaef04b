"""Files for freedesktop desktops: the autostart entry, the menu entry, the icon.

In the format of the Desktop Entry Specification 1.0, which Debian 12's validator knows.
"""

import re
from collections.abc import Iterable, Sequence

from alpkey.core.desktop.external_file import ExternalFile, InvalidPath
from alpkey.core.paths import APP_ID, Paths
from alpkey.core.site import Site
from alpkey.core.ssh.command_lines import AT_LOGIN

ICON = f"{APP_ID}.svg"

# By the specification, and by a key of the desktop's own (GNOME, MATE).
_SWITCHED_OFF = re.compile(
    rb"^(Hidden *= *true|X-[A-Za-z]+-Autostart-enabled *= *false)\s*$", re.MULTILINE
)
Row = tuple[str, str]


def autostart(places: Paths, site: Site, command: Sequence[str]) -> ExternalFile:
    """The entry that starts ``command`` at login.

    Its last three keys make each desktop wait for the panel: on some, a tray icon that starts
    before its host never appears.
    """
    rows = [
        *_head(site, [*command, AT_LOGIN]),
        ("X-GNOME-Autostart-Delay", "5"),
        ("X-KDE-autostart-after", "panel"),
        ("X-LXQt-Need-Tray", "true"),
    ]
    path = places.autostart / f"{APP_ID}.desktop"
    return ExternalFile("autostart", path, _text([("Desktop Entry", rows)]))


def is_switched_on(content: bytes) -> bool:
    """Whether an autostart entry is enabled; desktops disable one by a line in it."""
    return _SWITCHED_OFF.search(content) is None


def menu(
    places: Paths, site: Site, command: Sequence[str], icon: bytes
) -> tuple[ExternalFile, ...]:
    """The menu entry with its actions, and the icon."""
    actions = [("renew", "Renew key", ["window", "renew"])]
    for number, host in enumerate(site.clusters, start=1):
        actions.append((f"connect-{number}", f"Connect to {host.name}", ["connect", host.name]))
    rows = [
        *_head(site, command),
        ("GenericName", f"{site.name} key"),
        ("Categories", "Network;RemoteAccess;"),
        ("Keywords", "ssh;certificate;supercomputer;HPC;"),
        ("StartupNotify", "false"),
        ("Actions", "".join(f"{name};" for name, _, _ in actions)),
    ]
    groups = [("Desktop Entry", rows)]
    for name, title, arguments in actions:
        run = ("Exec", _exec([*command, *arguments]))
        groups.append((f"Desktop Action {name}", [("Name", title), run]))
    entry = places.share / "applications" / f"{APP_ID}.desktop"
    icon_path = places.share / "icons/hicolor/scalable/apps" / ICON
    return ExternalFile("menu", entry, _text(groups)), ExternalFile("icon", icon_path, icon)


def _head(site: Site, command: Sequence[str]) -> list[Row]:
    return [
        ("Type", "Application"),
        ("Version", "1.0"),
        ("Name", "Alpkey"),
        ("Comment", f"Keeps your {site.name} key fresh"),
        ("Exec", _exec(command)),
        ("TryExec", command[0]),
        ("Icon", APP_ID),
        ("Terminal", "false"),
    ]


def _exec(arguments: Iterable[str]) -> str:
    """Each argument in double quotes; a percent sign is doubled."""
    return " ".join(f'"{_in_quotes(argument)}"' for argument in arguments)


def _in_quotes(argument: str) -> str:
    return re.sub(r'(["`$\\])', r"\\\1", argument).replace("%", "%%")


def _text(groups: Iterable[tuple[str, list[Row]]]) -> bytes:
    """The file; a backslash is doubled in every value, in addition to all other quoting."""
    blocks = []
    for title, rows in groups:
        for _, value in rows:
            if any(ord(letter) < 32 for letter in value):
                raise InvalidPath(value)
        lines = [f"{key}={value.replace(chr(92), chr(92) * 2)}\n" for key, value in rows]
        blocks.append(f"[{title}]\n" + "".join(lines))
    return "\n".join(blocks).encode()
