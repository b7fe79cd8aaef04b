"""Keys and certificates made by ssh-keygen itself, for tests that need the real thing."""

import subprocess
from pathlib import Path

from alpkey.core.keys.certificate import Certificate, read_certificate

KINDS = ("ed25519", "rsa", "ecdsa-256", "ecdsa-384", "ecdsa-521")


def keygen(*arguments: str | Path) -> str:
    """Runs ssh-keygen and returns what it prints."""
    command = ["ssh-keygen", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    """A private key at ``path``, its ``.pub`` beside it."""
    name, _, bits = kind.partition("-")
    size = ("-b", bits) if bits else ("-b", "2048") if name == "rsa" else ()
    keygen("-q", "-t", name, *size, "-N", passphrase, "-C", "made for a test", "-f", path)
    return path


def sign(authority: Path, key: Path, *options: str) -> Path:
    """The certificate for ``key``; valid for an hour and for alice unless ``options`` say more."""
    public = key.with_name(key.name + ".pub")
    given = options or ("-n", "alice", "-V", "-1m:+1h")
    keygen("-q", "-s", authority, "-I", "a key id", *given, public)
    return key.with_name(key.name + "-cert.pub")


def make_pair(folder: Path, kind: str = "ed25519") -> tuple[bytes, Certificate]:
    """A private key's content and a certificate for it."""
    key = make_key(folder / "key", kind)
    certificate = sign(make_key(folder / "ca"), key)
    return key.read_bytes(), read_certificate(certificate.read_bytes())
