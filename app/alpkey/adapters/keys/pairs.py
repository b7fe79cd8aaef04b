"""Proof that a private key and a certificate belong together."""

from alpkey.adapters.keys import private_key
from alpkey.core.errors import InvalidFile
from alpkey.core.keys.certificate import Certificate, InvalidCertificate, read_certificate
from alpkey.core.keys.ports import IssuedPair
from alpkey.core.keys.private_key_header import InvalidPrivateKey, read_head
from alpkey.core.secret import Secret


class CryptographyKeys:
    """Loads the private key and compares; a certificate's own signature is checked too."""

    def prove(self, pair: IssuedPair) -> Certificate:
        certificate = self.check(pair.certificate)
        try:
            private_key.proves(pair.private.reveal().encode(), certificate)
        except (InvalidPrivateKey, private_key.PairMismatch) as error:
            raise InvalidFile("answer-unfit", reason=str(error)) from None
        return certificate

    def make(self) -> Secret:
        return Secret(private_key.fresh().decode())

    def check(self, certificate: str) -> Certificate:
        try:
            read = read_certificate(certificate.encode())
        except InvalidCertificate as error:
            raise InvalidFile("answer-unfit", reason=str(error)) from None
        if private_key.signature_is_good(read) is False:
            raise InvalidFile("answer-unfit", reason="The certificate's signature is wrong.")
        return read

    def public_key(self, private: Secret) -> bytes:
        content = private.reveal().encode("latin-1", errors="replace")
        try:
            head = read_head(content)
            if not (head.encrypted or head.in_hardware):
                return private_key.public_blob(private_key.load(content))
        except InvalidPrivateKey as error:
            raise InvalidFile("key-unfit", reason=str(error)) from None
        if head.public_key is None:
            raise InvalidFile("key-hidden")
        return head.public_key
