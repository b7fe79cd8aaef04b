"""A running sandbox, and the program run in homes that know it, as real child processes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pyotp
import pytest

from alpkey.core.runtime_folder import AGENT
from alpkey_sandbox.sandbox import Sandbox
from tests.agents import end_agent
from tests.e2e.conversation import Conversation
from tests.shapes import check_output
from tests.sockets import place_of

RUN_TIMEOUT_S = 60
SOURCES = str(Path(__file__).parents[1] / "app")


class Centre:
    """A running sandbox, spoken to through its control service as any other program would."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.facts = sandbox.description
        self._seen = 0

    @property
    def username(self) -> str:
        return self.facts.username

    @property
    def password(self) -> str:
        return self.sandbox.description.password

    def otp(self) -> str:
        """A code that works: earlier ones are forgotten, so no test waits for the next."""
        self.control("account", forget_codes=True)
        return self.sandbox.code()

    def next_otp(self) -> str:
        """The code of the next step, which the service takes already beside that of this one."""
        totp = pyotp.TOTP(self.facts.totp_secret)
        return totp.at(int(time.time()) + totp.interval)

    def control(self, path: str, method: str = "POST", /, **body: Any) -> dict[str, Any]:
        url = f"{self.facts.control_url}/{path}"
        data = json.dumps(body).encode() if method == "POST" else None
        request = Request(url, data=data, method=method)
        with urlopen(request, timeout=10) as answer:
            result: dict[str, Any] = json.load(answer)
        return result

    def fault(self, kind: str, **more: Any) -> None:
        self.control("faults", call="signed-key", kind=kind, **more)

    def empties_account(self, quota: int | None) -> None:
        """No key of the account is alive from now on, and so many may be."""
        for one in self.state()["issued"]:
            self.control("revoke", serial=one["serial"])
        self.control("account", quota=quota)

    def state(self) -> dict[str, Any]:
        return self.control("state", "GET")

    def saw_a_password(self, service: str = "") -> bool:
        """Whether a password has reached this service, or any, since the last reset."""
        requests = self.state()["requests"][self._seen :]
        return any(one["had_password"] and service in ("", one["service"]) for one in requests)

    def forgets_requests(self) -> None:
        self._seen = len(self.state()["requests"])

    def reset(self) -> None:
        self.control("faults", "DELETE")
        self.control("settle")  # a call whose client is gone must not end in the next test
        self.forgets_requests()
        self.control("clock", offset_s=0)
        self.control("account", locked=False, quota=None, principals=[self.username])


@dataclass
class Home:
    """One ALPKEY_HOME, and the program run in it."""

    path: Path
    centre: Centre
    environ: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()

    def command(self, *arguments: str) -> list[str]:
        return [*self.before, sys.executable, "-P", "-m", "alpkey", *arguments]

    def without_root_power(self) -> None:
        """Where tests run as root, takes the program's right to write everywhere."""
        if os.getuid() == 0:
            self.before = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")

    def run(
        self, *arguments: str, typed: str | None = None, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            capture_output=True,
            text=True,
            env={**self.environ, **environ},
            timeout=RUN_TIMEOUT_S,
            check=False,
        )

    def json(self, *arguments: str, typed: str | None = None) -> tuple[int, dict[str, Any]]:
        done = self.run(*arguments, "--json", typed=typed)
        assert done.stderr == "", done.stderr
        assert done.stdout.count("\n") == 1, done.stdout
        output = json.loads(done.stdout)
        check_output(arguments, output)
        return done.returncode, output

    def answer(self, password: str | None = None, otp: str | None = None) -> str:
        values = {
            "password": self.centre.password if password is None else password,
            "otp": self.centre.otp() if otp is None else otp,
        }
        return json.dumps(values) + "\n"

    def renew(self, *more: str, **answer: str) -> tuple[int, dict[str, Any]]:
        """A renewal without questions."""
        typed = self.answer(**answer)
        return self.json("renew", "--username", self.centre.username, "--stdin", *more, typed=typed)

    def talk(self, *arguments: str) -> Conversation:
        """A renewal with ``--events``."""
        return self.converse("renew", "--username", self.centre.username, *arguments)

    def converse(self, *arguments: str, **environ: str) -> Conversation:
        """Any command with ``--events``."""
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            self.command(*arguments, "--events"),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
            env={**self.environ, **environ},
        )
        return Conversation(process, arguments)

    @property
    def own_agent(self) -> Path:
        """Where the ssh agent of this home listens, should it have been started."""
        return place_of(self.environ, AGENT)

    @property
    def key(self) -> Path:
        return self.path / "ssh/cscs-key"

    @property
    def certificate(self) -> Path:
        return self.path / "ssh/cscs-key-cert.pub"

    def pair(self) -> tuple[bytes, bytes] | None:
        """The installed pair's bytes."""
        if not self.key.exists():
            return None
        return self.key.read_bytes(), self.certificate.read_bytes()


@pytest.fixture(scope="session")
def running_centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Sandbox(tmp_path_factory.mktemp("centre")) as sandbox:
        yield Centre(sandbox)


@pytest.fixture
def centre(running_centre: Centre) -> Iterator[Centre]:
    """The sandbox, as new."""
    running_centre.reset()
    yield running_centre
    running_centre.reset()


@pytest.fixture
def home(centre: Centre, tmp_path: Path) -> Iterator[Home]:
    made = prepared_home(centre, tmp_path)
    yield made
    end_agent(made.own_agent)


def prepared_home(centre: Centre, folder: Path) -> Home:
    """A new home that knows the sandbox, with no agent, no display and no key."""
    path = folder / "alpkey home"
    prepared = Path(centre.facts.home)
    for name in ("config/site.toml", "ssh/known_hosts"):
        target = path / name
        target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        target.write_bytes((prepared / name).read_bytes())
        target.chmod(0o600)
    path.chmod(0o700)
    passed_on = ("PATH", "LANG", "XDG_RUNTIME_DIR")
    keep = {name: os.environ[name] for name in passed_on if name in os.environ}
    environ = {
        **keep,
        "HOME": str(folder / "elsewhere"),
        "ALPKEY_HOME": str(path),
        "PYTHONPATH": SOURCES,
        "PYTHONWARNINGS": "error",
    }
    return Home(path, centre, environ)
