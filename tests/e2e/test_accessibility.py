"""What assistive technology sees and hears, over the real accessibility bus."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

from tests.centre import Home
from tests.desktop.scenes import SCENES
from tests.e2e.accessible import FOCUSABLE, SHOWING, Node, Screen
from tests.e2e.desk import Desk
from tests.e2e.waiting import until

ROOT = Path(__file__).parents[2]
TITLE = "DEMO - Renew CSCS key"
MAIN_TITLE = "Alpkey - DEMO"


def unnamed(window: Node) -> list[str]:
    """The controls that a screen reader could only call by their role."""
    shown = [one for one in window.walk() if one.has(SHOWING) and one.has(FOCUSABLE)]
    assert shown
    return [f"{one.role} in {window.name}" for one in shown if not one.name and one.path]


def test_every_control_of_every_window_has_a_name(home_on_desk: Home, screen: Screen) -> None:
    command = [sys.executable, "-m", "tests.desktop.show"]
    with subprocess.Popen(command, env=home_on_desk.environ, cwd=ROOT) as process:
        try:
            windows = [screen.window(f"{name} ready") for name in SCENES]
            assert [one for window in windows for one in unnamed(window)] == []
        finally:
            process.kill()


def test_a_renewal_is_told_step_by_step(
    running_desk: Desk, screen: Screen, home_on_desk: Home
) -> None:
    """With a wrong code on the way; this is the whole of what is said."""
    home = home_on_desk
    command = home.command("window", "renew")
    with (
        screen.listening() as speech,
        subprocess.Popen(command, env=home.environ) as process,
    ):
        window = screen.window(TITLE)
        running_desk.focus(TITLE)
        window.named("One-time code")
        running_desk.type("alice\t")
        running_desk.type(f"{home.centre.password}\t")
        running_desk.type("000000")
        until(lambda: any("is wrong" in one for one in speech.said()), "the error")
        running_desk.type(home.centre.otp())
        until(lambda: "[Close, push button]" in speech.said(), "the end")
        said = [re.sub(r"until .*", "until TIME", one) for one in speech.said()]
        process.terminate()
    assert [one for one, _ in itertools.groupby(said)] == TRANSCRIPT


def test_the_end_of_a_key_is_told(screen: Screen, home_on_desk: Home) -> None:
    """In the main window, once; the minutes that pass before are not."""
    home, life_s = home_on_desk, 6
    home.centre.control("clock", offset_s=life_s - 24 * 3600)
    assert home.renew()[0] == 0
    home.centre.control("clock", offset_s=0)
    command = home.command("window", "main")
    with (
        screen.listening() as speech,
        subprocess.Popen(command, env=home.environ) as process,
    ):
        window = screen.window(MAIN_TITLE)
        # What this writes is seen at once; the window's own tick may be a minute away.
        until(lambda: home.json("status")[1]["state"] == "expired", "the end of the key")
        until(lambda: any(one.startswith("Key expired") for one in speech.said()), "its telling")
        said = [re.sub(r"expired .*", "expired TIME", one) for one in speech.said()]
        assert any(text.startswith("Key expired") for text in window.texts())
        process.terminate()
    assert [one for one, _ in itertools.groupby(said)] == [
        "[Renew key\N{HORIZONTAL ELLIPSIS}, push button]",
        "Key expired TIME",
    ]


TRANSCRIPT = [
    "[Username, text]",
    "The service answers",
    "[Password, text]",
    "[One-time code, text]",
    "Username, password or code is wrong. CSCS sandbox does not say which. "
    "A code works only once.\nWait for the next code and try again.",
    "Signed in",
    "Certificate issued",
    "Key installed",
    "Key valid until TIME",
    "[Close, push button]",
]
