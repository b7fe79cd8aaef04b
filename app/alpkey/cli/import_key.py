"""``alpkey import``."""

from pathlib import Path

import click

from alpkey.actions.keys.import_key import ImportRequest, import_key, pasted
from alpkey.cli.output import text as messages
from alpkey.cli.runtime.context import Output, events_option, json_option, run, yes_option
from alpkey.cli.runtime.pasted_input import read_pasted
from alpkey.wiring.keys import import_world

PASTE = "-"


@click.command("import")
@click.argument("paths", metavar="[PATH...|-]", nargs=-1)
@yes_option
@json_option
@events_option
def import_command(paths: tuple[str, ...], yes: bool, as_json: bool, events: bool) -> None:
    """Install a key and its certificate, got with the browser at the centre's page.

    A certificate alone is taken where it fits the key that is here.  Without PATH the folder of
    your downloads is looked through, and the newest pair is taken; "-" reads a pasted text,
    with --events as the answer to a question.
    The downloads can then be removed; --yes keeps them.

    \b
    Examples:
      alpkey import
      alpkey import ~/Downloads/cscs-key ~/Downloads/cscs-key-cert.pub
      alpkey import -
    """
    if PASTE in paths and len(paths) > 1:
        raise click.UsageError("'-' stands alone.")
    pastes = paths == (PASTE,)
    text = pasted(read_pasted()) if pastes and not events else None
    files = () if pastes else tuple(Path(path) for path in paths)
    request = ImportRequest(files, text, asks=pastes and events, yes=yes)
    run(
        lambda wiring, cancellation: import_key(request, import_world(wiring, cancellation)),
        Output(as_json, events),
        messages.imported,
    )
