"""``alpkey jobs CLUSTER`` and ``jobs cancel``."""

import click

from alpkey.actions.tunnels.jobs import cancel_job, list_jobs
from alpkey.cli.output import text_jobs as messages
from alpkey.cli.runtime.context import Output, events_option, json_option, run, yes_option
from alpkey.wiring.ssh import remote_world

_USUAL = "list"


class _UsuallyList(click.Group):
    """``jobs CLUSTER`` is short for ``jobs list CLUSTER``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = [_USUAL, *args]
        return super().parse_args(ctx, args)


@click.group("jobs", cls=_UsuallyList, subcommand_metavar="CLUSTER | cancel CLUSTER JOB")
def jobs_group() -> None:
    """Your jobs on a cluster, and the nodes they run on."""


@jobs_group.command(_USUAL)
@click.argument("cluster", metavar="CLUSTER")
@json_option
@events_option
def list_command(cluster: str, as_json: bool, events: bool) -> None:
    """List your jobs on a cluster: number, state, time left, nodes and name.

    'alpkey jobs CLUSTER' is short for it.  An expired key is renewed first, in a terminal.

    \b
    Examples:
      alpkey jobs daint
      alpkey jobs list daint --json
    """
    output = Output(as_json, events)
    run(
        lambda wiring, cancellation: list_jobs(
            cluster, remote_world(wiring, cancellation), may_ask=output.can_ask
        ),
        output,
        messages.jobs,
        host=cluster,
    )


@jobs_group.command("cancel")
@click.argument("cluster", metavar="CLUSTER")
@click.argument("job", metavar="JOB")
@yes_option
@json_option
@events_option
def cancel_command(cluster: str, job: str, yes: bool, as_json: bool, events: bool) -> None:
    """End a job of yours for good, after a question; tunnels to its nodes close with it.

    \b
    Examples:
      alpkey jobs cancel daint 4810021
      alpkey jobs cancel daint 4810021 --yes
    """
    output = Output(as_json, events)
    run(
        lambda wiring, cancellation: cancel_job(
            cluster, job, yes, remote_world(wiring, cancellation), may_ask=output.can_ask
        ),
        output,
        messages.jobs_cancelled,
        host=cluster,
    )
