"""keyring's Secret Service backend, with every connection closed and a prompt that is told of.

Import it only where a keychain is needed: it brings keyring and secretstorage with it.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import secretstorage
from jeepney.io.blocking import DBusConnection  # type: ignore[import-untyped]
from keyring.backends import SecretService
from keyring.errors import InitError, KeyringLocked
from secretstorage import Collection
from secretstorage.exceptions import (
    ItemNotFoundException,
    LockedException,
    PromptDismissedException,
    SecretServiceNotAvailableException,
)


class Keyring(SecretService.Keyring):
    """Raises keyring's errors only; ``asks`` while the system waits for a person to unlock it.

    WORKAROUND: keyring leaves its connection open where a collection cannot be had, and makes a new
    collection, which asks a person for a password, where it was only to look for one.
    """

    asks = False

    def get_password(self, service: str, username: str) -> str | None:
        with _translated():
            try:
                found: str | None = super().get_password(service, username)  # type: ignore[no-untyped-call]
            except _NoCollection:
                return None
            return found

    def set_password(self, service: str, username: str, password: str) -> None:
        with _translated():
            with closing(secretstorage.dbus_init()) as bus:
                self._make_collection(bus)
            super().set_password(service, username, password)  # type: ignore[no-untyped-call]

    def delete_password(self, service: str, username: str) -> None:
        with _translated():
            super().delete_password(service, username)  # type: ignore[no-untyped-call]

    def get_preferred_collection(self) -> Collection:
        """The default collection, unlocked."""
        bus = secretstorage.dbus_init()
        try:
            return self._unlocked(bus)
        except BaseException:
            bus.close()
            raise

    def _make_collection(self, bus: DBusConnection) -> None:
        """The first secret ever stored needs a place, whose password a person chooses."""
        try:
            Collection(bus)
        except ItemNotFoundException:
            with self._asking():
                secretstorage.create_collection(bus, "Default", "default")

    def _unlocked(self, bus: DBusConnection) -> Collection:
        try:
            collection = Collection(bus)
        except ItemNotFoundException:
            raise _NoCollection from None
        if collection.is_locked():
            with self._asking():
                dismissed = collection.unlock()
            if dismissed or collection.is_locked():
                raise KeyringLocked("it stays locked")
        return collection

    @contextmanager
    def _asking(self) -> Iterator[None]:
        self.asks = True
        try:
            yield
        finally:
            self.asks = False


class _NoCollection(Exception):
    """Nothing was ever stored here."""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (PromptDismissedException, LockedException):
        raise KeyringLocked("it stays locked") from None
    except (SecretServiceNotAvailableException, OSError, EOFError) as gone:
        raise InitError(str(gone)) from None
