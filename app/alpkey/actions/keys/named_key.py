"""A key that the user named: it is certified as it is, or refused, and never replaced.

All checks come before a sign-in, so that nothing is signed for a key that cannot be used.
"""

import itertools
import shlex
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from alpkey.actions.agent.unlock import open_key
from alpkey.core.errors import InvalidFile
from alpkey.core.events import Answer, Event, Warn
from alpkey.core.keys.certificate import (
    Certificate,
    InvalidCertificate,
    Validity,
    fingerprint,
    public_key_in,
    public_line,
    read_certificate,
    type_name,
)
from alpkey.core.keys.ports import ChangePassphrase, KeyFiles, Pairs
from alpkey.core.secret import Secret
from alpkey.core.state.facts import Fact, Issued, MaybeIssued
from alpkey.core.state.journal import fold
from alpkey.core.state.ownership import OwnedKeys
from alpkey.core.state.snapshot import Snapshot

# OpenSSH 10 no longer knows it, and no gateway signs it.
_RETIRED_TYPE = "ssh-dss"


@dataclass(frozen=True, slots=True)
class NamedKey:
    """What was found; ``private`` is the file's text, None where there is a public half alone.

    ``elsewhere``: what signs is not in the file.
    ``hidden``: the file shows its public half only with the passphrase, and no ``.pub`` does.
    """

    private: Secret | None
    public_key: bytes
    encrypted: bool
    elsewhere: bool = False
    hidden: bool = False


def named_key(
    files: KeyFiles, pairs: Pairs, change_passphrase: ChangePassphrase
) -> Generator[Event, Answer, NamedKey | None]:
    """The key that the user named; None where none was, or none is there, so that one may be made.

    Its public half is read from the key, or from the ``.pub`` where a passphrase hides it; where
    there is neither the passphrase is asked for.  Raises InvalidFile, or Cancelled.
    """
    if not files.named:
        return None
    stored, private, text = files.current(), files.private(), files.public()
    beside = public_key_in(text or "")
    if private is None:
        if text is not None and beside is None:
            raise _refused("named-public-unread", files)
        found = NamedKey(None, beside, False, elsewhere=True) if stored and beside else None
    else:
        found = yield from _read(private, beside, files, pairs, change_passphrase)
    if found and type_name(found.public_key) == _RETIRED_TYPE:
        raise _refused("named-key-unread", files, reason="It is a key of the type DSA.")
    if found and beside is not None and beside != found.public_key:
        raise _refused("named-public-differs", files)
    return found


def check_unchanged(key: NamedKey | None, files: KeyFiles) -> None:
    """Raises InvalidFile where another key took its place while the user signed in."""
    private, beside = files.private(), public_key_in(files.public() or "")
    if private != (key.private if key else None):
        raise InvalidFile("key-changed")
    if beside is not None and (key is None or beside != key.public_key):
        raise InvalidFile("key-changed")


def refuse_to_replace(files: KeyFiles, facts: Sequence[Fact]) -> None:
    """Raises InvalidFile where a pair of a service would take the place of a key that was named.

    One that such a service made, and Alpkey put there, is renewed in this way alone.
    """
    if not files.named:
        return
    stored, known = files.current(), fold(facts)
    if stored is None and files.public() is None:
        return
    blob = stored.public_key if stored else None
    if blob is None or stored is None or fingerprint(blob) not in known.service_made:
        raise _refused("named-key-stays", files)


def check_neighbours(files: KeyFiles, facts: Sequence[Fact], now: datetime) -> None:
    """Raises InvalidFile where beside a named key lies a certificate from elsewhere, in use."""
    if not files.named:
        return
    text = files.certificate()
    if text is None or is_own(text, facts):
        return
    certificate = _certificate(text)
    if certificate is None or certificate.validity(now) is not Validity.EXPIRED:
        raise _refused("named-certificate-stays", files)


def check_waiting(files: KeyFiles, pairs: Pairs, facts: Sequence[Fact]) -> None:
    """Raises InvalidFile where a file that Alpkey did not make has a waiting key's name."""
    if not files.named:
        return
    waiting = files.waiting()
    if waiting is None:
        return
    sent = {fact.fingerprint for fact in facts if isinstance(fact, MaybeIssued | Issued)}
    try:
        is_own = fingerprint(pairs.public_key(waiting)) in sent
    except InvalidFile:
        is_own = False
    if not is_own:
        raise InvalidFile(
            path=f"{files.path}.next",
            reason="A key that is made here would wait under this name, which is taken.",
        )


def account_at(snapshot: Snapshot, files: KeyFiles, facts: Sequence[Fact]) -> str | None:
    """The account to renew for; a certificate from elsewhere beside a named key is no evidence."""
    installed = snapshot.certificate
    if not files.named or installed is None or is_own(public_line(installed.blob), facts):
        return snapshot.account
    is_from_it = snapshot.account is not None and snapshot.account in installed.principals
    return fold(facts).account if is_from_it else snapshot.account


def is_own(text: str, facts: Sequence[Fact], issued: Certificate | None = None) -> bool:
    """Whether the certificate came from an authority that certified a key of this computer.

    ``issued`` is one that came just now.
    """
    certificate = _certificate(text)
    if certificate is None:
        return False
    authorities = {fact.authority for fact in facts if isinstance(fact, Issued)}
    if issued:
        authorities.add(fingerprint(issued.authority))
    known = fingerprint(certificate.authority) in authorities
    return known or OwnedKeys.of(facts).has_certificate(certificate)


def keep_certificate(
    files: KeyFiles, facts: Sequence[Fact], issued: Certificate, now: datetime
) -> Iterator[Event]:
    """Copy aside an installed certificate from elsewhere: only its own issuer could replace it."""
    installed = files.certificate()
    if installed is not None and not is_own(installed, facts, issued):
        yield Warn("backup-kept", {"path": str(files.keep_certificate(now))})


def _read(
    private: Secret,
    beside: bytes | None,
    files: KeyFiles,
    pairs: Pairs,
    change_passphrase: ChangePassphrase,
) -> Generator[Event, Answer, NamedKey]:
    stored = files.current()
    encrypted = stored is not None and stored.encrypted
    try:
        own = pairs.public_key(private)
    except InvalidFile as error:
        if error.code != "key-hidden":
            raise _refused("named-key-unread", files, error) from None
    else:
        elsewhere = stored is not None and stored.elsewhere
        return NamedKey(private, own, encrypted, elsewhere)
    if beside is not None:
        yield Warn("public-half-believed", {"path": str(files.path)})
        return NamedKey(private, beside, encrypted)
    try:
        opened = yield from open_key(private, change_passphrase, None, itertools.count(1))
        own = pairs.public_key(opened.private)
    except InvalidFile as error:
        raise _refused("named-key-hidden", files, error) from None
    return NamedKey(private, own, encrypted, hidden=True)


def _certificate(text: str) -> Certificate | None:
    try:
        return read_certificate(text.encode("latin-1"))
    except InvalidCertificate:
        return None


def _refused(
    code: str, files: KeyFiles, why: InvalidFile | None = None, *, reason: str = ""
) -> InvalidFile:
    path = str(files.path)
    known = why.params.get("reason") if why else reason
    return InvalidFile(code, path=path, typed=shlex.quote(path), reason=known)
