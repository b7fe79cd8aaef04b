"""``alpkey sandbox`` as a process: how it starts, what it writes, and how it ends."""

import json
import os
import pkgutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import alpkey_sandbox

SOURCES = str(Path(__file__).parents[2] / "app")
ALPKEY = [sys.executable, "-P", "-m", "alpkey"]
FACTS = {
    "home",
    "service_url",
    "gateway_url",
    "issuer",
    "token_url",
    "api_key",
    "ca_bundle",
    "username",
    "password",
    "totp_secret",
    "hosts",
    "user_ca",
    "control_url",
}


def environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": SOURCES, "PYTHONWARNINGS": "error"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ALPKEY, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environ(),
        timeout=60,
    )


@contextmanager
def sandbox(folder: Path, *more: str) -> Iterator["subprocess.Popen[str]"]:
    """A running one; it is killed where the test left it running."""
    pipe = subprocess.PIPE
    command = [*ALPKEY, "sandbox", "--dir", str(folder), *more]
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environ()) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"Sandbox ready: {folder}/sandbox.json\n"
            yield process
        finally:
            process.kill()


def described(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "sandbox.json").read_text())
    return found


def test_it_says_when_it_is_ready_and_where_everything_is(tmp_path: Path) -> None:
    folder = tmp_path / "a centre"
    with sandbox(folder):
        assert stat.S_IMODE((folder / "sandbox.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        facts = described(folder)
        assert set(facts) >= FACTS
        assert Path(str(facts["home"]), "config/site.toml").is_file()
        assert Path(str(facts["ca_bundle"])).is_file()


def test_sigterm_ends_it_cleanly_and_leaves_the_folder(tmp_path: Path) -> None:
    with sandbox(tmp_path) as process:
        process.terminate()
        assert process.communicate(timeout=30) == ("", "")
        assert process.returncode == 0
    assert (tmp_path / "home/config/site.toml").is_file()


def test_after_a_kill_it_starts_again_in_the_same_folder(tmp_path: Path) -> None:
    with sandbox(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    before = described(tmp_path)
    key = tmp_path / "home/ssh/cscs-key"
    key.write_text("a key of the user's")
    with sandbox(tmp_path):
        assert described(tmp_path)["control_url"] != before["control_url"]
        assert key.read_text() == "a key of the user's"


def test_a_folder_serves_one_at_a_time(tmp_path: Path) -> None:
    with sandbox(tmp_path):
        before = described(tmp_path)
        second = run("sandbox", "--dir", str(tmp_path))
        assert (second.returncode, second.stdout) == (1, "")
        assert "another sandbox is running" in second.stderr
        assert described(tmp_path) == before


def test_a_code_of_the_moment_and_a_password_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    folder = tmp_path / "centre"
    with sandbox(folder, "--password-file", str(secret)):
        assert described(folder)["password"] == "from a file"
        code = run("sandbox", "otp", "--dir", str(folder)).stdout
        assert code.strip().isdigit()
        assert len(code) == len("123456\n")


def test_without_one_running_there_is_no_code(tmp_path: Path) -> None:
    done = run("sandbox", "otp", "--dir", str(tmp_path))
    assert done.returncode == 1
    assert "no sandbox is running" in done.stderr


def test_it_shares_no_code_with_the_client() -> None:
    found = pkgutil.walk_packages(alpkey_sandbox.__path__, "alpkey_sandbox.")
    modules = [module.name for module in found]
    assert {"alpkey_sandbox.sshservice", "alpkey_sandbox.openid.provider"} <= set(modules)
    script = (
        "import importlib, sys\n"
        f"for name in {modules!r}:\n"
        "    importlib.import_module(name)\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] == 'alpkey'))\n"
    )
    command = [sys.executable, "-P", "-c", script]
    done = subprocess.run(command, env=environ(), capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
