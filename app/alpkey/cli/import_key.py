"""``alpkey import``."""

from pathlib import Path

import click

from alpkey.actions.import_key import ImportRequest, import_key
from alpkey.cli import sentences
from alpkey.cli.context import Output, events_option, json_option, run, yes_option
from alpkey.cli.paste import read_pasted
from alpkey.core.downloads import Download, decoded
from alpkey.core.secret import Secret

PASTE = "-"


@click.command("import")
@click.argument("paths", metavar="[PATH...|-]", nargs=-1)
@yes_option
@json_option
@events_option
def import_command(paths: tuple[str, ...], yes: bool, as_json: bool, events: bool) -> None:
    """Install a key and its certificate, got with the browser at the centre's page.

    A certificate alone is taken where it fits the key that is here.  Without PATH the folder of
    your downloads is looked through, and the newest pair is taken; "-" reads a pasted text.
    The downloads can then be removed; --yes keeps them.

    \b
    Examples:
      alpkey import
      alpkey import ~/Downloads/cscs-key ~/Downloads/cscs-key-cert.pub
      alpkey import -
    """
    if PASTE in paths and (len(paths) > 1 or events):
        raise click.UsageError("'-' stands alone, and not beside --events.")
    pasted = _pasted() if paths == (PASTE,) else None
    files = () if pasted else tuple(Path(path) for path in paths)
    run(
        lambda all_of, cancellation: import_key(
            ImportRequest(files, pasted, yes), all_of.importing(cancellation)
        ),
        Output(as_json, events),
        sentences.imported,
    )


def _pasted() -> Download:
    return Download("The pasted text", Secret(decoded(read_pasted())))
