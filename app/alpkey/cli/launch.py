"""``alpkey launch``."""

from pathlib import Path

import click

from alpkey.actions.tunnels.launch import LaunchRequest, launch
from alpkey.cli.runtime.context import Output, events_option, json_option, run
from alpkey.cli.tunnel import PORT
from alpkey.core.results.tunnels import LaunchResult
from alpkey.wiring.tunnels import launch_world

# Slurm itself takes 4 MB at most (slurm.conf(5), max_script_size).
_MOST_BYTES = 4 * 1024 * 1024


@click.command("launch")
@click.argument("cluster", metavar="CLUSTER")
@click.argument("script", type=click.Path(path_type=Path))
@click.option(
    "--port",
    "ports",
    metavar="N",
    multiple=True,
    type=PORT,
    help="A port of the job's server, to open a tunnel to; again for each further one.",
)
@click.option("--open-browser", is_flag=True, help="Open the page in the browser once it answers.")
@click.option("--background", is_flag=True, help="Return once the page answers, and leave it open.")
@json_option
@events_option
def launch_command(
    *,
    cluster: str,
    script: Path,
    ports: tuple[int, ...],
    open_browser: bool,
    background: bool,
    as_json: bool,
    events: bool,
) -> None:
    """Submit a batch script of yours, wait until it runs, and open its page.

    SCRIPT is a file on this computer; the cluster gets it by sbatch.  With --port a tunnel is
    opened to the node; with --open-browser alone, to the page that the job prints, as Jupyter does.
    A key that expires while the job waits is waited for.

    Ctrl-C closes the tunnel and leaves the job; end it with 'alpkey jobs cancel'.

    \b
    Examples:
      alpkey launch daint notebook.sh --open-browser
      alpkey launch daint train.sh --port 6006 --background
      alpkey launch daint simulation.sh --json
    """
    output = Output(as_json, events)
    request = LaunchRequest(
        cluster,
        script.stem,
        _text_of(script),
        ports,
        open_browser,
        stays=not (background or as_json),
        may_ask=output.can_ask,
    )
    run(
        lambda wiring, cancellation: launch(request, launch_world(wiring, cancellation)),
        output,
        _text,
        host=cluster,
    )


def _text_of(script: Path) -> str:
    try:
        with script.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise click.UsageError(f"{script} is too long for a batch script.")
        return content.decode()
    except OSError as error:
        raise click.UsageError(f"{script} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{script} is no text.") from None


def _text(result: LaunchResult) -> str:
    where = f"Job {result['job']} runs on {result['node']}."
    return f"{where}\n{result['url']}" if result["url"] else where
