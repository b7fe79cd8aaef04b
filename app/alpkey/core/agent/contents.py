"""The entries of an ssh agent, sorted: the current key, Alpkey's stale ones, and the rest."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from alpkey.core.keys.certificate import Certificate, InvalidCertificate, fingerprint, parse_blob


class AgentContents(NamedTuple):
    """``owned`` are the blobs that Alpkey added, ``stale`` those of them to remove.

    ``current``: the installed certificate is among the entries.
    """

    current: bool
    owned: tuple[bytes, ...]
    stale: tuple[bytes, ...]


def sort_out(
    blobs: Iterable[bytes], installed: Certificate | None, made_here: Callable[[str], bool]
) -> AgentContents:
    """Sort the blobs that an agent lists.

    Owned is a key that Alpkey installed on this machine (``made_here`` knows its fingerprint), or a
    certificate for it; foreign keys never are.  Of these, everything is stale but the installed
    certificate and its plain key.
    """
    blobs = list(blobs)
    current = {installed.blob, installed.public_key} if installed else set()
    owned = tuple(
        blob for blob in blobs if blob in current or _is_owned(blob, installed, made_here)
    )
    stale = tuple(blob for blob in owned if blob not in current)
    return AgentContents(installed is not None and installed.blob in blobs, owned, stale)


def _is_owned(blob: bytes, installed: Certificate | None, made_here: Callable[[str], bool]) -> bool:
    public_key = plain_key(blob)
    is_installed = installed is not None and public_key == installed.public_key
    return is_installed or made_here(fingerprint(public_key))


def plain_key(blob: bytes) -> bytes:
    """The plain public key of a key or certificate blob."""
    certificate = certificate_in(blob)
    return certificate.public_key if certificate else blob


def certificate_in(blob: bytes) -> Certificate | None:
    """The certificate that the blob is; None for a plain key."""
    try:
        return parse_blob(blob)
    except InvalidCertificate:
        return None
