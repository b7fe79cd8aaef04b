"""The command ``alpkey``: its groups and commands, each imported when it is called."""

import importlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress

import click

from alpkey import shipped
from alpkey.cli.runtime.account_option import with_account

# By group; each with its module, its object there, and its summary.
_GROUPS = {
    "Key": {
        "renew": ("renew", "renew_command", "Sign in and install a new key."),
        "status": ("status", "status_command", "Show the state of key, quota and agent."),
        "ensure": ("ensure", "ensure_command", "Renew if needed (used by ssh)."),
        "import": ("import_key", "import_command", "Install a key from your downloads."),
        "history": ("history", "history_command", "Show renewals and refusals so far."),
        "keys": ("keys", "keys_group", "List and revoke your keys."),
        "passphrase": ("passphrase", "passphrase_group", "Protect the private key."),
        "password": ("password", "password_group", "Save the password in the system keychain."),
        "sign-out": ("sign_out", "sign_out_command", "Remove key and sign-in from this computer."),
    },
    "Connect": {
        "connect": ("connect", "connect_command", "Open a terminal on a cluster."),
        "disconnect": ("disconnect", "disconnect_command", "Close reused connections."),
        "jobs": ("jobs", "jobs_group", "Your jobs on a cluster, and their nodes."),
        "launch": ("launch", "launch_command", "Submit a job and open its page."),
        "tunnel": ("tunnel", "tunnel_group", "Tunnels to services on compute nodes."),
        "window": ("window", "window_command", "Open a window."),
    },
    "Setup": {
        "settings": ("settings", "settings_group", "Show or change settings."),
        "account": ("account", "account_group", "Your other accounts at the centre."),
        "config": ("config", "config_group", "Your ssh configuration: apply, undo, check."),
        "hosts": ("hosts", "hosts_group", "The keys of the login hosts."),
        "agent": ("agent", "agent_group", "The ssh agent: add the key, list it, clean up."),
        "autostart": ("desktop", "autostart_command", "Start the tray at login, or not."),
        "install-desktop": (
            "desktop",
            "install_desktop_command",
            "Add Alpkey to the desktop's menu.",
        ),
        "completion": ("completion", "completion_command", "Print a shell completion script."),
        "prompt": ("prompt", "prompt_command", "Print a function for your shell prompt."),
        "sandbox": ("sandbox", "sandbox_command", "A test centre on this computer."),
        "demo": ("demo", "demo_command", "Try everything in the sandbox."),
    },
    "Repair": {
        "doctor": ("doctor", "doctor_command", "Find and fix what blocks a login."),
        "updates": ("updates", "updates_command", "Check for a newer version."),
        "uninstall": (
            "uninstall",
            "uninstall_command",
            "Undo what Alpkey did outside its own folders.",
        ),
    },
}
_COMMANDS = {name: row for rows in _GROUPS.values() for name, row in rows.items()}


class _Lazy(click.Group):
    """Commands by name and summary, so that ``--help`` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        return with_account(getattr(importlib.import_module(f"alpkey.cli.{module}"), name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, as click finds it; for an unknown one the error names similar ones."""
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            ctx.fail(f"No such command '{name}'.{_did_you_mean(name)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        width = max(map(len, _COMMANDS))
        for title, rows in _GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), row[2]) for name, row in rows.items()])


def _did_you_mean(name: str) -> str:
    """`` Did you mean 'renew'?``; empty if no command resembles ``name``."""
    from difflib import get_close_matches

    similar = get_close_matches(name, _COMMANDS, n=2)
    return f" Did you mean {' or '.join(map(repr, similar))}?" if similar else ""


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"alpkey {shipped.version()}")
        context.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show version and build.",
)
def alpkey() -> None:
    """Keep your SSH key fresh.  Without a command the tray icon is started.

    \b
    Examples:
      alpkey                      start the tray
      alpkey renew                get a new key
      alpkey connect daint        log in to daint
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
    from alpkey.core.display_text import visible
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
            click.echo(visible(f"{error['title']}. {error['detail']}"), err=True)
    return 1
