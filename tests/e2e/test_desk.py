"""The whole product on a real desk: a click, three fields, and daint."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from alpkey.core.runtime_folder import WINDOW
from tests.centre import Home
from tests.contracts.test_callback import sent_to
from tests.core.sites import site
from tests.e2e.accessible import ENABLED, FOCUSED, SHOWING, Node, Screen
from tests.e2e.desk import Desk, Refused
from tests.e2e.tray_item import TrayItem, find_item, tray_items, tray_of
from tests.e2e.waiting import until
from tests.keychains import OPENS, Keyring, keyring_on
from tests.sandbox.openid_client import Browser
from tests.sockets import owner, place_of

TITLE = "DEMO - Renew CSCS key"
MAIN_TITLE = "Alpkey - DEMO"
RENEW = "Renew key\N{HORIZONTAL ELLIPSIS}"
UNLOCK_TITLE = "Unlock Login Keyring"


@pytest.fixture
def tray(running_desk: Desk, home_on_desk: Home) -> Iterator[TrayItem]:
    with tray_of(running_desk, home_on_desk) as item:
        yield item


def click_into(running_desk: Desk, control: Node) -> bool:
    """Whether the field has the cursor; clicks again where the dialog moved under the mouse."""
    if not control.has(FOCUSED):
        running_desk.click(*control.middle())
    return control.has(FOCUSED)


def sign_in(running_desk: Desk, window: Node, name: str, password: str, code: str) -> None:
    """As a person does: a click into each field, and real keys.  A name that is known stands."""
    running_desk.focus(window.name)
    wanted = [("Username", name), ("Password", password), ("One-time code", code)]
    *before, (last, its_value) = wanted[name in window.texts() :]
    for field, value in before:
        control = click_on_field(running_desk, window, field)
        running_desk.type(value)
        until(lambda control=control, value=value: control.holds(value), f"all of {field}")
    click_on_field(running_desk, window, last)
    running_desk.type(its_value)


def click_on_field(running_desk: Desk, window: Node, name: str) -> Node:
    """The field with the cursor in it; what is typed next takes the place of all in it."""
    control = window.named(name)
    until(lambda: click_into(running_desk, control), f"the focus on {name}")
    running_desk.keys("ctrl+a")
    return control


def close_when_done(screen: Screen) -> None:
    """By its button, unless the dialog is faster: once the key is there it closes by itself."""

    def is_over() -> bool:
        window = screen.find(TITLE)
        if window is None:
            return True
        with suppress(Refused):
            shown = (one for one in window.walk() if one.name == "Close" and one.has(SHOWING))
            for button in shown:
                button.press()
        return False

    try:
        until(is_over, "the end of the renewal")
    except AssertionError as never:
        raise AssertionError(f"{never}; {screen.window(TITLE).described()}") from None


def press(running_desk: Desk, window: Node, name: str) -> None:
    running_desk.click(*window.named(name).middle())


def test_the_menu(tray: TrayItem) -> None:
    labels = tray.labels()
    assert labels[:4] == [
        "Set up Alpkey\N{HORIZONTAL ELLIPSIS}",
        RENEW,
        "There is no key yet",
        "Quota unknown",
    ]
    for host in site().clusters:
        assert f"Connect to {host.name}" in labels
    assert labels[-6:] == ["Check Ela", "Tunnels", "Open Alpkey", "Doctor", "Settings", "Quit"]


def test_from_a_click_to_daint(
    running_desk: Desk, screen: Screen, tray: TrayItem, home_on_desk: Home, tmp_path: Path
) -> None:
    home = home_on_desk
    said = terminal_that_asks(home, tmp_path)
    tray.choose(RENEW)
    window = screen.window(TITLE)
    sign_in(running_desk, window, "alice", home.centre.password, home.centre.otp())
    press(running_desk, window, "Connect to daint")
    assert home.key.exists()
    until(lambda: said.exists() and "daint" in said.read_text().split(), "a session on daint")
    until(lambda: "until" in tray.tooltip(), "the tray's tooltip")
    assert any(label.startswith("Key valid until") for label in tray.labels())
    assert "At most 4 of 5 keys left" in tray.labels()


def opener_that_notes(home: Home, folder: Path) -> Path:
    """Gives the home a fake of what opens the browser; the file in which it notes the address."""
    opened, opener = folder / "opened", folder / "bin/xdg-open"
    opener.parent.mkdir()
    keeps = f'printf "%s" "$1" > "{opened}.new" && mv "{opened}.new" "{opened}"'
    opener.write_text(f"#!/bin/sh\n{keeps}\n")
    opener.chmod(0o700)
    home.environ["PATH"] = f"{opener.parent}:{home.environ['PATH']}"
    return opened


def sign_in_there(home: Home, opened: Path) -> None:
    """What the browser and the person in it do."""
    until(opened.exists, "the browser opens")
    browser = Browser(home.centre)
    page = sent_to(opened.read_text())
    assert page
    back = browser.sign_in(browser.open(page)).url
    urlopen(back, timeout=10).close()


def terminal_that_asks(home: Home, folder: Path) -> Path:
    """Gives the home a fake of a terminal: it types one word into the session, and keeps what the
    session says in the file.
    """
    said, terminal = folder / "said", folder / "fake-terminal"
    terminal.write_text(f'#!/bin/sh\necho hostname | "$@" >"{said}" 2>&1\n')
    terminal.chmod(0o755)
    with (home.path / "config/config.toml").open("a") as settings:
        settings.write(f'terminal = ["{terminal}"]\n')
    return said


def test_where_passwords_are_retired_the_browser_takes_the_forms_place(
    running_desk: Desk,
    screen: Screen,
    home_on_desk: Home,
    only_listener: None,
    tmp_path: Path,
) -> None:
    home = home_on_desk
    opened = opener_that_notes(home, tmp_path)
    home.centre.fault("retired", times=None)
    process = subprocess.Popen(home.command("window", "renew"), env=home.environ)
    try:
        window = screen.window(TITLE)
        press(running_desk, window, "Sign in with the browser")
        sign_in_there(home, opened)
        press(running_desk, window, "Use alice here")
        press(running_desk, window, "Not now")
        close_when_done(screen)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    assert home.json("status")[1]["state"] == "valid"
    assert home.key.with_name("cscs-key.pub").exists()
    assert not home.centre.saw_a_password("sshservice")
    assert home.json("settings", "get", "keep_sign_in")[1]["value"] == "ask"


def test_a_wrong_code_is_explained(
    running_desk: Desk, screen: Screen, tray: TrayItem, home_on_desk: Home
) -> None:
    tray.choose(RENEW)
    window = screen.window(TITLE)
    sign_in(running_desk, window, "alice", home_on_desk.centre.password, "000000")
    until(lambda: any("code is wrong" in text for text in window.texts()), "the error in words")
    until(lambda: window.named("One-time code").has(FOCUSED), "the focus on the code")
    running_desk.type(home_on_desk.centre.otp())
    close_when_done(screen)
    assert home_on_desk.key.exists()


def test_the_menu_follows_the_settings(tray: TrayItem, home_on_desk: Home) -> None:
    assert home_on_desk.json("settings", "set", "clusters", "eiger=on daint=off")[0] == 0
    until(lambda: "Connect to eiger" in tray.labels(), "the new cluster")
    assert "Connect to daint" not in tray.labels()


def test_what_starts_at_login_shows_the_icon(running_desk: Desk, home_on_desk: Home) -> None:
    """The entry is run by GLib, as a session of GNOME or XFCE runs it."""
    gio = shutil.which("gio") or pytest.skip("gio is not installed")
    path = home_on_desk.json("autostart", "on")[1]["path"]
    environ = {**home_on_desk.environ}
    del environ["ALPKEY_HOME"]
    subprocess.run([gio, "launch", path], env=environ, check=True, timeout=20)
    item = find_item(running_desk.bus)
    try:
        assert "Connect to daint" in item.labels()
        assert "sandbox" in item.tooltip()
    finally:
        item.choose("Quit")
        until(lambda: not tray_items(running_desk.bus), "the end of the icon")


def test_a_kept_password_leaves_six_digits_to_type(
    running_desk: Desk, screen: Screen, tray: TrayItem, home_on_desk: Home, tmp_path: Path
) -> None:
    home = home_on_desk
    with keyring_on(tmp_path / "keyring", running_desk.environ["DBUS_SESSION_BUS_ADDRESS"]):
        tray.choose(RENEW)
        window = screen.window(TITLE)
        window.named("Keep the password in the keychain").press()
        sign_in(running_desk, window, "alice", home.centre.password, home.centre.otp())
        close_when_done(screen)
        first = home.pair()
        tray.activate()
        window = screen.window(TITLE)
        window.named("Renew anyway").press()
        until(lambda: "Saved in the keychain" in window.texts(), "the kept password")
        running_desk.focus(TITLE)
        until(lambda: window.named("One-time code").has(FOCUSED), "the focus on the code")
        running_desk.type(home.centre.next_otp())
        close_when_done(screen)
    assert home.pair() not in (first, None)


@pytest.fixture
def locked(running_desk: Desk, home_on_desk: Home, tmp_path: Path) -> Iterator[Keyring]:
    """A keyring with the kept password in it, locked since."""
    address = running_desk.environ["DBUS_SESSION_BUS_ADDRESS"]
    with keyring_on(tmp_path / "keyring", address) as keyring:
        typed = json.dumps({"password": home_on_desk.centre.password}) + "\n"
        command = ("password", "keep", "--username", "alice", "--stdin")
        assert home_on_desk.json(*command, typed=typed)[0] == 0
        keyring.lock()
        yield keyring


@pytest.mark.usefixtures("locked")
def test_a_keychain_that_is_unlocked_by_and_by(
    running_desk: Desk, screen: Screen, tray: TrayItem, home_on_desk: Home
) -> None:
    """The desktop asks in a window of its own; the dialog is there and does not wait for it."""
    tray.choose(RENEW)
    window = screen.window(TITLE)
    assert window.named("Password").has(ENABLED)
    running_desk.focus(UNLOCK_TITLE)
    running_desk.type(OPENS)
    running_desk.keys("Return")
    until(lambda: "Saved in the keychain" in window.texts(), "the kept password")
    running_desk.focus(TITLE)
    until(lambda: window.named("One-time code").has(FOCUSED), "the focus on the code")
    running_desk.type(home_on_desk.centre.otp())
    close_when_done(screen)
    assert home_on_desk.key.exists()


@pytest.mark.usefixtures("locked")
def test_a_keychain_that_is_not_unlocked(
    running_desk: Desk, screen: Screen, tray: TrayItem, home_on_desk: Home
) -> None:
    tray.choose(RENEW)
    window = screen.window(TITLE)
    running_desk.focus(UNLOCK_TITLE)
    running_desk.keys("Escape")
    until(lambda: any("keychain refuses" in text for text in window.texts()), "the reason")
    sign_in(running_desk, window, "alice", home_on_desk.centre.password, home_on_desk.centre.otp())
    close_when_done(screen)
    assert home_on_desk.key.exists()


@pytest.mark.usefixtures("locked")
def test_closing_the_dialog_takes_the_prompt_along(
    running_desk: Desk, screen: Screen, tray: TrayItem
) -> None:
    tray.choose(RENEW)
    window = screen.window(TITLE)
    until(lambda: running_desk.shows(UNLOCK_TITLE), "the prompt")
    window.named("Cancel").press()
    until(lambda: screen.find(TITLE) is None, "the dialog's end")
    until(lambda: not running_desk.shows(UNLOCK_TITLE), "the end of the prompt")


def test_a_renewal_elsewhere_is_followed(tray: TrayItem, home_on_desk: Home) -> None:
    assert home_on_desk.renew()[0] == 0
    until(lambda: "until" in tray.tooltip(), "the tray's tooltip")


def test_the_menu_opens_a_page(screen: Screen, tray: TrayItem, home_on_desk: Home) -> None:
    """Also of a window that is open already."""
    tray.choose("Settings")
    window = screen.window(MAIN_TITLE)
    until(lambda: "Warn before expiry" in window.texts(), "the page of settings")
    tray.choose("Doctor")
    until(lambda: "Warn before expiry" not in window.texts(), "the doctor's page")
    assert "Look again" in window.texts()
    os.kill(owner(place_of(home_on_desk.environ, WINDOW)), signal.SIGTERM)
    until(lambda: screen.find(MAIN_TITLE) is None, "the end of the windows")


def test_a_second_start_shows_the_main_window(
    running_desk: Desk, screen: Screen, tray: TrayItem, home_on_desk: Home
) -> None:
    assert home_on_desk.run().returncode == 0
    window = screen.window(MAIN_TITLE)
    assert "There is no key yet" in window.texts()
    # The process of the windows is the one that its socket belongs to.
    os.kill(owner(place_of(home_on_desk.environ, WINDOW)), signal.SIGTERM)
    until(lambda: screen.find(MAIN_TITLE) is None, "the end of the windows")


def test_a_connect_that_fails_is_told_of(
    screen: Screen, tray: TrayItem, home_on_desk: Home
) -> None:
    assert home_on_desk.renew()[0] == 0
    settings = home_on_desk.path / "config/config.toml"
    settings.write_text('terminal = ["/nowhere/terminal"]\n')
    tray.choose("Connect to daint")
    box = screen.window("Alpkey")
    assert "No terminal program was found" in box.texts()
    box.named("OK").press()
    until(lambda: screen.find("Alpkey") is None, "the end of the box")


def test_the_demo_from_its_icon_to_a_key(
    running_desk: Desk, screen: Screen, home_on_desk: Home
) -> None:
    with subprocess.Popen(home_on_desk.command("demo"), env=home_on_desk.environ) as demo:
        try:
            tray = find_item(running_desk.bus)
            helper = screen.window("DEMO - the account")
            tray.activate()
            first = screen.window("DEMO - Set up Alpkey")
            name = first.named("Username")
            until(lambda: filled_in(helper, name), "the name on the page")
            first.named("Get my key\N{HORIZONTAL ELLIPSIS}").press()
            window = screen.window(TITLE)
            window.named("One-time code")
            until(lambda: code(helper).isdecimal(), "the code of the moment")
            helper.named("Fill in").press()
            until(lambda: window.named("One-time code").text(), "the code in the dialog")
            window.named("Renew").press()
            until(lambda: screen.find(TITLE) is None, "the end of the dialog")
            until(lambda: "until" in tray.tooltip(), "the tray's tooltip")
            helper.named("End the demo").press()
            assert demo.wait(20) == 0
            until(lambda: screen.find("DEMO - Set up Alpkey") is None, "the end of its window")
        finally:
            demo.terminate()


def filled_in(helper: Node, field: Node) -> bool:
    """Whether the field gets text; the helper is pressed again where the window did not listen."""
    helper.named("Fill in").press()
    with suppress(AssertionError):
        until(field.text, "the text", 2.0)
    return bool(field.text())


def code(helper: Node) -> str:
    return next((text for text in helper.texts() if len(text) == 6 and text.isdecimal()), "")


def is_done(window: Node) -> bool:
    return any(text.startswith("Key valid until") for text in window.texts())


def test_a_setting_is_changed_by_keyboard_and_mouse(
    running_desk: Desk, screen: Screen, home_on_desk: Home
) -> None:
    process = subprocess.Popen(home_on_desk.command("window", "main"), env=home_on_desk.environ)
    try:
        window = screen.window(MAIN_TITLE)
        running_desk.focus(MAIN_TITLE)
        running_desk.keys("alt+s")
        name = window.named("Username")
        until(lambda: click_into(running_desk, name), "the focus on the name")
        running_desk.type("alice")
        running_desk.keys("Tab")
        settings = home_on_desk.path / "config/config.toml"
        until(lambda: settings.exists() and "alice" in settings.read_text(), "the name")
        running_desk.keys("ctrl+f")
        running_desk.type("cluster")  # in a small window that row is below the others
        press(running_desk, window, "daint")
        until(lambda: "daint = false" in settings.read_text(), "the cluster")
        running_desk.keys("alt+k")
        window.named("Connect to santis")
        until(lambda: "Connect to daint" not in window.texts(), "the end of its button")
    finally:
        process.terminate()
        process.wait(20)


def test_without_a_display_it_says_so(home: Home) -> None:
    done = home.run()
    assert done.returncode == 6
    assert "no display" in done.stderr
    assert "There is no key yet" in done.stdout
