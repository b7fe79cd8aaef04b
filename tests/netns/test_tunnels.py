"""A tunnel through OpenSSH's own servers, to a web server that only the node itself reaches."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.waiting import until
from tests.netns.centre import GOOD, RealCentre

PORT = "6006"
STANDS = ("open", "service-not-answering")
SERVE = f"{sys.executable} -m http.server {PORT} --bind 127.0.0.1"


@pytest.fixture(scope="module")
def centre(running: RealCentre) -> RealCentre:
    return running


def opened(centre: RealCentre, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = centre.alpkey("tunnel", "open", *arguments, "--json")
    return done.returncode, json.loads(done.stdout)


def listed(centre: RealCentre) -> list[tuple[str, str]]:
    rows = json.loads(centre.alpkey("tunnel", "list", "--json").stdout)["tunnels"]
    return [(tunnel["id"], tunnel["state"]) for tunnel in rows]


def fetch(centre: RealCentre, url: str) -> str:
    program = f"import urllib.request as r; print(r.urlopen({url!r}, timeout=5).status)"
    return centre.run(sys.executable, "-c", program).stdout.strip()


def test_a_page_of_the_node_comes_through(centre: RealCentre) -> None:
    """At first no program serves it; a revoked certificate ends no tunnel that stands."""
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


def test_of_many_for_one_port_each_shows_its_own(centre: RealCentre) -> None:
    """Opened at one moment they all find the port free, and only one ssh gets it."""
    centre.give_key(*GOOD)
    command = " ".join(centre.command("tunnel", "open", "daint", "nid006554", PORT, "--json"))
    done = centre.run("sh", "-c", " & ".join([command] * 5) + " & wait")
    tunnels = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(tunnel["state"] in STANDS for tunnel in tunnels), done
    assert len({tunnel["url"] for tunnel in tunnels}) == 5
    assert centre.alpkey("tunnel", "close", "--all").returncode == 0


def test_a_host_with_no_room_is_tried_again(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    with centre.full("ela") as make_room:
        before = centre.log("ela").count("MaxStartups")
        with ThreadPoolExecutor() as pool:
            opening = pool.submit(opened, centre, "daint", "nid006554", PORT)
            until(lambda: centre.log("ela").count("MaxStartups") > before, "the first try")
            make_room()
            _, tunnel = opening.result()
    assert tunnel.get("state") in STANDS, tunnel
    assert centre.alpkey("tunnel", "close", "--all").returncode == 0


def test_a_host_that_never_has_room_is_told(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    with centre.full("ela"):
        code, result = opened(centre, "daint", "nid006554", PORT)
    assert (code, result["error"]["params"]["finding"]) == (5, "host-hangs-up")
