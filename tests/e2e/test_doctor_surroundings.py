"""The doctor on what is around a key: the account, the agent's will, programs, odd drives."""

import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpkey.adapters.system.browser import COMMON
from tests import without_flock
from tests.agents import openssh_agent
from tests.centre import Home
from tests.e2e.programs import all_but
from tests.e2e.test_doctor import (
    DAY_S,
    agent,
    assert_found,
    assert_silent,
    doctor,
    healthy,
    keeping,
    ssh_add,
    write_config,
)
from tests.keychains import SecretServiceHost
from tests.keys import make_key

__all__ = ["agent", "healthy", "keeping"]


@pytest.fixture
def retired(healthy: Home) -> Home:
    """The service that takes passwords is gone, and a renewal has noticed."""
    healthy.centre.fault("retired", times=None)
    assert healthy.renew()[0] == 12
    return healthy


@pytest.fixture
def on_display(retired: Home, tmp_path: Path) -> Home:
    """A desktop with all that it should have; its opener of pages is a fake."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("xdg-open", "a-browser"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    retired.environ |= {
        "PATH": f"{programs}:{retired.environ['PATH']}",
        "WAYLAND_DISPLAY": "nowhere",
        "BROWSER": "a-browser",
    }
    return retired


# The account.


def test_a_service_that_is_known_to_be_retired_is_no_news(retired: Home) -> None:
    """Keys come from the gateway then, which is looked at in its place."""
    assert [finding["id"] for finding in doctor(retired)[1]] == ["no-browser"]
    asked = retired.centre.state()["requests"][-1]
    assert (asked["service"], asked["had_password"]) == ("gateway", False)
    retired.centre.control("faults", call="any", kind="status", value=503, times=None)
    assert "service-trouble" in [finding["id"] for finding in doctor(retired)[1]]


def test_a_retirement_is_reported_once_and_remembered(healthy: Home) -> None:
    """Then keys come from the gateway; a form that is proven again is believed again."""
    healthy.centre.fault("retired", times=None)
    assert "--browser" in assert_found(healthy, "service-retired", 0)["next_step"]
    assert not healthy.centre.state()["requests"][-1]["had_password"]
    assert [finding["id"] for finding in doctor(healthy)[1]] == ["no-browser"]
    healthy.centre.control("faults", "DELETE")
    assert healthy.renew()[0] == 0
    assert_silent(healthy)


def test_without_a_display_no_browser_opens(retired: Home) -> None:
    assert "--device" in assert_found(retired, "no-browser", 0)["next_step"]


def test_a_desktop_whose_browser_is_gone(on_display: Home, tmp_path: Path) -> None:
    others = all_but((*COMMON, "xdg-mime", "xdg-open"), tmp_path / "others")
    on_display.environ["PATH"] = f"{tmp_path / 'bin'}:{others}"
    assert "no-browser" not in str(doctor(on_display)[1])
    (tmp_path / "bin/a-browser").unlink()
    assert "no-browser" in [finding["id"] for finding in doctor(on_display)[1]]
    on_display.environ["BROWSER"] = "xdg-open"
    assert "no-browser" not in str(doctor(on_display)[1])
    (tmp_path / "bin/xdg-open").unlink()
    assert "no-browser" in [finding["id"] for finding in doctor(on_display)[1]]


def test_a_browser_is_nobodys_business_where_passwords_are_taken(healthy: Home) -> None:
    assert "DISPLAY" not in healthy.environ
    assert_silent(healthy)


def test_a_closed_account(healthy: Home) -> None:
    healthy.centre.control("account", locked=True)
    assert healthy.renew()[1]["error"]["code"] == "account-locked"
    assert "ask the support" in assert_found(healthy, "account-locked", 0)["next_step"]
    healthy.centre.control("account", locked=False)
    assert healthy.renew()[0] == 0
    assert_silent(healthy)


def test_a_key_that_ends_soon(healthy: Home) -> None:
    healthy.centre.control("clock", offset_s=3600 - DAY_S)
    assert healthy.renew()[0] == 0
    healthy.centre.control("clock", offset_s=0)
    assert_found(healthy, "key-expiring", 0)
    assert healthy.renew()[0] == 0
    assert_silent(healthy)


def test_a_renewal_that_nobody_asked_for_and_that_failed(
    keeping: SecretServiceHost, healthy: Home
) -> None:
    """A kept sign-in is noted, and the keychain holds none: it was taken out by hand."""
    with (healthy.path / "state/journal.jsonl").open("a") as journal:
        journal.write(
            '{"fact": "session-kept", "at": "2026-01-01T00:00:00Z", "account": "alice", '
            '"kept": true}\n'
        )
    healthy.centre.control("clock", offset_s=3600 - DAY_S)
    assert healthy.renew()[0] == 0
    healthy.centre.control("clock", offset_s=0)
    assert healthy.json("renew", "--silent")[0] != 0
    assert "silent-failed" in [finding["id"] for finding in doctor(healthy)[1]]
    assert healthy.renew()[0] == 0
    assert_silent(healthy)


# The agent and the hosts.


@pytest.fixture
def refusing_to_sign(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A real agent that asks before each use, whose question is always answered with no."""
    monkeypatch.setenv("SSH_ASKPASS", "/bin/false")
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        assert home.renew()[0] == 0
        assert_silent(home)
        ssh_add(home, "-D")
        ssh_add(home, "-c", home.key)
        yield home


def test_an_agent_that_does_not_sign(refusing_to_sign: Home) -> None:
    found = assert_found(refusing_to_sign, "agent-will-not-sign", 13)
    assert "agent load" in found["next_step"]
    ssh_add(refusing_to_sign, "-D")
    assert refusing_to_sign.json("agent", "load")[0] == 0
    assert_silent(refusing_to_sign)


def test_a_login_that_fails_for_a_reason_nobody_knows(healthy: Home, tmp_path: Path) -> None:
    """A program of the computer's administrators stands before ssh: its message is all there is."""
    wrapper = tmp_path / "bin/ssh"
    wrapper.parent.mkdir()
    wrapper.write_text(
        f"""#!/bin/sh
case " $* " in *" -G "*|*" -V "*) exec {shutil.which("ssh")} "$@" ;; esac
echo 'No ssh on Sundays.' >&2
exit 255
"""
    )
    wrapper.chmod(0o755)
    healthy.environ["PATH"] = f"{wrapper.parent}:{healthy.environ['PATH']}"
    assert "No ssh on Sundays." in assert_found(healthy, "login-failed", 13)["detail"]
    wrapper.unlink()
    assert_silent(healthy)


def test_a_line_that_asks_for_a_key_and_leads_nowhere(healthy: Home, tmp_path: Path) -> None:
    """Copied by hand from a home that is gone."""
    script = tmp_path / "a 100%% home/.ssh/alpkey/fresh"
    write_config(
        healthy, f"Compression yes\nMatch originalhost ela exec \"/bin/sh '{script}'\"\n  User a\n"
    )
    found = assert_found(healthy, "on-demand-lost", 0)
    assert f"{healthy.path}/ssh/config line 2" in found["detail"]
    there = Path(str(script).replace("%%", "%"))
    there.parent.mkdir(parents=True)
    there.write_text("exit 0\n")
    assert "on-demand-lost" not in str(doctor(healthy)[1])
    write_config(healthy, "")
    assert_silent(healthy)


# Programs and drives.


def test_two_alpkeys(healthy: Home, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second", "third")]
    for folder in folders:
        folder.mkdir()
    programs = [folder / "alpkey" for folder in folders]
    for program in programs[:2]:
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    programs[2].symlink_to(programs[0])
    rest = healthy.environ["PATH"]
    healthy.environ["PATH"] = f"{folders[0]}:{folders[2]}:{rest}"
    assert_silent(healthy)
    healthy.environ["PATH"] = f"{folders[0]}:{folders[1]}:{rest}"
    detail = assert_found(healthy, "two-alpkeys", 0)["detail"]
    assert f"{programs[0]}, {programs[1]}" in detail


def test_reports_of_crashes_are_named(healthy: Home) -> None:
    assert_silent(healthy)
    folder = healthy.path / "logs"
    folder.mkdir(exist_ok=True)
    older, newer = (folder / f"crash-2026112{day}-101500-000000.txt" for day in (3, 4))
    for path in (newer, older):
        path.write_text("Traceback")
    detail = assert_found(healthy, "crash-reports", 0)["detail"]
    assert detail == f"Reports: 2. The newest is {newer}"
    for path in (newer, older):
        path.unlink()
    assert_silent(healthy)


def test_a_drive_without_locks(healthy: Home) -> None:
    if sys.platform != "linux" or platform.machine() not in without_flock.FLOCK:
        pytest.skip("taking a system call away is done for Linux on two kinds of machine")
    healthy.before = (sys.executable, without_flock.__file__)
    assert_found(healthy, "no-locks", 0)
    healthy.before = ()
    assert_silent(healthy)


def test_a_keychain_of_plain_text_is_named_and_not_used(
    keeping: SecretServiceHost, healthy: Home, tmp_path: Path
) -> None:
    """What stands in for it is only a package of that name: keyring is never let near one."""
    package = tmp_path / "site/keyrings/alt"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')\n")
    healthy.environ["PYTHONPATH"] += f":{tmp_path / 'site'}"
    assert_silent(healthy)
    keeping.kill()
    assert "plain text" in assert_found(healthy, "keychain-away", 0)["detail"]


def test_keys_of_the_persons_own_do_not_hide_a_refusal(healthy: Home, tmp_path: Path) -> None:
    """ssh gives up after them with 'Too many authentication failures'; ours was refused first."""
    others = [make_key(tmp_path / f"own{n}") for n in range(8)]
    write_config(healthy, "Host *\n" + "".join(f"  IdentityFile {key}\n" for key in others))
    assert_silent(healthy)
    healthy.centre.control("revoke", serial=healthy.json("status")[1]["serial"])
    assert_found(healthy, "login-refused", 13)
