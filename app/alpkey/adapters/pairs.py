"""Proof that a private key and a certificate belong together."""

from alpkey.adapters import private_key
from alpkey.core.certificate import Certificate, CertificateUnreadable, read_certificate
from alpkey.core.errors import Unfit
from alpkey.core.ports import IssuedPair
from alpkey.core.private_head import PrivateKeyUnreadable


class RealPairs:
    """Loads the private key and compares; a certificate's own signature is checked too."""

    def prove(self, pair: IssuedPair) -> Certificate:
        try:
            certificate = read_certificate(pair.certificate.encode())
            private_key.proves(pair.private.reveal().encode(), certificate)
        except (CertificateUnreadable, PrivateKeyUnreadable, private_key.PairMismatch) as wrong:
            raise Unfit("answer-unfit", reason=str(wrong)) from None
        if private_key.signature_is_good(certificate) is False:
            raise Unfit("answer-unfit", reason="The certificate's signature is wrong.")
        return certificate
