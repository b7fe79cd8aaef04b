"""What a text holds, and which certificate is chosen, with keys of every type."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.errors import AlpkeyError
from alpkey.core.keys.certificate import read_certificate
from alpkey.core.keys.import_candidates import Candidates, Choice, OwnedKey
from alpkey.core.keys.key_file_kinds import (
    Download,
    Find,
    FoundCertificate,
    FoundKey,
    UnusableFile,
    decoded,
    recognise,
)
from alpkey.core.messages.describe_error import describe
from alpkey.core.messages.errors import ERRORS
from alpkey.core.secret import Secret
from tests.keys import KINDS, keygen, make_key, sign

NOW = datetime.now(UTC)


def found(text: str) -> list[Find]:
    return list(recognise([Download("it", Secret(text))]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_and_a_certificate_are_told_apart(tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path / "key", kind)
    certificate = sign(make_key(tmp_path / "ca", "rsa"), key)
    private, signed = found(key.read_text() + certificate.read_text())
    assert isinstance(private, FoundKey)
    assert private.private.reveal() == key.read_text()
    assert isinstance(signed, FoundCertificate)
    assert signed.certificate == read_certificate(certificate.read_bytes())


@pytest.mark.parametrize("form", ["PEM", "PKCS8"])
@pytest.mark.parametrize("passphrase", ["", "a passphrase"])
def test_old_formats_keep_their_headers(tmp_path: Path, form: str, passphrase: str) -> None:
    key = make_key(tmp_path / "key", "rsa")
    keygen("-q", "-p", "-m", form, "-P", "", "-N", passphrase, "-f", key)
    (private,) = found(key.read_text().replace("\n", "\r\n"))
    assert isinstance(private, FoundKey)
    assert private.private.reveal() == key.read_text()


@pytest.mark.parametrize("between", [" ", "\n    ", "\r\n", ""])
def test_a_key_that_lost_its_lines_is_read(tmp_path: Path, between: str) -> None:
    key = make_key(tmp_path / "key")
    begin, *body, end = key.read_text().splitlines()
    (private,) = found(f"{begin}{between}{between.join(body)}{between}{end}")
    assert isinstance(private, FoundKey)
    again = tmp_path / "again"
    again.write_text(private.private.reveal())
    again.chmod(0o600)
    assert keygen("-y", "-f", again) == keygen("-y", "-f", key)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_whatever_an_editor_saved_it_as(encoding: str) -> None:
    assert decoded("a key".encode(encoding)) == "a key"


@given(st.text())
def test_of_any_text_something_is_said(text: str) -> None:
    assert found(text)


class World:
    """Keys and certificates by ssh-keygen, and what is chosen of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = make_key(folder / "ca")
        self.keys: list[OwnedKey] = []
        self.certificates: list[FoundCertificate] = []
        self.installed: OwnedKey | None = None
        self.account: str | None = "alice"

    def key(self, name: str, *, kept: bool = True) -> Path:
        path = make_key(self.folder / name)
        if kept:
            self.keys.append(self.owned(path))
        return path

    def owned(self, path: Path, *, here: bool = False) -> OwnedKey:
        text = sign(self.authority, path).read_bytes()
        download = None if here else Download(path.name, Secret(""), path)
        return OwnedKey(Secret(path.name), read_certificate(text).public_key, False, download)

    def sign(self, key: Path, *options: str, name: str = "a certificate") -> None:
        path = sign(self.authority, key, *options)
        download = Download(name, Secret(""), self.folder / name)
        line = path.read_text()
        self.certificates.append(FoundCertificate(download, line, read_certificate(line.encode())))

    def choose(self, *useless: UnusableFile) -> Choice:
        return Candidates(
            self.keys, self.certificates, useless, self.installed, self.account, "the page", "a-key"
        ).choose(NOW)

    def refusal(self, *useless: UnusableFile) -> AlpkeyError:
        with pytest.raises(AlpkeyError) as raised:
            self.choose(*useless)
        said = describe(raised.value)
        assert "{" not in said.title + said.detail + said.next_step
        return raised.value


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def user(*validity: str, name: str = "alice") -> tuple[str, ...]:
    return ("-n", name, "-V", *validity)


def test_the_one_that_lives_longest_wins(world: World) -> None:
    for name, validity in (("a", "-1h:+1h"), ("b", "-1h:+9h"), ("c", "-9h:-1h"), ("d", "+8h:+99h")):
        world.sign(world.key(name), *user(validity), name=name)
    assert world.choose().key.private == Secret("b")


def test_one_that_lives_for_ever_wins(world: World) -> None:
    world.sign(world.key("a"), *user("-1h:+1h"))
    world.sign(world.key("b"), *user("always:forever"))
    assert world.choose().certificate.valid_before is None


def test_the_installed_key_wins_over_a_copy_and_the_copy_is_named(world: World) -> None:
    key = world.key("a")
    world.installed = world.owned(key, here=True)
    world.sign(key, *user("-1h:+1h"), name="one")
    world.certificates.append(world.certificates[0])
    choice = world.choose()
    assert choice.key is world.installed
    assert [one.name for one in choice.downloads] == ["a", "one"]


def test_without_a_known_name_the_certificate_says_it(world: World) -> None:
    world.account = None
    world.sign(world.key("a"), *user("-1h:+1h", name="bob"))
    assert world.choose().certificate.principals == ("bob",)


def test_what_came_furthest_is_told_of(world: World) -> None:
    """From a torn file to one that ran out, each hides the ones before it."""
    torn = UnusableFile(Download("torn", Secret("")), "import-torn")
    key = world.key("a")
    assert world.refusal().code == "import-no-certificate"
    assert world.refusal(torn).code == "import-torn"
    world.sign(key, "-h", "-n", "a host")
    assert world.refusal(torn).code == "import-host-certificate"
    world.sign(world.key("b", kept=False), *user("-1h:+1h"))
    assert world.refusal(torn).code == "import-mismatch"
    world.sign(key, *user("-1h:+1h", name="bob"))
    assert world.refusal(torn).code == "import-foreign"
    world.sign(key, *user("-9h:-2h"), name="older")
    world.sign(key, *user("-9h:-1h"), name="newer")
    refusal = world.refusal(torn)
    assert (refusal.code, refusal.exit_code, refusal.params["name"]) == (
        "import-expired",
        7,
        "newer",
    )
    world.sign(key, *user("+1h:+2h"))
    assert world.refusal(torn).code == "import-early"
    world.sign(key, *user("-1h:+1h"))
    assert world.choose().certificate.validity(NOW + timedelta(minutes=1)).value == "valid"


def test_a_certificate_for_a_key_elsewhere(world: World) -> None:
    world.sign(world.key("a", kept=False), *user("-1h:+1h"))
    assert world.refusal().code == "import-no-key"


CODES = [code for code in ERRORS if code.startswith("import-")]


@pytest.mark.parametrize("code", CODES)
def test_each_wrong_thing_says_what_to_do(code: str) -> None:
    said = ERRORS[code]
    assert "Nothing was changed" in said.detail or code.startswith("import-nothing")
    assert len(said.next_step) > 20


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n> ", "=\n", "\n    "])
def test_a_certificate_that_a_mail_program_wrapped_is_read(tmp_path: Path, between: str) -> None:
    path = sign(make_key(tmp_path / "ca"), make_key(tmp_path / "key"), *user("-1m:+1h"))
    kind, blob, *_ = path.read_text().split()
    pieces = between.join(blob[at : at + 60] for at in range(0, len(blob), 60))
    for text in (f"Dear Alice,\n{kind} {pieces} a comment\nBye", f"{kind} {pieces}"):
        (find,) = found(text)
        assert isinstance(find, FoundCertificate), find
        assert find.line == f"{kind} {blob}"


def test_two_certificates_below_each_other_stay_two(tmp_path: Path) -> None:
    authority = make_key(tmp_path / "ca")
    lines = [
        " ".join(
            sign(authority, make_key(tmp_path / name), *user("-1m:+1h")).read_text().split()[:2]
        )
        for name in ("a", "b")
    ]
    finds = found("\n".join(lines))
    assert [find.line for find in finds if isinstance(find, FoundCertificate)] == lines


@pytest.mark.parametrize("code", ["import-putty", "import-torn"])
def test_a_spoiled_key_beside_its_certificate_is_named(world: World, code: str) -> None:
    world.sign(world.key("key", kept=False), *user("-1m:+1h"))
    useless = UnusableFile(Download("key.ppk", Secret("")), code)
    assert world.refusal(useless).code == code
    assert world.refusal().code == "import-no-key"


def _signed(authority: Path, key: Path) -> str:
    return sign(authority, make_key(key), *user("-1m:+1h")).read_text()
