"""Which terminal program opens, and what each is told to run."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpkey.adapters.system.linux import TERMINALS, DesktopTerminal, desk
from alpkey.core.errors import InvalidInput
from tests.e2e.waiting import until

# A real terminal takes the words before the command for itself; "splits" are those that join the
# rest and split it at blanks.
BEFORE = {
    "xdg-terminal-exec": [],
    "x-terminal-emulator": ["-T", "daint - Alpkey", "-e"],
    "ptyxis": ["--title=daint - Alpkey", "--"],
    "kgx": ["--title=daint - Alpkey", "--"],
    "gnome-terminal": ["--title=daint - Alpkey", "--"],
    "konsole": ["-e"],
    "xfce4-terminal": ["--title=daint - Alpkey", "-x"],
    "mate-terminal": ["--title=daint - Alpkey", "-x"],
    "lxterminal": ["-e"],
    "qterminal": ["-e"],
    "foot": ["--title=daint - Alpkey"],
    "kitty": ["--title=daint - Alpkey"],
    "ghostty": ["--title=daint - Alpkey", "-e"],
    "wezterm": ["start", "--"],
    "alacritty": ["-T", "daint - Alpkey", "-e"],
    "urxvt": ["-T", "daint - Alpkey", "-e"],
    "xterm": ["-T", "daint - Alpkey", "-e"],
}
SPLITS = ("lxterminal", "qterminal")
SAYS = """#!/bin/sh
for word; do printf '%s\\n' "$word"; done >"$0.new" && mv "$0.new" "$0.said"
"""


class Programs:
    """A folder of fake terminals, the only ones on PATH, and what each was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.command = [str(self._write("session", SAYS)), "two words", "it's $HOME", "two\nlines"]
        self.environ = {**os.environ, "PATH": f"{folder}:/usr/bin-not:/bin-not"}
        for tool in ("sh", "mv", "rm"):
            (folder / tool).symlink_to(shutil.which(tool) or "")

    def has(self, name: str, text: str | None = None) -> Path:
        takes = "shift\nexec $*\n" if name in SPLITS else 'shift %d\nexec "$@"\n'
        own = len(BEFORE.get(name, []))
        text = text or "#!/bin/sh\n" + SAYS.split("\n", 1)[1] + takes.replace("%d", str(own))
        return self._write(name, text)

    def open(self, desktop: str = "") -> None:
        environ = {**self.environ, "XDG_CURRENT_DESKTOP": desktop}
        DesktopTerminal([], environ).open(self.command, "daint")

    def told(self, name: str) -> list[str]:
        said = self.folder / f"{name}.said"
        until(said.exists, f"what {name} was told")
        return said.read_text().splitlines()

    def ran(self) -> list[str]:
        """What the command was given, in the end."""
        return self.told("session")

    def opened(self) -> list[str]:
        self.ran()
        return sorted(path.stem for path in self.folder.glob("*.said") if path.stem != "session")

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)
        return path


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path / "bin")


def test_every_terminal_is_tried_here() -> None:
    assert [one.words[0] for one in TERMINALS] == list(BEFORE)


@pytest.mark.parametrize("name", BEFORE)
def test_each_runs_the_command_word_by_word(programs: Programs, name: str) -> None:
    programs.has(name)
    programs.open()
    assert programs.ran() == ["two words", "it's $HOME", "two", "lines"]
    told = programs.told(name)
    assert told[: len(BEFORE[name])] == BEFORE[name]
    if name not in SPLITS:
        assert told[len(BEFORE[name])] == programs.command[0]


@pytest.mark.parametrize("name", SPLITS)
def test_one_that_splits_at_blanks_gets_one_word_that_is_gone_afterwards(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    programs.has(name)
    programs.open()
    programs.ran()
    option, word = programs.told(name)
    assert (option, Path(word).parent) == ("-e", tmp_path)
    assert not Path(word).exists()


def test_the_administrators_choice_is_called_as_what_it_is(programs: Programs) -> None:
    (programs.folder / "x-terminal-emulator").symlink_to(programs.has("qterminal"))
    programs.open("GNOME")
    assert programs.ran() == ["two words", "it's $HOME", "two", "lines"]


@pytest.mark.parametrize(
    ("desktop", "opens"),
    [
        ("GNOME", "ptyxis"),
        ("ubuntu:GNOME", "ptyxis"),
        ("Budgie:GNOME", "gnome-terminal"),
        ("X-Cinnamon", "gnome-terminal"),
        ("KDE", "konsole"),
        ("XFCE", "xfce4-terminal"),
        ("MATE", "mate-terminal"),
        ("LXDE", "lxterminal"),
        ("LXQt", "qterminal"),
        ("sway", "foot"),
        ("Hyprland", "kitty"),
        ("", "x-terminal-emulator"),
        ("unheard-of", "x-terminal-emulator"),
    ],
)
def test_a_desktop_opens_its_own(programs: Programs, desktop: str, opens: str) -> None:
    for name in BEFORE:
        if name != "xdg-terminal-exec":
            programs.has(name)
    programs.open(desktop)
    assert programs.opened() == [opens]


def test_what_the_person_chose_comes_before_the_desktops_own(programs: Programs) -> None:
    programs.has("konsole")
    programs.has("xdg-terminal-exec")
    programs.open("KDE")
    assert programs.opened() == ["xdg-terminal-exec"]


def test_one_that_fails_is_followed_by_the_next(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    programs.has("qterminal", "#!/bin/sh\nexit 1\n")
    programs.has("xterm")
    programs.open("LXQt")
    assert programs.opened() == ["xterm"]
    assert not list(tmp_path.glob("*.command"))


def test_the_doctor_sees_what_connect_would_open(programs: Programs) -> None:
    assert desk([], programs.environ).terminal is False
    with pytest.raises(InvalidInput):
        programs.open()
    for name in BEFORE:
        program = programs.has(name)
        assert desk([], programs.environ).terminal is True
        program.unlink()
    assert desk(["mine", "--quick"], programs.environ).terminal is False
    programs.has("mine")
    assert desk(["mine", "--quick"], programs.environ).terminal is True


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of its own."""
    if not (shutil.which("Xvfb") and shutil.which("xterm")):
        pytest.skip("a real terminal needs Xvfb and xterm")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp"]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, pass_fds=(writing,), stdout=quiet, stderr=quiet)
    os.close(writing)
    with os.fdopen(reading) as told:
        yield f":{told.readline().strip()}"
    server.terminate()
    server.wait()


def test_the_real_xterm_runs_it(programs: Programs, display: str) -> None:
    (programs.folder / "xterm").symlink_to(shutil.which("xterm") or "")
    programs.environ["DISPLAY"] = display
    programs.open("GNOME")
    assert programs.ran() == ["two words", "it's $HOME", "two", "lines"]


def test_a_real_xterm_without_a_display_is_none(programs: Programs) -> None:
    if not shutil.which("xterm"):
        pytest.skip("needs xterm")
    (programs.folder / "xterm").symlink_to(shutil.which("xterm") or "")
    programs.environ["DISPLAY"] = ":4711"
    with pytest.raises(InvalidInput) as raised:
        programs.open()
    assert raised.value.code == "no-terminal"
    assert "xterm" in str(raised.value.params["looked_for"])
