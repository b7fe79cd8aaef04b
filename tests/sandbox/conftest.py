"""The sandbox, met from outside: over HTTPS, over ssh, and through its control service."""

import pytest

from tests.centre import Centre, centre, running_centre
from tests.sandbox.client import Client

__all__ = ["centre", "client", "running_centre"]


@pytest.fixture
def client(centre: Centre) -> Client:
    return Client(centre)
