"""Two accounts of one user on one computer, and nothing of one that touches the other."""

import json
import subprocess
from typing import Any

import pytest

from alpkey_sandbox.account import COURSE
from tests.centre import Home

HOSTS = ("ela", "daint", "santis", "clariden")


@pytest.fixture
def both(home: Home) -> Home:
    """A home with a key of each."""
    code, result = home.renew()
    assert code == 0, result
    code, result = home.json("account", "add", "course", "--username", COURSE)
    assert code == 0, result
    code, result = renew_course(home)
    assert code == 0, result
    return home


def renew_course(home: Home) -> tuple[int, dict[str, Any]]:
    return home.json("renew", "--account", "course", "--stdin", typed=home.answer())


def status(home: Home, *more: str) -> dict[str, Any]:
    return home.json("status", *more)[1]


def test_each_has_key_certificate_and_quota_of_its_own(both: Home) -> None:
    first, course = status(both), status(both, "--account", "course")
    assert (first["account"], course["account"]) == (both.centre.username, COURSE)
    assert (first["principals"], course["principals"]) == ([both.centre.username], [COURSE])
    assert course["key_path"] == f"{first['key_path']}-course"
    assert (first["quota"]["used"], course["quota"]["used"]) == (1, 1)
    assert first["serial"] != course["serial"]
    before = both.pair()
    assert renew_course(both)[0] == 0
    assert status(both)["quota"]["used"] == 1
    assert status(both, "--account", "course")["quota"]["used"] == 2
    assert both.pair() == before


def test_the_first_account_is_written_down_and_keeps_the_plain_names(both: Home) -> None:
    assert both.json("settings", "get", "username")[1]["value"] == both.centre.username
    _, listed = both.json("account", "list")
    assert [(row["name"], row["username"]) for row in listed["accounts"]] == [
        (None, both.centre.username),
        ("course", COURSE),
    ]
    assert listed["accounts"][1]["hosts"][0] == "course-daint"
    assert {row["state"] for row in listed["accounts"]} == {"valid"}


@pytest.mark.parametrize("host", HOSTS)
def test_logins_by_its_own_names_and_by_the_plain_ones(both: Home, host: str) -> None:
    for named in (host, f"course-{host}"):
        done = both.run("connect", named, "--here", "--account", "course", "--", "whoami")
        assert (done.returncode, done.stdout.strip()) == (0, COURSE), done.stderr
    done = both.run("connect", f"course-{host}", "--here", "--", "whoami")
    assert (done.returncode, done.stdout.strip()) == (0, COURSE), done.stderr
    done = both.run("connect", host, "--here", "--", "whoami")
    assert (done.returncode, done.stdout.strip()) == (0, both.centre.username), done.stderr


def test_full_names_lead_there_too(both: Home) -> None:
    full = "daint.alps.cscs.ch"
    _, printed = both.json("connect", full, "--print", "--account", "course")
    assert printed["command"][-1] == "course-daint"
    assert both.json("connect", full, "--print")[1]["command"][-1] == full


def test_ssh_itself_takes_user_key_certificate_and_jump_of_the_account(both: Home) -> None:
    both.run("connect", "daint", "--print")
    key = str(both.key)
    for prefix, username, path in (
        ("", both.centre.username, key),
        ("course-", COURSE, f"{key}-course"),
    ):
        for host in ("daint", "santis", "clariden", "eiger"):
            names = [host, f"{host}.alps.cscs.ch"] if not prefix else [prefix + host]
            for name in names:
                values = resolved(both, name)
                assert values["hostname"] == f"{host}.alps.cscs.ch"
                assert values["user"] == username
                assert values["identityfile"] == path
                assert values["certificatefile"] == f"{path}-cert.pub"
                assert values["proxyjump"] == f"{prefix}ela"


def resolved(home: Home, name: str) -> dict[str, str]:
    config = home.path / "ssh/alpkey/connect"
    done = subprocess.run(
        ["ssh", "-F", str(config), "-G", name],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


def test_jobs_and_checks_are_of_the_account(both: Home) -> None:
    code, checked = both.json("connect", "daint", "--check", "--account", "course")
    assert (code, checked["host"]) == (0, "course-daint")
    assert both.json("jobs", "santis", "--account", "course")[0] == 0
    assert both.json("jobs", "daint", "--account", "course")[0] == 0


def test_an_account_nobody_added_is_named(home: Home) -> None:
    for command in (("status",), ("renew", "--stdin"), ("connect", "daint"), ("doctor", "--quick")):
        code, result = home.json(*command, "--account", "nothing", typed=home.answer())
        assert (code, result["error"]["code"]) == (2, "no-such-account")


@pytest.mark.parametrize(
    ("name", "username", "code"),
    [
        ("Course", COURSE, "account-unfit"),
        ("../x", COURSE, "account-unfit"),
        ("cert", COURSE, "account-unfit"),
        ("my-sa", COURSE, "account-unfit"),
        ("course", "no name", "username-unfit"),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    home: Home, name: str, username: str, code: str
) -> None:
    assert home.renew()[0] == 0
    exit_code, result = home.json("account", "add", name, "--username", username)
    assert (exit_code, result["error"]["code"]) == (2, code)


def test_the_first_account_comes_first(home: Home) -> None:
    code, result = home.json("account", "add", "course", "--username", COURSE)
    assert (code, result["error"]["code"]) == (2, "first-account-unknown")


def test_neither_name_nor_user_is_added_twice(both: Home) -> None:
    for name, username in (
        ("course", "course_00002"),
        ("other", COURSE),
        ("other", both.centre.username),
    ):
        code, result = both.json("account", "add", name, "--username", username)
        assert (code, result["error"]["code"]) == (2, "account-unfit")


def test_prompts_read_the_line_of_the_first(both: Home) -> None:
    line = both.run("status", "--short").stdout
    assert line.endswith(" 4/5\n")
    assert renew_course(both)[0] == 0
    assert both.run("status", "--short").stdout.endswith(" 4/5\n")
    assert both.run("status", "--short", "--account", "course").stdout.endswith(" 3/5\n")
    lines = (both.path / "state/look").read_bytes().splitlines()
    assert [row.rpartition(b"/")[2] for row in lines] == [b"cscs-key", b"cscs-key-course"]


def test_removing_one_leaves_the_other_whole(both: Home) -> None:
    first, course = both.pair(), both.key.with_name("cscs-key-course")
    code, result = both.json("account", "remove", "course")
    assert (code, course.exists()) == (10, True)
    code, result = both.json("account", "remove", "course", "--yes")
    assert code == 0, result
    assert result["account"] == "course"
    assert not list(course.parent.glob("cscs-key-course*"))
    assert both.pair() == first
    assert status(both)["state"] == "valid"
    assert [row["name"] for row in both.json("account", "list")[1]["accounts"]] == [None]
    assert len((both.path / "state/look").read_bytes().splitlines()) == 1
    done = both.run("connect", "daint", "--here", "--", "whoami")
    assert done.stdout.strip() == both.centre.username
    assert "course-daint" not in (both.path / "ssh/alpkey/config").read_text()


def test_signing_out_of_one_leaves_the_other_whole(both: Home) -> None:
    first = both.pair()
    code, result = both.json("sign-out", "--account", "course", "--yes")
    assert code == 0, result
    assert {row["what"] for row in result["removed"]} <= {"key", "agent"}
    assert both.pair() == first
    assert status(both, "--account", "course")["state"] == "missing"
    assert renew_course(both)[0] == 0


def test_signing_out_of_the_first_leaves_the_other_whole(both: Home) -> None:
    assert both.json("sign-out", "--yes")[0] == 0
    assert both.pair() is None
    assert status(both, "--account", "course")["state"] == "valid"


def test_settings_nobody_can_use_are_named(home: Home) -> None:
    path = home.path / "config/config.toml"
    for accounts in ("accounts = 1", "[accounts]\ncourse = 1", '[accounts."a b"]\nusername = "x"'):
        path.write_text(accounts + "\n")
        code, result = home.json("status")
        assert (code, result["error"]["code"]) == (9, "settings-unreadable")
        assert "accounts" in result["error"]["detail"]


def test_a_key_on_demand_is_the_accounts_own(both: Home) -> None:
    """The script that ssh runs looks at the line of its account, and renews for it."""
    assert both.json("config", "apply", "--on-demand")[0] == 0
    text = (both.path / "ssh/alpkey/config").read_text()
    assert "Match originalhost course-ela,course-daint" in text
    fresh = both.path / "ssh/alpkey/fresh"
    journal = (both.path / "state/journal.jsonl").read_text().splitlines()
    assert {json.loads(line).get("account") for line in journal} >= {both.centre.username, COURSE}
    for arguments in ((), ("course",)):
        assert run_fresh(both, fresh, *arguments) == (0, "")


def run_fresh(home: Home, script: Any, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        ["/bin/sh", "-x", str(script), *arguments],
        env=home.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    called = "ensure" if " ensure" in done.stderr else ""
    return done.returncode, called
