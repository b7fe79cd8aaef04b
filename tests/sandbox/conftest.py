"""The sandbox, met from outside: over HTTPS, over ssh, and through its control service."""

from pathlib import Path

import pytest

from tests.centre import Centre, centre, running_centre
from tests.sandbox.client import Client
from tests.sandbox.gateway_client import GatewayClient
from tests.sandbox.openid_client import Browser, OpenIdClient
from tests.sandbox.ssh_user import SshUser

__all__ = ["browser", "centre", "client", "gateway", "openid", "running_centre", "user"]


@pytest.fixture
def client(centre: Centre) -> Client:
    return Client(centre)


@pytest.fixture
def gateway(centre: Centre, tmp_path: Path) -> GatewayClient:
    return GatewayClient(centre, tmp_path)


@pytest.fixture
def openid(centre: Centre) -> OpenIdClient:
    return OpenIdClient(centre)


@pytest.fixture
def browser(centre: Centre) -> Browser:
    return Browser(centre)


@pytest.fixture
def user(client: Client, tmp_path: Path) -> SshUser:
    return SshUser(client, tmp_path)
