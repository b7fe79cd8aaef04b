"""The system's keychain, through keyring: the backends that can be trusted, and no other.

keyring itself may choose one that writes plain files, or one that a setting or a plug-in names, so
it is never asked to.  It is imported at the first call, for it costs more than most commands.
"""

from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any, TypeVar

from alpkey.adapters.process.background_call import run_in_background, within
from alpkey.core.errors import KeychainTrouble
from alpkey.core.secret import Secret

T = TypeVar("T")

# A daemon answers at once or is stuck; a user who is asked to unlock it types a password.
ANSWER_TIMEOUT_S = 10.0
PROMPT_TIMEOUT_S = 120.0

_ABSENT = "No Secret Service and no KWallet can be reached."
_PLAIN = (
    " The package keyrings.alt, which is installed, keeps secrets as plain text: it is not used."
)

# A class of keyring's: keyring is not imported for the sake of a type.
Backend = Any


class SystemKeychain:
    """See :class:`alpkey.core.keychain.ports.Keychain`.

    ``scope`` separates homes.  ``backends`` returns the classes that are allowed here, and
    ``can_ask`` says whether the user can be asked to unlock it.
    """

    def __init__(
        self,
        scope: str,
        backends: Callable[[], Sequence[Backend]],
        *,
        can_ask: bool,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        prompt_timeout_s: float = PROMPT_TIMEOUT_S,
    ) -> None:
        self._scope = scope
        self._backends = backends
        self._can_ask = can_ask
        self._answer_timeout_s = answer_timeout_s
        self._prompt_timeout_s = prompt_timeout_s
        self._chosen: Backend | None = None

    def check(self) -> None:
        self._backend()

    def is_locked(self) -> bool:
        backend = self._backend()
        is_locked = getattr(backend, "is_locked", None)
        return bool(is_locked and self._done(backend, is_locked))

    def opens_unasked(self) -> bool:
        """KWallet may ask even while it is open: whether this program may read.

        macOS unlocks the Keychain at the login, and a signed program reads what it stored itself.
        """
        backend = self._backend()
        if hasattr(backend, "is_locked"):
            return not self.is_locked()
        return _name(backend) == "The Keychain"

    def get(self, entry: str) -> Secret | None:
        backend = self._backend()
        found = self._done(backend, partial(backend.get_password, self._scope, entry))
        return None if found is None else Secret(found)

    def store(self, entry: str, secret: Secret) -> None:
        backend = self._backend()
        action = partial(backend.set_password, self._scope, entry)
        self._done(backend, lambda: action(secret.reveal()))

    def forget(self, entry: str) -> bool:
        if self.get(entry) is None:
            return False
        backend = self._backend()
        self._done(backend, partial(backend.delete_password, self._scope, entry))
        return True

    def _backend(self) -> Backend:
        """The best of those that work here, chosen once."""
        if self._chosen is None:
            try:
                self._chosen = within(self._answer_timeout_s, self._best)
            except TimeoutError:
                raise self._hangs("The desktop's bus") from None
        return self._chosen

    def _best(self) -> Backend:
        usable = [backend for backend in self._backends() if backend.viable]
        if not usable:
            plain = find_spec("keyrings") and find_spec("keyrings.alt")
            raise KeychainTrouble("keychain-absent", reason=_ABSENT + (_PLAIN if plain else ""))
        return max(usable, key=lambda backend: backend.priority)()

    def _done(self, backend: Backend, call: Callable[[], T]) -> T:
        """What the call returns; a backend that hangs is left to itself."""
        from keyring.errors import InitError, KeyringLocked

        running = run_in_background(call)
        if not running.wait(self._answer_timeout_s):
            asks = getattr(backend, "asks", False)
            if not asks:
                raise self._hangs(_name(backend))
            if not running.wait(self._prompt_timeout_s):
                raise KeychainTrouble("keychain-locked", name=_name(backend))
        try:
            return running.result()
        except KeyringLocked:
            if not self._can_ask:
                raise KeychainTrouble("keychain-locked", name=_name(backend)) from None
            raise _refuses(backend, "it asked to be unlocked, and was not.") from None
        except InitError:
            raise KeychainTrouble("keychain-vanished", name=_name(backend)) from None
        except Exception as error:  # noqa: BLE001  backends let errors of all their libraries through
            raise _refuses(backend, f"{type(error).__name__}.") from None

    def _hangs(self, name: str) -> KeychainTrouble:
        return KeychainTrouble("keychain-hangs", name=name, seconds=round(self._answer_timeout_s))


def _refuses(backend: Backend, reason: str) -> KeychainTrouble:
    return KeychainTrouble("keychain-refused", name=_name(backend), reason=reason)


def _name(backend: Backend) -> str:
    module = type(backend).__module__.rpartition(".")[2]
    return {"kwallet": "KWallet", "macOS": "The Keychain"}.get(module, "The Secret Service")
