"""One certificate on its way: requested, proven, noted, installed and loaded into the agent.

Called under the lock, with cancelling deferred: nothing on disk changes before the certificate is
proven, and one that was issued is never lost.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from datetime import timedelta
from typing import ClassVar, TypeVar

from alpkey.actions.agent.load import LoadableKey, load_after_renewal
from alpkey.actions.agent.unlock import KeyPassphrase
from alpkey.actions.install import note
from alpkey.actions.renewal.world import Reading, RenewalWorld
from alpkey.core.errors import AlpkeyError
from alpkey.core.events import Answer, Event, Step
from alpkey.core.keys.certificate import Certificate
from alpkey.core.secret import Secret
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal import Fact, Issued, Known, MaybeIssued, Refused, fold

T = TypeVar("T")


class Issuance(ABC):
    """The steps that every service shares; a subclass for each service fills them in.

    ``method`` is how the user signed in, None with a saved sign-in; ``passphrase`` protects a key
    that is written; ``reading`` was taken under the lock.
    """

    maybe_granted: ClassVar[tuple[str, ...]] = ("answer-lost",)
    """The codes of errors after which the certificate may have been issued."""

    def __init__(
        self,
        world: RenewalWorld,
        account: str,
        method: SignInMethod | None,
        passphrase: KeyPassphrase,
        reading: Reading,
    ) -> None:
        self._world = world
        self._account = account
        self._method = method
        self._passphrase = passphrase
        self._snapshot = reading.snapshot
        self._attempt = ""

    def run(self) -> Generator[Event, Answer, None]:
        """Raises what the service raises, and InvalidFile where its answer cannot be used."""
        yield from self._issue()
        yield Step("issued")
        certificate = self._prove()
        self._note_issued(certificate)
        yield from self._install(certificate)
        yield Step("installed")
        yield from self._load(certificate)
        yield from self._finish(certificate)

    @abstractmethod
    def _issue(self) -> Generator[Event, Answer, None]:
        """Get the certificate.  Raises what the service raises."""

    @abstractmethod
    def _prove(self) -> Certificate:
        """The certificate, proven to be for this key and account.  Raises InvalidFile."""

    @abstractmethod
    def _note_issued(self, certificate: Certificate) -> None:
        """Write into the journal that it was issued."""

    @abstractmethod
    def _install(self, certificate: Certificate) -> Iterator[Event]:
        """Put it in place.  Raises InvalidFile."""

    @abstractmethod
    def _load(self, certificate: Certificate) -> Iterator[Event]:
        """Load it into the agent; a failure is only a warning."""

    def _finish(self, _: Certificate) -> Iterator[Event]:
        """What is left to do once the certificate is in place; a failure is only a warning."""
        yield from ()

    def _send(
        self,
        request: Callable[[], T],
        lifetime: timedelta,
        *,
        fingerprint: str = "",
        kept: bool = False,
    ) -> T:
        """The answer to one request for a certificate that is valid for ``lifetime``.

        The attempt is in the journal before the request is sent, and stays open there where the
        certificate may have been issued.  Raises what ``request`` raises.
        """
        now, account = self._world.status.clock(), self._account
        self._attempt = uuid.uuid4().hex
        attempt = MaybeIssued(now, account, self._attempt, now + lifetime, fingerprint)
        self._world.status.journal.append([attempt])
        try:
            return request()
        except AlpkeyError as error:
            if error.code not in self.maybe_granted:
                self._note(Refused(now, account, self._attempt, error.code, kept))
            raise

    def _issued(
        self, certificate: Certificate, *, own_key: bool = True, local: bool = False
    ) -> Issued:
        return Issued.of(
            certificate,
            at=self._world.status.clock(),
            account=self._account,
            attempt=self._attempt,
            key_path=self._snapshot.key_path,
            own_key=own_key,
            local=local,
            method=self._method,
        )

    def _load_open_key(
        self, private: Secret, certificate: Certificate, *, protected: bool
    ) -> Iterator[Event]:
        """``private`` has no passphrase; ``protected``: the file on disk has one."""
        status, name = self._world.status, self._snapshot.key_path.name
        key = LoadableKey(private, certificate, name, protected)
        yield from load_after_renewal(status.agents, key, self._known, status.clock)

    @property
    def _known(self) -> Known:
        """What the journal says now, what was noted on the way included."""
        return fold(self._world.status.journal.facts(), self._account)

    def _note(self, fact: Fact) -> None:
        note(self._world.status.journal, fact)
