"""Jobs on the sandbox's clusters by the command line, over real ssh."""

import json
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import pytest

from alpkey_sandbox.sandbox import Sandbox
from tests.agents import end_agent
from tests.centre import Centre, Home, prepared_home
from tests.e2e.terminal import Terminal
from tests.e2e.waiting import until
from tests.sockets import free_port

RUNNING = {
    "id": "4810021",
    "name": "jupyter",
    "state": "RUNNING",
    "nodes": ["nid006554"],
    "seconds_left": 82071,
}


@pytest.fixture
def lone_home(tmp_path: Path) -> Iterator[Home]:
    """At a centre of its own, for jobs that are ended stay so."""
    with Sandbox(tmp_path / "centre") as sandbox:
        yield prepared_home(Centre(sandbox), tmp_path)


def test_jobs_are_listed_with_their_nodes(home: Home) -> None:
    home.renew()
    code, result = home.json("jobs", "daint")
    assert (code, result["jobs"][0]) == (0, RUNNING)
    assert result["jobs"][1]["nodes"] == []
    assert home.json("jobs", "santis") == (0, {"jobs": []})
    for name in ("daint.alps.cscs.ch", "daint.cscs.ch"):
        assert home.json("jobs", name) == (0, result)


def test_a_person_reads_the_same_in_a_line_each(home: Home) -> None:
    home.renew()
    done = home.run("jobs", "daint")
    assert done.stdout.splitlines()[0] == (
        "4810021 jupyter: running on nid006554, 22 h 47 min left"
    )
    assert "no jobs" in home.run("jobs", "santis").stdout


def test_no_host_but_a_cluster_has_jobs(home: Home) -> None:
    home.renew()
    for name in ("ela", "ela.cscs.ch", "dent", "daint evil"):
        code, result = home.json("jobs", name)
        assert (code, result["error"]["code"]) == (2, "unknown-host")


def test_without_a_key_it_says_what_to_do(home: Home) -> None:
    code, result = home.json("jobs", "daint")
    assert (code, result["error"]["code"]) == (6, "no-key")


def test_a_revoked_key_is_told_as_the_doctor_tells_it(home: Home) -> None:
    """Not by ssh's last line."""
    home.renew()
    home.centre.control("revoke", serial=home.json("status")[1]["serial"])
    code, result = home.json("jobs", "daint")
    error = result["error"]
    assert (code, error["code"]) == (5, "login-failed")
    assert error["params"]["finding"] == "login-refused"
    assert error["title"] == "The host refuses the key"
    assert "may be revoked" in error["detail"]
    assert "alpkey renew" in error["next_step"]


def test_a_host_never_met_is_told(home: Home) -> None:
    home.renew()
    (home.path / "ssh/known_hosts").write_text("")
    code, result = home.json("jobs", "daint")
    assert (code, result["error"]["params"]["finding"]) == (5, "host-unknown")


def test_a_jump_host_that_is_away_is_told(home: Home) -> None:
    home.renew()
    site = home.path / "config/site.toml"
    site.write_text(site.read_text().replace("port = ", "port = 1 # "))
    code, result = home.json("jobs", "daint")
    assert (code, result["error"]["params"]["finding"]) == (5, "jump-host-unreachable")


def test_a_key_behind_a_passphrase_wants_an_agent(home: Home) -> None:
    """Where the person has none, ours holds it; without that one, too, nobody could be asked."""
    home.renew()
    typed = json.dumps({"passphrase": "correct horse"}) + "\n"
    assert home.json("passphrase", "set", "--stdin", typed=typed)[0] == 0
    assert home.json("jobs", "daint")[1]["jobs"][0] == RUNNING
    end_agent(home.own_agent)
    code, result = home.json("jobs", "daint")
    assert (code, result["error"]["code"]) == (11, "key-encrypted")


def test_a_job_is_ended_only_with_a_yes(lone_home: Home) -> None:
    lone_home.renew()
    code, result = lone_home.json("jobs", "cancel", "daint", "4810021")
    assert (code, result["error"]["code"]) == (10, "job-question")
    assert "4810021 jupyter on nid006554" in result["error"]["detail"]
    assert lone_home.json("jobs", "daint")[1]["jobs"][0] == RUNNING
    code, result = lone_home.json("jobs", "cancel", "daint", "4810021", "--yes")
    assert (code, result) == (0, {"cancelled": [RUNNING]})
    assert [one["id"] for one in lone_home.json("jobs", "daint")[1]["jobs"]] == ["4810377"]


def test_a_person_is_asked_at_the_terminal(lone_home: Home) -> None:
    lone_home.renew()
    command = lone_home.command("jobs", "cancel", "daint", "4810021")
    with Terminal(command, lone_home.environ) as terminal:
        terminal.wait_for("End it")
        terminal.type("y\n")
        terminal.wait_for("Ended: 4810021 jupyter")
        assert terminal.end() == 0


@pytest.mark.parametrize("after", ["tunnel", "login"])
def test_a_node_is_left_with_its_job(lone_home: Home, after: str) -> None:
    """As at the centre, where the node's own door knows the jobs."""
    lone_home.renew()
    ours = lone_home.json("connect", "daint", "--print")[1]["command"][:-1]
    to_node = [*ours, "-o", "BatchMode=yes", "-J", "daint", "nid006554"]
    if after == "tunnel":
        port = free_port()
        command = [*to_node, "-N", "-L", f"127.0.0.1:{port}:127.0.0.1:6006"]
        with subprocess.Popen(command, env=lone_home.environ, stderr=subprocess.DEVNULL) as ssh:
            until(lambda: answers(port), "the service on the node")
            lone_home.json("jobs", "cancel", "daint", "4810021", "--yes")
            assert ssh.wait(20) == 255
    else:
        login = partial(subprocess.run, [*to_node, "true"], env=lone_home.environ, check=False)
        assert login().returncode == 0
        lone_home.json("jobs", "cancel", "daint", "4810021", "--yes")
        done = login(capture_output=True, text=True)
        assert done.returncode == 255
        assert "you have no active jobs on this node" in done.stderr
        assert "Permission denied" in done.stderr


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}", timeout=10) as page:
            return page.read() == b"Hello from nid006554\n"
    except OSError:
        return False


def test_a_job_that_is_not_there_is_named(home: Home) -> None:
    home.renew()
    code, result = home.json("jobs", "cancel", "daint", "1", "--yes")
    assert (code, result["error"]["code"]) == (2, "job-unknown")
