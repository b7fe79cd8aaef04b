"""``alpkey sign-out``."""

import click

from alpkey.actions.removal.sign_out import SignOutRequest, sign_out
from alpkey.cli.output import text as messages
from alpkey.cli.runtime.cancel import SignalCancellation
from alpkey.cli.runtime.context import Output, events_option, json_option, run, yes_option
from alpkey.cli.sign_in_options import method_options
from alpkey.core.events import Action
from alpkey.core.results.removal import SignOutResult
from alpkey.core.site import SignInMethod
from alpkey.wiring.base import Wiring
from alpkey.wiring.removal import sign_out_world
from alpkey.wiring.signin import external_method


@click.command("sign-out")
@click.option("--revoke", is_flag=True, help="Revoke this computer's certificates first.")
@method_options
@yes_option
@json_option
@events_option
def sign_out_command(
    *, revoke: bool, method: SignInMethod | None, yes: bool, as_json: bool, events: bool
) -> None:
    """Sign out: remove what Alpkey put on this computer to log in with.

    Open tunnels, saved sign-in and password, entries in the ssh agent, key and certificate.  A
    key that you made yourself stays; so do settings and ssh configuration.  Asks once, with a list.
    --revoke needs a sign-in: with the browser where there is one, else on another device.

    \b
    Examples:
      alpkey sign-out
      alpkey sign-out --revoke
      alpkey sign-out --yes --json
    """

    def action(wiring: Wiring, cancellation: SignalCancellation) -> Action[SignOutResult]:
        request = SignOutRequest(revoke, yes)
        return sign_out(
            method or external_method(wiring), request, sign_out_world(wiring, cancellation)
        )

    run(action, Output(as_json, events), messages.signed_out)
