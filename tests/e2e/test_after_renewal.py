"""The person's own command after a renewal: once the lock is free and the secrets are gone."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.centre import Home
from tests.e2e.person import Person
from tests.e2e.test_secrets import find


@pytest.fixture
def hook(home: Home, tmp_path: Path) -> Path:
    """A command that notes each of its runs, with what it is told and may do."""
    home.centre.control("account", quota=None)
    home.environ["HOME"] = str(tmp_path)
    path = tmp_path / "my hook"
    lock = home.path / "state/lock"
    path.write_text(
        f"#!/bin/sh\nset -e\nflock -n '{lock}' env >> '{tmp_path}/ran'\necho \"arg $1\" >> ran\n"
    )
    path.chmod(0o700)
    done = home.run("settings", "set", "after_renewal", f"'{path}' 'one two'")
    assert done.returncode == 0, done.stderr
    return path


def ran(hook: Path) -> list[str]:
    file = hook.with_name("ran")
    return file.read_text().splitlines() if file.exists() else []


def test_it_runs_once_the_lock_is_free_and_knows_the_key(home: Home, hook: Path) -> None:
    code, result = home.renew()
    assert code == 0
    assert "arg one two" in ran(hook)
    told = dict(row.partition("=")[::2] for row in ran(hook) if "=" in row)
    assert told["ALPKEY_KEY"] == result["key_path"]
    assert told["ALPKEY_CERTIFICATE"] == result["certificate_path"]
    assert told["ALPKEY_SERIAL"] == result["serial"]
    assert told["ALPKEY_VALID_BEFORE"] == result["valid_before"]
    assert not any(home.centre.password in row for row in ran(hook))


def test_its_step_is_told_before_the_end(home: Home, hook: Path) -> None:
    with home.talk() as talk:
        talk.answer(talk.until("ask"), password=home.centre.password, otp=home.centre.otp())
        code, last = talk.end()
    assert (code, last["event"]) == (0, "done")
    assert talk.rows[-2] == {"event": "step", "id": "after-renewal", "params": {}}


def test_every_way_runs_it(home: Home, hook: Path, person: Person) -> None:
    person.renews()
    assert ran(hook).count("arg one two") == 1


def test_it_is_not_run_where_nothing_was_renewed(home: Home, hook: Path) -> None:
    assert home.renew(otp="918273")[0] == 3
    assert ran(hook) == []
    assert home.renew()[0] == 0
    assert home.json("renew", "--if-needed")[1]["renewed"] is False
    assert ran(hook).count("arg one two") == 1


def test_a_service_account_does_not_run_it(home: Home, hook: Path) -> None:
    done = home.run("renew", "--api-key", CSCS_API_KEY=home.centre.facts.api_key)
    assert done.returncode == 0
    assert ran(hook) == []


def test_one_that_fails_is_told_and_the_key_is_there(home: Home, hook: Path) -> None:
    hook.write_text("#!/bin/sh\necho out of ink >&2\nexit 4\n")
    done = home.run("renew", "--username", "alice", "--stdin", typed=home.answer())
    assert done.returncode == 0
    assert "It ended with 4. out of ink" in done.stderr
    assert "Key valid until" in done.stdout


def test_one_that_others_may_write_is_told_and_not_run(home: Home, hook: Path) -> None:
    hook.chmod(0o777)
    done = home.run("renew", "--username", "alice", "--stdin", typed=home.answer())
    assert done.returncode == 0
    assert "chmod go-w" in done.stderr
    assert ran(hook) == []


def test_its_words_leave_no_trace(home: Home, hook: Path, tmp_path: Path) -> None:
    """What it says may be a secret of the person's: it is told, and kept nowhere."""
    hook.write_text("#!/bin/sh\necho marked-7731\nexit 0\n")
    code, result = home.renew()
    assert code == 0
    assert "marked-7731" not in json.dumps(result)
    assert find("marked-7731\n", home.path) == []


@pytest.mark.parametrize("value", ["hook --now", "~/hook", "./hook"])
def test_it_has_to_be_named_whole(home: Home, value: str) -> None:
    code, result = home.json("settings", "set", "after_renewal", value)
    assert (code, result["error"]["code"]) == (2, "setting-unfit")


def test_a_policy_may_lock_it_to_none(home: Home, hook: Path) -> None:
    policy = home.path / "machine/policy.toml"
    policy.parent.mkdir(exist_ok=True)
    policy.write_text("after_renewal = []\n")
    policy.chmod(0o644)
    assert home.renew()[0] == 0
    assert ran(hook) == []
    assert tomllib.loads((home.path / "config/config.toml").read_text())["after_renewal"]
