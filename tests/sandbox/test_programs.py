"""The programs that go by ssh, each as it is installed: files, repositories, forwards, displays."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.e2e.waiting import until
from tests.pages import serving_page
from tests.sandbox.client import Client
from tests.sandbox.gateway_client import GatewayClient
from tests.sandbox.openid_client import Browser, Pkce
from tests.sandbox.ssh_user import SshUser
from tests.sockets import free_port

HOST = "direct-daint"
# Every value of a byte, line ends and no end of line, and more than one packet.
CONTENT = bytes(range(256)) * 1000 + b"\r\n\n"
FORWARDED = re.compile(r"remote forward success for: listen ([1-9]\d*)|Allocated port (\d+)")


@pytest.fixture
def alice(user: SshUser, client: Client) -> SshUser:
    """Logged out, with a fresh key and a file to send."""
    user.takes(client.sign_in())
    (user.folder / "sent").write_bytes(CONTENT)
    return user


def place(alice: SshUser, client: Client, path: str = "", host: str = "daint") -> Path:
    """Where a file of alice's home on a host lies on this machine."""
    directory = Path(client.centre.facts.home).parent
    return directory / "hosts" / host / "users/alice" / alice.folder.name / path


def folder_on_host(alice: SshUser, client: Client) -> str:
    """A folder of this test in alice's home, which all tests share."""
    place(alice, client).mkdir(parents=True)
    return alice.folder.name


@pytest.mark.parametrize(
    "options", [["scp"], ["scp", "-O"], ["rsync", "-e", "ssh -F config"]], ids=" ".join
)
def test_a_file_is_copied_each_way(alice: SshUser, client: Client, options: list[str]) -> None:
    alice.config()
    program = shutil.which(options[0])
    assert program, f"{options[0]} is not installed"
    command = options if options[0] == "rsync" else [*options, "-F", "config"]
    there = f"{HOST}:{folder_on_host(alice, client)}"
    done = alice.run(*command, "sent", f"{there}/kept")
    assert done.returncode == 0, done.stderr
    assert place(alice, client, "kept").read_bytes() == CONTENT
    done = alice.run(*command, f"{there}/kept", "back")
    assert done.returncode == 0, done.stderr
    assert (alice.folder / "back").read_bytes() == CONTENT


def test_sftp_takes_commands(alice: SshUser, client: Client) -> None:
    name = folder_on_host(alice, client)
    typed = f"cd {name}\nput sent\nrename sent kept\nmkdir sub\nget kept back\npwd\nls\n"
    done = alice.run("sftp", "-F", str(alice.config()), "-b", "-", HOST, typed=typed)
    assert done.returncode == 0, done.stderr
    assert f"Remote working directory: /users/alice/{name}\n" in done.stdout
    assert (alice.folder / "back").read_bytes() == CONTENT
    assert sorted(path.name for path in place(alice, client).iterdir()) == ["kept", "sub"]


def test_a_folder_is_kept_in_step_by_rsync(alice: SshUser, client: Client) -> None:
    source = alice.folder / "tree"
    (source / "sub folder").mkdir(parents=True)
    (source / "sub folder/a file").write_bytes(CONTENT)
    (source / "old").write_text("old\n")
    alice.config()
    there = f"{HOST}:{folder_on_host(alice, client)}/"
    rsync = ["rsync", "-a", "--delete", "-e", "ssh -F config"]
    assert alice.run(*rsync, "tree/", there).returncode == 0
    (source / "old").unlink()
    assert alice.run(*rsync, "tree/", there).returncode == 0
    assert [path.name for path in place(alice, client).iterdir()] == ["sub folder"]
    done = alice.run(*rsync, f"{there}sub*", "back/")
    assert (alice.folder / "back/sub folder/a file").read_bytes() == CONTENT, done.stderr


@pytest.mark.parametrize(
    "address",
    [f"{HOST}:{{0}}/repository.git", f"ssh://{HOST}/users/alice/{{0}}/repository.git"],
    ids=["relative", "absolute"],
)
def test_a_repository_is_pushed_cloned_and_pulled(
    alice: SshUser, client: Client, address: str
) -> None:
    name = folder_on_host(alice, client)
    address = address.format(name)
    ssh = {"GIT_SSH_COMMAND": f"ssh -F {alice.config()}", "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*words: str) -> str:
        author = ("-c", "user.name=Alice", "-c", "user.email=alice@example.org")
        done = alice.run("git", *author, *words, **ssh)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(folder: str, text: str) -> None:
        (alice.folder / folder / "file").write_text(text)
        git("-C", folder, "add", "file")
        git("-C", folder, "commit", "-qm", text)

    made = alice.ssh("daint", "git", "init", "--bare", "-b", "main", f"{name}/repository.git")
    assert made.returncode == 0, made.stderr
    git("init", "-q", "-b", "main", "first")
    commit("first", "one")
    git("-C", "first", "push", "-q", address, "main")
    git("clone", "-q", "-b", "main", address, "second")
    commit("first", "two")
    git("-C", "first", "push", "-q", address, "main")
    git("-C", "second", "pull", "-q")
    assert git("-C", "second", "log", "--format=%s") == "two\none\n"


@pytest.mark.parametrize("path", ["/{0}", "../../{0}", "../../../../../../{0}"])
def test_paths_stay_on_the_host(alice: SshUser, client: Client, path: str) -> None:
    alice.config()
    path = path.format(folder_on_host(alice, client))
    root = place(alice, client).parents[2]
    assert root.name == "daint"
    for number, command in enumerate(
        (["scp", "-F", "config"], ["scp", "-OF", "config"], ["rsync", "-e", "ssh -F config"])
    ):
        done = alice.run(*command, "sent", f"{HOST}:{path}{number}")
        assert done.returncode == 0, done.stderr
        assert (root / f"{alice.folder.name}{number}").read_bytes() == CONTENT
    assert alice.ssh("daint", "git", "init", "--bare", f"{path}.git").returncode == 0
    assert (root / f"{alice.folder.name}.git/HEAD").exists()


def test_programs_know_nothing_of_this_machines_home(
    alice: SshUser, client: Client, tmp_path: Path
) -> None:
    """Nor of a repository that the sandbox lies in by chance."""
    assert alice.ssh("daint", "git", "config", "--global", "user.name", "Alice").returncode == 0
    assert "Alice" in (place(alice, client).parent / ".gitconfig").read_text()
    assert not (Path(os.environ["HOME"]) / ".gitconfig").exists()
    directory = Path(client.centre.facts.home).parent
    subprocess.run(["git", "init", "-q", str(directory)], check=True)
    try:
        done = alice.ssh("daint", "git", "status")
    finally:
        shutil.rmtree(directory / ".git")
    assert "not a git repository" in done.stderr


def test_each_host_has_files_of_its_own(alice: SshUser, client: Client) -> None:
    alice.config()
    name = f"{alice.folder.name}-santis"
    assert alice.run("scp", "-F", "config", "sent", f"direct-santis:{name}").returncode == 0
    assert (place(alice, client, host="santis").parent / name).exists()
    assert not (place(alice, client).parent / name).exists()


def test_a_program_that_is_not_installed_is_not_found(
    alice: SshUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the sandbox finds them: it runs in this process."""
    config = str(alice.config())
    ssh = shutil.which("ssh")
    assert ssh
    monkeypatch.setenv("PATH", str(alice.folder))
    for command in ("rsync --server . x", "git-upload-pack x", "git init x"):
        done = alice.run(ssh, "-F", config, HOST, command)
        name = command.split()[0]
        assert (done.stderr, done.returncode) == (f"sh: {name}: command not found\n", 127)


def test_the_exit_status_is_the_programs(alice: SshUser) -> None:
    done = alice.ssh("daint", "git", "rev-parse", "--verify", "none")
    assert done.returncode == 128, done.stderr
    assert alice.ssh("daint", "git --version && hostname").stdout.endswith("\ndaint\n")
    assert alice.ssh("daint", "git rev-parse || whoami").stdout == "alice\n"


def test_lines_of_input_are_commands_and_no_programs_input(alice: SshUser) -> None:
    config = str(alice.config())
    typed = "git hash-object --stdin\nhostname\nexit 3\n"
    done = alice.run("ssh", "-F", config, HOST, typed=typed)
    nothing = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert (done.stdout, done.returncode) == (f"{nothing}\ndaint\n", 3)


def test_a_client_that_leaves_leaves_no_program_behind(alice: SshUser, client: Client) -> None:
    config = str(alice.config())
    name = f"left-{alice.folder.name}"
    command = ["ssh", "-F", config, HOST, "git", "hash-object", "--stdin", "--path", name]

    def running() -> bool:
        done = subprocess.run(["pgrep", "-f", f"^[^ ]*git .*{name}"], check=False)
        return done.returncode == 0

    with subprocess.Popen(command, stdin=subprocess.PIPE) as left:
        until(running, "the program")
        left.kill()
        until(lambda: not running(), "its end")


def test_the_guest_has_no_files_and_no_programs(
    user: SshUser, gateway: GatewayClient, browser: Browser
) -> None:
    """Anyone on the machine can sign in as the guest."""
    pkce = Pkce()
    page = browser.sign_in_at_home(browser.open(gateway.openid.address(pkce)))
    gateway.token = gateway.openid.redeem(page.arrived["code"], pkce).json["access_token"]
    user.takes_certificate(gateway.key, gateway.signed()["publicKey"])
    guest = gateway.centre.facts.guest
    assert user.ssh("daint", "whoami", user=guest).returncode == 0
    assert user.ssh("daint", "git", "init", "x", user=guest).returncode == 127
    config = str(user.config(guest))
    (user.folder / "sent").write_bytes(CONTENT)
    for options in ([], ["-O"]):
        assert user.run("scp", *options, "-F", config, "sent", f"{HOST}:x").returncode != 0


@contextmanager
def forwarding(alice: SshUser, *options: str) -> Iterator[str]:
    """A login that forwards and does nothing else; the port that the host gave it."""
    command = ["ssh", "-F", str(alice.config()), "-N", *options, HOST]
    command[1:1] = ["-v", "-o", "ExitOnForwardFailure=yes"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as ssh:
        assert ssh.stderr is not None
        found = None
        try:
            while not found and (line := ssh.stderr.readline()):
                found = FORWARDED.search(line)
            assert found, "nothing was forwarded"
            yield found[1] or found[2]
        finally:
            ssh.kill()


def fetched(alice: SshUser, port: int) -> str:
    """The page at a port of the host, as a program there would get it."""
    request = "GET / HTTP/1.0\r\n\r\n"
    command = ("ssh", "-F", str(alice.config()), "-W", f"localhost:{port}", HOST)
    return alice.run(*command, typed=request).stdout


def test_a_remote_forward_leads_back_to_the_client(alice: SshUser) -> None:
    """To a service of the same number, for the host has ports of its own."""
    with serving_page(b"from the laptop") as port:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            assert page.read() == b"from the laptop"
        with forwarding(alice, "-R", f"{port}:localhost:{port}"):
            assert fetched(alice, port).endswith("from the laptop")
            taken = alice.ssh("daint", "true")
            assert taken.returncode == 0
            again = ("-o", "ExitOnForwardFailure=yes", "-R", f"{port}:localhost:{port}")
            done = alice.run("ssh", "-F", str(alice.config()), *again, HOST, "true")
            assert f"remote port forwarding failed for listen port {port}" in done.stderr
        until(lambda: not fetched(alice, port), "the end of the forward")


def test_a_remote_forward_may_leave_the_port_to_the_host(alice: SshUser) -> None:
    with serving_page(b"here") as port, forwarding(alice, "-R", f"0:localhost:{port}") as given:
        assert fetched(alice, int(given)).endswith("here")


def test_a_remote_forward_to_nothing_closes(alice: SshUser) -> None:
    with forwarding(alice, "-R", f"9999:localhost:{free_port()}"):
        assert fetched(alice, 9999) == ""


@pytest.fixture
def display(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A display of its own with a cookie, as the environment variables that lead to it."""
    if not all(map(shutil.which, ("Xvfb", "xauth", "xdpyinfo"))):
        pytest.skip("a real display needs Xvfb, xauth and xdpyinfo")
    cookies = tmp_path / "cookies"
    cookies.touch()
    subprocess.run(["xauth", "-q", "-f", str(cookies), "add", ":0", ".", "5e" * 16], check=True)
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-auth", str(cookies), "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as numbers:
            name = f":{numbers.readline().strip()}"
        subprocess.run(["xauth", "-q", "-f", str(cookies), "add", name, ".", "5e" * 16], check=True)
        yield {"DISPLAY": name, "XAUTHORITY": str(cookies)}
        server.kill()


@pytest.mark.parametrize("option", ["-X", "-Y"])
def test_a_display_is_forwarded(
    alice: SshUser, client: Client, display: dict[str, str], option: str
) -> None:
    command = ["ssh", option, "-F", str(alice.config()), HOST]
    pipe = subprocess.PIPE
    environ = {**os.environ, **display}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environ) as ssh:
        assert ssh.stdin is not None
        assert ssh.stdout is not None
        ssh.stdin.write("printenv DISPLAY\n")
        ssh.stdin.flush()
        there = ssh.stdout.readline().strip()
        assert there.startswith("localhost:")
        cookies = place(alice, client).parents[2] / ".Xauthority"
        environ |= {"DISPLAY": there, "XAUTHORITY": str(cookies)}
        shown = subprocess.run(
            ["xdpyinfo"], env=environ, capture_output=True, text=True, check=False, timeout=20
        )
        assert "The X.Org Foundation" in shown.stdout, shown.stderr
        ssh.stdin.close()
        assert ssh.wait() == 0


def test_without_a_display_a_login_is_as_any_other(alice: SshUser) -> None:
    done = alice.run("ssh", "-Y", "-F", str(alice.config()), HOST, "printenv", "DISPLAY")
    assert (done.stdout, done.returncode) == ("", 1)
