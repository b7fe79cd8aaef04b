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


TRANSCRIPT = [
    "[User name, text]",
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
