"""No part of a proxy's password is ever shown, however its address was pasted."""

import pytest

from alpkey.adapters.service.proxies import UNNAMED, Proxy, proxy_for

URL = "https://sshservice.example.org/api"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("http://proxy.example.org:3128", Proxy("http", "proxy.example.org")),
        ("proxy.example.org:3128", Proxy("http", "proxy.example.org")),
        ("HTTP://user:pw@proxy.example.org", Proxy("http", "proxy.example.org")),
        ("http://jdoe:Spring@hunter2/x@proxy.example.org:3128", Proxy("http", "proxy.example.org")),
        ("http://jdoe:hun#ter2@proxy:3128/", Proxy("http", "proxy")),
        ("http://jdoe:hunter2", Proxy("http", UNNAMED)),
        ("http://user:pw@[::1]:3128", Proxy("http", "[::1]")),
        ("http://user:pw@ho st", Proxy("http", UNNAMED)),
        ("socks5h://127.0.0.1:1080", Proxy("socks5h", "127.0.0.1")),
        ("socks://127.0.0.1:1080/", Proxy("socks", "127.0.0.1")),
    ],
)
def test_the_host_alone_is_shown(
    monkeypatch: pytest.MonkeyPatch, address: str, found: Proxy
) -> None:
    monkeypatch.setenv("https_proxy", address)
    assert proxy_for(URL) == found
    assert found.is_spoken is (found.scheme == "http")


def test_there_may_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for(URL) is None
    monkeypatch.setenv("all_proxy", "http://proxy:1")
    monkeypatch.setenv("no_proxy", "example.org")
    assert proxy_for(URL) is None
