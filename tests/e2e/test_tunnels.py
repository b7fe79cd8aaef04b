"""Tunnels to the sandbox's node by the command line, over real ssh."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from alpkey_sandbox.sandbox import Sandbox
from tests.centre import Centre, Home, prepared_home
from tests.e2e.terminal import Terminal
from tests.e2e.tunnelling import (
    DEAF,
    GREETING,
    NODE,
    SERVICE,
    Tunnels,
    descendants,
    fetch,
    is_locked,
    kill_ssh,
    tunnels_of,
)
from tests.e2e.waiting import until
from tests.sockets import free_port

DAINT = ("daint", NODE, str(SERVICE))
DAY_S = 24 * 3600


@pytest.fixture
def tunnels(home: Home) -> Iterator[Tunnels]:
    """With a good key; whatever is left open is closed."""
    assert home.renew()[0] == 0
    with tunnels_of(home) as made:
        yield made


def test_a_page_of_the_node_is_fetched(tunnels: Tunnels) -> None:
    with tunnels.supervised(*DAINT) as process:
        tunnel = tunnels.is_in("open")
        assert fetch(tunnel["url"]) == GREETING
        (listed,) = tunnels.listed()
        assert listed["id"] == "daint-nid006554-6006"
        assert (listed["cluster"], listed["node"], listed["state"]) == ("daint", NODE, "open")
        ((local, remote),) = listed["ports"]
        assert (listed["url"], remote) == (f"http://127.0.0.1:{local}", SERVICE)
        assert tunnels.home.json("tunnel", "close", listed["id"]) == (0, {"closed": [listed["id"]]})
        out, said = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "The tunnel to nid006554 is closed.\n")
    assert [line.strip() for line in said.splitlines()] == [
        "Connecting to nid006554",
        f"Open: {tunnel['url']}",
    ]
    assert fetch(tunnel["url"]) is None
    assert tunnels.listed() == []
    assert list((tunnels.home.path / "state/tunnels").glob("*.json")) == []


@pytest.mark.parametrize("name", ["daint.alps.cscs.ch", "daint.cscs.ch"])
def test_each_name_of_a_cluster_leads_to_the_same_tunnel(tunnels: Tunnels, name: str) -> None:
    tunnel = tunnels.open(name, *DAINT[1:])
    assert fetch(tunnel["url"]) == GREETING
    assert (tunnel["id"], tunnel["cluster"]) == ("daint-nid006554-6006", "daint")


def test_a_script_gets_the_tunnel_once_it_stands(tunnels: Tunnels) -> None:
    tunnel = tunnels.open(*DAINT)
    assert fetch(tunnel["url"]) == GREETING
    assert tunnels.listed() == [tunnel]


def test_uninstall_closes_it_before_its_files_go(tunnels: Tunnels) -> None:
    tunnel = tunnels.open(*DAINT)
    code, result = tunnels.home.json("uninstall", "--yes")
    assert (code, result["left"]) == (0, [])
    assert [one["what"] for one in result["removed"]] == ["tunnel", "ssh-files"]
    assert fetch(tunnel["url"]) is None
    assert tunnels.listed() == []


def test_the_plain_line_is_printed_and_works(tunnels: Tunnels) -> None:
    port = free_port()
    wish = ("--local-port", str(port))
    result = tunnels.home.json("tunnel", "open", *DAINT, *wish, "--print")[1]
    command = result["command"]
    pair = f"127.0.0.1:{port}:127.0.0.1:{SERVICE}"
    assert command[-5:] == ["-J", "daint", "-L", pair, NODE]
    printed = tunnels.home.run("tunnel", "open", *DAINT, *wish, "--print").stdout
    assert printed.split() == command
    with subprocess.Popen(command, env=tunnels.home.environ, stderr=subprocess.DEVNULL) as ssh:
        try:
            until(lambda: fetch(f"http://127.0.0.1:{port}") == GREETING, "the page")
        finally:
            ssh.terminate()


def test_ctrl_c_closes_cleanly(tunnels: Tunnels) -> None:
    command = tunnels.home.command("tunnel", "open", *DAINT)
    with Terminal(command, tunnels.home.environ) as terminal:
        terminal.wait_for("Open: http://127.0.0.1:")
        assert len(tunnels.listed()) == 1
        terminal.press("\x03")
        terminal.wait_for("is closed")
        assert terminal.end() == 0
    assert tunnels.listed() == []


def test_a_cut_tunnel_comes_back(tunnels: Tunnels) -> None:
    with tunnels.supervised(*DAINT) as process:
        url = tunnels.is_in("open")["url"]
        kill_ssh(process.pid)
        tunnels.is_in("reconnecting")
        tunnels.is_in("open")
        assert fetch(url) == GREETING


def test_a_service_that_does_not_answer_is_told(tunnels: Tunnels) -> None:
    code, result = tunnels.home.json("tunnel", "open", "daint", NODE, str(SERVICE), str(DEAF))
    assert (code, result["state"], result["silent"]) == (0, "service-not-answering", [DEAF])
    assert fetch(result["url"]) == GREETING
    (line,) = tunnels.home.run("tunnel", "list").stdout.splitlines()
    assert f"port {DEAF} does not answer" in line
    assert f"127.0.0.1 of {NODE}" in line


def test_two_at_once_have_names_and_ports_of_their_own(tunnels: Tunnels) -> None:
    first, second = tunnels.open(*DAINT), tunnels.open(*DAINT)
    assert (first["id"], second["id"]) == ("daint-nid006554-6006", "daint-nid006554-6006-2")
    assert first["ports"] != second["ports"]
    assert fetch(first["url"]) == fetch(second["url"]) == GREETING
    assert tunnels.home.json("tunnel", "close", first["id"])[0] == 0
    assert fetch(second["url"]) == GREETING
    assert tunnels.listed() == [second]


def test_a_node_that_nobody_knows_is_told(tunnels: Tunnels) -> None:
    code, result = tunnels.home.json("tunnel", "open", "daint", "nid999999", "6006")
    assert (code, result["error"]["code"]) == (5, "node-unknown")
    assert "nid999999" in result["error"]["title"]
    assert tunnels.listed() == []


@pytest.mark.parametrize("node", ["localhost", "nid00655", "-oProxyCommand=id", "nid00*554"])
def test_what_is_no_node_is_refused_at_once(tunnels: Tunnels, node: str) -> None:
    done = tunnels.home.run("tunnel", "open", "--json", "--", "daint", node, "6006")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"]) == (2, "node-unfit")


@pytest.mark.parametrize("cluster", ["ela", "dent"])
def test_what_is_no_cluster_is_refused_at_once(tunnels: Tunnels, cluster: str) -> None:
    code, result = tunnels.home.json("tunnel", "open", cluster, NODE, "6006")
    assert (code, result["error"]["code"]) == (2, "unknown-host")


def test_a_busy_port_is_told_with_its_program(tunnels: Tunnels) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code, result = tunnels.home.json("tunnel", "open", *DAINT, "--local-port", str(port))
    assert (code, result["error"]["code"]) == (5, "port-busy")
    assert f"({os.getpid()})" in result["error"]["detail"]


def test_a_port_of_another_tunnel_is_told_with_its_name(tunnels: Tunnels) -> None:
    tunnel = tunnels.open(*DAINT)
    port = str(tunnel["ports"][0][0])
    code, result = tunnels.home.json("tunnel", "open", *DAINT, "--local-port", port)
    assert (code, result["error"]["code"]) == (5, "port-tunnelled")
    assert tunnel["id"] in result["error"]["detail"]


def test_the_services_own_port_is_taken_where_it_is_free(tunnels: Tunnels) -> None:
    port = free_port()
    result = tunnels.home.json("tunnel", "open", "daint", NODE, str(port))[1]
    assert result["ports"] == [[port, port]]
    second = tunnels.home.json("tunnel", "open", "daint", NODE, str(port))[1]
    assert second["ports"][0][0] != port


def test_one_whose_supervisor_is_killed_is_found_dead(tunnels: Tunnels) -> None:
    """By its lock; and its ssh is gone with it."""
    with tunnels.supervised(*DAINT) as process:
        tunnel = tunnels.is_in("open")
        path = tunnels.home.path / f"state/tunnels/{tunnel['id']}.json"
        assert is_locked(path)
        below = descendants(process.pid)
        assert "ssh" in [name for _, name in below]
        process.kill()
        process.wait()
    assert not is_locked(path)
    (listed,) = tunnels.listed()
    assert (listed["state"], listed["error"]["code"]) == ("failed", "tunnel-died")
    until(lambda: fetch(tunnel["url"]) is None, "the end of the ssh")
    until(lambda: not any(Path(f"/proc/{one}").exists() for one, _ in below), "the children's end")
    again = tunnels.open(*DAINT)
    assert (again["id"], again["state"]) == (tunnel["id"], "open")


def test_a_dead_one_is_closed_by_its_name(tunnels: Tunnels) -> None:
    with tunnels.supervised(*DAINT) as process:
        tunnel = tunnels.is_in("open")
        process.kill()
    assert tunnels.home.json("tunnel", "close", tunnel["id"])[0] == 0
    assert tunnels.listed() == []


def test_all_are_closed_at_once_and_then_none(tunnels: Tunnels) -> None:
    ids = [tunnels.open(*DAINT)["id"] for _ in range(3)]
    code, result = tunnels.home.json("tunnel", "close", "--all")
    assert (code, sorted(result["closed"])) == (0, ids)
    assert tunnels.home.json("tunnel", "close", "--all") == (0, {"closed": []})
    assert tunnels.listed() == []


def test_a_tunnel_that_is_not_there_is_named(tunnels: Tunnels) -> None:
    for name in ("nowhere", "../lock", ""):
        code, result = tunnels.home.json("tunnel", "close", name)
        assert (code, result["error"]["code"]) == (2, "tunnel-unknown")


def test_sigterm_closes_as_a_close_does(tunnels: Tunnels) -> None:
    with tunnels.supervised(*DAINT) as process:
        tunnel = tunnels.is_in("open")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert (tunnels.listed(), fetch(tunnel["url"])) == ([], None)


def test_a_revoked_key_is_told_as_the_doctor_tells_it(tunnels: Tunnels) -> None:
    home = tunnels.home
    home.centre.control("revoke", serial=home.json("status")[1]["serial"])
    code, result = home.json("tunnel", "open", *DAINT)
    assert (code, result["error"]["params"]["finding"]) == (5, "login-refused")
    assert "may be revoked" in result["error"]["detail"]


def test_events_tell_each_state_and_one_last_word(tunnels: Tunnels) -> None:
    talk = tunnels.home.converse("tunnel", "open", *DAINT)
    tunnel = tunnels.is_in("open")
    tunnels.home.json("tunnel", "close", tunnel["id"])
    out, said = talk.process.communicate(timeout=20)
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row.get("id") for row in rows[:-1]] == ["tunnel-connecting", "tunnel-open"]
    assert (rows[-1]["event"], rows[-1]["result"]["state"], said) == ("done", "closed", "")


def test_twenty_at_once_are_open_and_closed(tunnels: Tunnels) -> None:
    with ExitStack() as stack:
        processes = [stack.enter_context(tunnels.supervised(*DAINT)) for _ in range(20)]
        until(lambda: tunnels.states() == ["open"] * 20, "twenty open tunnels", 90)
        rows = tunnels.rows()
        assert len({one["url"] for one in rows}) == 20
        assert [fetch(one["url"]) for one in rows] == [GREETING] * 20
        assert len(tunnels.home.json("tunnel", "close", "--all")[1]["closed"]) == 20
        assert [one.wait(20) for one in processes] == [0] * 20


def test_an_expired_key_waits_for_the_next_and_opens_by_itself(home: Home) -> None:
    """It dies while the tunnel is open, which stays; once that is cut, ela is left alone."""
    home.centre.control("clock", offset_s=16 - DAY_S)
    assert home.renew()[0] == 0
    home.centre.control("clock", offset_s=0)
    with tunnels_of(home) as tunnels, tunnels.supervised(*DAINT) as process:
        url = tunnels.is_in("open")["url"]
        until(lambda: home.json("status")[1]["state"] == "expired", "the end of the key")
        assert fetch(url) == GREETING
        kill_ssh(process.pid)
        tunnels.is_in("waiting-for-key")
        assert [name for _, name in descendants(process.pid)] == []
        code, result = home.json("tunnel", "open", *DAINT)
        assert (code, result["error"]["code"]) == (7, "key-expired")
        assert home.renew()[0] == 0
        tunnels.is_in("open")
        assert fetch(url) == GREETING


@pytest.fixture
def lone_home(tmp_path: Path) -> Iterator[Home]:
    """At a centre of its own, for jobs that are ended stay so."""
    with Sandbox(tmp_path / "centre") as sandbox:
        made = prepared_home(Centre(sandbox), tmp_path)
        assert made.renew()[0] == 0
        yield made


def test_a_tunnel_ends_with_the_job(lone_home: Home) -> None:
    with tunnels_of(lone_home) as tunnels:
        with tunnels.supervised(*DAINT) as process:
            tunnels.is_in("open")
            assert lone_home.json("jobs", "cancel", "daint", "4810021", "--yes")[0] == 0
            assert process.wait(30) == 5
        (listed,) = tunnels.listed()
    assert (listed["state"], listed["error"]["code"]) == ("job-ended", "job-ended")
    code, result = lone_home.json("tunnel", "open", *DAINT)
    assert (code, result["error"]["code"]) == (5, "node-closed")
