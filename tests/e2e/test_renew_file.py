"""A key of another name: renewed like the usual one, which is left alone."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from alpkey.core.keys.certificate import public_key_in, read_certificate
from tests.agents import openssh_agent
from tests.centre import Home
from tests.e2e.person import Person
from tests.e2e.terminal import Terminal
from tests.e2e.test_agent import held
from tests.keychains import secret_service
from tests.keys import keygen, make_key, sign


@pytest.fixture
def home(home: Home) -> Home:
    """Somebody with a key under the usual name."""
    home.centre.empties_account(5)
    assert home.renew()[0] == 0
    return home


@pytest.fixture
def agent(home: Home, tmp_path: Path) -> Iterator[str]:
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        assert home.json("agent", "load")[0] == 0
        yield path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Where another key would lie: in a folder that anybody may look into."""
    folder = tmp_path / "a project"
    folder.mkdir(mode=0o755)
    return folder / "id"


def usual(home: Home) -> dict[str, bytes]:
    files = [*home.key.parent.iterdir(), home.path / "state/look"]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


def principals(key: Path) -> str:
    return keygen("-L", "-f", key.with_name(key.name + "-cert.pub"))


def test_a_key_that_is_there_gets_a_certificate(
    home: Home, person: Person, other: Path, agent: str
) -> None:
    theirs, before, in_agent = make_key(other).read_bytes(), usual(home), held(agent)
    result = person.renews("--file", str(other)).result
    assert result["key_path"] == str(other)
    assert (result["renewed"], result["state"]) == (True, "valid")
    assert result["quota"]["remaining"] == 3
    assert "alice" in principals(other)
    assert other.read_bytes() == theirs
    assert stat.S_IMODE(other.parent.stat().st_mode) == 0o755
    assert (usual(home), held(agent)) == (before, in_agent)
    assert home.json("status")[1]["key_path"] == str(home.key)


def test_where_there_is_none_one_is_made(home: Home, person: Person, other: Path) -> None:
    before = usual(home)
    person.renews("--file", str(other))
    assert sorted(one.name for one in other.parent.iterdir()) == ["id", "id-cert.pub", "id.pub"]
    assert stat.S_IMODE(other.stat().st_mode) == 0o600
    assert usual(home) == before


def test_it_is_good_enough_or_not_by_itself(home: Home, other: Path, person: Person) -> None:
    make_key(other)
    person.renews("--file", str(other), "--duration", "1min")
    assert home.json("renew", "--if-needed")[1]["renewed"] is False
    assert home.json("renew", "--if-needed", "--file", str(other))[0] == 12


def test_by_password_the_pair_goes_there(home: Home, other: Path) -> None:
    before = usual(home)
    code, result = home.renew("--file", str(other))
    assert (code, result["key_path"]) == (0, str(other))
    assert "alice" in principals(other)
    assert usual(home) == before


def test_a_service_accounts_may_lie_elsewhere(home: Home, other: Path) -> None:
    before = usual(home)
    key = {"CSCS_API_KEY": home.centre.facts.api_key}
    done = home.run("renew", "--api-key", "--file", str(other), **key)
    assert done.returncode == 0, done.stderr
    assert home.centre.facts.program in principals(other)
    assert usual(home) == before


def test_a_name_is_looked_up_from_here(home: Home, other: Path, person: Person) -> None:
    make_key(home.path / "id")
    name = str(home.path / "x/../id")
    (home.path / "x").mkdir()
    person.renews("--file", name)
    assert "alice" in principals(home.path / "id")


def test_the_passphrase_of_the_usual_key_does_not_cover_it(
    home: Home, other: Path, person: Person, tmp_path: Path
) -> None:
    with secret_service(tmp_path / "keychain") as keychain:
        keychain.unlock()
        home.environ |= keychain.environ
        assert home.json("passphrase", "keychain")[1]["encrypted"] is True
        assert person.renews("--file", str(other)).result["encrypted"] is False


def test_a_folder_is_none(home: Home, other: Path) -> None:
    assert home.run("renew", "--file", str(other.parent)).returncode == 2


class As(NamedTuple):
    """A file of the person's, as nothing may change it."""

    content: bytes
    inode: int
    mode: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> "As":
        found = path.stat()
        return cls(path.read_bytes(), found.st_ino, found.st_mode, found.st_mtime_ns)


# How a key is written: the type that is made, and the form that ssh-keygen gives it.
FORMS = {
    "pem-rsa": ("rsa", "PEM"),
    "pem-ec": ("ecdsa-256", "PEM"),
    "pkcs8": ("rsa", "PKCS8"),
    "openssh": ("ed25519", "RFC4716"),
}
forms = pytest.mark.parametrize("form", FORMS)


def key_in(form: str, path: Path, passphrase: str = "") -> str:
    """A key in this form; its public half as its ``.pub`` has it."""
    kind, name = FORMS[form]
    make_key(path, kind)
    if name == "RFC4716":
        keygen("-q", "-p", "-P", "", "-N", passphrase, "-f", path)
    else:
        keygen("-q", "-p", "-m", name, "-P", "", "-N", passphrase, "-f", path)
    return public(path).read_text()


def public(key: Path) -> Path:
    return key.with_name(f"{key.name}.pub")


def certified(key: Path) -> bytes:
    """The plain public key that the certificate beside ``key`` is for."""
    return read_certificate(key.with_name(f"{key.name}-cert.pub").read_bytes()).public_key


def signed(home: Home) -> int:
    """How many certificates were ever issued."""
    return len(home.centre.state()["issued"])


@pytest.fixture
def unspent(home: Home) -> Iterator[None]:
    """Nobody signs in and nothing is signed."""
    before, seen = signed(home), len(home.centre.state()["requests"])
    yield
    assert signed(home) == before
    assert home.centre.state()["requests"][seen:] == []


def refused(home: Home, key: Path, *more: str) -> dict[str, Any]:
    """The error by which ``key`` is refused; with all that could be agreed to."""
    before = As.of(key)
    code, told = home.json("renew", "--browser", "--yes", "--file", str(key), *more)
    assert code == 9, told
    assert As.of(key) == before
    error: dict[str, Any] = told["error"]
    assert str(key) in error["title"] + error["detail"]
    return error


@forms
@pytest.mark.parametrize("has_public", [True, False])
@pytest.mark.parametrize("yes", [[], ["--yes"]])
def test_a_key_in_any_form_stays_and_is_certified(
    home: Home, person: Person, other: Path, form: str, has_public: bool, yes: list[str]
) -> None:
    line = key_in(form, other)
    if not has_public:
        public(other).unlink()
    before = As.of(other)
    ended = person.renews("--file", str(other), *yes, answer=True)
    assert (ended.result["state"], ended.warnings) == ("valid", [])
    assert As.of(other) == before
    assert certified(other) == public_key_in(line)
    assert public(other).exists() is has_public
    assert not list(other.parent.glob("*before-alpkey*"))


@pytest.mark.parametrize("form", ["pem-rsa", "pem-ec", "pkcs8"])
def test_a_protected_one_is_certified_by_its_public_half(
    home: Home, person: Person, other: Path, form: str
) -> None:
    line = key_in(form, other, "a passphrase")
    before = As.of(other), As.of(public(other))
    ended = person.renews("--file", str(other), answer=True)
    assert "public-half-believed" in ended.warnings
    assert (As.of(other), As.of(public(other))) == before
    assert certified(other) == public_key_in(line)


@pytest.mark.parametrize("form", ["pem-rsa", "pem-ec", "pkcs8"])
def test_without_it_the_passphrase_is_asked_for_and_the_next_time_no_more(
    home: Home, person: Person, other: Path, form: str
) -> None:
    line = key_in(form, other, "a passphrase")
    public(other).unlink()
    before = As.of(other)
    answers = {"passphrase": "a passphrase", "replace": True}
    ended = person.attempt("renew", "--file", str(other), answers=answers)
    assert ended.code == 0, ended.rows
    assert As.of(other) == before
    assert certified(other) == public_key_in(line) == public_key_in(public(other).read_text())
    assert "a passphrase" not in str(ended.rows)
    again = person.renews("--file", str(other))
    assert [row for row in again.rows if row["event"] == "ask"] == []
    assert As.of(other) == before


@pytest.mark.usefixtures("unspent")
def test_a_wrong_passphrase_is_asked_for_again_and_the_question_cancelled(
    home: Home, other: Path
) -> None:
    key_in("pkcs8", other, "a passphrase")
    public(other).unlink()
    before = As.of(other)
    with home.converse("renew", "--browser", "--file", str(other)) as talk:
        talk.answer(talk.until("ask"), passphrase="another one")
        again = talk.until("ask")
        assert again["error"]["code"] == "passphrase-refused"
        talk.cancel()
        code, row = talk.end()
    assert (code, row["error"]["code"]) == (10, "cancelled")
    assert As.of(other) == before
    assert [one.name for one in other.parent.iterdir()] == ["id"]


@pytest.mark.usefixtures("unspent")
def test_where_nobody_can_be_asked_that_is_said(home: Home, other: Path) -> None:
    key_in("pem-rsa", other, "a passphrase")
    public(other).unlink()
    before = As.of(other)
    for more in ([], ["--yes"]):
        code, told = home.json("renew", "--browser", "--file", str(other), *more)
        assert (code, told["error"]["code"]) == (10, "passphrase-needed")
    assert As.of(other) == before


def test_at_a_terminal_it_is_typed(home: Home, other: Path) -> None:
    key_in("pem-rsa", other, "a passphrase")
    public(other).unlink()
    before = As.of(other)
    command = home.command("renew", "--browser", "--file", str(other))
    with Terminal(command, home.environ) as terminal:
        terminal.wait_for("Passphrase: ")
        terminal.press("\x03")
        assert terminal.end() == 10
    assert As.of(other) == before


@pytest.mark.usefixtures("unspent")
@forms
@pytest.mark.parametrize("has_public", [True, False])
def test_by_password_nothing_is_sent(home: Home, other: Path, form: str, has_public: bool) -> None:
    key_in(form, other)
    if not has_public:
        public(other).unlink()
    before = As.of(other)
    home.centre.forgets_requests()
    code, told = home.renew("--yes", "--file", str(other))
    assert (code, told["error"]["code"]) == (9, "named-key-stays")
    assert f"--browser --file '{other}'" in told["error"]["next_step"]
    assert not home.centre.saw_a_password()
    assert As.of(other) == before
    assert not list(other.parent.glob("*-cert.pub"))


def test_by_password_one_that_the_service_made_is_renewed(home: Home, other: Path) -> None:
    for _ in range(2):
        assert home.renew("--file", str(other))[0] == 0


def test_one_that_the_service_made_is_certified_at_the_gateway_as_it_is(
    home: Home, person: Person, other: Path
) -> None:
    assert home.renew("--file", str(other))[0] == 0
    before = As.of(other)
    person.renews("--file", str(other), answer=True)
    assert As.of(other) == before


@pytest.mark.usefixtures("unspent")
@pytest.mark.parametrize("form", ["pem-rsa", "openssh"])
def test_a_public_half_of_another_key_is_refused(home: Home, other: Path, form: str) -> None:
    key_in(form, other)
    wrong = make_key(home.path / "wrong")
    public(other).write_bytes(public(wrong).read_bytes())
    error = refused(home, other)
    assert error["code"] == "named-public-differs"
    assert "ssh-keygen -y -f" in error["next_step"]


@pytest.mark.usefixtures("unspent")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"PuTTY-User-Key-File-3: ssh-ed25519\n", "puttygen"),
        (b"ssh-ed25519 AAAA me\n", "public key"),
        (b"", "empty"),
        (b"a diary\n", "not a private key"),
        (b"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n", "damaged"),
    ],
)
@pytest.mark.parametrize("has_public", [True, False])
def test_what_cannot_be_read_is_refused_by_name(
    home: Home, other: Path, text: bytes, said: str, has_public: bool
) -> None:
    other.write_bytes(text)
    if has_public:
        public(other).write_bytes(public(make_key(home.path / "any")).read_bytes())
    assert said in refused(home, other)["detail"]
    assert refused(home, other, "--replace")["code"] == "named-key-unread"


@pytest.mark.usefixtures("unspent")
def test_a_key_of_the_type_dsa_is_refused(home: Home, other: Path) -> None:
    key = dsa.generate_private_key(2048)
    form = (Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    other.write_bytes(key.private_bytes(*form))
    assert refused(home, other)["code"] == "named-key-unread"


@pytest.mark.usefixtures("unspent")
def test_what_only_has_the_name_of_a_file_is_refused(home: Home, other: Path) -> None:
    os.mkfifo(other)
    for method in (["--browser"], ["--api-key"], []):
        assert home.json("renew", *method, "--file", str(other))[0] == 9
    other.unlink()
    other.symlink_to(other.with_name("nowhere"))
    code, told = home.json("renew", "--browser", "--file", str(other))
    assert (code, told["error"]["code"]) == (9, "files-unfit")
    assert home.renew("--yes", "--file", str(other))[0] == 9
    assert [one.name for one in other.parent.iterdir()] == ["id"]
    other.unlink()
    public(other).write_text("ssh-ed25519-cert-v01@openssh.com of somebody\n")
    code, told = home.json("renew", "--browser", "--file", str(other))
    assert (code, told["error"]["code"]) == (9, "named-public-unread")


@pytest.mark.usefixtures("unspent")
def test_a_certificate_of_another_centre_stays(home: Home, other: Path) -> None:
    make_key(other)
    theirs = sign(make_key(home.path / "another centre"), other, "-n", "me", "-V", "-1m:+1d")
    before = As.of(theirs)
    assert refused(home, other)["code"] == "named-certificate-stays"
    theirs.write_text("notes of the person\n")
    assert refused(home, other)["code"] == "named-certificate-stays"
    theirs.write_bytes(before.content)
    other.unlink()
    public(other).unlink()
    assert home.renew("--yes", "--file", str(other))[1]["error"]["code"] == (
        "named-certificate-stays"
    )
    assert theirs.read_bytes() == before.content


def test_one_that_has_ended_is_kept_aside(home: Home, person: Person, other: Path) -> None:
    make_key(other)
    theirs = sign(make_key(home.path / "another centre"), other, "-n", "me", "-V", "-2d:-1d")
    content = theirs.read_bytes()
    assert person.renews("--file", str(other)).warnings == ["backup-kept"]
    [aside] = other.parent.glob("id-cert.pub.before-alpkey-*")
    assert aside.read_bytes() == content


@pytest.mark.usefixtures("unspent")
def test_a_key_of_the_name_that_waiting_ones_have_is_not_taken(home: Home, other: Path) -> None:
    for text in (make_key(home.path / "any").read_bytes(), b"notes\n"):
        following = other.with_name("id.next")
        following.write_bytes(text)
        code, told = home.json("renew", "--browser", "--file", str(other))
        assert (code, told["error"]["code"]) == (9, "files-unfit")
        assert following.read_bytes() == text


def test_a_key_closed_to_writing_stays_so(home: Home, person: Person, other: Path) -> None:
    make_key(other).chmod(0o400)
    before = As.of(other)
    person.renews("--file", str(other))
    assert As.of(other) == before


@forms
def test_a_service_account_has_a_named_key_certified(home: Home, other: Path, form: str) -> None:
    line = key_in(form, other)
    following = other.with_name("id.next")
    following.write_text("notes\n")
    before = As.of(other)
    key = {"CSCS_API_KEY": home.centre.facts.api_key}
    for _ in range(2):
        done = home.run("renew", "--api-key", "--file", str(other), **key)
        assert done.returncode == 0, done.stderr
    assert As.of(other) == before
    assert certified(other) == public_key_in(line)
    assert following.read_text() == "notes\n"


def test_a_service_account_is_never_asked_for_a_passphrase(home: Home, other: Path) -> None:
    key_in("pem-rsa", other, "a passphrase")
    public(other).unlink()
    before = As.of(other)
    key = {"CSCS_API_KEY": home.centre.facts.api_key}
    done = home.run("renew", "--api-key", "--file", str(other), **key)
    assert done.returncode == 10, done.stderr
    assert As.of(other) == before
