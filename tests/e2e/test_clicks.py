"""The clicks and keys that things cost, counted: a real mouse and keyboard, on a real panel."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alpkey.core.runtime_folder import WINDOW
from tests.centre import Home
from tests.core.sites import site
from tests.e2e.accessible import FOCUSED, Node, Screen
from tests.e2e.desk import PANEL_ICON, Desk
from tests.e2e.test_desk import (
    MAIN_TITLE,
    TITLE,
    is_done,
    opener_that_notes,
    sign_in_there,
    terminal_that_asks,
)
from tests.e2e.test_reminders import another_old_key
from tests.e2e.tray_item import TrayItem, tray_of
from tests.e2e.waiting import until
from tests.keychains import keyring_on
from tests.sockets import owner, place_of


class Person:
    """Counts what a person does."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.clicks = self.keys = 0

    def click(self, where: tuple[int, int], button: int = 1) -> None:
        self.clicks += 1
        self._desk.click(*where, button=button)

    def type(self, text: str) -> None:
        self.keys += len(text)
        self._desk.type(text)

    @property
    def effort(self) -> tuple[int, int]:
        return self.clicks, self.keys


@pytest.fixture
def person(running_desk: Desk) -> Person:
    return Person(running_desk)


@pytest.fixture
def aged(home_on_desk: Home) -> Home:
    """A home with a key that ends within the hours in which one renews; nothing else is shown."""
    (home_on_desk.path / "config/config.toml").write_text("reminders = false\n")
    another_old_key(home_on_desk)
    return home_on_desk


@contextmanager
def icon(desk: Desk, home: Home) -> Iterator[TrayItem]:
    """The icon, once it is on the panel and not only known to it."""
    with tray_of(desk, home) as item:
        until(lambda: "until" in item.tooltip(), "the tray's tooltip")
        until(desk.panel_shows_an_icon, "the icon's place")
        yield item


@contextmanager
def main_window(home: Home, screen: Screen) -> Iterator[Node]:
    """As a desktop without a tray opens it."""
    process = subprocess.Popen(home.command("window", "main"), env=home.environ)
    try:
        yield screen.window(MAIN_TITLE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def end_windows(home: Home, screen: Screen, title: str) -> None:
    os.kill(owner(place_of(home.environ, WINDOW)), signal.SIGTERM)
    until(lambda: screen.find(title) is None, "the end of the windows")


def six_digits(desk: Desk, screen: Screen, person: Person, home: Home) -> None:
    """With the password in the keychain the cursor stands where the code goes."""
    window = screen.window(TITLE)
    until(lambda: "Saved in the keychain" in window.texts(), "the kept password")
    desk.focus(TITLE)  # as a window manager does
    until(lambda: window.named("One-time code").has(FOCUSED), "the focus on the code")
    before = home.pair()
    person.type(home.centre.otp())
    until(lambda: is_done(window), "the end of the renewal")
    assert home.pair() != before


def test_renewing_with_a_kept_password(
    running_desk: Desk, screen: Screen, person: Person, aged: Home, tmp_path: Path
) -> None:
    with keyring_on(tmp_path / "keyring", running_desk.environ["DBUS_SESSION_BUS_ADDRESS"]):
        typed = f'{{"password": "{aged.centre.password}"}}\n'
        kept = aged.json("password", "keep", "--username", "alice", "--stdin", typed=typed)
        assert kept[0] == 0
        with icon(running_desk, aged):
            person.click(PANEL_ICON)
            six_digits(running_desk, screen, person, aged)
            assert person.effort == (1, 6)
            end_windows(aged, screen, TITLE)
        another_old_key(aged)
        with main_window(aged, screen) as window:
            without_tray = Person(running_desk)
            without_tray.click(window.named("Renew key\N{HORIZONTAL ELLIPSIS}").middle())
            six_digits(running_desk, screen, without_tray, aged)
            assert without_tray.effort == (1, 6)


def test_renewing_by_browser(
    running_desk: Desk,
    screen: Screen,
    person: Person,
    aged: Home,
    only_listener: None,
    tmp_path: Path,
) -> None:
    """Where the service that takes passwords is retired; in the browser somebody is signed in.

    The question whether to stay signed in is asked once in a lifetime, and was answered.
    """
    with (aged.path / "config/config.toml").open("a") as settings:
        settings.write('keep_sign_in = "no"\n')
    opened = opener_that_notes(aged, tmp_path)
    aged.centre.fault("retired", times=None)
    before = aged.pair()
    with icon(running_desk, aged):
        person.click(PANEL_ICON)
        method = screen.window(TITLE).named("Sign in with the browser")
        person.click(method.middle())
        sign_in_there(aged, opened)
        until(lambda: aged.pair() != before, "the fresh key")
        until(lambda: is_done(screen.window(TITLE)), "the end of the renewal")
        end_windows(aged, screen, TITLE)
    assert person.effort == (2, 0)


def test_connecting(
    running_desk: Desk, screen: Screen, person: Person, aged: Home, tmp_path: Path
) -> None:
    said = terminal_that_asks(aged, tmp_path)

    def on_daint() -> bool:
        return said.exists() and "daint" in said.read_text().split()

    with icon(running_desk, aged) as item:
        person.click(PANEL_ICON, button=3)
        x, y, _, height = until(running_desk.menu, "the menu")
        labels = item.labels()
        row = (labels.index("Connect to daint") + 0.5) * height / len(labels)
        person.click((x + 40, round(y + row)))
        until(on_daint, "a session on daint")
    assert person.effort == (2, 0)
    said.unlink()
    with main_window(aged, screen) as window:
        without_tray = Person(running_desk)
        without_tray.click(window.named("Connect to daint").middle())
        until(on_daint, "a session on daint")
        assert without_tray.effort == (1, 0)


def test_double_and_middle_click_renew_too(
    running_desk: Desk, screen: Screen, person: Person, aged: Home
) -> None:
    """Middle: what GNOME passes on."""
    with icon(running_desk, aged):
        person.click(PANEL_ICON, button=2)
        screen.window(TITLE)
        end_windows(aged, screen, TITLE)


def test_the_actions_of_the_launcher(
    running_desk: Desk, screen: Screen, aged: Home, tmp_path: Path
) -> None:
    """Each line is run as it stands, word by word; it needs nothing of our environment."""
    said = terminal_that_asks(aged, tmp_path)
    entry = Path(aged.json("install-desktop")[1]["paths"][0])
    lines = dict(actions(entry.read_text()))
    assert list(lines) == [
        "Renew key",
        *(f"Connect to {host.name}" for host in site().clusters),
    ]
    for name, line in lines.items():
        words = [word.replace("%%", "%") for word in shlex.split(line)]
        process = subprocess.Popen(words, env=aged.environ)
        try:
            if name == "Renew key":
                screen.window(TITLE)
                end_windows(aged, screen, TITLE)
            else:
                host = name.split()[-1]
                until(lambda host=host: said.exists() and host in said.read_text().split(), host)
                said.unlink()
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()


def actions(entry: str) -> Iterator[tuple[str, str]]:
    """The name and the line of each action."""
    for group in entry.split("[Desktop Action ")[1:]:
        rows = dict(row.split("=", 1) for row in group.splitlines() if "=" in row)
        yield rows["Name"], rows["Exec"]
