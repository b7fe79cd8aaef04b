"""``alpkey demo``: the sandbox with the tray in its home; or the same steps by command line."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import click

from alpkey.core.display import has_display
from alpkey.wiring.base import own_command

READY_TIMEOUT_S = 60.0
END_TIMEOUT_S = 10.0


class DemoFailed(Exception):
    """A step of the demo failed; the text says which."""


@click.command("demo")
@click.option("--headless", is_flag=True, help="Walk by command line, without tray and windows.")
def demo_command(headless: bool) -> None:
    """Try everything against a centre on this computer; nothing real is touched.

    With a display the tray and a small window with the credentials open.  Without one the same
    way is walked by command line, and each step says what it does.

    \b
    Examples:
      alpkey demo
      alpkey demo --headless
    """
    with tempfile.TemporaryDirectory(prefix="alpkey-demo-") as folder:
        try:
            with _sandbox(Path(folder)) as sandbox:
                if headless or not has_display(os.environ, sys.platform):
                    _walk(sandbox)
                else:
                    _show(sandbox)
        except DemoFailed as failed:
            click.echo(f"The demo failed: {failed}", err=True)
            sys.exit(1)


class _Sandbox:
    """A running sandbox: its description, and Alpkey run in its home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts: dict[str, Any] = json.loads((folder / "sandbox.json").read_text())
        self.environ = {**os.environ, "ALPKEY_HOME": self.facts["home"]}
        self.environ.pop("SSH_AUTH_SOCK", None)

    def otp(self) -> str:
        return _run(own_command("sandbox", "otp", "--dir", str(self.folder)), os.environ).strip()

    def alpkey(self, *arguments: str, typed: str | None = None) -> str:
        return _run(own_command(*arguments), self.environ, typed)


@contextmanager
def _sandbox(folder: Path) -> Iterator[_Sandbox]:
    command = own_command("sandbox", "--dir", str(folder))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            ready = process.stdout.readline() if process.stdout else ""
            if not ready:  # the reason is on standard error
                raise DemoFailed("the sandbox did not start")
            yield _Sandbox(folder)
        finally:
            process.terminate()
            process.wait(END_TIMEOUT_S)


def _walk(sandbox: _Sandbox) -> None:
    """From no key to daint, step by step; the last output is daint's own."""
    user = sandbox.facts["username"]
    _say(f"A centre runs on this computer, with a user {user!r}. There is no key yet:")
    click.echo(sandbox.alpkey("status"))
    _say("Alpkey signs in with password and code, and installs the key (alpkey renew):")
    answer = json.dumps({"password": sandbox.facts["password"], "otp": sandbox.otp()})
    click.echo(sandbox.alpkey("renew", "--username", user, "--stdin", typed=answer + "\n"))
    _say("The key is there, and one of the day's five is spent (alpkey status):")
    click.echo(sandbox.alpkey("status"))
    _say("Alpkey goes to daint through the jump host ela (alpkey connect daint -- hostname):")
    host = sandbox.alpkey("connect", "daint", "--here", "--", "hostname").strip()
    click.echo(host)
    if host != "daint":
        raise DemoFailed(f"daint answered {host!r}")
    _say("The same, by plain ssh with the configuration that Alpkey wrote (ssh daint hostname):")
    config = Path(sandbox.facts["home"]) / "ssh" / "alpkey" / "connect"
    host = _run(["ssh", "-F", str(config), "daint", "hostname"], sandbox.environ).strip()
    click.echo(host)
    if host != "daint":
        raise DemoFailed(f"daint answered {host!r}")
    _tunnel(sandbox)
    _say("And no problem stops the next login (alpkey doctor):")
    click.echo(sandbox.alpkey("doctor"))
    click.echo("\nThe demo is done: from no key to daint.")


def _tunnel(sandbox: _Sandbox) -> None:
    """Open the page of a web service on the node of a running job, and close the tunnel."""
    _say("A job runs on a compute node (alpkey jobs daint):")
    click.echo(sandbox.alpkey("jobs", "daint"))
    node, port = "nid006554", "6006"
    _say(f"A tunnel leads to the service on it (alpkey tunnel open daint {node} {port}):")
    tunnel = json.loads(sandbox.alpkey("tunnel", "open", "daint", node, port, "--json"))
    try:
        (local, _), *_ = tunnel["ports"]
        service = HTTPConnection("127.0.0.1", local, timeout=READY_TIMEOUT_S)
        service.request("GET", "/")
        greeting = service.getresponse().read().decode().strip()
        service.close()
    finally:
        closed = sandbox.alpkey("tunnel", "close", tunnel["id"])
    click.echo(f"{tunnel['url']} says: {greeting}\n{closed}")
    if node not in greeting:
        raise DemoFailed(f"the node answered {greeting!r}")


def _show(sandbox: _Sandbox) -> None:
    """Tray and helper window, until the user quits the tray."""
    click.echo("The tray icon is in your panel; quit it there, or press Ctrl-C here.")
    sandbox_file = str(sandbox.folder / "sandbox.json")
    environ = {**sandbox.environ, "ALPKEY_DEMO": sandbox_file}
    with (
        subprocess.Popen(own_command(), env=environ) as tray,
        subprocess.Popen(own_command("window", "demo"), env=environ) as window,
    ):
        try:
            tray.wait()
        except KeyboardInterrupt:
            tray.terminate()
        finally:
            window.terminate()


def _say(sentence: str) -> None:
    click.secho(f"\n== {sentence}", bold=True)


def _run(command: list[str], environ: Mapping[str, str], typed: str | None = None) -> str:
    done = subprocess.run(
        command,
        env=dict(environ),
        input=typed,
        stdin=None if typed else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    # "status" ends with 6 while there is no key.
    if done.returncode not in (0, 6):
        raise DemoFailed(f"{' '.join(command)} ended with {done.returncode}")
    return done.stdout.rstrip()
