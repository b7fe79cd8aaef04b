"""The command ``alpkey``: its groups and commands, each imported when it is called."""

import importlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress

import click

from alpkey.cli import build

_COMMANDS = {
    "renew": ("alpkey.cli.renew", "renew_command", "Sign in and install a fresh key."),
    "status": ("alpkey.cli.status", "status_command", "Tell the state of key, quota and agent."),
    "import": ("alpkey.cli.import_key", "import_command", "Install a key got with the browser."),
    "connect": ("alpkey.cli.connect", "connect_command", "Open a terminal on a cluster."),
    "disconnect": (
        "alpkey.cli.disconnect",
        "disconnect_command",
        "End the connections that logins share.",
    ),
    "jobs": ("alpkey.cli.jobs", "jobs_group", "Your jobs on a cluster, and their nodes."),
    "tunnel": ("alpkey.cli.tunnel", "tunnel_group", "Tunnels to services on compute nodes."),
    "ensure": ("alpkey.cli.ensure", "ensure_command", "Have a good key; what ssh calls on demand."),
    "keys": ("alpkey.cli.keys", "keys_group", "Your keys, as the centre knows them."),
    "passphrase": ("alpkey.cli.passphrase", "passphrase_group", "Protect the private key."),
    "agent": (
        "alpkey.cli.agent",
        "agent_group",
        "The ssh agent: put the key in, list it, clean up.",
    ),
    "hosts": ("alpkey.cli.hosts", "hosts_group", "The keys of the login hosts."),
    "doctor": ("alpkey.cli.doctor", "doctor_command", "Find what stands in the way of a login."),
    "settings": ("alpkey.cli.settings", "settings_group", "Tell the settings, or change one."),
    "sign-out": ("alpkey.cli.sign_out", "sign_out_command", "Leave this computer."),
    "autostart": ("alpkey.cli.desktop", "autostart_command", "Start the tray at login, or not."),
    "install-desktop": (
        "alpkey.cli.desktop",
        "install_desktop_command",
        "Put Alpkey into the desktop's menu.",
    ),
    "uninstall": (
        "alpkey.cli.uninstall",
        "uninstall_command",
        "Undo what Alpkey did outside its own folders.",
    ),
    "password": ("alpkey.cli.password", "password_group", "Keep the password in the keychain."),
    "config": ("alpkey.cli.config", "config_group", "Your ssh configuration: apply, undo, check."),
    "updates": ("alpkey.cli.updates", "updates_command", "Ask for newer versions of Alpkey."),
    "window": ("alpkey.cli.window", "window_command", "Open a window."),
    "completion": (
        "alpkey.cli.completion",
        "completion_command",
        "Print what has a shell complete Alpkey's commands.",
    ),
    "prompt": ("alpkey.cli.prompt", "prompt_command", "Print a function for your shell prompt."),
    "sandbox": ("alpkey.cli.sandbox", "sandbox_command", "A centre on this computer, to try with."),
    "demo": ("alpkey.cli.demo", "demo_command", "Try everything against the sandbox."),
}


class _Lazy(click.Group):
    """Commands by name and summary, so that ``--help`` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, row[2]) for name, row in _COMMANDS.items()])


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"alpkey {build.name()}")
        context.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Tell version and build.",
)
def alpkey() -> None:
    """Keep your SSH key fresh.  Without a command the tray icon is started.

    \b
    Examples:
      alpkey                      start the tray
      alpkey renew                get a fresh key
      alpkey connect daint        be on daint
      alpkey status --json        for scripts
    """


def main(arguments: list[str], open_window: Callable[[str, dict[str, str]], int]) -> int:
    """Run one command and return its exit code; a bug is reported in one sentence.

    ``open_window`` is passed in, for the command line does not import Qt.
    """
    _open_closed_streams()
    try:
        alpkey.main(arguments, prog_name="alpkey", standalone_mode=False, obj=open_window)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        click.echo("Cancelled.", err=True)
        return 10
    except click.ClickException as error:
        error.show()
        return 2
    except BaseException as crash:
        if isinstance(crash, SystemExit):
            raise
        return _report_bug(crash, arguments)
    return 0


def _open_closed_streams() -> None:
    """Open the null device for each standard stream that the caller closed.

    Otherwise the next file or connection would get its descriptor.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115  open to the end


def _report_bug(crash: BaseException, arguments: list[str]) -> int:
    """Print the bug in the form that was asked for; programs wait for a last line, too."""
    import json

    from alpkey.cli.runtime.crash import write_report
    from alpkey.core.messages.describe_error import bug_object
    from alpkey.core.paths import user_paths

    path = write_report(crash, user_paths().logs)
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    error = bug_object(type(crash).__name__, str(path) if path else None)
    with suppress(OSError):
        if "--events" in options:
            click.echo(json.dumps({"event": "failed", "error": error}))
        elif "--json" in options:
            click.echo(json.dumps({"error": error}))
        else:
            click.echo(f"{error['title']}. {error['detail']}", err=True)
    return 1
