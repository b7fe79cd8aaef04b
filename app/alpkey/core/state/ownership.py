"""What Alpkey owns on a computer, for its removal: only what the journal names."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from alpkey.core.agent.contents import certificate_in
from alpkey.core.keychain.entries import NOTHING
from alpkey.core.keys.certificate import Certificate, fingerprint
from alpkey.core.owned_item import OwnedItem
from alpkey.core.state.facts import Fact, Issued
from alpkey.core.state.journal import fold


@dataclass(frozen=True, slots=True)
class OwnedKeys:
    """Keys that Alpkey made or installed here, and certificates that it got for any key.

    ``keys`` are fingerprints, ``certificates`` serials with the fingerprint of their key.
    """

    keys: frozenset[str]
    certificates: frozenset[tuple[int, str]]

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Self:
        issued = [fact for fact in facts if isinstance(fact, Issued)]
        return cls(
            keys=frozenset(fact.fingerprint for fact in issued if fact.own_key),
            certificates=frozenset((fact.serial, fact.fingerprint) for fact in issued),
        )

    def has_key(self, public_key: bytes | None) -> bool:
        return public_key is not None and fingerprint(public_key) in self.keys

    def has_certificate(self, certificate: Certificate) -> bool:
        """Whether it is for a key of Alpkey's, or Alpkey got it for a key of the user's."""
        print_ = fingerprint(certificate.public_key)
        return print_ in self.keys or (certificate.serial, print_) in self.certificates

    def has_entry(self, blob: bytes) -> bool:
        """The same of an entry of an ssh agent, which is one or the other."""
        certificate = certificate_in(blob)
        return self.has_certificate(certificate) if certificate else self.has_key(blob)


def accounts(facts: Iterable[Fact]) -> list[str]:
    """Every account that the journal names, each once."""
    names = (getattr(fact, "account", None) for fact in facts)
    return list(dict.fromkeys(name for name in names if name))


def kept_in_keychain(facts: Iterable[Fact]) -> list[OwnedItem]:
    """What the keychain holds of any account; sign-ins first."""
    facts = list(facts)
    known = {account: fold(facts, account) for account in accounts(facts)}
    sessions = [OwnedItem("session", name) for name, of in known.items() if of.session_kept]
    secrets = [OwnedItem(of.kept, name) for name, of in known.items() if of.kept != NOTHING]
    return [*sessions, *secrets]
