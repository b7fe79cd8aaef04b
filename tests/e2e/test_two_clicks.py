"""Sixteen troubles as a new user meets them: what the screen says, and two clicks at the most.

A real mouse and keyboard on real windows.  Clicks and seconds are counted from where the screen
tells of the trouble to where it tells that all is well; what a test does in between (a network that
comes back, an agent that is started) is not the person's doing.  Each test prints both:
``pytest -rP tests/e2e/test_two_clicks.py | grep clicks`` shows them all.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from alpkey.core.messages import doctor as doctor_messages
from alpkey.core.messages import setup as setup_messages
from alpkey_sandbox import node_web
from alpkey_sandbox.authority import starting_now
from alpkey_sandbox.ssh_server import HostServer
from tests.agents import openssh_agent, refusing_agent
from tests.centre import Home, prepared_home
from tests.e2e.accessible import FOCUSED, Node, Screen
from tests.e2e.desk import Desk, Refused
from tests.e2e.test_clicks import Person
from tests.e2e.test_desk import (
    MAIN_TITLE,
    RENEW,
    TITLE,
    UNLOCK_TITLE,
    is_done,
    opener_that_notes,
    sign_in_there,
)
from tests.e2e.test_doctor import change_site, closed_port, ssh_add, write_config
from tests.e2e.tunnelling import DEAF, NODE, SERVICE, Tunnels
from tests.e2e.waiting import until
from tests.keychains import OPENS, keyring_on
from tests.keys import make_key

HOUR = timedelta(hours=1)
CONFIG_TITLE = "DEMO - Your ssh configuration"
TUNNEL_TITLE = "DEMO - New tunnel"
FIX, LOOK_AGAIN, PUT_IN = "Fix", "Look again", "Add to ssh config"
CONFIGURATION = setup_messages.WINDOWS["ssh-config"]


class Newcomer:
    """Somebody before the main window, who knows nothing but what stands there."""

    def __init__(self, desk: Desk, screen: Screen, home: Home) -> None:
        self.desk, self.screen, self.home = desk, screen, home
        self._person = Person(desk)
        self._met_at: float | None = None
        self.mended_after_s = 0.0

    @property
    def clicks(self) -> int:
        return self._person.clicks

    @property
    def window(self) -> Node:
        return self.screen.window(MAIN_TITLE)

    def reads(self, *told: str, on: str = MAIN_TITLE) -> None:
        """All of this stands in the window; from the first time on the clock runs."""

        def stands() -> bool:
            nonlocal text
            window = self.screen.find(on)
            text = "\n".join(window.texts()) if window else ""
            return all(one in text for one in told)

        text = ""
        try:
            until(stands, f"{told} in {on}")
        except AssertionError as never:
            raise AssertionError(f"{never}; there stands: {text}") from None
        if self._met_at is None:
            self._met_at = time.monotonic()

    def clicks_on(self, name: str, on: str = MAIN_TITLE) -> None:
        """Once it stands still: a window that has just changed lays its parts out anew."""
        seen: list[tuple[int, int]] = []

        def stands_still() -> bool:
            seen.append(self.screen.window(on).named(name).middle())
            return seen[-3:] == seen[-1:] * 3

        until(stands_still, f"{name!r} at rest")
        self._person.click(seen[-1])

    def types(self, *fields: str, into: str, title: str = TITLE) -> None:
        """Where the cursor stands, which is in this field, and in those behind it."""
        window = self.screen.window(title)
        self.desk.focus(title)
        until(lambda: window.named(into).has(FOCUSED), f"the cursor in {into}")
        first, *others = fields
        self.desk.type(first)
        for text in others:
            until(lambda: window.named(into).holds(first), f"all of {into}")
            self.desk.keys("Tab")
            self.desk.type(text)

    def signs_in(self) -> None:
        self.types(self.home.centre.password, self.home.centre.otp(), into="Password")

    def closes(self) -> None:
        """By a key what would close by itself in a moment."""
        until(lambda: is_done(self.screen.window(TITLE)), "the end of the renewal")
        self.desk.focus(TITLE)
        self.desk.keys("Escape")

    def is_well(self) -> None:
        """The doctor says so; what it said of the trouble is gone."""
        self.reads(doctor_messages.HEALTHY)
        self.is_mended()

    def is_renewed(self) -> None:
        try:
            until(lambda: is_done(self.screen.window(TITLE)), "the end of the renewal")
        except AssertionError as never:
            raise AssertionError(f"{never}; {self.screen.window(TITLE).described()}") from None
        self.is_mended()

    def is_mended(self) -> None:
        assert self._met_at is not None
        self.mended_after_s = time.monotonic() - self._met_at


@pytest.fixture
def well(home_on_desk: Home, tmp_path: Path) -> Iterator[Home]:
    """A fresh key, an agent that holds it, and nothing else to be said of this desktop."""
    home = home_on_desk
    home.centre.empties_account(None)
    settings = home.path / "config/config.toml"
    settings.write_text('terminal = ["/bin/true"]\nreminders = false\nkeep_sign_in = "no"\n')
    settings.chmod(0o600)
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        assert home.renew()[0] == 0
        yield home


@pytest.fixture
def newcomer(running_desk: Desk, screen: Screen, well: Home) -> Newcomer:
    return Newcomer(running_desk, screen, well)


@pytest.fixture
def opened(newcomer: Newcomer, request: pytest.FixtureRequest) -> Iterator[Callable[[str], None]]:
    """Opens the main window on a page; at the end of a test the effort is judged and noted."""
    with ExitStack() as windows:
        yield lambda page: windows.enter_context(_main_window(newcomer, page))
    assert newcomer.clicks <= 2
    assert newcomer.mended_after_s > 0
    effort = f"{newcomer.clicks} clicks, {newcomer.mended_after_s:.1f} s"
    sys.stdout.write(f"{request.node.name}: {effort}\n")


@contextmanager
def _main_window(newcomer: Newcomer, page: str) -> Iterator[None]:
    home = newcomer.home
    process = subprocess.Popen(home.command("window", "main", "--page", page), env=home.environ)
    try:
        newcomer.screen.window(MAIN_TITLE)
        yield
        process.terminate()
        process.wait(20)
    finally:
        process.kill()
        process.wait()


Opened = Callable[[str], None]


def certify(home: Home, left: timedelta, user: str = "alice") -> None:
    """Puts a certificate for the installed key in place that ends so soon, or is another's."""
    key = load_ssh_private_key(home.key.read_bytes(), None).public_key()
    body = starting_now(user, (user,), datetime.now(UTC) - timedelta(days=1) + left)
    line = home.centre.sandbox.centre.authority.certify(key, body)  # type: ignore[arg-type]
    home.certificate.write_text(line)


# What a renewal mends.


def test_key_expired(newcomer: Newcomer, well: Home, opened: Opened) -> None:
    certify(well, -HOUR)
    opened("doctor")
    newcomer.reads("The key has expired")
    newcomer.clicks_on(RENEW)
    newcomer.signs_in()
    newcomer.closes()
    newcomer.is_well()


def test_wrong_code_three_times(newcomer: Newcomer, well: Home, opened: Opened) -> None:
    """The third time it is told what may come of a fourth, and a code may be held back a while."""
    site = well.path / "config/site.toml"
    site.write_text(f"code_step_s = 1\n{site.read_text()}")  # the next code is not far
    for wrong in ("000000", "000001", "000002"):
        assert well.renew(otp=wrong)[0] == 3
    opened("doctor")
    newcomer.reads("The last sign-ins were refused", "3 in a row", "may lock an account")
    newcomer.clicks_on(RENEW)
    newcomer.types(well.centre.password, "000003", into="Password")
    until(lambda: _renews_with_the_next(newcomer), "a code that is not held back")
    newcomer.closes()
    newcomer.is_well()


def _renews_with_the_next(newcomer: Newcomer) -> bool:
    window = newcomer.screen.window(TITLE)
    until(lambda: is_done(window) or _wants_a_code(window), "the answer")
    if is_done(window):
        return True
    newcomer.types(newcomer.home.centre.otp(), into="One-time code")
    return False


def _wants_a_code(window: Node) -> bool:
    """A refused one is gone from its field."""
    try:
        fields = [one for one in window.walk() if one.name == "One-time code" and one.has(FOCUSED)]
        return any(not one.text() for one in fields)
    except Refused:
        return False


def test_quota_used_up(newcomer: Newcomer, well: Home, opened: Opened) -> None:
    """It is told when the next one opens; meanwhile one is revoked at the dashboard."""
    for _ in range(4):
        assert well.renew()[0] == 0
    certify(well, HOUR)
    opened("doctor")
    newcomer.reads("No key of the day is left", "The next one opens", "Keep the key you have")
    opened("key")
    well.centre.empties_account(None)
    newcomer.clicks_on(RENEW)
    newcomer.reads("No key is left for now", "The next one opens", on=TITLE)
    newcomer.clicks_on("Try anyway", on=TITLE)
    newcomer.signs_in()
    newcomer.is_renewed()


def test_another_computer_took_the_slots(
    newcomer: Newcomer, well: Home, opened: Opened, tmp_path: Path
) -> None:
    """Only the service knows of the other's keys; one of them is revoked at the dashboard."""
    other = prepared_home(well.centre, tmp_path / "other")
    assert other.renew()[0] == 0
    well.centre.control("account", quota=2)
    certify(well, HOUR)
    opened("key")
    newcomer.clicks_on(RENEW)
    newcomer.signs_in()
    newcomer.reads("No key is left for today", "revoke one at", on=TITLE)
    well.centre.control("revoke", serial=other.json("status")[1]["serial"])
    newcomer.clicks_on("Try again", on=TITLE)
    newcomer.signs_in()
    newcomer.is_renewed()


def test_certificate_of_another_user(newcomer: Newcomer, well: Home, opened: Opened) -> None:
    with (well.path / "config/config.toml").open("a") as settings:
        settings.write('username = "alice"\n')
    certify(well, timedelta(days=1), "bob")
    opened("doctor")
    newcomer.reads("issued to another user", "alice", "bob")
    newcomer.clicks_on(RENEW)
    newcomer.signs_in()
    newcomer.closes()
    newcomer.is_well()


def test_service_retired(
    newcomer: Newcomer, well: Home, opened: Opened, only_listener: None, tmp_path: Path
) -> None:
    page = opener_that_notes(well, tmp_path)
    well.environ["BROWSER"] = "xdg-open"
    well.centre.fault("retired", times=None)
    opened("doctor")
    newcomer.reads("The key service is retired", RENEW)
    newcomer.clicks_on(RENEW)
    newcomer.reads("signs you in on its own page", on=TITLE)
    newcomer.clicks_on("Sign in with the browser", on=TITLE)
    sign_in_there(well, page)
    newcomer.closes()
    newcomer.is_well()


def test_keychain_locked(
    newcomer: Newcomer, well: Home, opened: Opened, running_desk: Desk, tmp_path: Path
) -> None:
    """The desktop asks for the keychain's own password; the code is typed as ever."""
    certify(well, HOUR)
    with keyring_on(tmp_path / "keyring", running_desk.environ["DBUS_SESSION_BUS_ADDRESS"]) as ring:
        typed = json.dumps({"password": well.centre.password}) + "\n"
        kept = well.json("password", "keep", "--username", "alice", "--stdin", typed=typed)
        assert kept[0] == 0
        ring.lock()
        opened("doctor")
        newcomer.reads("The keychain that holds your password is locked")
        newcomer.clicks_on(RENEW)
        newcomer.desk.focus(UNLOCK_TITLE)
        newcomer.desk.type(OPENS)
        newcomer.desk.keys("Return")
        newcomer.reads("Saved in the keychain", on=TITLE)
        newcomer.types(well.centre.otp(), into="One-time code")
        newcomer.closes()
        newcomer.is_well()


# What the ssh configuration mends.


def test_agent_full_of_other_keys(
    newcomer: Newcomer, well: Home, opened: Opened, tmp_path: Path
) -> None:
    ssh_add(well, *(make_key(tmp_path / f"foreign{n}") for n in range(6)))
    opened("doctor")
    newcomer.reads("The ssh agent holds too many keys", "It holds 6")
    newcomer.clicks_on(CONFIGURATION)
    newcomer.clicks_on(PUT_IN, on=CONFIG_TITLE)
    newcomer.is_well()


def test_a_host_daint_of_ones_own(newcomer: Newcomer, well: Home, opened: Opened) -> None:
    write_config(well, "Host daint\n  HostName daint.example.org\n  User mallory\n")
    opened("doctor")
    newcomer.reads("leads the centre's names elsewhere", "config line 2")
    newcomer.clicks_on(CONFIGURATION)
    newcomer.clicks_on(PUT_IN, on=CONFIG_TITLE)
    newcomer.is_well()


# What comes back by itself, or is put right outside.


def test_clock_two_hours_off(newcomer: Newcomer, well: Home, opened: Opened) -> None:
    well.centre.control("clock", offset_s=7230)
    opened("doctor")
    newcomer.reads("This computer's clock is wrong", "2 h 0 min behind", "set the time by itself")
    well.centre.control("clock", offset_s=0)
    newcomer.clicks_on(LOOK_AGAIN)
    newcomer.is_well()


@pytest.mark.parametrize("refuses", [False, True], ids=["gone", "refuses"])
def test_agent(
    newcomer: Newcomer, well: Home, opened: Opened, tmp_path: Path, refuses: bool
) -> None:
    """Logins work all the same; what is told is how to have one again."""
    folder = tmp_path / "again"
    folder.mkdir()
    well.environ["SSH_AUTH_SOCK"] = path = str(folder / "agent")
    with refusing_agent(path) if refuses else ExitStack():
        opened("doctor")
        title = "refuses to list its keys" if refuses else "No ssh agent answers"
        newcomer.reads(title, "eval $(ssh-agent)")
        assert well.run("connect", "daint", "--check").returncode == 0
    Path(path).unlink(missing_ok=True)
    with openssh_agent(folder):
        newcomer.clicks_on(LOOK_AGAIN)
        newcomer.clicks_on(FIX)
        newcomer.is_well()


def test_host_key_of_ela_changed(
    newcomer: Newcomer, well: Home, opened: Opened, tmp_path: Path
) -> None:
    """Nobody can tell from here whether it is the centre's doing: whom to ask is told."""
    known = well.path / "ssh/known_hosts"
    before = known.read_text()
    other = make_key(tmp_path / "other").with_suffix(".pub").read_text().split()[1]
    lines = before.splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("ela"))
    lines[number] = " ".join((*lines[number].split()[:2], other))
    known.write_text("\n".join(lines) + "\n")
    opened("doctor")
    newcomer.reads("shows another key than before", f"{known}:{number + 1}", "Ask the support")
    known.write_text(before)
    newcomer.clicks_on(LOOK_AGAIN)
    newcomer.is_well()


def test_no_network(newcomer: Newcomer, well: Home, opened: Opened) -> None:
    site = well.path / "config/site.toml"
    before = site.read_text()
    port = well.centre.facts.service_url.split(":")[2].split("/")[0]
    change_site(well, 'host_name = "127.0.0.1"', 'host_name = "ela.invalid"')
    change_site(well, f":{port}/", f":{closed_port()}/")
    opened("doctor")
    newcomer.reads("seems to be offline", "Check the network connection")
    site.write_text(before)
    newcomer.clicks_on(LOOK_AGAIN)
    newcomer.is_well()


# Tunnels.


@pytest.fixture
def tunnels(well: Home) -> Iterator[Tunnels]:
    made = Tunnels(well)
    yield made
    made.close_all()


def test_port_of_the_tunnel_busy(newcomer: Newcomer, opened: Opened, tunnels: Tunnels) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        opened("tunnels")
        newcomer.clicks_on("New tunnel\N{HORIZONTAL ELLIPSIS}")
        newcomer.desk.focus(TUNNEL_TITLE)
        for letter, text in (("n", NODE), ("p", str(SERVICE)), ("h", str(port))):
            newcomer.desk.keys(f"alt+{letter}", "ctrl+a")
            newcomer.desk.type(text)
        newcomer.desk.keys("Return")
        newcomer.reads(f"Port {port} of this computer is in use", "a free one", on=TUNNEL_TITLE)
        newcomer.desk.keys("alt+h", "ctrl+a", "BackSpace", "Return")
        newcomer.reads(f"Open\n{tunnels.is_in('open')['url']}")
        newcomer.is_mended()


def test_service_bound_elsewhere(
    newcomer: Newcomer, opened: Opened, tunnels: Tunnels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person starts it anew on the node, where this computer has no say."""
    tunnels.home.json("tunnel", "open", "daint", NODE, str(DEAF))
    opened("tunnels")
    newcomer.reads(f"ensure the server listens on 127.0.0.1 of {NODE}")
    anywhere = partial(node_web.answer, NODE)
    monkeypatch.setattr(HostServer, "_forward_to_itself", lambda *_: anywhere)
    newcomer.reads(f"Open\n{tunnels.is_in('open')['url']}")
    newcomer.is_mended()
