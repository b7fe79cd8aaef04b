"""Undoing all that was done outside our own folders; what was the person's is as it was."""

import json
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from tests.centre import Home
from tests.e2e.terminal import Terminal

CONFIG = b"# mine\r\nHost *\r\n  Compression yes\r\nHost daint\r\n  Port 7"
KNOWN = b"# mine\nelsewhere ssh-ed25519 AAAA"
WHAT = ["placed", "placed", "placed", "ssh-line", "ssh-files", "host-keys"]

Tree = dict[str, tuple[int, bytes]]


@pytest.fixture
def plain(home: Home) -> Home:
    """Somebody with an ssh configuration of their own, and a key of ours."""
    assert home.renew()[0] == 0
    for name, content in (("config", CONFIG), ("known_hosts", KNOWN)):
        path = home.path / "ssh" / name
        path.write_bytes(content)
        path.chmod(0o640)
    return home


def outside(home: Home) -> Tree:
    """Every file outside our own folders, with its mode."""
    roots = [home.path / "ssh", home.path / "desktop", home.path / "share"]
    paths = [path for root in roots for path in root.rglob("*") if not path.is_dir()]
    return {
        str(path.relative_to(home.path)): (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
        for path in paths
    }


def use(home: Home) -> None:
    """All that touches something."""
    assert home.json("config", "apply", "--on-demand")[0] == 0
    assert home.json("autostart", "on")[0] == 0
    assert home.json("install-desktop")[0] == 0
    assert home.json("hosts", "accept", "ela", "daint", "--yes")[0] == 0


def external_changes(home: Home) -> list[str]:
    return list(json.loads((home.path / "state/touched.json").read_text()))


def resolved(home: Home, name: str) -> str:
    """What the person's ssh makes of a name; it says nothing besides."""
    command = ["ssh", "-F", str(home.path / "ssh/config"), "-T", "-G", name]
    done = subprocess.run(command, env=home.environ, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_all_of_it_goes_and_what_is_theirs_is_as_it_was(plain: Home) -> None:
    before, meant = outside(plain), resolved(plain, "daint")
    use(plain)
    assert resolved(plain, "daint") != meant
    code, result = plain.json("uninstall", "--yes")
    assert code == 0, result
    assert [one["what"] for one in result["removed"]] == WHAT
    assert (result["left"], result["key_path"]) == ([], str(plain.key))
    assert set(result["folders"]) == {str(plain.path / one) for one in ("config", "state", "logs")}
    assert outside(plain) == before
    assert not (plain.path / "ssh/alpkey").exists()
    assert external_changes(plain) == []
    assert resolved(plain, "daint") == meant
    code, again = plain.json("uninstall")
    assert (code, again["removed"], again["left"]) == (0, [], [])
    assert plain.json("status")[1]["state"] == "valid"


def test_files_that_were_not_there_are_gone(home: Home) -> None:
    assert home.renew()[0] == 0
    (home.path / "ssh/known_hosts").unlink()
    before = outside(home)
    use(home)
    assert (home.path / "ssh/known_hosts").exists()
    assert home.json("uninstall", "--yes")[0] == 0
    assert outside(home) == before


def test_it_can_be_used_again_afterwards(plain: Home) -> None:
    before = outside(plain)
    for _ in range(2):
        use(plain)
        assert plain.json("uninstall", "--yes")[0] == 0
        assert outside(plain) == before


def test_it_asks_once_with_the_list(plain: Home) -> None:
    use(plain)
    before = outside(plain)
    code, result = plain.json("uninstall")
    assert (code, result["error"]["code"]) == (10, "uninstall-question")
    assert "--yes" in result["error"]["next_step"]
    with plain.converse("uninstall") as talk:
        ask = talk.until("ask")
        [field] = ask["fields"]
        assert (field["name"], field["kind"]) == ("uninstall", "confirm")
        listed = field["value"].splitlines()
        assert f"Alpkey's line in {plain.path / 'ssh/config'}" in listed
        assert len(listed) == len(WHAT)
        talk.answer(ask, uninstall=False)
        code, last = talk.end()
    assert (code, last["error"]["code"]) == (10, "cancelled")
    assert outside(plain) == before
    with Terminal(plain.command("uninstall"), plain.environ) as terminal:
        terminal.wait_for("Undo all this")
        assert "alpkey sign-out" in terminal.shown
        terminal.type("y\n")
        terminal.wait_for("The program leaves the way it came.")
        assert terminal.end() == 0
    assert external_changes(plain) == []


@pytest.mark.parametrize("steps", range(1, len(WHAT)))
def test_after_a_cut_the_next_one_ends_it(plain: Home, steps: int) -> None:
    before = outside(plain)
    use(plain)
    with plain.converse("uninstall", "--yes") as talk:
        for _ in range(steps):
            talk.until("step")
        talk.process.send_signal(signal.SIGKILL)
    assert resolved(plain, "elsewhere")
    assert plain.json("uninstall", "--yes")[0] == 0
    assert outside(plain) == before
    assert external_changes(plain) == []


def test_a_folder_left_empty_by_a_cut_goes_the_next_time(home: Home) -> None:
    folder = home.path / "ssh/alpkey"
    folder.mkdir()
    assert home.run("uninstall", "--yes").returncode == 0
    assert not folder.exists()


def test_what_cannot_be_written_stays_and_goes_the_next_time(plain: Home) -> None:
    """Our files for ssh stay with the line that reads them."""
    before = outside(plain)
    use(plain)
    plain.without_root_power()
    folder = plain.path / "ssh"
    mode = stat.S_IMODE(folder.stat().st_mode)
    folder.chmod(0o500)
    try:
        code, result = plain.json("uninstall", "--yes")
    finally:
        folder.chmod(mode)
    assert code == 0, result
    assert [one["what"] for one in result["left"]] == ["ssh-line", "host-keys"]
    assert (folder / "alpkey/config").exists()
    assert "daint.alps.cscs.ch" in resolved(plain, "daint")
    assert plain.json("uninstall", "--yes")[0] == 0
    assert outside(plain) == before


def test_what_the_person_made_of_it_since_is_kept(plain: Home) -> None:
    use(plain)
    config, known = plain.path / "ssh/config", plain.path / "ssh/known_hosts"
    config.write_bytes(config.read_bytes() + b"\nHost later\n")
    known.write_bytes(known.read_bytes() + b"later ssh-ed25519 BBBB\n")
    entry = next((plain.path / "desktop").rglob("*.desktop"))
    entry.write_text(entry.read_text() + "X-Mine=yes\n")
    (plain.path / "ssh/alpkey/notes").write_text("mine")
    done = plain.run("uninstall", "--yes")
    assert done.returncode == 0
    assert config.read_bytes() == CONFIG + b"\nHost later\n"
    assert known.read_bytes() == KNOWN + b"\nlater ssh-ed25519 BBBB\n"
    (kept,) = entry.parent.glob("*.kept-*")
    assert "X-Mine=yes" in kept.read_text()
    assert str(kept) in done.stderr
    assert [one.name for one in (plain.path / "ssh/alpkey").iterdir()] == ["notes"]
    assert "so it stays" in done.stderr


def test_a_line_that_nobody_recorded_goes_too(plain: Home) -> None:
    use(plain)
    (plain.path / "state/touched.json").unlink()
    code, result = plain.json("uninstall", "--yes")
    assert (code, [one["what"] for one in result["removed"]]) == (0, ["ssh-line", "ssh-files"])
    assert (plain.path / "ssh/config").read_bytes() == CONFIG


def test_what_another_version_did_is_told_and_stays(plain: Home) -> None:
    path = plain.path / "state/touched.json"
    path.write_text('{"shell-prompt": {"path": "/somewhere"}}')
    code, result = plain.json("uninstall", "--yes")
    assert (code, result["removed"]) == (0, [])
    assert [(one["name"], one["code"]) for one in result["left"]] == [
        ("shell-prompt", "made-by-another")
    ]
    assert external_changes(plain) == ["shell-prompt"]


def test_a_record_that_cannot_be_read_is_told_and_nothing_is_done(plain: Home) -> None:
    use(plain)
    before = outside(plain)
    path = plain.path / "state/touched.json"
    path.write_text("{torn")
    code, result = plain.json("uninstall", "--yes")
    assert (code, result["error"]["code"]) == (9, "files-unfit")
    assert str(path) in json.dumps(result)
    assert outside(plain) == before


def test_linked_files_are_still_links(plain: Home, tmp_path: Path) -> None:
    for name in ("config", "known_hosts"):
        path = plain.path / "ssh" / name
        path.rename(tmp_path / name)
        path.symlink_to(tmp_path / name)
    use(plain)
    assert plain.json("uninstall", "--yes")[0] == 0
    for name, content in (("config", CONFIG), ("known_hosts", KNOWN)):
        assert (plain.path / "ssh" / name).readlink() == tmp_path / name
        assert (tmp_path / name).read_bytes() == content


def test_nothing_to_undo_is_said(home: Home) -> None:
    done = home.run("uninstall")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Nothing of Alpkey's lies outside its own folders.\n")
