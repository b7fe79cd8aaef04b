"""Opening a private key with the passphrase that a person types."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from alpkey.core.errors import AlpkeyError, SignInRefused, Unsuitable
from alpkey.core.events import Answer, Ask, Await, Event, Field
from alpkey.core.ports import KeyProtection
from alpkey.core.secret import Secret


@dataclass(frozen=True, slots=True)
class Opened:
    """The key without its passphrase, and the whole answer that opened it."""

    private: Secret
    answer: Answer


def open_key(
    private: Secret, protection: KeyProtection, numbers: Iterator[int], field: str = "passphrase"
) -> Generator[Event, Answer, Opened]:
    """Asks for the passphrase until it is the right one.  Raises Unfit where no one would be."""
    error: AlpkeyError | None = None
    while True:
        ask = Ask(next(numbers), (Field(field, "secret"),), error)
        yield ask
        answer = yield Await(ask)
        try:
            return Opened(protection.recoded(private, typed(answer, field), None), answer)
        except (SignInRefused, Unsuitable) as no:
            error = type(no)(no.code, retryable=no.retryable, field=field)


def typed(answer: Answer, field: str) -> Secret:
    """Raises Unsuitable where nothing was typed."""
    secret = answer.get(field)
    if not isinstance(secret, Secret) or not secret:
        raise Unsuitable("passphrase-missing", field=field)
    return secret
