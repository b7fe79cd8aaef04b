"""The sandbox, met from outside: over HTTPS, over ssh, and through its control service."""

from collections.abc import Iterator

import pytest

from alpkey_sandbox.sandbox import Sandbox
from tests.e2e.conftest import Centre
from tests.sandbox.client import Client


@pytest.fixture(scope="package")
def running_centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Sandbox(tmp_path_factory.mktemp("centre")) as sandbox:
        yield Centre(sandbox)


@pytest.fixture
def centre(running_centre: Centre) -> Iterator[Centre]:
    """The sandbox, as new but for what it issued; the quota is off until a test sets it."""
    running_centre.reset()
    yield running_centre
    running_centre.reset()


@pytest.fixture
def client(centre: Centre) -> Client:
    return Client(centre)
