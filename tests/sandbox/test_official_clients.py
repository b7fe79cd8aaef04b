"""Clients that read the answer as the centre's public ones do, each in the other's blind spot.

The one cuts it at its quote marks and never looks at the status; the other looks at nothing else.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.centre import Centre

CUTTING_CLIENT = r"""
answer=$(curl --silent --show-error --cacert "$CA" --request POST --data "$BODY" \
    --header 'Content-Type: application/json' --header 'Accept: application/json' "$URL") || exit 9
field() { printf '%s' "$answer" | cut -d '"' -f "$1"; }
if [ "$(field 2)" = payload ]; then
    field 6 >&2
    exit 1
fi
umask 077
printf '%b' "$(field 4)" > cscs-key-cert.pub
printf '%b' "$(field 8)" > cscs-key
"""

STATUS_CLIENT = """
import json, os, ssl, sys, urllib.error, urllib.request
trust = ssl.create_default_context(cafile=os.environ["CA"])
headers = {"Content-Type": "application/json", "Accept": "application/json"}
ask = urllib.request.Request(os.environ["URL"], os.environ["BODY"].encode(), headers)
try:
    with urllib.request.urlopen(ask, context=trust) as answer:
        pair = json.load(answer)
except urllib.error.HTTPError as refusal:
    sys.stderr.write(json.load(refusal)["payload"]["message"])
    sys.exit(1)
for name, key in (("cscs-key-cert.pub", "public"), ("cscs-key", "private")):
    with open(os.open(name, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(pair[key])
"""


@pytest.fixture(params=["cutting", "status"])
def command(request: pytest.FixtureRequest) -> list[str]:
    if request.param == "cutting":
        return ["bash", "-c", CUTTING_CLIENT]
    return [sys.executable, "-c", STATUS_CLIENT]


def run(
    command: list[str], centre: Centre, folder: Path, **other: str
) -> subprocess.CompletedProcess[str]:
    body = {"username": centre.username, "password": centre.password, "otp": centre.otp(), **other}
    environ = {
        "PATH": "/usr/bin:/bin",
        "CA": centre.facts.ca_bundle,
        "URL": centre.facts.service_url,
        "BODY": json.dumps(body),
    }
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=30
    )


def test_it_gets_a_pair_that_belongs_together(
    command: list[str], centre: Centre, tmp_path: Path
) -> None:
    done = run(command, centre, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    certificate, key = tmp_path / "cscs-key-cert.pub", tmp_path / "cscs-key"
    derived = subprocess.check_output(["ssh-keygen", "-y", "-f", key], text=True)
    shown = subprocess.check_output(["ssh-keygen", "-L", "-f", certificate], text=True)
    print_of_key = subprocess.check_output(
        ["ssh-keygen", "-l", "-f", "-"], input=derived, text=True
    ).split()[1]
    assert print_of_key in shown
    assert centre.username in shown


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"otp": "000000"}, "Invalid user credentials"), ({"password": ""}, ""), ({"otp": ""}, "")],
)
def test_it_sees_a_refusal(
    command: list[str], centre: Centre, tmp_path: Path, wrong: dict[str, str], words: str
) -> None:
    done = run(command, centre, tmp_path, **wrong)
    assert done.returncode == 1
    assert done.stderr
    assert list(tmp_path.glob("cscs-key*")) == []
    if command[0] != "bash":  # the cutting one stops at the first quote inside the words
        assert words in done.stderr


def test_it_sees_that_no_key_is_left(command: list[str], centre: Centre, tmp_path: Path) -> None:
    centre.control("account", quota=0)
    done = run(command, centre, tmp_path)
    assert done.returncode == 1
    assert "maximum number of keys" in done.stderr


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_it_sees_a_fault_of_status(
    command: list[str], centre: Centre, tmp_path: Path, status: int
) -> None:
    centre.fault("status", value=status)
    assert run(command, centre, tmp_path).returncode == 1
