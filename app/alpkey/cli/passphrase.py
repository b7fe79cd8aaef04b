"""``alpkey passphrase set|remove|keychain``."""

from collections.abc import Callable

import click

from alpkey.actions.keys.passphrase import (
    PassphraseWorld,
    keep_passphrase,
    look_at_keychain,
    remove_passphrase,
    set_passphrase,
)
from alpkey.cli.output import text as messages
from alpkey.cli.runtime.context import (
    Output,
    R,
    events_option,
    json_option,
    prepared_answer,
    run,
    stdin_option,
)
from alpkey.core.events import Action
from alpkey.wiring.keys import passphrase_world


@click.group("passphrase")
def passphrase_group() -> None:
    """The passphrase that protects the private key on this computer."""


@passphrase_group.command("set")
@stdin_option('{"passphrase": ..., "old_passphrase": ...}')
@json_option
@events_option
def set_command(from_stdin: bool, as_json: bool, events: bool) -> None:
    """Protect the private key with a passphrase, or change the one it has.

    The key is put into the ssh agent, so that ssh need not ask while the certificate lives.

    \b
    Examples:
      alpkey passphrase set
      alpkey passphrase set --stdin --json < passphrase.json
    """
    output = Output(as_json, events, prepared_answer(from_stdin))
    _run(set_passphrase, output, messages.protection)


@passphrase_group.command("remove")
@stdin_option('{"passphrase": ...}')
@json_option
@events_option
def remove_command(from_stdin: bool, as_json: bool, events: bool) -> None:
    """Take the passphrase off the private key.  The centre advises to have one.

    \b
    Examples:
      alpkey passphrase remove
      alpkey passphrase remove --stdin --json < passphrase.json
    """
    _run(
        remove_passphrase, Output(as_json, events, prepared_answer(from_stdin)), messages.protection
    )


@passphrase_group.command("keychain")
@click.option("--check", is_flag=True, help="Only check whether that can be done, without asking.")
@stdin_option('{"old_passphrase": ...}')
@json_option
@events_option
def keychain_command(check: bool, from_stdin: bool, as_json: bool, events: bool) -> None:
    """Protect the private key with a passphrase that only the system's keychain knows.

    Renewals protect each new key with it, and you never have to type it.

    \b
    Examples:
      alpkey passphrase keychain
      alpkey passphrase keychain --json
      alpkey passphrase keychain --check
    """
    output = Output(as_json, events, prepared_answer(from_stdin))
    if check:
        _run(look_at_keychain, output, messages.keychain)
    else:
        _run(keep_passphrase, output, messages.protection)


def _run(
    action: Callable[[PassphraseWorld], Action[R]],
    output: Output,
    tell: Callable[[R], str],
) -> None:
    run(lambda wiring, cancellation: action(passphrase_world(wiring, cancellation)), output, tell)
