"""``alpkey renew``."""

from datetime import timedelta
from pathlib import Path

import click

from alpkey import path_checks
from alpkey.actions.renewal.request import GatewayRequest
from alpkey.cli.output.text import renewed
from alpkey.cli.runtime.cancel import SignalCancellation
from alpkey.cli.runtime.context import (
    Output,
    events_option,
    json_option,
    prepared_answer,
    run,
    stdin_option,
    yes_option,
)
from alpkey.cli.sign_in_options import method_options
from alpkey.core.errors import InvalidInput
from alpkey.core.events import Action
from alpkey.core.keys.certificate_service import Duration
from alpkey.core.results.status import RenewResult
from alpkey.core.site import SignInMethod
from alpkey.core.timestamps import duration
from alpkey.wiring.base import Wiring
from alpkey.wiring.renewal import (
    check_account_known,
    renew_at_gateway,
    renew_automatically,
    renew_by_password,
    renew_for_service_account,
    renew_usually,
)
from alpkey.wiring.signin import external_method


class Span(click.ParamType[timedelta]):
    name = "span"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        try:
            return duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("renew")
@click.option("--username", metavar="NAME", help="Your username at the centre.")
@stdin_option('{"password": ..., "otp": ...}')
@click.option(
    "--if-needed",
    type=Span(),
    is_flag=False,
    flag_value="1h",
    metavar="SPAN",
    help="Only where the key lives no longer than this (1h when no span is given).",
)
@click.option("--force", is_flag=True, help="Ask the service though no key seems to be left.")
@method_options
@click.option(
    "--by-password",
    "method",
    flag_value=SignInMethod.PASSWORD,
    help="Sign in with username, password and one-time code, whatever was used last.",
)
@click.option(
    "--api-key",
    "program",
    is_flag=True,
    help="For a service account: at CSCS its key is in CSCS_API_KEY, its files are cscs-key-sa.",
)
@click.option(
    "--duration",
    "life",
    type=click.Choice(["1d", "1min"]),
    help="How long the key is to live, with --browser or --device; 1d when not given.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Revoke this computer's key until now, with --browser or --device.",
)
@click.option(
    "--file",
    "key",
    metavar="KEY",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Your own private key, which is never replaced; its certificate is put beside it.",
)
@click.option("--silent", is_flag=True, hidden=True, help="What the tray starts by itself.")
@yes_option
@json_option
@events_option
def renew_command(
    *,
    username: str | None,
    from_stdin: bool,
    if_needed: timedelta | None,
    force: bool,
    method: SignInMethod | None,
    program: bool,
    life: Duration | None,
    replace: bool,
    key: Path | None,
    silent: bool,
    yes: bool,
    as_json: bool,
    events: bool,
) -> None:
    """Sign in, get a fresh key, install it and load the agent.

    With username, password and one-time code; or with the browser or on another device, where the
    key stays on this computer and only its certificate is fresh.  By default, the method that was
    used last, unless its service was retired.

    \b
    Examples:
      alpkey renew
      alpkey renew --if-needed=2h
      alpkey renew --browser
      alpkey renew --device --replace
      alpkey renew --browser --file ~/.ssh/id_ed25519
      alpkey renew --api-key --json
      alpkey renew --username bobsmith --json --stdin < answers.json
    """
    prepared = prepared_answer(from_stdin)
    at_gateway = bool(method in (SignInMethod.BROWSER, SignInMethod.DEVICE) or life or replace)
    if at_gateway and (from_stdin or method is SignInMethod.PASSWORD):
        raise click.UsageError("A password, and --stdin, are not for these options.")
    if program and (method or replace or username or from_stdin or life == "1d"):
        raise click.UsageError("A service account has its API key alone, and keys of a minute.")

    output = Output(as_json, events, prepared)
    request = GatewayRequest(
        username,
        if_needed,
        force,
        yes,
        form=events,
        duration=life or "1d",
        replace=replace,
        attended=at_gateway or output.can_ask,
        may_ask=output.can_ask,
    )

    def action(wiring: Wiring, cancellation: SignalCancellation) -> Action[RenewResult]:
        """A form, or an answer on standard input, goes to the service that takes passwords."""
        wiring.check_named()
        if username is not None and not username.strip():
            raise InvalidInput("username-missing", field="username", site=wiring.site.name)
        if program:
            return renew_for_service_account(wiring, if_needed, cancellation)
        if silent:
            return renew_automatically(wiring, cancellation)
        if at_gateway and not (yes or username or output.can_ask):
            check_account_known(wiring)
        if at_gateway:
            return renew_at_gateway(
                wiring, method or external_method(wiring), request, cancellation
            )
        if from_stdin or events or method is SignInMethod.PASSWORD:
            return renew_by_password(wiring, request, cancellation)
        return renew_usually(wiring, cancellation, request)

    run(
        action,
        output,
        renewed,
        key=path_checks.absolute(Path(path_checks.expanded(str(key)))) if key else None,
    )
