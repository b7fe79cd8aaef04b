"""What is particular to Linux desktops: terminal programs, keychains, who shows tray icons."""

import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from alpkey.adapters.processes import starts
from alpkey.core.errors import Unsuitable
from alpkey.core.symptoms import DeskSeen

# Program and the words between it and the command.  The first is the freedesktop proposal, the
# second Debian's alternative: both stand for what the person chose.
TERMINALS: tuple[tuple[str, ...], ...] = (
    ("xdg-terminal-exec",),
    ("x-terminal-emulator", "-e"),
    ("xterm", "-e"),
)


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


def desk(choice: Sequence[str], environ: Mapping[str, str]) -> DeskSeen:
    """What the doctor asks of a desktop that has a display."""
    from alpkey.adapters import tray_host

    names = choice[:1] or [words[0] for words in TERMINALS]
    terminal = any(shutil.which(name, path=environ.get("PATH")) for name in names)
    return DeskSeen(tray_host=tray_host.is_there(), terminal=terminal)
