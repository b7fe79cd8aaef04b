"""What is particular to Linux desktops: terminals, keychains, downloads, who shows tray icons."""

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alpkey.adapters.processes import starts
from alpkey.core.errors import Unsuitable

if TYPE_CHECKING:
    from alpkey.core.symptoms import DeskSeen

# Program and the words between it and the command.  The first is the freedesktop proposal, the
# second Debian's alternative: both stand for what the person chose.
TERMINALS: tuple[tuple[str, ...], ...] = (
    ("xdg-terminal-exec",),
    ("x-terminal-emulator", "-e"),
    ("xterm", "-e"),
)


_DOWNLOADS = re.compile(r'^[ \t]*XDG_DOWNLOAD_DIR="(\$HOME|)(/?[^"]*)"', re.MULTILINE)


def downloads_folder(environ: Mapping[str, str], home: Path) -> Path:
    """The folder that ``user-dirs.dirs`` names (xdg-user-dirs), else ``Downloads``."""
    given = environ.get("XDG_CONFIG_HOME", "")
    config = Path(given) if given.startswith("/") else home / ".config"
    try:
        text = (config / "user-dirs.dirs").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    for start, rest in reversed(_DOWNLOADS.findall(text)):
        path = re.sub(r"\\(.)", r"\1", rest)
        if start or path.startswith("/"):
            return home / path.lstrip("/") if start else Path(path)
    return home / "Downloads"


class DesktopTerminal:
    """The person's ``choice``, or the first of TERMINALS that is there and starts."""

    def __init__(self, choice: Sequence[str], environ: Mapping[str, str]) -> None:
        self._choice = tuple(choice)
        self._environ = environ

    def open(self, command: Sequence[str], name: str) -> None:
        candidates = (self._choice,) if self._choice else TERMINALS
        if not any(starts([*words, *command], self._environ) for words in candidates):
            looked_for = ", ".join(words[0] for words in candidates)
            raise Unsuitable("no-terminal", name=name, looked_for=looked_for)


def keyring_backends() -> Sequence[Any]:
    """The backends of keyring that keep secrets encrypted."""
    from keyring.backends import kwallet

    from alpkey.adapters import secret_service

    return secret_service.Keyring, kwallet.DBusKeyring


def desk(choice: Sequence[str], environ: Mapping[str, str]) -> "DeskSeen":
    """What the doctor asks of a desktop that has a display."""
    from alpkey.adapters import tray_host
    from alpkey.core.symptoms import DeskSeen

    names = choice[:1] or [words[0] for words in TERMINALS]
    terminal = any(shutil.which(name, path=environ.get("PATH")) for name in names)
    return DeskSeen(tray_host=tray_host.is_there(), terminal=terminal)
