"""Add, change and remove the passphrase of a private key."""

import secrets

from alpkey.adapters.keys import private_key
from alpkey.core.errors import InvalidFile, InvalidInput, SignInRefused
from alpkey.core.keys.private_key_header import InvalidPrivateKey, read_head
from alpkey.core.secret import Secret


def change_passphrase(private: Secret, old: Secret | None, new: Secret | None) -> Secret:
    """See :data:`alpkey.core.keys.ports.ChangePassphrase`."""
    content = private.reveal().encode("latin-1", errors="replace")
    wanted = _typed(new) if new else None
    try:
        read_head(content)  # its errors name best what a file is that holds no key
        written = private_key.recoded(content, _typed(old) if old else None, wanted)
    except private_key.PassphraseWrong:
        raise SignInRefused("passphrase-refused", retryable=True) from None
    except InvalidPrivateKey as error:
        raise InvalidFile("key-unreadable", reason=str(error)) from None
    return Secret(written.decode())


def made_passphrase() -> Secret:
    """A new passphrase of 256 bits, for the keychain; it need not be typed."""
    return Secret(secrets.token_urlsafe(32))


def _typed(passphrase: Secret) -> bytes:
    """The bytes that a terminal sends for it.  Raises InvalidInput where it can send none."""
    text = passphrase.reveal()
    if not all(letter.isprintable() or "\udc80" <= letter <= "\udcff" for letter in text):
        raise InvalidInput("passphrase-unfit")
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        raise InvalidInput("passphrase-unfit") from None
