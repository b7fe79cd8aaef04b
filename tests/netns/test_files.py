"""Files, repositories, forwards and displays by plain programs, with OpenSSH's own server."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.netns.centre import GOOD, RealCentre

CONTENT = bytes(range(256)) * 500 + b"\r\n\n"
NAMES = ["daint", "daint.alps.cscs.ch", "daint.cscs.ch"]

# Serves a page on this side, and has ssh fetch it on the other.
FORWARD = """
import http.server, subprocess, sys, threading
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"from here")
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()
fetch = "import urllib.request as u; print(u.urlopen('http://localhost:8123').read().decode())"
forward = f"8123:localhost:{server.server_port}"
command = f'{sys.executable} -c "{fetch}"; printenv REACHED'
options = ["-o", "ExitOnForwardFailure=yes", "-R", forward]
sys.exit(subprocess.call(["ssh", *options, sys.argv[1], command]))
"""

GIT = """
set -e
cd "$HOME/work"
git init -q -b main first
cp sent first/file
git -C first add file
git -C first -c user.name=Alice -c user.email=alice@example.org commit -qm one
ssh "$1" git init -q --bare -b main there/repository.git
git -C first push -q "$1:there/repository.git" main
git clone -q -b main "ssh://$1/~/there/repository.git" second
git -C first -c user.name=Alice -c user.email=a@example.org commit -qm two --allow-empty
git -C first push -q "$1:there/repository.git" main
git -C second pull -q
git -C second log --format=%s
mv second/file back
"""


@pytest.fixture
def centre(running: RealCentre) -> RealCentre:
    """A home with a fresh key, our configuration and a file to send."""
    running.give_key(*GOOD)
    for name in ("work", "there"):
        (running.home / name).mkdir()
    (running.home / "work/sent").write_bytes(CONTENT)
    done = running.alpkey("config", "apply", "--json")
    assert done.returncode == 0, done.stdout
    return running


def run(centre: RealCentre, *command: str, **environ: str) -> str:
    done = centre.run(*command, **environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("program", ["scp", "scp -O", "sftp", "rsync", "git"])
def test_a_file_is_copied_each_way(centre: RealCentre, program: str, name: str) -> None:
    """Through ela, on whose disk nothing is left."""
    assert shutil.which(program.split(maxsplit=1)[0]), f"{program} is not installed"
    before = {host: logins(centre, host) for host in ("ela", "daint")}
    work = centre.home / "work"
    if program == "git":
        assert run(centre, "sh", "-c", GIT, "sh", name) == "two\none\n"
    else:
        send, fetch = f"{name}:there/kept", str(work / "back")
        if program == "sftp":
            script = f'echo "put {work}/sent there/kept" | sftp -b - {name}'
            run(centre, "sh", "-c", script)
        else:
            run(centre, *program.split(), str(work / "sent"), send)
        assert (centre.home / "there/kept").read_bytes() == CONTENT
        run(centre, *program.split(), send, fetch)
    assert (work / "back").read_bytes() == CONTENT
    assert all(logins(centre, host) > before[host] for host in before)


def logins(centre: RealCentre, host: str) -> int:
    return centre.log(host).count("Accepted publickey for alice")


@pytest.mark.parametrize("name", NAMES)
def test_a_remote_forward_leads_back(centre: RealCentre, name: str) -> None:
    assert run(centre, sys.executable, "-c", FORWARD, name) == "from here\ndaint\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_display_is_forwarded(centre: RealCentre, name: str) -> None:
    if not Path("/usr/bin/xauth").exists():
        pytest.skip("sshd forwards displays by xauth")
    shown = run(centre, "ssh", "-Y", name, "printenv DISPLAY", DISPLAY=":99")
    assert shown.startswith("localhost:1")


@pytest.mark.parametrize("name", [*NAMES, "ela.cscs.ch", "santis.alps.cscs.ch"])
def test_connect_takes_the_names_that_users_type(centre: RealCentre, name: str) -> None:
    done = centre.alpkey("connect", name, "--here", "--", "printenv", "REACHED")
    assert (done.stdout, done.returncode) == (f"{name.partition('.')[0]}\n", 0), done.stderr
