"""``alpkey password keep|forget``."""

import click

from alpkey.actions.signin.password import KeepRequest, forget, keep
from alpkey.cli.output import text as messages
from alpkey.cli.runtime.context import (
    Output,
    events_option,
    json_option,
    prepared_answer,
    run,
    stdin_option,
)
from alpkey.wiring.signin import saved_secrets_world

username_option = click.option("--username", metavar="NAME", help="Your username at the centre.")


@click.group("password")
def password_group() -> None:
    """The saved password: in the system's keychain, and nowhere else."""


@password_group.command("keep")
@username_option
@click.option(
    "--code-generator",
    is_flag=True,
    help="Save what makes the one-time codes instead, where the centre allows that.",
)
@stdin_option('{"password": ...} or {"totp_secret": ...}')
@json_option
def keep_command(
    username: str | None, code_generator: bool, from_stdin: bool, as_json: bool
) -> None:
    """Save the password in the keychain, so that renewing asks for the one-time code only.

    A code generator and a password are never saved together: saving one removes the other.

    \b
    Examples:
      alpkey password keep
      alpkey password keep --stdin --json < password.json
    """
    prepared = prepared_answer(from_stdin)
    run(
        lambda wiring, cancellation: keep(
            KeepRequest(
                username, wiring.snapshot().account, "totp" if code_generator else "password"
            ),
            saved_secrets_world(wiring, cancellation),
        ),
        Output(as_json, prepared=prepared),
        messages.saved,
    )


@password_group.command("forget")
@username_option
@json_option
@events_option
def forget_command(username: str | None, as_json: bool, events: bool) -> None:
    """Remove what is saved from the keychain.

    \b
    Example:
      alpkey password forget
    """
    run(
        lambda wiring, cancellation: forget(
            KeepRequest(username, wiring.snapshot().account),
            saved_secrets_world(wiring, cancellation),
        ),
        Output(as_json, events),
        messages.forgotten,
    )
