"""Wheel and sdist: what pipx and uv install, in an environment that holds nothing else."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.centre import Home
from tests.installers import use
from tests.installers.conftest import ROOT, Installed


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, built from the sdist as an index would be given it."""
    folder = tmp_path_factory.mktemp("wheel")
    tools = ROOT / ".venv-bundle/bin"
    _run(str(tools / "python"), "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder))
    (sdist,) = folder.glob("alpkey-*.tar.gz")
    with tarfile.open(sdist) as packed:
        packed.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    build = [str(tools / "python"), "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    _run(sys.executable, "-m", "venv", str(environment))
    pip = [str(environment / "bin/python"), "-m", "pip", "install", "--quiet"]
    # What an index would have given for its dependencies, at the versions that were tried.
    _run(*pip, "--require-hashes", "-r", str(ROOT / "packaging/locks/run.txt"))
    _run(*pip, str(wheel))
    _run(str(environment / "bin/python"), "-m", "pip", "check")
    return environment


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def _installed(home: Home, program: Path) -> Installed:
    """With nothing of the checkout in its environment."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": home.environ["HOME"],
        "ALPKEY_HOME": str(home.path),
    }
    return Installed(home.path, home.centre, environ, (), (str(program),))


@pytest.fixture
def alpkey(environment: Path, home: Home) -> Installed:
    return _installed(home, environment / "bin/alpkey")


def test_it_does_its_work(alpkey: Installed) -> None:
    assert alpkey.run("--help").returncode == 0
    assert "(package)" in alpkey.run("--version").stdout
    use.renews_and_connects(alpkey)


def test_uv_installs_it_as_a_tool(environment: Path, home: Home, tmp_path: Path) -> None:
    (wheel,) = environment.parent.glob("*.whl")
    uv = Path(sys.prefix, "bin/uv")
    environ = {
        **os.environ,
        "UV_TOOL_DIR": str(tmp_path / "tools"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
    }
    command = [uv, "tool", "install", "--quiet", "--python", sys.executable, wheel]
    subprocess.run(command, env=environ, check=True)
    tool = _installed(home, tmp_path / "bin/alpkey")
    assert "(package)" in tool.run("--version").stdout
    use.renews_and_connects(tool)
    tool.json("install-desktop")
    entry = (home.path / "desktop/share/applications").glob("*.desktop")
    assert str(tmp_path / "tools") in next(entry).read_text()


def test_the_sandbox_asks_for_its_extra(alpkey: Installed) -> None:
    use.has_no_sandbox(alpkey)


@pytest.mark.parametrize("arguments", [(), ("window", "main"), ("window", "renew")])
def test_it_opens(alpkey: Installed, arguments: tuple[str, ...]) -> None:
    use.opens(alpkey, *arguments)
