"""Host keys by the real ssh, against the sandbox's hosts."""

import json
from pathlib import Path

import pytest

from tests.centre import Home
from tests.core.sites import site
from tests.e2e.terminal import Terminal
from tests.e2e.test_import import logs_in
from tests.keys import keygen, make_key

NAMES = [site().jump_host, *(host.name for host in site().clusters)]


@pytest.fixture
def renewed(home: Home) -> Home:
    assert home.renew()[0] == 0
    return home


@pytest.fixture
def stranger(renewed: Home) -> Home:
    """A home that has never met any of the hosts."""
    known_hosts(renewed).unlink()
    return renewed


def known_hosts(home: Home) -> Path:
    return home.path / "ssh/known_hosts"


def states(home: Home) -> dict[str, str]:
    code, result = home.json("hosts", "list")
    assert code == 0, result
    return {one["name"]: one["state"] for one in result["hosts"]}


def true_key(home: Home, name: str) -> str:
    """The host's key as the sandbox prepared it for a home of its own."""
    lines = (Path(home.centre.facts.home) / "ssh/known_hosts").read_text().splitlines()
    rows = (line.split() for line in lines)
    return next(" ".join(row[1:3]) for row in rows if row[0].split(",")[0] == name)


def true_fingerprint(home: Home, name: str, folder: Path) -> str:
    path = folder / f"{name}.pub"
    path.write_text(true_key(home, name) + "\n")
    return keygen("-l", "-f", path).split()[1]


def test_known_ones_are_known(renewed: Home) -> None:
    assert states(renewed) == dict.fromkeys(NAMES, "known")
    assert "ela: known already" in renewed.run("hosts", "list").stdout


def test_without_a_key_only_the_jump_host_shows_its_own(home: Home) -> None:
    assert states(home) == {"ela": "known", **dict.fromkeys(NAMES[1:], "unreachable")}


def test_at_a_first_use_nobody_vouches(stranger: Home) -> None:
    assert states(stranger) == dict.fromkeys(NAMES, "unknown")
    assert not known_hosts(stranger).exists()


def test_all_are_shown_at_once_and_truly(stranger: Home, tmp_path: Path) -> None:
    """Also those behind a host that nobody has accepted yet."""
    shown = {one["name"]: one["fingerprint"] for one in stranger.json("hosts", "list")[1]["hosts"]}
    assert shown == {name: true_fingerprint(stranger, name, tmp_path) for name in NAMES}


def test_what_is_accepted_is_the_true_key_and_opens_the_way(stranger: Home, tmp_path: Path) -> None:
    code, result = stranger.json("hosts", "accept", "daint", "ela", "--yes")
    assert (code, result["accepted"]) == (0, ["ela", "daint"])
    for one in result["hosts"]:
        assert one["fingerprint"] == true_fingerprint(stranger, one["name"], tmp_path)
    assert states(stranger)["santis"] == "unknown"
    assert logs_in(stranger)
    before = known_hosts(stranger).read_bytes()
    code, result = stranger.json("hosts", "accept", "daint", "ela")
    assert (code, result["accepted"]) == (0, [])
    assert known_hosts(stranger).read_bytes() == before
    external_changes = json.loads((stranger.path / "state/touched.json").read_text())["known_hosts"]
    assert "".join(line + "\n" for line in external_changes["lines"]).encode() == before


def test_what_stands_there_stays(stranger: Home) -> None:
    known_hosts(stranger).write_text("# mine\nelsewhere ssh-ed25519 AAAA")
    assert stranger.json("hosts", "accept", "ela", "--yes")[0] == 0
    lines = known_hosts(stranger).read_text().splitlines()
    assert lines[:2] == ["# mine", "elsewhere ssh-ed25519 AAAA"]
    assert len(lines) == 3


def test_an_odd_folder_for_temporary_files(stranger: Home, tmp_path: Path) -> None:
    odd = tmp_path / 'a %h "b'
    odd.mkdir()
    done = stranger.run("hosts", "accept", "ela", "--yes", TMPDIR=str(odd))
    assert done.returncode == 0, done.stderr
    assert list(odd.rglob("known_hosts")) == []


def test_a_cluster_behind_an_unknown_jump_host_waits(stranger: Home) -> None:
    code, result = stranger.json("hosts", "accept", "daint", "--yes")
    assert (code, result["error"]["code"]) == (5, "host-waiting")
    assert "hosts accept ela daint" in result["error"]["next_step"]


def test_nobody_to_ask_accepts_nothing(stranger: Home) -> None:
    code, result = stranger.json("hosts", "accept", "ela")
    assert (code, result["error"]["code"]) == (10, "host-question")
    assert "--yes" in result["error"]["next_step"]
    assert not known_hosts(stranger).exists()


@pytest.mark.parametrize(("typed", "exit_code"), [("n\n", 10), ("y\n", 0)])
def test_the_question_shows_the_fingerprint(
    stranger: Home, tmp_path: Path, typed: str, exit_code: int
) -> None:
    command = stranger.command("hosts", "accept", "ela")
    with Terminal(command, stranger.environ) as terminal:
        terminal.wait_for(true_fingerprint(stranger, "ela", tmp_path))
        terminal.wait_for("Remember this key")
        terminal.type(typed)
        assert terminal.end() == exit_code
    assert known_hosts(stranger).exists() is (exit_code == 0)


@pytest.mark.parametrize("name", ["ela", "daint"])
def test_a_changed_key_is_explained_and_never_mended(
    renewed: Home, tmp_path: Path, name: str
) -> None:
    true = true_key(renewed, name).split()[1]
    false = make_key(tmp_path / "false").with_name("false.pub").read_text().split()[1]
    text = known_hosts(renewed).read_text()
    assert true in text
    known_hosts(renewed).write_text(text.replace(true, false))
    assert states(renewed)[name] == "changed"
    before = known_hosts(renewed).read_bytes()
    code, result = renewed.json("hosts", "accept", name, "--yes")
    assert (code, result["error"]["code"]) == (9, "host-key-changed")
    assert true_fingerprint(renewed, name, tmp_path) in result["error"]["detail"]
    assert str(known_hosts(renewed)) in result["error"]["detail"]
    assert known_hosts(renewed).read_bytes() == before


@pytest.mark.parametrize("true", [True, False])
def test_the_site_file_vouches_or_contradicts(stranger: Home, tmp_path: Path, true: bool) -> None:
    named = true_fingerprint(stranger, "ela", tmp_path) if true else "SHA256:of/another"
    site = stranger.path / "config/site.toml"
    site.write_text(site.read_text() + f'host_keys = ["{named}"]\n')
    assert states(stranger)["ela"] == ("site" if true else "changed")
    assert stranger.json("hosts", "accept", "ela")[0] == (0 if true else 9)
    assert known_hosts(stranger).exists() is true


def test_a_host_of_nobody_s(home: Home) -> None:
    assert home.run("hosts", "accept", "--yes", "--", "-oProxyCommand=x").returncode == 2
    assert home.json("hosts", "accept", "github.com", "--yes")[0] == 2


def test_a_host_that_is_down(stranger: Home) -> None:
    site = stranger.path / "config/site.toml"
    port = stranger.centre.facts.hosts["ela"]["port"]
    site.write_text(site.read_text().replace(f"port = {port}", "port = 1"))
    assert set(states(stranger).values()) == {"unreachable"}
    code, result = stranger.json("hosts", "accept", "ela", "--yes")
    assert (code, result["error"]["code"]) == (5, "host-unreachable")
    assert "refused" in result["error"]["detail"]
