"""What freedesktop desktops read: the entry that starts us at login, the menu entry, the icon.

The form is that of the Desktop Entry Specification 1.0, which Debian 12's validator knows.
"""

import re
from collections.abc import Iterable, Sequence

from alpkey.core.desktop.external_file import ExternalFile, InvalidPath
from alpkey.core.paths import APP_ID, Paths
from alpkey.core.site import Site
from alpkey.core.ssh.command_lines import AT_LOGIN

ICON = f"{APP_ID}.svg"

_SWITCHED_OFF = re.compile(
    rb"^(Hidden *= *true|X-GNOME-Autostart-enabled *= *false)\s*$", re.MULTILINE
)
Row = tuple[str, str]


def autostart(places: Paths, site: Site, command: Sequence[str]) -> ExternalFile:
    """The entry that starts ``command`` at login.

    Its last three keys have each desktop wait for the panel: a tray icon that comes before its
    host is missing on some.
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
    """Whether an autostart entry is in force; desktops switch one off by a line in it."""
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
    for name, title, words in actions:
        run = ("Exec", _exec([*command, *words]))
        groups.append((f"Desktop Action {name}", [("Name", title), run]))
    entry = places.share / "applications" / f"{APP_ID}.desktop"
    drawn = places.share / "icons/hicolor/scalable/apps" / ICON
    return ExternalFile("menu", entry, _text(groups)), ExternalFile("icon", drawn, icon)


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


def _exec(words: Iterable[str]) -> str:
    """Each word in double quotes; a percent sign stands for itself when doubled."""
    return " ".join(f'"{_in_quotes(word)}"' for word in words)


def _in_quotes(word: str) -> str:
    return re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%")


def _text(groups: Iterable[tuple[str, list[Row]]]) -> bytes:
    """The file; a backslash is doubled in every value, on top of all other quoting."""
    blocks = []
    for title, rows in groups:
        for _, value in rows:
            if any(ord(letter) < 32 for letter in value):
                raise InvalidPath(value)
        lines = [f"{key}={value.replace(chr(92), chr(92) * 2)}\n" for key, value in rows]
        blocks.append(f"[{title}]\n" + "".join(lines))
    return "\n".join(blocks).encode()
