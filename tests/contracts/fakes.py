"""Named fakes of ports; each passes the contract of its real adapter."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from alpkey.adapters.private_key import load, public_blob
from alpkey.core.certificate import Certificate
from alpkey.core.errors import Unreachable
from alpkey.core.journal import Fact
from alpkey.core.ports import Holder
from alpkey.core.ports_agent import Identity

ME = Holder("alpkey (1)", "a computer", "2026-01-02T03:04:05Z")


class FakeJournal:
    """Keeps facts in memory."""

    def __init__(self) -> None:
        self._facts: list[Fact] = []

    def facts(self) -> list[Fact]:
        return list(self._facts)

    def append(self, facts: Iterable[Fact]) -> None:
        self._facts.extend(facts)


class FakeLock:
    """Never waits: whoever comes second is refused at once."""

    weak = False

    def __init__(self) -> None:
        self._holder: Holder | None = None

    def holder(self) -> Holder | None:
        return self._holder

    @contextmanager
    def held(self, timeout_s: float) -> Iterator[None]:
        if self._holder is not None:
            raise Unreachable("lock-held", process=ME.process, host=ME.host, since=ME.since)
        self._holder = ME
        try:
            yield
        finally:
            self._holder = None


class FakeAgent:
    """Keeps what it is given, in order."""

    socket: str | None = "fake"

    def __init__(self) -> None:
        self._held: dict[bytes, str] = {}

    def identities(self) -> list[Identity]:
        return [Identity(blob, comment) for blob, comment in self._held.items()]

    def add(
        self,
        private: bytes,
        comment: str,
        *,
        certificate: Certificate | None = None,
        lifetime_s: int | None = None,
    ) -> None:
        self._held[certificate.blob if certificate else public_blob(load(private))] = comment

    def remove(self, blob: bytes) -> None:
        self._held.pop(blob, None)
