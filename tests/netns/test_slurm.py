"""Our command lines to Slurm against Debian's own, through ela and real sshd, and the sandbox's
answers beside it.
"""

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alpkey.core.tunnels import batch, slurm
from alpkey.core.tunnels.slurm import Job
from alpkey_sandbox import batch as sandbox_batch
from alpkey_sandbox import slurm as sandbox
from tests.e2e.waiting import until
from tests.netns.centre import GOOD, RealCentre
from tests.netns.slurm import NODE_LIST, NODES, real_slurm

SLEEPS = "#!/bin/sh\nsleep 300\n"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def cluster(running: RealCentre) -> Iterator[RealCentre]:
    with real_slurm(running) as running_slurm:
        yield running_slurm


@pytest.fixture
def centre(cluster: RealCentre) -> RealCentre:
    cluster.give_key(*GOOD)
    ask(cluster, "scancel", "--me")
    until(lambda: not jobs(cluster), "an empty queue")
    return cluster


def ask(centre: RealCentre, *command: str) -> tuple[int, str, str]:
    """Code, output and errors of a command on daint, sent as Alpkey sends it."""
    done = centre.alpkey("connect", "daint", "--here", "--", *command)
    return done.returncode, done.stdout, done.stderr


def jobs(centre: RealCentre) -> list[Job]:
    code, output, said = ask(centre, *slurm.LIST)
    assert code == 0, said
    return slurm.from_squeue(output)


def submit(centre: RealCentre, *options: str, script: str = SLEEPS) -> str:
    """Submit a script by our command, with further options of sbatch's; the job's number."""
    path = centre.home / "job.sh"
    path.write_text(script)
    command = (*batch.submit("job", script), *options, *([] if ":" in options else [str(path)]))
    code, output, said = ask(centre, *command)
    job = batch.submitted(output)
    assert code == 0, said
    assert job is not None
    return job


def progress(centre: RealCentre, job: str) -> batch.JobProgress | None:
    code, output, said = ask(centre, *batch.ask_progress(job))
    assert batch.is_answered(code, said)
    return batch.progress(output)


def until_it_runs(centre: RealCentre, job: str) -> batch.JobProgress:
    def running() -> batch.JobProgress | None:
        found = progress(centre, job)
        return found if found and found.runs else None

    return until(running, f"job {job}")


def alpkey(centre: RealCentre, *arguments: str) -> tuple[int, Any]:
    done = centre.alpkey(*arguments, "--json")
    return done.returncode, json.loads(done.stdout)


def reason(centre: RealCentre, job: str) -> str:
    found = progress(centre, job)
    assert found is not None
    assert (found.state, found.nodes, found.is_ahead) == ("PENDING", (), True)
    return found.reason


def test_a_job_on_many_nodes_without_a_limit(centre: RealCentre) -> None:
    job = submit(centre, "--nodes=3", "--time=UNLIMITED", f"--nodelist={shlex.quote(NODE_LIST)}")
    found = until_it_runs(centre, job)
    assert found.nodes == NODES
    assert jobs(centre) == [Job(job, "job", "RUNNING", NODES, None)]
    _, result = alpkey(centre, "jobs", "daint")
    assert result["jobs"][0]["nodes"] == list(NODES)
    assert result["jobs"][0]["seconds_left"] is None


def test_where_a_job_writes(centre: RealCentre) -> None:
    script = "#!/bin/sh\n#SBATCH --output=%x-%j.txt\necho at http://x:8888/?token=abc\nsleep 300\n"
    job = submit(centre, script=script)
    until_it_runs(centre, job)
    path = batch.output_path(ask(centre, *batch.ask_output_path(job))[1])
    assert path == str(centre.home / f"job-{job}.txt")
    printed = until(lambda: ask(centre, *batch.ask_output(path))[1], "the output")
    assert batch.page(printed, ()) == batch.Page(8888, "/?token=abc")


def test_an_array_is_one_line_that_waits_and_one_for_each_task(centre: RealCentre) -> None:
    job = submit(centre, "--array=1-4%1", "--time=1:00:00")
    found = until_it_runs(centre, job)
    assert found.nodes[0] in NODES
    task, waiting = jobs(centre)
    assert (task.id, task.runs) == (f"{job}_1", True)
    assert task.left is not None
    assert timedelta() <= HOUR - task.left < timedelta(minutes=2)
    assert waiting == Job(f"{job}_[2-4%1]", "job", "PENDING", (), HOUR)
    code, result = alpkey(centre, "jobs", "cancel", "daint", waiting.id, "--yes")
    assert code == 0, result
    until(lambda: [left.id for left in jobs(centre)] == [task.id], "the waiting tasks to go")
    assert alpkey(centre, "jobs", "cancel", "daint", job, "--yes")[0] == 0
    until(lambda: not jobs(centre), "the array to go")


def test_what_waits_of_a_long_array_goes_though_squeue_cuts_its_list(centre: RealCentre) -> None:
    tasks = ",".join(str(number**2) for number in range(1, 30))
    job = submit(centre, f"--array={tasks}%1")
    until_it_runs(centre, job)
    waiting = jobs(centre)[-1].id
    assert not waiting.endswith("]"), waiting
    assert ask(centre, *slurm.cancel(waiting))[0] == 0
    until(lambda: [left.id for left in jobs(centre)] == [f"{job}_1"], "the waiting tasks to go")


def test_a_heterogeneous_job_is_cancelled_by_its_number(centre: RealCentre) -> None:
    path = str(centre.home / "job.sh")
    job = submit(centre, "--nodes=1", ":", "--nodes=1", path)
    until_it_runs(centre, job)
    parts = jobs(centre)
    assert sorted(part.id for part in parts) == [f"{job}+0", f"{job}+1"]
    assert all(part.runs and part.is_called(job) for part in parts)
    code, result = alpkey(centre, "jobs", "cancel", "daint", job, "--yes")
    assert code == 0, result
    assert len(result["cancelled"]) == 2
    until(lambda: not jobs(centre), "both parts to go")


def test_why_a_job_waits(centre: RealCentre) -> None:
    first = submit(centre, "--nodes=3", "--exclusive")
    until_it_runs(centre, first)
    whys = {
        "JobHeldUser": submit(centre, "--hold"),
        "BeginTime": submit(centre, "--begin=now+3600"),
        "Dependency": submit(centre, f"--dependency=afterok:{first}"),
        "PartitionConfig": submit(centre, "--nodes=9"),
        "Resources": submit(centre),
    }
    for why, job in whys.items():
        until(lambda job=job, why=why: reason(centre, job) == why, why)
    assert progress(centre, whys["JobHeldUser"]).starts == ""  # type: ignore[union-attr]
    assert "T" in progress(centre, whys["BeginTime"]).starts  # type: ignore[union-attr]
    assert ask(centre, "scontrol", "requeue", first)[0] == 0
    until(lambda: reason(centre, first) == "BeginTime", "the requeued job")


class TestTheSandboxAnswersAlike:
    UNKNOWN = "99999"

    @pytest.mark.parametrize(
        "command",
        [
            (*batch.ask_progress(UNKNOWN),),
            ("squeue", "-j", "abc"),
            (*batch.ask_output_path(UNKNOWN),),
            ("scontrol", "show", "job", "abc"),
            (*slurm.cancel(UNKNOWN),),
            (*slurm.cancel("abc"),),
            ("scancel",),
        ],
        ids=" ".join,
    )
    def test_about_a_job_that_is_none(self, centre: RealCentre, command: tuple[str, ...]) -> None:
        program, *words = shlex.split(" ".join(command))
        programs = {
            "squeue": lambda: sandbox.squeue(words, sandbox.JOBS["daint"], "alice"),
            "scontrol": lambda: sandbox.scontrol(words, sandbox.JOBS["daint"]),
            "scancel": lambda: sandbox.scancel(words, sandbox.JOBS["daint"]) and "",
        }
        try:
            answer = (0, programs[program](), "")
        except sandbox.SlurmUsage as error:
            answer = (1, "", str(error))
        assert ask(centre, *command) == answer

    def test_about_a_job(self, centre: RealCentre) -> None:
        job = submit(centre, "--hold", "--time=1-2:03:04")
        asked = sandbox_batch.sbatch(["--job-name=job", "--time=1-2:03:04"])
        made = sandbox_batch.submission(asked, int(job), SLEEPS).job
        kept = replace(made, reason="JobHeldUser")
        for command in (slurm.LIST, batch.ask_progress(job)):
            words = shlex.split(" ".join(command))[1:]
            assert ask(centre, *command) == (0, sandbox.squeue(words, (kept,), "alice"), "")

    @pytest.mark.parametrize("script", ["", "echo no first line\n"])
    def test_about_a_script_that_is_none(self, centre: RealCentre, script: str) -> None:
        (centre.home / "bad.sh").write_text(script)
        said = ""
        try:
            sandbox_batch.submission(sandbox_batch.sbatch(["bad.sh"]), 1, script)
        except sandbox.SlurmUsage as error:
            said = str(error)
        assert ask(centre, "sbatch", "bad.sh") == (1, "", said)
