"""Connections that logins share: only on request, and ended by a command."""

import json
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.centre import Centre, Home, prepared_home


@pytest.fixture
def home(centre: Centre) -> Iterator[Home]:
    """Under a short path, as a real home has: a socket's may be no longer."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="ak") as folder:
        made = prepared_home(centre, Path(folder))
        short = Path(folder) / "h"
        made.path.rename(short)
        made.path = short
        made.environ["ALPKEY_HOME"] = str(short)
        assert made.renew()[0] == 0
        yield made
        made.run("disconnect")


def sharing(home: Home) -> None:
    assert home.json("settings", "set", "share_connections", "yes")[0] == 0


def logs_in(home: Home, name: str = "daint") -> bool:
    done = home.run("connect", name, "--here", "--", "hostname")
    return done.stdout == f"{name}\n"


def sockets(home: Home) -> list[Path]:
    return [path for path in (home.path / "ssh/alpkey").iterdir() if path.is_socket()]


def revoke(home: Home) -> None:
    home.centre.control("revoke", serial=home.json("status")[1]["serial"])


def test_by_default_each_login_stands_alone(home: Home) -> None:
    assert logs_in(home)
    assert sockets(home) == []
    assert home.json("disconnect") == (0, {"disconnected": []})
    assert home.run("disconnect").stdout == "No shared connection is open.\n"


def test_a_shared_one_outlives_the_key_until_it_is_ended(home: Home) -> None:
    sharing(home)
    assert logs_in(home)
    revoke(home)
    assert logs_in(home)
    assert home.json("disconnect") == (0, {"disconnected": ["daint"]})
    assert sockets(home) == []
    assert not logs_in(home)


def test_one_cluster_or_all(home: Home) -> None:
    sharing(home)
    assert logs_in(home)
    assert logs_in(home, "santis")
    assert home.json("disconnect", "clariden") == (0, {"disconnected": []})
    assert home.json("disconnect", "daint") == (0, {"disconnected": ["daint"]})
    assert len(sockets(home)) == 1
    assert home.run("disconnect").stdout == "Disconnected: santis\n"
    code, result = home.json("disconnect", "nowhere")
    assert (code, result["error"]["code"]) == (2, "unknown-host")


def test_what_ended_by_itself_leaves_nothing(home: Home) -> None:
    sharing(home)
    assert logs_in(home)
    [path] = sockets(home)
    home.run("disconnect")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        stale = make_stale(Path(folder) / "s")
        stale.rename(path)
    assert home.json("disconnect")[1] == {"disconnected": ["daint"]}
    assert sockets(home) == []


def make_stale(path: Path) -> Path:
    """A socket that nobody listens at any more."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    return path


def test_a_trial_login_never_goes_through_one(home: Home) -> None:
    sharing(home)
    assert logs_in(home)
    revoke(home)
    code, result = home.json("connect", "daint", "--check")
    assert (code, result["error"]["code"]) == (5, "login-failed")


def test_uninstall_ends_them(home: Home) -> None:
    sharing(home)
    assert logs_in(home)
    code, result = home.json("uninstall", "--yes")
    assert (code, result["left"]) == (0, []), json.dumps(result)
    assert [one["what"] for one in result["removed"]] == ["connection", "ssh-files"]
    assert not (home.path / "ssh/alpkey").exists()
