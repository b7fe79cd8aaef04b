"""What is particular to macOS, against fakes of its programs that note how they were called.

They answer as open(1) and codesign(1) say; no Mac has run it.
"""

import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from alpkey.adapters.system import macos
from alpkey.core.errors import InvalidInput, KeychainTrouble

COMMAND = ["ssh", "-F", "/a b/config", "daint", "it's here"]


@dataclass(frozen=True)
class FakeProgram:
    """Notes its arguments, a line each call, and ends with a code."""

    folder: Path
    name: str

    def ends_with(self, code: int) -> None:
        path = self.folder / self.name
        path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{self.folder}/called\nexit {code}\n')
        path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        noted = self.folder / "called"
        return noted.read_text().splitlines() if noted.exists() else []


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PATH": f"{tmp_path}:/usr/bin:/bin"}


@pytest.fixture
def opener(tmp_path: Path) -> FakeProgram:
    fake = FakeProgram(tmp_path, "open")
    fake.ends_with(0)
    return fake


@pytest.fixture
def signer(tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> FakeProgram:
    monkeypatch.setenv("PATH", environ["PATH"])
    fake = FakeProgram(tmp_path, "codesign")
    fake.ends_with(0)
    return fake


class TestTerminal:
    def test_it_is_given_a_file_that_runs_the_command_and_is_gone(
        self, opener: FakeProgram, environ: dict[str, str], tmp_path: Path
    ) -> None:
        program = tmp_path / "ssh"
        program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
        program.chmod(0o755)
        macos.DesktopTerminal((), environ).open(COMMAND, "daint")
        [call] = opener.calls
        assert call.startswith("-a Terminal ")
        script = Path(shlex.split(call)[-1])
        assert (script.suffix, script.stat().st_mode & 0o777) == (".command", 0o700)
        said = subprocess.run([script], env=environ, capture_output=True, text=True, check=True)
        assert said.stdout.splitlines() == COMMAND[1:]
        assert not script.exists()

    def test_one_that_was_chosen_gets_the_command_as_it_is(
        self, opener: FakeProgram, environ: dict[str, str]
    ) -> None:
        macos.DesktopTerminal(["open", "-a", "iTerm"], environ).open(["ssh", "daint"], "daint")
        assert opener.calls == ["-a iTerm ssh daint"]

    def test_one_that_cannot_be_opened_is_named(
        self, opener: FakeProgram, environ: dict[str, str]
    ) -> None:
        opener.ends_with(1)
        for choice, named in (((), "open"), (("nowhere",), "nowhere")):
            with pytest.raises(InvalidInput) as none:
                macos.DesktopTerminal(choice, environ).open(["ssh", "daint"], "daint")
            assert (none.value.code, none.value.params["looked_for"]) == ("no-terminal", named)

    def test_the_doctor_knows_whether_the_chosen_one_is_there(
        self, opener: FakeProgram, environ: dict[str, str]
    ) -> None:
        assert macos.desk((), environ).terminal
        assert macos.desk(("open",), environ).terminal
        assert not macos.desk(("nowhere",), environ).terminal


class TestKeychain:
    @pytest.fixture
    def bundled(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """As the program of an app that was frozen."""
        app = tmp_path / "Alpkey.app"
        monkeypatch.setattr(sys, "executable", str(app / "Contents/MacOS/alpkey"))
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        return app

    def test_the_app_is_asked_for_the_signature_of_a_developer(
        self, signer: FakeProgram, bundled: Path
    ) -> None:
        [backend] = macos.keyring_backends()
        assert backend.__module__ == "keyring.backends.macOS"
        assert signer.calls == [f"--verify --strict -R=anchor apple generic {bundled}"]

    @pytest.mark.parametrize("code", [1, 3])
    def test_an_app_that_nobody_signed_has_none(
        self, signer: FakeProgram, bundled: Path, code: int
    ) -> None:
        signer.ends_with(code)
        with pytest.raises(KeychainTrouble) as absent:
            macos.keyring_backends()
        assert absent.value.code == "keychain-absent"

    @pytest.mark.usefixtures("signer")
    def test_a_script_of_any_python_has_none(
        self, bundled: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr(sys, "frozen")
        with pytest.raises(KeychainTrouble):
            macos.keyring_backends()

    def test_without_codesign_there_is_none(
        self, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path / "empty"))
        with pytest.raises(KeychainTrouble):
            macos.keyring_backends()


def test_downloads_lie_where_they_always_do() -> None:
    home = Path("/Users/alice")
    assert macos.downloads_folder({}, home) == home / "Downloads"
