"""Newer versions, told by a feed on this computer."""

import json
import os
import ssl
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from alpkey import __version__, glance
from alpkey.core.paths import find_paths
from alpkey.core.updates.releases import Release
from tests.centre import Home

PAGE = "https://releases.example/v99.0"


class Feed(HTTPServer):
    """Answers as GitHub does; ``answer`` is its status and body."""

    answer: tuple[int, object] = (200, {"tag_name": "v99.0", "html_url": PAGE})
    asked = 0


class _Handler(BaseHTTPRequestHandler):
    server: Feed

    def do_GET(self) -> None:
        self.server.asked += 1
        status, told = self.server.answer
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nobody reads it."""


def name_feed(home: Home, url: str) -> None:
    site = home.path / "config/site.toml"
    site.write_text(f"updates = {json.dumps(url)}\n{site.read_text()}")


@pytest.fixture
def feed(home: Home, tmp_path: Path) -> Iterator[Feed]:
    authority = trustme.CA()
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(trusted)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    site = home.path / "config/site.toml"
    lines = [line for line in site.read_text().splitlines() if "ca_bundle" not in line]
    site.write_text("\n".join([f"ca_bundle = {json.dumps(str(tmp_path / 'ca.pem'))}", *lines]))
    with Feed(("127.0.0.1", 0), _Handler) as server:
        server.socket = trusted.wrap_socket(server.socket, server_side=True)
        url = f"https://localhost:{server.server_port}/latest"
        name_feed(home, url)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_newer_version_is_told_with_where_to_get_it(home: Home, feed: Feed) -> None:
    done = home.run("updates")
    assert done.stdout == f"Alpkey 99.0 is there; this is {__version__}. Get it at {PAGE}\n"
    code, told = home.json("updates")
    assert (code, told["newer"], told["page"]) == (0, True, PAGE)


@pytest.mark.parametrize(
    "answer", [(404, {}), (200, {"tag_name": f"v{__version__}", "html_url": PAGE})]
)
def test_there_is_none(home: Home, feed: Feed, answer: tuple[int, object]) -> None:
    feed.answer = answer
    done = home.run("updates")
    assert (done.returncode, done.stdout[:25]) == (0, "There is no newer version")


@pytest.mark.parametrize("answer", [(200, []), (200, {"tag_name": "x"}), (503, {})])
def test_a_feed_in_trouble_is_told(home: Home, feed: Feed, answer: tuple[int, object]) -> None:
    feed.answer = answer
    code, told = home.json("updates")
    assert (code, told["error"]["code"]) == (5, "no-news")


def test_unasked_it_takes_a_wish_and_is_once_a_day(home: Home, feed: Feed) -> None:
    assert home.json("updates", "--unasked")[1]["newest"] is None
    assert feed.asked == 0
    assert home.run("settings", "set", "tell_updates", "on").returncode == 0
    for _ in range(3):
        assert home.json("updates", "--unasked")[1]["newest"] == "99.0"
    assert feed.asked == 1


def test_nobody_is_asked_while_the_project_has_no_page(home: Home) -> None:
    assert home.run("settings", "set", "tell_updates", "on").returncode == 0
    code, told = home.json("updates")
    assert (code, told["error"]["code"]) == (2, "no-feed")
    assert home.json("updates", "--unasked")[1]["newest"] is None


def test_an_address_without_tls_is_no_feed(home: Home) -> None:
    name_feed(home, "http://localhost/")
    code, told = home.json("updates")
    assert (code, "without https" in told["error"]["detail"]) == (9, True)


def test_the_menu_tells_of_it(home: Home, feed: Feed) -> None:
    assert home.run("settings", "set", "tell_updates", "on").returncode == 0
    assert home.json("updates", "--unasked")[1]["newer"] is True
    places = find_paths(home.environ, sys.platform, "/nowhere", os.getuid())
    seen = glance.snapshot(places, datetime.now(UTC))
    assert (seen.wants_news, seen.newer) == (True, Release("99.0", PAGE))
    assert home.run("settings", "set", "tell_updates", "off").returncode == 0
    seen = glance.snapshot(places, datetime.now(UTC))
    assert (seen.wants_news, seen.newer) == (False, None)
