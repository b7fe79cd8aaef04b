"""Named fakes of ports; each passes the contract of its real adapter."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from alpkey.core.errors import Unreachable
from alpkey.core.journal import Fact
from alpkey.core.ports import Holder

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
