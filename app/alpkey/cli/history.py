"""``alpkey history``."""

import click

from alpkey.actions.history import show_history
from alpkey.cli.output.text import now_here
from alpkey.cli.runtime.context import Output, json_option, run
from alpkey.core.messages import times
from alpkey.core.results.history import HistoryEvent, HistoryResult
from alpkey.core.timestamps import from_rfc3339

_WHAT = {
    "issued": "certificate {serial}, valid until {ends}",
    "revoked": "revoked {serial}",
    "refused": "refused ({reason})",
    "no-answer": "asked for a certificate; no answer came",
}


@click.command("history")
@json_option
def history_command(as_json: bool) -> None:
    """Show the renewals, refusals and revocations of this computer, the newest first.

    Alpkey remembers the last 90 days.

    \b
    Examples:
      alpkey history
      alpkey history --json
      alpkey history --account course
    """
    run(lambda wiring, _: show_history(wiring.journal), Output(json=as_json), _text)


def _text(result: HistoryResult) -> str:
    return "\n".join(map(_line, result["events"])) or "Nothing happened yet."


def _line(event: HistoryEvent) -> str:
    here = now_here()
    at = from_rfc3339(event["at"]).astimezone(here.tzinfo)
    before = event["valid_before"]
    ends = times.day_and_time(from_rfc3339(before), here) if before else "for ever"
    what = _WHAT[event["what"]].format(serial=event["serial"], reason=event["reason"], ends=ends)
    return f"{at:%Y-%m-%d %H:%M}  {event['account']:<16}  {what}"
