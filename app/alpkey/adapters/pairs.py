"""Proof that a private key and a certificate belong together."""

from alpkey.adapters import private_key
from alpkey.core.certificate import (
    Certificate,
    CertificateUnreadable,
    read_certificate,
)
from alpkey.core.errors import Unfit
from alpkey.core.ports import IssuedPair
from alpkey.core.private_head import PrivateKeyUnreadable, read_head
from alpkey.core.secret import Secret


class RealPairs:
    """Loads the private key and compares; a certificate's own signature is checked too."""

    def prove(self, pair: IssuedPair) -> Certificate:
        certificate = self.check(pair.certificate)
        try:
            private_key.proves(pair.private.reveal().encode(), certificate)
        except (PrivateKeyUnreadable, private_key.PairMismatch) as wrong:
            raise Unfit("answer-unfit", reason=str(wrong)) from None
        return certificate

    def make(self) -> Secret:
        return Secret(private_key.fresh().decode())

    def check(self, certificate: str) -> Certificate:
        try:
            read = read_certificate(certificate.encode())
        except CertificateUnreadable as wrong:
            raise Unfit("answer-unfit", reason=str(wrong)) from None
        if private_key.signature_is_good(read) is False:
            raise Unfit("answer-unfit", reason="The certificate's signature is wrong.")
        return read

    def public_key(self, private: Secret) -> bytes:
        content = private.reveal().encode("latin-1", errors="replace")
        try:
            head = read_head(content)
            if not (head.encrypted or head.in_hardware):
                return private_key.public_blob(private_key.load(content))
        except PrivateKeyUnreadable as wrong:
            raise Unfit("key-unfit", reason=str(wrong)) from None
        if head.public_key is None:
            raise Unfit("key-hidden")
        return head.public_key
