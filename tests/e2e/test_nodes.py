"""Logins to compute nodes, which let the user in while one of their jobs runs there."""

import subprocess

import pytest

from tests.centre import Home

NODE, JOB, WAITING = "nid006554", "4810021", "4810377"


@pytest.fixture
def ready(home: Home) -> Home:
    code, result = home.renew()
    assert code == 0, result
    return home


@pytest.mark.parametrize(
    "words",
    [("daint", "--job", JOB), ("daint", "--node", NODE), ("daint.cscs.ch", "--job", JOB), (NODE,)],
)
def test_a_node_where_a_job_runs(ready: Home, words: tuple[str, ...]) -> None:
    done = ready.run("connect", *words, "--here", "--", "hostname")
    assert (done.returncode, done.stdout) == (0, f"{NODE}\n"), done.stderr


def test_the_command_jumps_through_the_cluster(ready: Home) -> None:
    code, result = ready.json("connect", "daint", "--job", JOB, "--print")
    assert (code, result["host"]) == (0, NODE)
    assert result["command"][-3:] == ["-J", "daint", NODE]


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("daint", "--job", "17"), 2, "job-unknown"),
        (("daint", "--job", WAITING), 5, "job-waits"),
        (("daint", "--node", "nid000001"), 5, "no-job-there"),
        (("santis", "--node", NODE), 5, "no-job-there"),
        (("daint", "--node", "-oX"), 2, "node-unfit"),
        (("nid000001",), 5, "no-job-there"),
        (("nowhere", "--job", JOB), 2, "unknown-host"),
    ],
)
def test_why_a_node_would_refuse_the_user(
    ready: Home, words: tuple[str, ...], exit_code: int, code: str
) -> None:
    ended, result = ready.json("connect", *words, "--here")
    assert (ended, result["error"]["code"]) == (exit_code, code)


def test_without_a_key_that_is_said(home: Home) -> None:
    code, result = home.json("connect", "daint", "--job", JOB)
    assert (code, result["error"]["code"]) == (6, "no-key")


def test_plain_ssh_finds_a_node_that_was_listed(ready: Home) -> None:
    assert ready.json("jobs", "daint")[0] == 0
    assert jump(ready, NODE) == "daint"


def test_a_job_that_is_gone_is_forgotten_with_its_node(ready: Home) -> None:
    seen = ready.path / "state/nodes"
    seen.write_text("nid000009\tdaint\nnid000010\tsantis\n")
    ready.run("connect", "daint", "--print")
    assert (jump(ready, "nid000009"), jump(ready, "nid000010")) == ("daint", "santis")
    assert ready.json("jobs", "daint")[0] == 0
    assert (jump(ready, "nid000009"), jump(ready, "nid000010")) == ("", "santis")


def jump(home: Home, node: str) -> str:
    command = ["ssh", "-F", str(home.path / "ssh/alpkey/connect"), "-G", node]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    values = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    return values.get("proxyjump", "")
