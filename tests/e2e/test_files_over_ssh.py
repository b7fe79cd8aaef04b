"""Files, repositories, forwards and displays by plain ssh programs, once ``config apply`` is done.

Each through ela by the names that users type, and with a key that had expired when the program was
started.
"""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.centre import Home
from tests.e2e.terminal import Terminal
from tests.e2e.test_on_demand import DAY_S, configured, type_secrets
from tests.e2e.waiting import until
from tests.pages import serving_page
from tests.sockets import free_port

CONTENT = bytes(range(256)) * 500 + b"\r\n\n"
NAMES = ["daint", "daint.alps.cscs.ch", "daint.cscs.ch"]
PROGRAMS = ["scp", "scp -O", "sftp", "rsync", "git"]
AUTHOR = ("-c", "user.name=Alice", "-c", "user.email=alice@example.org")


class Copies:
    """Copies a file there and back by one program, in a folder of the test's own on daint."""

    def __init__(self, home: Home, config: Path, folder: Path) -> None:
        for program in ("rsync", "git"):
            assert shutil.which(program), f"{program} is not installed"
        self.home = home
        self.config = config
        self.folder = folder
        self.name = folder.name
        folder.joinpath("sent").write_bytes(CONTENT)
        self.place.mkdir(parents=True)
        # git takes the command as a shell does, rsync splits it at blanks.
        command = f"ssh -F {shlex.quote(str(config))}"
        self.environ = {**home.environ, "GIT_SSH_COMMAND": command, "GIT_CONFIG_NOSYSTEM": "1"}

    @property
    def place(self) -> Path:
        """Where the folder on daint lies on this machine."""
        directory = Path(self.home.centre.facts.home).parent
        return directory / "hosts/daint/users/alice" / self.name

    def send(self, program: str, name: str) -> list[str]:
        """The command that copies ``sent``."""
        there = f"{name}:{self.name}"
        if program == "rsync":
            return ["rsync", "-e", f"ssh -F {self.config}", "sent", f"{there}/kept"]
        if program == "sftp":
            # With a batch file sftp would have ssh ask nothing.
            script = f"printf 'put sent {self.name}/kept\\n' | sftp -F {self.config} {name}"
            return ["sh", "-c", script]
        if program == "git":
            return ["git", "-C", "first", "push", f"{there}/repository.git", "main"]
        return [*program.split(), "-F", str(self.config), "sent", f"{there}/kept"]

    def fetch(self, program: str, name: str) -> list[str]:
        there = f"{name}:{self.name}"
        if program == "rsync":
            return ["rsync", "-e", f"ssh -F {self.config}", f"{there}/kept", "back"]
        if program == "sftp":
            return ["sftp", "-F", str(self.config), f"{there}/kept", "back"]
        if program == "git":
            return [
                "git",
                "-C",
                "second",
                "pull",
                "-q",
                f"ssh://{name}/~/{self.name}/repository.git",
            ]
        return [*program.split(), "-F", str(self.config), f"{there}/kept", "back"]

    def prepare(self, program: str) -> None:
        """What has to be there before anything is copied."""
        if program == "git":
            init = ("git", "init", "-q", "-b", "main")
            self.run(*init, "--bare", str(self.place / "repository.git"))
            self.run(*init, "first")
            (self.folder / "first/file").write_bytes(CONTENT)
            self.run("git", "-C", "first", "add", "file")
            self.run("git", *AUTHOR, "-C", "first", "commit", "-qm", "one")
            self.run(*init, "second")

    def received(self, program: str) -> bytes:
        return (self.folder / ("second/file" if program == "git" else "back")).read_bytes()

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, (command, done.stderr)
        return done

    def at_terminal(self, command: list[str]) -> Terminal:
        inside = shlex.join(["cd", str(self.folder)])
        return Terminal(["sh", "-c", f"{inside} && exec {shlex.join(command)}"], self.environ)


@pytest.fixture
def copies(home: Home, tmp_path: Path) -> Copies:
    """Set up by ``config apply`` with a key on demand, but with no key yet."""
    folder = tmp_path / f"work-{tmp_path.name}"
    folder.mkdir()
    # Where the account is not known, ssh would log in as the user of this machine.
    (home.path / "config/config.toml").write_text(f'username = "{home.centre.username}"\n')
    return Copies(home, configured(home, tmp_path), folder)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_file_is_copied_each_way(copies: Copies, program: str, name: str) -> None:
    copies.home.renew()
    copies.prepare(program)
    copies.run(*copies.send(program, name))
    copies.run(*copies.fetch(program, name))
    assert copies.received(program) == CONTENT


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_that_meets_an_expired_key_gets_a_new_one(copies: Copies, program: str) -> None:
    """The question is asked at its terminal, and the copy goes on."""
    home = copies.home
    home.centre.control("clock", offset_s=5 - DAY_S)
    assert home.renew()[0] == 0
    home.centre.control("clock", offset_s=0)
    until(lambda: home.json("status")[1]["state"] == "expired", "the end of the key")
    copies.prepare(program)
    with copies.at_terminal(copies.send(program, "daint")) as terminal:
        terminal.wait_for("waits for a fresh key")
        type_secrets(terminal, home)
        terminal.wait_for("Key valid until")
        assert terminal.end() == 0, terminal.shown
    copies.run(*copies.fetch(program, "daint"))
    assert copies.received(program) == CONTENT


@pytest.mark.parametrize("name", ["daint.alps.cscs.ch", "daint.cscs.ch", "ela.cscs.ch"])
def test_a_login_by_a_full_name_meets_an_expired_key(copies: Copies, name: str) -> None:
    with copies.at_terminal(["ssh", "-F", str(copies.config), name, "hostname"]) as terminal:
        terminal.wait_for(f"{name} waits for a fresh key")
        type_secrets(terminal, copies.home)
        terminal.wait_for(f"\n{name.partition('.')[0]}\r\n")
        assert terminal.end() == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_remote_forward_leads_back(copies: Copies, name: str) -> None:
    copies.home.renew()
    port = free_port()
    with serving_page(b"from here") as service:
        forward = f"{port}:localhost:{service}"
        command = ["ssh", "-F", str(copies.config), "-R", forward, name, "hostname; echo ready"]
        assert copies.run(*command).stdout == "daint\nready\n"
        command[-1:] = []
        with subprocess.Popen(
            [*command[:3], "-v", "-N", *command[3:]],
            env=copies.environ,
            stderr=subprocess.PIPE,
            text=True,
        ) as ssh:
            assert ssh.stderr is not None
            try:
                assert any("remote forward success" in line for line in ssh.stderr)
                there = ["ssh", "-F", str(copies.config), "-W", f"localhost:{port}", name]
                page = subprocess.run(
                    there,
                    env=copies.environ,
                    input="GET / HTTP/1.0\r\n\r\n",
                    capture_output=True,
                    text=True,
                    check=True,
                    timeout=30,
                )
                assert page.stdout.endswith("from here")
            finally:
                ssh.kill()


@pytest.mark.parametrize("name", NAMES)
def test_a_display_is_forwarded(copies: Copies, name: str) -> None:
    """The name of a display is enough: ssh opens it only for a program that draws."""
    copies.home.renew()
    copies.environ["DISPLAY"] = ":99"
    shown = copies.run("ssh", "-Y", "-F", str(copies.config), name, "printenv DISPLAY").stdout
    assert re.fullmatch(r"localhost:\d+\.0\n", shown)
    done = copies.run("ssh", "-x", "-F", str(copies.config), name, "printenv DISPLAY; true")
    assert done.stdout == ""
