"""``alpkey doctor``."""

import sys
from collections.abc import Iterator

import click

from alpkey.actions.doctor import DoctorRequest, doctor
from alpkey.cli.runtime.context import Output, events_option, json_option, run
from alpkey.core.doctor.report import Report
from alpkey.core.messages import doctor as doctor_messages
from alpkey.core.results.doctor import DoctorResult, FindingObject
from alpkey.wiring.doctor import doctor_world

UNHEALTHY = 13


@click.command("doctor")
@click.option("--fix", metavar="ID", help="Fix one finding that names this fix.")
@click.option(
    "--report",
    type=click.Choice(["public", "support"]),
    is_flag=False,
    flag_value="public",
    help="Print a text to hand on; for 'support' with user, serial, times and details.",
)
@click.option("--quick", is_flag=True, help="Look at this computer only: no network, and no login.")
@json_option
@events_option
def doctor_command(
    fix: str | None, report: Report | None, quick: bool, as_json: bool, events: bool
) -> None:
    """Look at key, agent, ssh, network and service, and log in once for real.

    Ends with 13 where something stops a login.  Nothing is fixed without --fix.

    \b
    Examples:
      alpkey doctor
      alpkey doctor --quick
      alpkey doctor --fix key-open
      alpkey doctor --report
      alpkey doctor --report=support
    """
    request = DoctorRequest(fix, report, quick)
    result = run(
        lambda wiring, _: doctor(request, doctor_world(wiring)),
        Output(as_json, events),
        _report_text if report else _text,
    )
    sys.exit(0 if result["healthy"] else UNHEALTHY)


def _report_text(result: DoctorResult) -> str:
    return f"{result['report']}\n\n{doctor_messages.where_to_send_report(result['support'])}"


def _text(result: DoctorResult) -> str:
    """Each finding with what it means and what to do; its consequences below it."""
    fixed = [f"Fixed: {result['fixed']}.\n"] if result.get("fixed") else []
    lines = [*fixed, *(line for finding in result["findings"] for line in _finding(finding))]
    return "\n".join(lines).strip() or f"{doctor_messages.HEALTHY}."


def _finding(finding: FindingObject) -> Iterator[str]:
    yield f"{doctor_messages.SEVERITIES[finding['severity']]}: {finding['title']} [{finding['id']}]"
    yield f"    {finding['detail']}"
    yield f"    {finding['next_step']}"
    for below in finding["consequences"]:
        yield f"    {doctor_messages.CONSEQUENCE}: {below['title']}. {below['detail']}"
    yield ""
