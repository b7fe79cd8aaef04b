"""From an empty home to ``hostname`` on daint, with every click counted."""

import itertools
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.agents import openssh_agent
from tests.centre import Home
from tests.e2e.accessible import FOCUSED, Node, Screen
from tests.e2e.desk import Desk
from tests.e2e.test_clicks import end_windows
from tests.e2e.test_desk import opener_that_notes
from tests.e2e.test_passphrase import opens
from tests.e2e.test_secrets import find
from tests.e2e.tray_item import TrayItem, tray_of
from tests.e2e.tunnelling import GREETING, NODE, SERVICE, Tunnels, fetch
from tests.e2e.waiting import until
from tests.keychains import keyring_on

TITLE = "DEMO - Set up Alpkey"
RENEWAL = "DEMO - Renew CSCS key"
MAIN, NEW_TUNNEL = "Alpkey - DEMO", "DEMO - New tunnel"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
BUDGET, QUESTIONS, BUDGET_BY_HAND = 8, 3, 3
WITHIN_S = 120


class Counting:
    """A person at the desk whose clicks are counted; ``questions`` are what is to be decided."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.clicks = 0
        self.questions = 0

    def activates(self, tray: TrayItem) -> None:
        self.clicks += 1
        tray.activate()

    def presses(self, window: Node, name: str) -> None:
        self._desk.focus(window.name)
        control = window.named(name)
        self.clicks += 1
        self._desk.click(*control.middle())

    def decides(self, window: Node, name: str) -> None:
        self.questions += 1
        self.presses(window, name)

    def types(self, window: Node, field: str, text: str) -> None:
        """Into the field that has the cursor already."""
        until(lambda: window.named(field).has(FOCUSED), f"the focus on {field}")
        self._desk.type(text)


@pytest.fixture
def person(running_desk: Desk) -> Counting:
    return Counting(running_desk)


@pytest.fixture
def said(home_on_desk: Home, tmp_path: Path) -> Path:
    """What a session on a cluster said.  A fake terminal program types one word into it."""
    path, terminal = tmp_path / "said", tmp_path / "fake-terminal"
    terminal.write_text(f'#!/bin/sh\necho hostname | "$@" >"{path}" 2>&1\n')
    terminal.chmod(0o755)
    settings = home_on_desk.path / "config/config.toml"
    settings.write_text(f'terminal = ["{terminal}"]\n')
    return path


@pytest.fixture
def newcomer(home_on_desk: Home, said: Path, tmp_path: Path) -> Iterator[Home]:
    """Nothing but the package; an agent, as every desktop has one."""
    (home_on_desk.path / "ssh/known_hosts").unlink()
    with openssh_agent(tmp_path) as path:
        home_on_desk.environ["SSH_AUTH_SOCK"] = path
        yield home_on_desk


def sign_in(person: Counting, screen: Screen, desk: Desk, home: Home) -> None:
    """The credentials, by keyboard alone; the sixth digit ends it and the dialog goes."""
    window = screen.window(RENEWAL)
    desk.focus(RENEWAL)
    person.types(window, "Password", home.centre.password)
    until(lambda: window.named("Password").holds(home.centre.password), "all of the password")
    desk.keys("Tab")
    person.types(window, "One-time code", home.centre.otp())
    try:
        until(lambda: screen.find(RENEWAL) is None, "the end of the dialog")
    except AssertionError as never:
        raise AssertionError(f"{never}; {window.described()}") from None


def is_on_daint(said: Path) -> bool:
    return said.exists() and "daint" in said.read_text().split()


def to_the_page_of_a_node(person: Counting, screen: Screen, tray: TrayItem) -> None:
    """With the mouse alone, and the job that runs there is the one that is offered."""
    tray.choose("Open Alpkey")
    window = screen.window(MAIN)
    person.presses(window, "Tunnels")
    person.presses(window, f"New tunnel{ELLIPSIS}")
    dialog = screen.window(NEW_TUNNEL)
    until(lambda: any(NODE in one for one in dialog.texts()), "the jobs")
    person.presses(dialog, "Jupyter (8888)")  # the service that is offered
    person.presses(dialog, f"TensorBoard ({SERVICE})")
    person.presses(dialog, "Open in the browser once it answers")
    person.presses(dialog, "Open tunnel")


@contextmanager
def tunnels_of_a_newcomer(home: Home, screen: Screen) -> Iterator[None]:
    tunnels = Tunnels(home)
    yield
    tunnels.close_all()
    end_windows(home, screen, MAIN)


def test_a_newcomer(
    running_desk: Desk,
    screen: Screen,
    newcomer: Home,
    person: Counting,
    said: Path,
    tmp_path: Path,
) -> None:
    """To a session on daint, and to a page that a node of it serves."""
    home, opened = newcomer, opener_that_notes(newcomer, tmp_path)
    began = time.monotonic()
    with (
        keyring_on(tmp_path / "keyring", running_desk.environ["DBUS_SESSION_BUS_ADDRESS"]),
        tray_of(running_desk, home) as tray,
    ):
        assert tray.labels()[0] == f"Set up Alpkey{ELLIPSIS}"
        person.activates(tray)
        window = screen.window(TITLE)
        running_desk.focus(TITLE)
        person.types(window, "Username", "alice")
        person.presses(window, f"Get my key{ELLIPSIS}")
        sign_in(person, screen, running_desk, home)
        person.decides(window, "Add to ssh config")
        person.decides(window, "Accept these 5 keys")
        person.decides(window, "Protect it")
        until(lambda: any("login to daint worked" in one for one in window.texts()), "the login")
        person.presses(window, "Connect to daint")
        until(lambda: is_on_daint(said), "a session on daint")
        until(lambda: screen.find(TITLE) is None, "the end of the window")
        assert tray.labels()[0] == f"Renew key{ELLIPSIS}"
        assert person.clicks <= BUDGET
        assert person.questions <= QUESTIONS
        with tunnels_of_a_newcomer(home, screen):
            to_the_page_of_a_node(person, screen, tray)
            until(opened.exists, "the browser opens")
            assert fetch(opened.read_text()) == GREETING
            assert time.monotonic() - began < WITHIN_S
    assert home.json("status")[1]["encrypted"] is True
    assert home.json("config", "check")[1]["changed"] is False


BY_HAND = """\
Host ela
    HostName {address}
    Port {port}
    HostKeyAlias ela.cscs.ch
    User alice
    IdentityFile "{key}"
    IdentitiesOnly yes
    UserKnownHostsFile "{known}"

Host daint santis clariden
    HostName %h.alps.cscs.ch
    ProxyJump ela
    User alice
    IdentityFile "{key}"
    IdentitiesOnly yes
    UserKnownHostsFile "{known}"
"""


def test_whoever_has_a_working_config(
    running_desk: Desk, screen: Screen, home_on_desk: Home, person: Counting, said: Path
) -> None:
    home = home_on_desk
    ela = home.centre.facts.hosts["ela"]
    own = home.path / "ssh/config"
    known = home.path / "ssh/known_hosts"
    own.write_text(BY_HAND.format(**ela, key=home.key, known=known))
    before = own.read_bytes()
    with tray_of(running_desk, home) as tray:
        person.activates(tray)
        window = screen.window(TITLE)
        until(lambda: window.named("Username").text() == "alice", "the name in their own lines")
        person.presses(window, f"Get my key{ELLIPSIS}")
        sign_in(person, screen, running_desk, home)
        until(lambda: any("login to daint worked" in one for one in window.texts()), "the login")
        person.presses(window, "Connect to daint")
        until(lambda: is_on_daint(said), "a session on daint")
        until(lambda: screen.find(TITLE) is None, "the end of the window")
    assert person.clicks <= BUDGET_BY_HAND
    assert person.questions == 0
    assert own.read_bytes() == before


PHRASE = "marked phrase 7301"


def test_by_keyboard_alone(
    running_desk: Desk, screen: Screen, newcomer: Home, person: Counting, tmp_path: Path
) -> None:
    """With a passphrase of one's own, and a key on demand."""
    home, desk = newcomer, running_desk
    process = subprocess.Popen(home.command("window", "first-start"), env=home.environ)
    try:
        window = screen.window(TITLE)
        desk.focus(TITLE)
        person.types(window, "Username", "alice")
        desk.keys("Return")
        sign_in(person, screen, desk, home)
        desk.focus(TITLE)
        tick = window.named("Offer to renew when 'ssh daint' finds an expired key")
        until(lambda: tick.has(FOCUSED), "the focus on the tick")
        desk.keys("space", "Return")
        until(lambda: window.named("Accept these 5 keys").has(FOCUSED), "the focus on accepting")
        desk.keys("Return")
        window.named("A passphrase of your own")
        desk.keys("alt+w")
        window.named("Passphrase")
        desk.keys("Tab")
        person.types(window, "Passphrase", f"{PHRASE}\t")
        person.types(window, "The same again", PHRASE)
        desk.keys("Return")
        until(lambda: any("login to daint worked" in one for one in window.texts()), "the login")
        desk.keys("alt+g")
        until(lambda: home.json("autostart", "status")[1]["on"], "the start at login")
        desk.keys("alt+e")
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    assert home.json("config", "diff")[1]["on_demand"] is True
    assert home.json("status")[1]["encrypted"] is True
    assert opens(home.key, PHRASE)
    assert person.clicks == 0
    assert find(PHRASE, tmp_path) == []


def test_the_passphrase_is_changed_from_the_settings(
    running_desk: Desk, screen: Screen, newcomer: Home, person: Counting
) -> None:
    """With the very page of the first start, in a dialog of its own."""
    home, desk = newcomer, running_desk
    assert home.renew()[0] == 0
    typed = json.dumps({"passphrase": "another one 8842"}) + "\n"
    assert home.json("passphrase", "set", "--stdin", typed=typed)[0] == 0
    process = subprocess.Popen(home.command("window", "main"), env=home.environ)
    try:
        main = screen.window("Alpkey - DEMO")
        desk.focus("Alpkey - DEMO")
        desk.keys("alt+s")
        main.named("Set up")
        before = desk.windows()
        desk.keys("alt+p")
        until(lambda: desk.windows() > before, "the menu")
        desk.keys("p")
        window = screen.window("DEMO - Protect the key")
        person.presses(window, "A passphrase of your own")
        for field in ("Passphrase", "The same again"):
            person.presses(window, field)
            person.types(window, field, PHRASE)
        desk.keys("Return")
        for wrong, right in (("wrong", False), ("another one 8842", True)):
            person.types(window, "Passphrase until now", wrong)
            desk.keys("Return")
            if not right:
                until(
                    lambda: any("passphrase is wrong" in one for one in window.texts()), "the error"
                )
        until(lambda: screen.find("DEMO - Protect the key") is None, "the end of the dialog")
        process.terminate()
        process.wait(20)
    finally:
        process.kill()
        process.wait()
    assert opens(home.key, PHRASE)


def test_it_is_told_page_by_page(
    running_desk: Desk, screen: Screen, home_on_desk: Home, tmp_path: Path
) -> None:
    """All that a screen reader says on the way, from a key that is there to a login.

    The keychain is locked, so it is not what is offered first.
    """
    home, desk = home_on_desk, running_desk
    assert home.renew()[0] == 0
    command = home.command("window", "first-start")
    address = desk.environ["DBUS_SESSION_BUS_ADDRESS"]
    with keyring_on(tmp_path / "keyring", address) as keyring, screen.listening() as speech:
        keyring.lock()
        with subprocess.Popen(command, env=home.environ) as process:
            try:
                for waited, key in ((CONFIG, "Return"), (NONE, "Return"), (WORKED, "alt+e")):
                    until(lambda waited=waited: waited in speech.said(), waited)
                    desk.focus(TITLE)
                    desk.keys(key)
                assert process.wait(20) == 0
                said = [one for one, _ in itertools.groupby(speech.said())]
            finally:
                process.kill()
    assert said == [
        "[Cancel, push button]",  # all that can be done while it looks
        "Your ssh configuration",
        CONFIG,
        "Protect the key",
        NONE,
        "[Cancel, push button]",
        "A first login",
        "[Close, push button]",
        WORKED,
    ]


CONFIG = "[Offer to renew when 'ssh daint' finds an expired key, check box]"
NONE = "[No passphrase, radio button]"
WORKED = "You are set up: a login to daint worked"
