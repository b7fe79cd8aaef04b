"""Settings by the command line: told, changed, locked, and followed by everything else."""

import os
import plistlib
import shutil
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from alpkey import glance
from alpkey.core.errors import InvalidFile
from alpkey.core.paths import find_paths
from tests.centre import Home


def config(home: Home) -> Path:
    return home.path / "config/config.toml"


def lock(home: Home, text: str) -> Path:
    """Puts a policy over the home, as an organisation does below /etc."""
    policy = home.path / "machine/policy.toml"
    policy.parent.mkdir(exist_ok=True)
    policy.write_text(text)
    policy.chmod(0o644)
    return policy


def test_all_are_told_with_where_they_come_from(home: Home) -> None:
    config(home).write_text('username = "alice"\nicon = "ring"\n')
    lock(home, 'icon = "number"\n')
    code, result = home.json("settings")
    assert code == 0
    rows = {row["key"]: row for row in result["settings"]}
    assert [rows[key]["origin"] for key in ("icon", "username", "lead_time")] == [
        "policy",
        "person",
        "shipped",
    ]
    assert [rows[key]["locked"] for key in ("icon", "username")] == [True, False]
    assert (rows["icon"]["value"], rows["lead_time"]["value"]) == ("number", "2h")
    said = home.run("settings", "--origin").stdout.splitlines()
    assert "icon = number  (managed by your organisation)" in said
    assert "username = alice  (set by you)" in said
    assert "lead_time = 2h  (the default)" in said
    assert "lead_time = 2h" in home.run("settings").stdout.splitlines()


@pytest.mark.parametrize(
    "where", [("--origin", "get", "lead_time"), ("get", "lead_time", "--origin")]
)
def test_one_is_told(home: Home, where: tuple[str, ...]) -> None:
    assert home.run("settings", *where).stdout == "2h  (the default)\n"


def test_a_change_keeps_comments_and_is_followed_at_once(home: Home) -> None:
    home.centre.control("clock", offset_s=-3600)
    assert home.renew()[0] == 0
    config(home).write_text("# mine\nlead_time = '1h'  # short\n")
    assert home.run("status", "--short").returncode == 0
    code, row = home.json("settings", "set", "lead_time", "1d")
    assert (code, row["value"], row["origin"], row["set_aside"]) == (0, "1d", "person", None)
    assert config(home).read_text() == '# mine\nlead_time = "1d"  # short\n'
    assert home.run("status", "--short").returncode == 8
    assert home.run("settings", "set", "lead_time", "--default").stdout == "lead_time = 2h\n"
    assert home.run("status", "--short").returncode == 0


def test_the_file_is_made_for_the_person_alone(home: Home) -> None:
    assert home.run("settings", "set", "username", "alice").stdout == "username = alice\n"
    assert stat.S_IMODE(config(home).stat().st_mode) == 0o600
    assert tomllib.loads(config(home).read_text()) == {"username": "alice"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("set", "lead_time", "soon"), "setting-unfit"),
        (("set", "odd", "1"), "setting-unknown"),
        (("get", "odd"), "setting-unknown"),
        (("set", "clusters", "eigr=on"), "setting-unfit"),
        (("set", "clusters", "ela=off"), "setting-unfit"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    home: Home, arguments: tuple[str, ...], code: str
) -> None:
    exit_code, result = home.json("settings", *arguments)
    assert (exit_code, result["error"]["code"]) == (2, code)
    assert not config(home).exists()


@pytest.mark.parametrize("arguments", [("username",), ("username", "alice", "--default")])
def test_a_value_or_the_default_has_to_be_named(home: Home, arguments: tuple[str, ...]) -> None:
    assert home.run("settings", "set", *arguments).returncode == 2


def test_what_is_locked_cannot_be_set(home: Home) -> None:
    lock(home, "reminders = false\n")
    done = home.run("settings", "set", "reminders", "on")
    assert done.returncode == 2
    assert "managed by your organisation" in done.stderr
    assert not config(home).exists()
    assert home.run("settings", "get", "reminders").stdout == "off\n"


def test_a_persons_value_below_a_lock_does_no_harm(home: Home) -> None:
    config(home).write_text("icon = 5\n")
    assert home.run("settings", "get", "icon").returncode == 9
    lock(home, 'icon = "ring"\n')
    assert home.run("settings", "get", "icon").stdout == "ring\n"


@pytest.mark.parametrize("text", ["not toml [", "odd = 1", "icon = 5"])
def test_a_policy_that_cannot_be_read_is_no_policy_to_pass_over(home: Home, text: str) -> None:
    path = lock(home, text)
    for arguments in (("settings",), ("settings", "set", "icon", "ring"), ("status",)):
        code, result = home.json(*arguments)
        assert (code, result["error"]["code"]) == (9, "settings-unreadable")
        assert str(path) in result["error"]["detail"]


TRUSTED = ["config/config.toml", "config/site.toml", "machine/policy.toml"]


def external_changes(home: Home, name: str) -> Path:
    path = home.path / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    return path


@pytest.mark.parametrize("name", [*TRUSTED, "machine/sites/cscs.toml"])
@pytest.mark.parametrize("above", [1, 2])
def test_a_folder_where_others_may_put_another_is_refused(
    home: Home, name: str, above: int
) -> None:
    (home.path / "machine").mkdir()
    path = external_changes(home, name)
    folder = path.parents[above - 1]
    folder.chmod(0o777)
    code, result = home.json("status")
    assert (code, result["error"]["code"]) == (9, "settings-unreadable")
    reason = f"{path}: Other users may change the folder {folder}. To fix that: chmod go-w "
    assert result["error"]["detail"].startswith(reason)
    folder.chmod(0o1777)
    assert home.json("status")[0] == 6


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("name", TRUSTED)
@pytest.mark.parametrize("above", [0, 1])
def test_what_is_somebody_elses_is_refused(home: Home, name: str, above: int) -> None:
    path = external_changes(home, name)
    culprit = (path, path.parent)[above]
    os.chown(culprit, 12345, -1)
    code, result = home.json("status")
    assert (code, result["error"]["code"]) == (9, "settings-unreadable")
    assert f"{culprit} belongs to another user (12345)" in result["error"]["detail"]


@pytest.mark.parametrize("name", TRUSTED)
def test_a_file_that_others_may_write_is_refused(home: Home, name: str) -> None:
    path = external_changes(home, name)
    path.chmod(0o666)
    before = path.read_bytes()
    for arguments in (("status",), ("settings", "set", "clusters", "eiger=on")):
        code, result = home.json(*arguments)
        assert (code, result["error"]["code"]) == (9, "settings-unreadable")
        assert name in result["error"]["detail"]
    assert path.read_bytes() == before


def test_what_is_shipped_is_taken_however_it_was_unpacked(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may write there may write the program itself."""
    shipped = shutil.copytree(glance.resources() / "sites", tmp_path / "shipped/sites")
    for path in (shipped, shipped / "cscs.toml"):
        path.chmod(0o777)
    monkeypatch.setattr(glance, "resources", lambda: shipped.parent)
    at = find_paths({"ALPKEY_HOME": str(home.path)}, sys.platform, "/nowhere", os.getuid())
    assert glance.site(at).key_file == "cscs-key"


def test_managed_preferences_of_macos_lock_too(home: Home) -> None:
    """The file as macOS writes it, read on whatever system this runs: only its place differs."""
    home.path.joinpath("machine").mkdir()
    at = find_paths({"ALPKEY_HOME": str(home.path)}, "darwin", "/Users/alice", os.getuid())
    whole, own = at.policies
    own.parent.mkdir()
    whole.write_bytes(plistlib.dumps({"icon": "ring", "reminders": False}))
    own.write_bytes(plistlib.dumps({"reminders": True}, fmt=plistlib.FMT_BINARY))
    found = glance.chosen(at)
    assert (found.settings.icon, found.settings.reminders) == ("ring", True)
    assert found.is_locked("icon")


@pytest.mark.parametrize("content", [b"<plist", b"bplist00", b"", plistlib.dumps([1])])
def test_managed_preferences_that_cannot_be_read_are_said(home: Home, content: bytes) -> None:
    at = find_paths({"ALPKEY_HOME": str(home.path)}, "darwin", "/Users/alice", os.getuid())
    at.machine.mkdir()
    at.policies[0].write_bytes(content)
    with pytest.raises(InvalidFile):
        glance.chosen(at)


def test_a_file_that_cannot_be_read_is_set_aside_by_a_change(home: Home) -> None:
    config(home).write_text("username = alice\n")
    assert home.json("settings")[1]["error"]["code"] == "settings-unreadable"
    done = home.run("settings", "set", "icon", "ring")
    assert done.returncode == 0
    (aside,) = config(home).parent.glob("config.toml.unreadable-*")
    assert str(aside) in done.stderr
    assert aside.read_text() == "username = alice\n"
    assert config(home).read_text() == 'icon = "ring"\n'


def test_a_wrong_value_is_mended_by_a_right_one(home: Home) -> None:
    config(home).write_text('# mine\nlead_time = "soon"\nicon = 5\n')
    assert home.json("settings", "set", "lead_time", "2h")[0] == 0
    assert home.json("settings")[0] == 9
    assert home.json("settings", "set", "icon", "--default")[0] == 0
    assert home.json("settings")[0] == 0
    assert config(home).read_text() == '# mine\nlead_time = "2h"\n'


def test_events_say_what_was_set_aside_and_end_with_the_row(home: Home) -> None:
    config(home).write_text("not toml [")
    with home.converse("settings", "set", "icon", "ring") as talk:
        warning = talk.until("warn", code="settings-set-aside")
        code, last = talk.end()
    assert (code, last["event"], last["result"]["value"]) == (0, "done", "ring")
    assert warning["params"]["path"] == last["result"]["set_aside"]


def test_clusters_are_added_and_hidden_everywhere(home: Home) -> None:
    home.renew()
    assert home.json("settings", "set", "clusters", "mine=daint.alps.cscs.ch daint=off")[0] == 0
    done = home.run("connect", "mine", "--here", "--", "hostname")
    assert (done.stdout, done.returncode) == ("daint\n", 0), done.stderr
    assert home.run("connect", "daint", "--here", "--", "hostname").stdout == "daint\n"
