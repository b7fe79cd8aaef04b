"""``alpkey keys list`` and ``keys revoke``."""

import click

from alpkey.actions.keys.account_keys import RevokeRequest, list_keys, revoke_keys
from alpkey.cli.output import text as messages
from alpkey.cli.runtime.cancel import SignalCancellation
from alpkey.cli.runtime.context import Output, events_option, json_option, run, yes_option
from alpkey.cli.sign_in_options import method_options
from alpkey.core.errors import Cancelled
from alpkey.core.events import Action
from alpkey.core.results.keys import RevokedKeysResult
from alpkey.core.site import SignInMethod
from alpkey.wiring.base import Wiring
from alpkey.wiring.keys import keys_world
from alpkey.wiring.signin import external_method


@click.group("keys")
def keys_group() -> None:
    """The keys of your account, as the centre knows them."""


@keys_group.command("list")
@click.option("--all", "every", is_flag=True, help="Also those that expired or were revoked.")
@method_options
@json_option
@events_option
def list_command(every: bool, method: SignInMethod | None, as_json: bool, events: bool) -> None:
    """List your keys, with a mark at this computer's, and how many are left.

    Needs a sign-in: with the browser where there is one, else on another device.

    \b
    Examples:
      alpkey keys list
      alpkey keys list --all --device
      alpkey keys list --json
    """
    run(
        lambda wiring, cancellation: list_keys(
            method or external_method(wiring), keys_world(wiring, cancellation), every=every
        ),
        Output(as_json, events),
        messages.keys,
    )


@keys_group.command("revoke")
@click.argument("serials", metavar="[SERIAL]...", nargs=-1, type=click.IntRange(0, 2**64 - 1))
@click.option("--all", "all_of_them", is_flag=True, help="Every active key.")
@click.option("--dry-run", is_flag=True, help="Only show which keys it would be.")
@method_options
@yes_option
@json_option
@events_option
def revoke_command(
    *,
    serials: tuple[int, ...],
    all_of_them: bool,
    dry_run: bool,
    method: SignInMethod | None,
    yes: bool,
    as_json: bool,
    events: bool,
) -> None:
    """Revoke keys, at once and for good: for a lost laptop, or to free a slot of the day.

    See their serials with 'alpkey keys list'.  Needs a sign-in, and asks once.

    \b
    Examples:
      alpkey keys revoke 11327954362781958041
      alpkey keys revoke --all --dry-run
      alpkey keys revoke --all --device --yes
    """
    if bool(serials) == all_of_them:
        raise click.UsageError("Name serials, or give --all.")
    request = RevokeRequest(serials, all_of_them, dry_run, yes)
    output = Output(as_json, events)

    def action(wiring: Wiring, cancellation: SignalCancellation) -> Action[RevokedKeysResult]:
        """Fail before the sign-in if the question after it could not be asked."""
        if not (yes or dry_run or output.can_ask):
            raise Cancelled("revoke-question", path=", ".join(map(str, serials)) or "every key")
        return revoke_keys(
            method or external_method(wiring), request, keys_world(wiring, cancellation)
        )

    run(action, output, messages.keys_revoked)
