"""The certificate reader, against ssh-keygen and ``cryptography``."""

import binascii
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import SSHCertificate, load_ssh_public_identity
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.keys.certificate import (
    CLOCK_SLACK,
    Certificate,
    CertificateKind,
    InvalidCertificate,
    Validity,
    fingerprint,
    parse_blob,
    public_key_in,
    public_line,
    read_certificate,
)
from alpkey.core.keys.ssh_wire import string
from tests.keys import KINDS, keygen, make_key, sign

FOREVER = 2**64 - 1


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_key(tmp_path_factory.mktemp("authority") / "ca")


def shown(path: Path) -> dict[str, str]:
    """The one-line facts of ``ssh-keygen -L``."""
    rows = (line.strip().partition(": ") for line in keygen("-L", "-f", path).splitlines()[1:])
    return {name: value for name, _, value in rows}


OPTIONS = {
    "plain": ("-n", "alice", "-V", "-1m:+1h", "-z", str(2**64 - 1)),
    "many": ("-n", ",".join(f"name{n}" for n in range(60)), "-V", "-1m:+1h"),
    "nobody, for ever": (),
    "host": ("-h", "-n", "daint.alps.cscs.ch", "-V", "-1m:+1h"),
    "options": ("-n", "alice", "-O", "force-command=id", "-O", "source-address=127.0.0.0/8"),
    "long ago": ("-n", "alice", "-V", "20000101:20000102"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_it_agrees_with_both_oracles(
    authority: Path, tmp_path: Path, kind: str, options: tuple[str, ...]
) -> None:
    path = sign(authority, make_key(tmp_path / "key", kind), *(options or ("-V", "always:forever")))
    certificate = read_certificate(path.read_bytes())
    facts = shown(path)
    assert facts["Serial"] == str(certificate.serial)
    assert facts["Key ID"] == f'"{certificate.key_id}"'
    assert fingerprint(certificate.public_key) in facts["Public key"]
    assert ("host" in facts["Type"]) == (certificate.kind is CertificateKind.HOST)
    _same_as_cryptography(certificate, path.read_bytes())
    plain = (tmp_path / "key.pub").read_text().rsplit(maxsplit=3)[0].split()[:2]
    assert public_line(certificate.public_key).split() == plain


def _same_as_cryptography(certificate: Certificate, content: bytes) -> None:
    other = load_ssh_public_identity(content)
    assert isinstance(other, SSHCertificate)
    assert certificate.serial == other.serial
    assert certificate.principals == tuple(one.decode() for one in other.valid_principals)
    ends = None if other.valid_before == FOREVER else other.valid_before
    starts = other.valid_after or None
    assert (certificate.valid_after and certificate.valid_after.timestamp()) == starts
    assert (certificate.valid_before and certificate.valid_before.timestamp()) == ends
    assert certificate.extensions == tuple(one.decode() for one in other.extensions)
    assert certificate.critical_options == tuple(one.decode() for one in other.critical_options)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("sk-ssh-ed25519@openssh.com", (bytes(32), b"ssh:")),
        ("sk-ecdsa-sha2-nistp256@openssh.com", None),
    ],
)
def test_keys_in_hardware(
    authority: Path, tmp_path: Path, name: str, fields: tuple[bytes, ...] | None
) -> None:
    """FIDO keys, which ``cryptography`` does not read; ssh-keygen signs their public halves."""
    if fields is None:
        make_key(tmp_path / "point", "ecdsa-256")
        point = binascii.a2b_base64((tmp_path / "point.pub").read_text().split()[1])
        fields = (b"nistp256", point[-65:], b"ssh:")
    blob = string(name.encode()) + b"".join(map(string, fields))
    (tmp_path / "key.pub").write_text(public_line(blob) + " token\n")
    path = sign(authority, tmp_path / "key")
    certificate = read_certificate(path.read_bytes())
    assert certificate.public_key == blob
    assert fingerprint(blob) in shown(path)["Public key"]


@pytest.fixture(scope="module")
def content(authority: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sign(authority, make_key(tmp_path_factory.mktemp("one") / "key")).read_bytes()


@pytest.mark.parametrize(
    "dress",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: b"\n\n" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.strip(),
        lambda text: text + b"\n\n",
        lambda text: b" ".join(text.split()[:2]),
    ],
)
def test_what_clients_and_editors_leave_is_read(content: bytes, dress: object) -> None:
    assert callable(dress)
    assert read_certificate(dress(content)) == read_certificate(content)


@given(cut=st.integers(0, 10_000), more=st.binary(max_size=8))
def test_no_part_of_a_certificate_is_one(content: bytes, cut: int, more: bytes) -> None:
    blob = read_certificate(content).blob
    torn = blob[: cut % len(blob)]
    for wrong in (torn, blob + (more or b"x")):
        with pytest.raises(InvalidCertificate):
            parse_blob(wrong)


@given(st.binary(max_size=300))
def test_nothing_else_ever_comes_out(data: bytes) -> None:
    for read in (parse_blob, read_certificate):
        with pytest.raises(InvalidCertificate):
            read(data)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html>", "web page"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
        (b"ssh-ed25519 AAAA me", "public key"),
        (b"hello", "not a certificate"),
    ],
)
def test_what_it_is_instead_is_named(text: bytes, word: str) -> None:
    with pytest.raises(InvalidCertificate, match=re.escape(word)):
        read_certificate(text)


def test_the_bounds_of_its_life(content: bytes) -> None:
    certificate = read_certificate(content)
    assert certificate.valid_after is not None
    assert certificate.valid_before is not None
    second = timedelta(seconds=1)
    moments = {
        certificate.valid_after - CLOCK_SLACK - second: Validity.NOT_YET_VALID,
        certificate.valid_after - CLOCK_SLACK: Validity.VALID,
        certificate.valid_before - second: Validity.VALID,
        certificate.valid_before: Validity.EXPIRED,
        datetime.max.replace(tzinfo=UTC): Validity.EXPIRED,
    }
    assert {moment: certificate.validity(moment) for moment in moments} == moments


@pytest.mark.parametrize(
    "odd", ["", "ssh-ed25519", "ssh-ed25519 !!", "ssh-rsa AAAAC3NzaC1lZDI1NTE5", "<html> <body>"]
)
def test_what_is_no_line_of_a_public_key_holds_none(odd: str) -> None:
    assert public_key_in(odd) is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_line_of_a_public_key_is_read(tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path / "key", kind)
    line = (tmp_path / "key.pub").read_text()
    public_key = public_key_in(line)
    assert public_key
    assert public_line(public_key).split() == line.split()[:2]
    certificate = sign(make_key(tmp_path / "ca"), key)
    assert public_key_in(certificate.read_text()) is None


def test_comments_and_blank_lines_above_it_are_passed_over(authority: Path, tmp_path: Path) -> None:
    """As ssh does: authfile.c, sshkey_try_load_public."""
    path = sign(authority, make_key(tmp_path / "key"), "-n", "alice", "-V", "-1m:+1h")
    plain = read_certificate(path.read_bytes())
    above = b"# signed at the dashboard\n\n#\n"
    assert read_certificate(above + path.read_bytes()) == plain
    with pytest.raises(InvalidCertificate):
        read_certificate(above)
