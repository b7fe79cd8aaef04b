"""A tunnel through OpenSSH's own servers, to a web server that only the node itself reaches."""

import json
import sys
from typing import Any

import pytest

from tests.e2e.waiting import until
from tests.netns.centre import GOOD, RealCentre

PORT = "6006"
SERVE = f"{sys.executable} -m http.server {PORT} --bind 127.0.0.1"


@pytest.fixture(scope="module")
def centre(running: RealCentre) -> RealCentre:
    return running


def opened(centre: RealCentre, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = centre.alpkey("tunnel", "open", *arguments, "--json")
    return done.returncode, json.loads(done.stdout)


def listed(centre: RealCentre) -> list[tuple[str, str]]:
    rows = json.loads(centre.alpkey("tunnel", "list", "--json").stdout)["tunnels"]
    return [(one["id"], one["state"]) for one in rows]


def fetch(centre: RealCentre, url: str) -> str:
    program = f"import urllib.request as r; print(r.urlopen({url!r}, timeout=5).status)"
    return centre.run(sys.executable, "-c", program).stdout.strip()


def test_a_page_of_the_node_comes_through(centre: RealCentre) -> None:
    """At first nobody serves it; a revoked certificate ends no tunnel that stands."""
    centre.give_key(*GOOD)
    code, tunnel = opened(centre, "daint", "nid006554", PORT)
    assert (code, tunnel["state"]) == (0, "service-not-answering"), tunnel
    command = json.loads(centre.alpkey("connect", "daint", "--print", "--json").stdout)["command"]
    node = " ".join([*command[:-1], "-J", "daint", "nid006554", "'", SERVE, "'"])
    centre.run("sh", "-c", f"{node} >/dev/null 2>&1 </dev/null &")
    until(lambda: fetch(centre, tunnel["url"]) == "200", "the page")
    centre.revoke()
    assert fetch(centre, tunnel["url"]) == "200"
    until(lambda: listed(centre) == [(tunnel["id"], "open")], "the service is noticed")
    assert centre.alpkey("tunnel", "close", tunnel["id"]).returncode == 0
    assert fetch(centre, tunnel["url"]) == ""


def test_a_node_that_nobody_knows_is_told(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    code, result = opened(centre, "daint", "nid999999", PORT)
    assert (code, result["error"]["code"]) == (5, "node-unknown")
