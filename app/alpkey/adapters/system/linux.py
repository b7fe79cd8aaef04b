"""What is particular to Linux desktops: terminals, keychains, downloads, who shows tray icons."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from alpkey import path_checks
from alpkey.adapters.process.command_script import command_file
from alpkey.adapters.process.processes import starts
from alpkey.core.errors import InvalidInput

if TYPE_CHECKING:
    from alpkey.core.doctor.observations import DesktopObservation


class TerminalProgram(NamedTuple):
    """A known terminal program; ``words`` are the program and its arguments before the command.

    ``desktops`` are those that it is the own terminal of, as XDG_CURRENT_DESKTOP names them.
    ``splits``: it joins its arguments and splits them at blanks, so the command must be one word.
    ``title``: its option for the window's title, by its manual; none where it is not sure to have
    one in every version in use.
    """

    words: tuple[str, ...]
    desktops: tuple[str, ...] = ()
    splits: bool = False
    title: tuple[str, ...] = ()

    def running(self, command: Sequence[str], title: str) -> list[str]:
        program, *arguments = self.words
        titled = [word.replace("TITLE", title) for word in self.title]
        last = [command_file(command)] if self.splits else command
        return [program, *titled, *arguments, *last]


_LONG, _SHORT = ("--title=TITLE",), ("-T", "TITLE")
# The first starts the user's choice (a proposal at freedesktop.org).
CHOSEN = TerminalProgram(("xdg-terminal-exec",))
# And this one the administrator's, on Debian and its derivatives; its policy (11.8.3) asks for -T.
ALTERNATIVE = TerminalProgram(("x-terminal-emulator", "-e"), title=_SHORT)
TERMINALS = (
    CHOSEN,
    ALTERNATIVE,
    TerminalProgram(("ptyxis", "--"), ("GNOME",), title=_LONG),
    TerminalProgram(("kgx", "--"), ("GNOME",), title=_LONG),
    TerminalProgram(
        ("gnome-terminal", "--"), ("GNOME", "Unity", "X-Cinnamon", "Budgie"), title=_LONG
    ),
    TerminalProgram(("konsole", "-e"), ("KDE",)),
    TerminalProgram(("xfce4-terminal", "-x"), ("XFCE",), title=_LONG),
    TerminalProgram(("mate-terminal", "-x"), ("MATE",), title=_LONG),
    TerminalProgram(("lxterminal", "-e"), ("LXDE",), splits=True),
    TerminalProgram(("qterminal", "-e"), ("LXQt",), splits=True),
    TerminalProgram(("foot",), ("sway",), title=_LONG),
    TerminalProgram(("kitty",), ("Hyprland",), title=_LONG),
    TerminalProgram(("ghostty", "-e"), title=_LONG),
    TerminalProgram(("wezterm", "start", "--")),
    TerminalProgram(("alacritty", "-e"), title=_SHORT),
    TerminalProgram(("urxvt", "-e"), title=_SHORT),
    TerminalProgram(("xterm", "-e"), title=_SHORT),
)


def terminals(environ: Mapping[str, str], choice: Sequence[str] = ()) -> Sequence[TerminalProgram]:
    """The user's ``choice`` alone, else all known ones, in the order to try them.

    A desktop's own comes before those of others, and before what was chosen for all users.
    """
    if choice:
        return (TerminalProgram(tuple(choice)),)
    names = environ.get("XDG_CURRENT_DESKTOP", "").split(":")
    own = [terminal for name in names for terminal in TERMINALS if name in terminal.desktops]
    return tuple(dict.fromkeys((CHOSEN, *own, *TERMINALS)))


def is_installed(program: TerminalProgram, environ: Mapping[str, str]) -> bool:
    return path_checks.find_program(program.words[0], environ) is not None


def _meant(program: TerminalProgram, environ: Mapping[str, str]) -> TerminalProgram:
    """What the administrator's choice leads to, where that has arguments of its own."""
    found = program is ALTERNATIVE and path_checks.find_program(program.words[0], environ)
    name = path_checks.resolved(Path(found)).name if found else ""
    return next((known for known in TERMINALS if known.splits and known.words[0] == name), program)


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
    """The first of ``terminals`` that is there and starts."""

    def __init__(self, choice: Sequence[str], environ: Mapping[str, str]) -> None:
        self._programs = terminals(environ, choice)
        self._environ = environ

    def open(self, command: Sequence[str], name: str) -> None:
        title = f"{name} - Alpkey"
        if not any(self._opens(program, command, title) for program in self._programs):
            looked_for = ", ".join(program.words[0] for program in self._programs)
            raise InvalidInput("no-terminal", name=name, looked_for=looked_for)

    def _opens(self, program: TerminalProgram, command: Sequence[str], title: str) -> bool:
        if not is_installed(program, self._environ):
            return False
        program = _meant(program, self._environ)
        words = program.running(command, title)
        opened = starts(words, self._environ)
        if program.splits and not opened:
            Path(words[-1]).unlink(missing_ok=True)
        return opened


def keyring_backends() -> Sequence[Any]:
    """The backends of keyring that store secrets encrypted."""
    from keyring.backends import kwallet

    from alpkey.adapters.keychain import secret_service

    return secret_service.Keyring, kwallet.DBusKeyring


def desk(choice: Sequence[str], environ: Mapping[str, str]) -> "DesktopObservation":
    """What the doctor asks of a desktop that has a display."""
    from alpkey.adapters.system import browser, tray_host
    from alpkey.core.doctor.observations import DesktopObservation

    terminal = any(is_installed(program, environ) for program in terminals(environ, choice))
    return DesktopObservation(tray_host.is_there(), terminal, browser.is_there(environ))
