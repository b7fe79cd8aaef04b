"""Service accounts: files of their own, and nothing of the person's is touched."""

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agents import openssh_agent
from tests.centre import Home
from tests.e2e.inside import change_inside
from tests.e2e.test_agent import held
from tests.e2e.test_secrets import family, find, readable
from tests.keys import make_key

RENEW = ("renew", "--api-key", "--json")


@pytest.fixture
def home(home: Home) -> Home:
    """Somebody with a key of their own beside."""
    home.centre.control("account", quota=None)
    assert home.renew()[0] == 0
    return home


@pytest.fixture
def agent(home: Home, tmp_path: Path) -> Iterator[str]:
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        yield path


def renew(home: Home, *more: str, key: str | None = None) -> tuple[int, dict[str, object]]:
    api_key = home.centre.facts.api_key if key is None else key
    done = home.run(*RENEW, *more, CSCS_API_KEY=api_key)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def program_key(home: Home) -> Path:
    return home.key.with_name("cscs-key-sa")


def everything(home: Home) -> dict[str, bytes]:
    """All files of the home but those of the service account, and locks."""
    return {
        str(path): path.read_bytes()
        for path in home.path.rglob("*")
        if path.is_file() and "-sa" not in path.name
    }


def test_its_own_files_and_nothing_else(home: Home, agent: str) -> None:
    before = everything(home)
    code, result = renew(home)
    assert code == 0, result
    assert (result["renewed"], result["state"], result["service"]) == (True, "valid", "gateway")
    assert result["key_path"] == str(program_key(home))
    assert result["principals"] == [home.centre.facts.program]
    assert 0 < int(str(result["seconds_left"])) <= 60
    files = [program_key(home).with_name(f"cscs-key-sa{end}") for end in ("", "-cert.pub", ".pub")]
    assert [stat.S_IMODE(one.stat().st_mode) for one in files] == [0o600, 0o644, 0o644]
    assert everything(home) == before
    assert held(agent) == []


def test_the_key_is_made_once(home: Home) -> None:
    renew(home)
    key = program_key(home).read_bytes()
    certificate = program_key(home).with_name("cscs-key-sa-cert.pub")
    first = certificate.read_bytes()
    assert renew(home)[1]["renewed"]
    assert program_key(home).read_bytes() == key
    assert certificate.read_bytes() != first


def test_one_that_is_there_is_used(home: Home) -> None:
    theirs = make_key(program_key(home), "rsa", "a passphrase").read_bytes()
    code, result = renew(home)
    assert (code, result["encrypted"]) == (0, True)
    assert program_key(home).read_bytes() == theirs


def test_only_where_needed(home: Home) -> None:
    renew(home)
    code, result = renew(home, "--if-needed=1s", key="")
    assert (code, result["renewed"]) == (0, False)
    assert renew(home, "--if-needed=5m")[1]["renewed"]


def test_ssh_gets_in_with_it(home: Home) -> None:
    renew(home)
    shown = subprocess.run(
        ["ssh-keygen", "-L", "-f", str(program_key(home)) + "-cert.pub"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert home.centre.facts.program in shown


@pytest.mark.parametrize(
    ("key", "code", "exit_code"),
    [
        ("", "api-key-missing", 2),
        ("k\u00e9y", "api-key-unfit", 2),
        ("a\nb", "api-key-unfit", 2),
        ("wrong", "api-key-refused", 3),
    ],
)
def test_one_that_will_not_do(home: Home, key: str, code: str, exit_code: int) -> None:
    ended, result = renew(home, key=key)
    assert isinstance(result["error"], dict)
    assert (ended, result["error"]["code"]) == (exit_code, code)
    assert not program_key(home).exists()


@pytest.mark.parametrize(
    "more",
    [("--browser",), ("--replace",), ("--username", "bob"), ("--stdin",), ("--duration", "1d")],
)
def test_what_does_not_go_with_it(home: Home, more: tuple[str, ...]) -> None:
    assert home.run("renew", "--api-key", *more).returncode == 2


@pytest.mark.parametrize("kind", ["mismatched-pair", "expired", "host-certificate", "plain-key"])
def test_what_does_not_fit_is_not_installed(home: Home, kind: str) -> None:
    renew(home)
    before = program_key(home).with_name("cscs-key-sa-cert.pub").read_bytes()
    home.centre.control("faults", call="sign", kind=kind, times=1)
    assert renew(home)[0] == 9
    assert program_key(home).with_name("cscs-key-sa-cert.pub").read_bytes() == before


def test_the_api_key_is_nowhere_and_no_child_inherits_it(home: Home, tmp_path: Path) -> None:
    api_key = home.centre.facts.api_key
    change_inside(home, tmp_path, START_A_CHILD)
    done = home.run(*RENEW, CSCS_API_KEY=api_key)
    assert done.returncode == 0, done.stderr
    told = (tmp_path / "inherited").read_text()
    assert "PATH" in told
    assert api_key not in told
    assert api_key not in done.stdout + done.stderr
    assert find(api_key, tmp_path) == []


START_A_CHILD = """
import os, subprocess
from pathlib import Path
from alpkey.adapters.service import gateway

real = gateway.Gateway.sign

def sign(self, *arguments):
    told = subprocess.run(["env"], capture_output=True, check=True).stdout
    Path(os.environ["ALPKEY_HOME"]).parent.joinpath("inherited").write_bytes(told)
    return real(self, *arguments)

gateway.Gateway.sign = sign
"""


def test_no_argument_shows_it(home: Home) -> None:
    api_key = home.centre.facts.api_key
    home.centre.control("faults", call="sign", kind="delay", value=0.5)
    with home.converse("renew", "--api-key", CSCS_API_KEY=api_key) as talk:
        process = Path(f"/proc/{talk.process.pid}")
        while talk.process.poll() is None:
            shown = [one for one in family(process) if one.name == "cmdline"]
            assert not any(api_key.encode() in readable(one) for one in shown)
        assert talk.end()[0] == 0
