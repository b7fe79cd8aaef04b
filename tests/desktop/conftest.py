"""A message bus, and the services on it that a test asks for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

import pytest

from alpkey.desktop.bus import Bus, session_bus
from tests.desktop.buses import FakeService
from tests.message_bus import MessageBus

Service = TypeVar("Service", bound=FakeService)
Serve = Callable[[Service], Service]


@pytest.fixture
def bus_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real bus, which is the session's and the system's."""
    with closing(MessageBus(tmp_path)) as bus:
        for kind in ("SESSION", "SYSTEM"):
            monkeypatch.setenv(f"DBUS_{kind}_BUS_ADDRESS", bus.address)
        yield bus.address


@pytest.fixture
def connect() -> Iterator[Callable[[], Bus]]:
    """Connects to the session's bus, which a test may have named; closed at its end."""
    with ExitStack() as connected:

        def open_it(find: Callable[[], Bus] = session_bus) -> Bus:
            bus = find()
            connected.callback(bus.close)
            return bus

        yield open_it


@pytest.fixture
def serve(bus_address: str) -> Iterator[Serve[FakeService]]:
    """Keeps a service until the test's end."""
    with ExitStack() as running:

        def keep(service: FakeService) -> FakeService:
            running.callback(service.end)
            return service

        yield keep
