"""Importing what a browser saved or a person pasted, from the sandbox's own key service."""

import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.dsa import DSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from alpkey.adapters.clock import now
from alpkey_sandbox.authority import starting_now
from tests.agents import openssh_agent
from tests.centre import Home
from tests.e2e.inside import change_inside
from tests.e2e.terminal import Terminal
from tests.e2e.test_agent import held
from tests.keys import KINDS, keygen, make_key, sign
from tests.sandbox.client import Client

CTRL_D = "\x04"


@pytest.fixture
def downloads(home: Home) -> Path:
    """The folder that the browser of this home saves to; not the default one."""
    person = Path(home.environ["HOME"])
    folder = person / "From the web"
    folder.mkdir(parents=True)
    (person / ".config").mkdir()
    (person / ".config/user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/From the web"\n')
    return folder


def saved(home: Home, folder: Path, mark: str = "") -> tuple[Path, Path]:
    """A pair as the web page gives it, under the names that a browser chooses."""
    certificate, private = Client(home.centre).sign_in().pair
    key, beside = folder / f"cscs-key{mark}", folder / f"cscs-key-cert{mark}.pub"
    key.write_text(private)
    beside.write_text(certificate)
    return key, beside


def certified(home: Home, key: Path) -> str:
    """A certificate of the sandbox for a key that somebody made."""
    public = load_ssh_public_key(key.with_name(key.name + ".pub").read_bytes())
    body = starting_now("alice", ("alice",), now())
    authority = home.centre.sandbox.centre.authority
    assert not isinstance(public, DSAPublicKey)
    return authority.certify(public, body)


def logs_in(home: Home) -> bool:
    return home.run("connect", "daint", "--here", "--", "hostname").stdout == "daint\n"


def modes(home: Home) -> list[int]:
    paths = (home.key.parent, home.key, home.certificate)
    return [stat.S_IMODE(path.stat().st_mode) for path in paths]


@pytest.mark.parametrize("mark", ["", " (1)", "(2)", "-3"])
def test_a_pair_of_the_downloads_folder_logs_in(home: Home, downloads: Path, mark: str) -> None:
    key, certificate = saved(home, downloads, mark)
    code, result = home.json("import", "--yes")
    assert code == 0, result
    assert (result["imported"], result["state"], result["removed"]) == (True, "valid", [])
    assert set(result["from"]) == {str(key), str(certificate)}
    assert home.pair() == (key.read_bytes(), certificate.read_bytes())
    assert modes(home) == [0o700, 0o600, 0o644]
    assert logs_in(home)


def test_the_newest_valid_pair_is_chosen(home: Home, downloads: Path) -> None:
    """Whatever the names and the times of the files say."""
    home.centre.control("clock", offset_s=-25 * 3600)
    saved(home, downloads, " (2)")
    home.centre.control("clock", offset_s=-3600)
    saved(home, downloads, " (3)")
    home.centre.control("clock", offset_s=0)
    key, _ = saved(home, downloads)
    os.utime(key, (0, 0))
    assert home.json("import", "--yes")[0] == 0
    assert home.key.read_bytes() == key.read_bytes()


def test_an_older_download_does_not_replace_what_lives_longer(home: Home, downloads: Path) -> None:
    home.centre.control("clock", offset_s=-3600)
    key, certificate = saved(home, downloads)
    home.centre.control("clock", offset_s=0)
    home.renew()
    before = home.pair()
    code, result = home.json("import", "--yes")
    assert (code, result["imported"]) == (0, False)
    assert home.pair() == before
    code, result = home.json("import", str(key), str(certificate), "--yes")
    assert (code, result["imported"]) == (0, True)
    assert home.key.read_bytes() == key.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_lone_certificate_is_taken_for_the_key_that_is_here(
    home: Home, downloads: Path, kind: str
) -> None:
    make_key(home.key, kind)
    home.key.chmod(0o644)
    before = home.key.read_bytes(), home.key.stat().st_ino
    saved(home, downloads, " (1)")
    lone = downloads / "cscs-key-cert.pub"
    lone.write_text(certified(home, home.key))
    code, result = home.json("import", str(lone), "--yes")
    assert (code, result.get("from"), result.get("backup")) == (0, [str(lone)], None), result
    assert (home.key.read_bytes(), home.key.stat().st_ino) == before
    assert modes(home) == [0o700, 0o600, 0o644]
    assert logs_in(home)


def test_a_key_of_the_persons_own_stays_theirs(home: Home, tmp_path: Path) -> None:
    """Its certificate was imported, so a later renewal still asks before it takes its place."""
    make_key(home.key)
    lone = tmp_path / "signed.pub"
    lone.write_text(certified(home, home.key))
    assert home.json("import", str(lone), "--yes")[0] == 0
    assert home.renew()[1]["error"]["code"] == "foreign-key"
    assert home.renew("--yes")[0] == 0
    assert len(list(home.key.parent.glob("cscs-key.before-alpkey-*"))) == 1


def test_an_imported_pair_is_ours(home: Home, downloads: Path) -> None:
    saved(home, downloads)
    assert home.json("import", "--yes")[1]["quota"]["used"] == 1
    assert home.json("import", "--yes")[1]["quota"]["used"] == 1
    assert home.renew()[1]["quota"]["used"] == 2


def test_a_certificate_of_another_centre_is_kept_aside(home: Home, downloads: Path) -> None:
    home.key.parent.mkdir(exist_ok=True)
    make_key(home.key)
    theirs = sign(make_key(downloads / "another centre"), home.key).read_bytes()
    saved_ = downloads / "cscs-key-cert.pub"
    saved_.write_text(certified(home, home.key))
    assert home.json("import", "--yes", str(saved_))[0] == 0
    [aside] = home.key.parent.glob("cscs-key-cert.pub.before-alpkey-*")
    assert aside.read_bytes() == theirs


def test_a_foreign_key_is_kept_as_a_backup(home: Home, downloads: Path) -> None:
    saved(home, downloads)
    home.key.write_text("theirs\n")
    code, result = home.json("import")
    assert (code, result["error"]["code"]) == (10, "foreign-key")
    assert home.key.read_text() == "theirs\n"
    code, result = home.json("import", "--yes")
    assert code == 0
    assert Path(result["backup"]).read_text() == "theirs\n"


def test_the_agent_gets_both(home: Home, downloads: Path, tmp_path: Path) -> None:
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        saved(home, downloads)
        assert home.json("import", "--yes")[1]["agent"]["holds_current"] is True
        assert [row.split()[-1] for row in held(path)] == ["(ED25519)", "(ED25519-CERT)"]
        saved(home, downloads)
        home.run("import", "--yes")
        assert len(held(path)) == 2


def test_an_encrypted_key_is_taken_and_left_out_of_the_agent(
    home: Home, downloads: Path, tmp_path: Path
) -> None:
    key, _ = saved(home, downloads)
    key.chmod(0o600)
    keygen("-q", "-p", "-P", "", "-N", "a passphrase", "-f", key)
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        with home.converse("import", "--yes") as talk:
            talk.until("warn", code="agent-passphrase")
            code, last = talk.end()
        assert held(path) == []
    assert (code, last["result"]["encrypted"]) == (0, True)


@pytest.mark.parametrize("typed", ["y\n", "n\n"])
def test_the_downloads_are_removed_after_one_question(
    home: Home, downloads: Path, typed: str
) -> None:
    key, certificate = saved(home, downloads)
    copy = downloads / "cscs-key (1)"
    copy.write_bytes(key.read_bytes())
    kept, _ = saved(home, downloads, "(2)")
    kept.write_text("of another pair\n")
    os.utime(kept.with_name("cscs-key-cert(2).pub"), (0, 0))
    with Terminal(home.command("import", str(downloads)), home.environ) as terminal:
        terminal.wait_for("Remove them")
        terminal.type(typed)
        terminal.wait_for("Key valid until")
        assert terminal.end() == 0
    gone = [not path.exists() for path in (key, certificate, copy)]
    assert gone == [typed == "y\n"] * 3
    assert kept.exists()


def test_an_offer_that_no_one_can_answer_is_skipped(home: Home, downloads: Path) -> None:
    """Whether to delete the downloads is no condition of the installation."""
    key, _ = saved(home, downloads)
    code, result = home.json("import")
    assert (code, result["imported"], result["removed"]) == (0, True, [])
    assert home.run("import").returncode == 0
    assert key.exists()


def test_the_question_of_a_window(home: Home, downloads: Path) -> None:
    key, _ = saved(home, downloads)
    with home.converse("import") as talk:
        ask = talk.until("ask")
        (field,) = ask["fields"]
        assert (field["name"], field["kind"]) == ("remove", "confirm")
        talk.answer(ask, remove=True)
        code, last = talk.end()
    assert (code, len(last["result"]["removed"])) == (0, 2)
    assert not key.exists()
    assert home.pair() is not None


def test_what_is_installed_is_never_offered_for_removal(home: Home) -> None:
    home.renew()
    before = home.pair()
    code, result = home.json("import", str(home.key), str(home.certificate))
    assert (code, result["imported"], result["removed"]) == (0, False, [])
    assert home.pair() == before


PASTES = {
    "as shown": "{private}{certificate}",
    "the other way round": "{certificate}\n\n{private}",
    "from Windows": "\ufeff{private}{certificate}",
    "as answered": '{{"public": "{certificate}", "private": "{private}"}}',
}


@pytest.mark.parametrize("form", PASTES)
def test_a_pasted_pair(home: Home, form: str) -> None:
    certificate, private = Client(home.centre).sign_in().pair
    text = PASTES[form].format(certificate=certificate, private=private)
    if form == "from Windows":
        text = text.replace("\n", "\r\n")
    if form == "as answered":
        text = text.replace("\n", "\\n")
    code, result = home.json("import", "-", typed=text)
    assert code == 0, result
    assert (result["imported"], result["from"]) == (True, [])
    assert home.pair() == (private.encode(), certificate.encode())


def test_a_pasted_certificate_alone(home: Home) -> None:
    make_key(home.key)
    assert home.json("import", "-", typed=certified(home, home.key))[0] == 0
    assert logs_in(home)


def test_a_paste_at_a_terminal_is_not_echoed(home: Home, tmp_path: Path) -> None:
    certificate, private = Client(home.centre).sign_in().pair
    with Terminal(home.command("import", "-"), home.environ) as terminal:
        terminal.wait_for("Ctrl-D")
        for line in (private + certificate).splitlines(keepends=True):
            terminal.type(line)
        terminal.press(CTRL_D)
        terminal.wait_for("Key valid until")
        assert terminal.end() == 0
        assert terminal.echoes
    assert private.splitlines()[2] not in terminal.shown
    assert home.pair() == (private.encode(), certificate.encode())


WRONG = {
    "": (6, "import-nothing"),
    "\n \n": (6, "import-nothing"),
    "<!DOCTYPE html>": (9, "import-web-page"),
    "PuTTY-User-Key-File-3: ssh-ed25519\n": (9, "import-putty"),
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI alice\n": (9, "import-public-key"),
    "hello\n": (9, "import-unknown"),
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n": (9, "import-torn"),
    "ssh-ed25519-cert-v01@openssh.com AAAA\n": (9, "import-damaged"),
}


@pytest.mark.parametrize("text", WRONG)
def test_every_wrong_paste_is_named(home: Home, text: str) -> None:
    code, result = home.json("import", "-", typed=text)
    assert (code, result["error"]["code"]) == WRONG[text]
    assert result["error"]["next_step"]
    assert home.pair() is None


@pytest.mark.parametrize(
    ("fault", "code", "error"),
    [
        ("expired", 7, "import-expired"),
        ("not-yet-valid", 9, "import-early"),
        ("host-certificate", 9, "import-host-certificate"),
        ("mismatched-pair", 9, "import-mismatch"),
        ("plain-key", 9, "import-public-key"),
    ],
)
def test_every_wrong_download_is_named(
    home: Home, downloads: Path, fault: str, code: int, error: str
) -> None:
    home.centre.fault(fault)
    saved(home, downloads)
    exit_code, result = home.json("import", "--yes")
    assert (exit_code, result["error"]["code"]) == (code, error)
    assert home.centre.facts.username not in result["error"]["title"]
    assert home.pair() is None
    assert "Nothing was changed" in home.run("import", "--yes").stderr


def test_another_persons_certificate_is_named(home: Home, downloads: Path) -> None:
    home.renew()
    before = home.pair()
    home.centre.fault("wrong-principal")
    saved(home, downloads)
    code, result = home.json("import", "--yes")
    assert (code, result["error"]["code"]) == (9, "import-foreign")
    assert "mallory, not to alice" in result["error"]["detail"]
    assert home.pair() == before


def test_a_key_without_its_certificate_and_the_other_way_round(home: Home, downloads: Path) -> None:
    key, certificate = saved(home, downloads)
    for path, error in ((key, "import-no-certificate"), (certificate, "import-no-key")):
        code, result = home.json("import", str(path), "--yes")
        assert (code, result["error"]["code"]) == (9, error)


def test_a_forged_signature_is_found(home: Home, tmp_path: Path) -> None:
    key = make_key(tmp_path / "cscs-key")
    certificate = sign(make_key(tmp_path / "ca"), key)
    text = certificate.read_text()
    name, blob, *comment = text.split(" ")
    forged = blob[:-8] + ("A" if blob[-8] != "A" else "B") + blob[-7:]
    certificate.write_text(" ".join((name, forged, *comment)))
    code, result = home.json("import", str(key), str(certificate), "--yes")
    assert (code, result["error"]["code"]) == (9, "import-damaged")
    assert "signature" in result["error"]["detail"]


def test_a_folder_without_keys_and_a_path_to_nowhere(home: Home, downloads: Path) -> None:
    (downloads / "holiday.jpg").write_bytes(b"\xff\xd8")
    (downloads / "cscs-key.crdownload").write_text("half")
    os.mkfifo(downloads / "cscs-key (9)")
    (downloads / "cscs-key (8)").symlink_to("nowhere")
    code, result = home.json("import")
    assert (code, result["error"]["code"]) == (6, "import-nothing")
    assert str(downloads) in result["error"]["detail"]
    assert home.json("import", str(downloads / "none"))[0] == 6
    assert home.json("import", str(downloads / "cscs-key (9)"))[0] == 9
    shutil.rmtree(downloads)
    assert home.json("import")[0] == 6


CUT = """
import json
import os
from pathlib import Path

replace, done = Path.replace, []

def counted(self, target):
    done.append(self)
    if len(done) == {nth}:
        os._exit(99)
    return replace(self, target)

Path.replace = counted
"""


@pytest.mark.parametrize("nth", range(1, 5))
def test_a_cut_at_any_rename_leaves_one_whole_pair(
    home: Home, downloads: Path, tmp_path: Path, nth: int
) -> None:
    """Whoever runs next finishes; and the downloads are still there."""
    home.renew()
    old = home.pair()
    key, certificate = saved(home, downloads)
    plain = dict(home.environ)
    change_inside(home, tmp_path, CUT.format(nth=nth))
    done = home.run("import", str(downloads), "--yes")
    assert done.returncode == 99
    home.environ = plain
    assert home.json("import", str(tmp_path / "nowhere"))[0] == 6  # it finishes first
    new = (key.read_bytes(), certificate.read_bytes())
    assert home.pair() == (old if nth == 1 else new)
    assert home.json("status")[1]["state"] == "valid"
    assert key.exists()
    assert logs_in(home)


def test_a_window_pastes_by_the_answer_to_a_question(home: Home, tmp_path: Path) -> None:
    key, certificate = saved(home, tmp_path)
    with home.converse("import", "-") as talk:
        ask = talk.until("ask")
        assert ask["fields"] == [{"name": "pasted", "kind": "secret", "kept": False, "value": None}]
        talk.answer(ask, pasted=certificate.read_text() + key.read_text())
        found = talk.until("step", id="understood")
        code, last = talk.end()
    assert (code, last["result"]["imported"]) == (0, True)
    assert found["params"]["principals"] == "alice"
    assert found["params"]["ends"] == last["result"]["valid_before"]
    assert home.pair() == (key.read_bytes(), certificate.read_bytes())
    body = key.read_text().splitlines()[1]
    assert all(body not in json.dumps(row) for row in talk.rows)
