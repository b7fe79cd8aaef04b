"""The batch system of a cluster: jobs submitted, waited for, and ended, over ssh."""

import time
from pathlib import Path

import pytest

from tests.e2e.waiting import until
from tests.sandbox.client import Client
from tests.sandbox.ssh_user import SshUser

SCRIPT = """\
#!/bin/bash
#SBATCH --job-name=notebook --time=2:30:00
#SBATCH --output=%x-%j.txt   # beside the script
srun jupyter lab
"""
EMPTY = "sbatch: error: Batch script is empty!\n"


@pytest.fixture
def alice(user: SshUser, client: Client) -> SshUser:
    return user.takes(client.sign_in())


def home(client: Client) -> Path:
    return Path(client.centre.facts.home).parent / "hosts/santis/users/alice"


def state(alice: SshUser, job: str) -> str:
    return alice.ssh("santis", "squeue", "-h", "-j", job, "-o", "'%T %N %j %L'").stdout


def submit(alice: SshUser, *words: str, script: str | None = None) -> str:
    command = ("ssh", "-F", str(alice.config()), "direct-santis", "sbatch", "--parsable", *words)
    done = alice.run(*command, typed=script)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_job_waits_and_then_runs_on_the_node(alice: SshUser, client: Client) -> None:
    began = time.monotonic()
    job = submit(alice, script=SCRIPT)
    if time.monotonic() - began < 1:  # on a busy machine it may run already
        assert state(alice, job) == "PENDING  notebook 2:30:00\n"
    until(lambda: state(alice, job) == "RUNNING nid006554 notebook 2:30:00\n", "the start")
    assert time.monotonic() - began >= 2
    output = home(client) / f"notebook-{job}.txt"
    assert "http://nid006554:6006/lab?token=" in output.read_text()
    assert alice.ssh("santis", "scancel", job).returncode == 0
    assert state(alice, job) == ""


def test_a_job_that_is_ended_while_it_waits_never_starts(alice: SshUser, client: Client) -> None:
    job = submit(alice, "--wrap", "'sleep 60'")
    assert alice.ssh("santis", "scancel", job).returncode == 0
    later = submit(alice, "--wrap", "true", "-t", "30")
    assert int(later) > int(job)
    until((home(client) / f"slurm-{later}.out").exists, "the next job's start")
    assert state(alice, later) == "RUNNING nid006554 wrap 30:00\n"
    assert not (home(client) / f"slurm-{job}.out").exists()
    assert alice.ssh("santis", "scancel", later).returncode == 0


def test_a_script_is_a_file_of_the_user(alice: SshUser, client: Client) -> None:
    home(client).mkdir(parents=True, exist_ok=True)
    (home(client) / "job.sh").write_text(SCRIPT)
    done = alice.ssh("santis", "sbatch", "-J", "mine", "job.sh", "an argument")
    job = done.stdout.removeprefix("Submitted batch job ").strip()
    assert state(alice, job).split()[-2:] == ["mine", "2:30:00"], done.stderr
    assert alice.ssh("santis", "scancel", job).returncode == 0


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("sbatch", EMPTY),
        ("sbatch none.sh", "sbatch: error: Unable to open file none.sh\n"),
        ("sbatch --time=soon --wrap true", "sbatch: error: Invalid --time specification\n"),
    ],
)
def test_what_is_no_job_is_refused_in_slurms_words(
    alice: SshUser, command: str, error: str
) -> None:
    done = alice.ssh("santis", command)
    assert (done.stderr, done.returncode) == (error, 1)


def test_no_job_is_submitted_where_there_is_no_batch_system(alice: SshUser) -> None:
    assert alice.ssh("ela", "sbatch", "--wrap", "true").returncode == 127
