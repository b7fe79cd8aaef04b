"""keyring's Secret Service backend, with every connection closed and a prompt that is reported.

Import it only where a keychain is needed: it brings keyring and secretstorage with it.
"""

import atexit
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial

import secretstorage
from jeepney import new_method_call
from jeepney.io.blocking import DBusConnection
from keyring.backends import SecretService
from keyring.errors import InitError, KeyringLocked
from secretstorage import Collection
from secretstorage.defines import SS_PATH
from secretstorage.exceptions import (
    ItemNotFoundException,
    LockedException,
    PromptDismissedException,
    SecretServiceNotAvailableException,
)
from secretstorage.util import PROMPT_IFACE, SERVICE_IFACE, DBusAddressWrapper, exec_prompt

_NO_PROMPT = "/"  # the Secret Service's value for none


class Keyring(SecretService.Keyring):
    """Raises keyring's errors only; ``asks`` while the system waits for the user to unlock it.

    WORKAROUND: keyring leaves its connection open where a collection cannot be had (what became of
    jaraco/keyring#380), and makes a new collection, which asks the user for a password, where it
    should only read one (no upstream issue known).
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

    def is_locked(self) -> bool:
        """Show no prompt; where nothing was ever stored nothing is locked."""
        with _translated(), closing(secretstorage.dbus_init()) as bus:
            try:
                return bool(Collection(bus).is_locked())
            except ItemNotFoundException:
                return False

    def get_preferred_collection(self) -> Collection:
        """The default collection, unlocked."""
        bus = secretstorage.dbus_init()
        try:
            return self._unlocked(bus)
        except BaseException:
            bus.close()
            raise

    def _make_collection(self, bus: DBusConnection) -> None:
        """The first secret needs a new collection, whose password the user chooses."""
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
            self._unlock(collection)
            if collection.is_locked():
                raise KeyringLocked("it stays locked")
        return collection

    def _unlock(self, collection: Collection) -> None:
        """As secretstorage does it, but a prompt that outlives this program is taken away.

        WORKAROUND: GNOME's stays on the screen, and holds the keyboard, though its caller is gone
        (gnome-keyring 42; no upstream issue known).
        """
        bus = collection.connection
        service = DBusAddressWrapper(SS_PATH, SERVICE_IFACE, bus)
        _, prompt = service.call("Unlock", "ao", [collection.collection_path])
        if prompt == _NO_PROMPT:
            return
        dismiss = partial(_dismiss, DBusAddressWrapper(prompt, PROMPT_IFACE, bus), bus)
        atexit.register(dismiss)
        try:
            with self._asking():
                exec_prompt(bus, prompt)
        finally:
            atexit.unregister(dismiss)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        self.asks = True
        try:
            yield
        finally:
            self.asks = False


def _dismiss(prompt: DBusAddressWrapper, bus: DBusConnection) -> None:
    """Sent from another thread than the one that waits, so no answer is read."""
    with suppress(OSError):
        bus.send(new_method_call(prompt, "Dismiss"))


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
