import pytest

from alpkey.core.tunnels import batch
from alpkey.core.tunnels.batch import JobProgress, Page

JUPYTER = """\
[I 2026-11-25 12:00:00.000 ServerApp] http://nid006554:8888/lab?token=0a1b2c
[I 2026-11-25 12:00:00.000 ServerApp]     http://127.0.0.1:8888/lab?token=0a1b2c
"""


@pytest.mark.parametrize(
    ("printed", "job"),
    [
        ("4810400\n", "4810400"),
        ("Welcome to daint\n4810400;alps\n", "4810400"),
        ("sbatch: lua: all is well\n17\n", "17"),
        ("", None),
        ("Submitted\n", None),
    ],
)
def test_the_number_of_a_submitted_job(printed: str, job: str | None) -> None:
    assert batch.submitted(printed) == job


def test_a_script_names_its_job_or_gets_the_name_of_its_file() -> None:
    assert "--job-name=notebook" in batch.submit("notebook", "#!/bin/sh\n")
    assert batch.submit("a b;c", "#!/bin/sh\n")[-1] == "--job-name='a b;c'"
    for line in ("#SBATCH --job-name=mine", "#SBATCH -J mine"):
        assert batch.submit("notebook", f"#!/bin/sh\n{line}\n") == ("sbatch", "--parsable")


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("", None),
        ("slurm_load_jobs error: Invalid job id specified\n", None),
        (
            "alpkey|17|PENDING||2026-11-25T14:20:00|Resources\n",
            JobProgress("PENDING", (), "2026-11-25T14:20:00", "Resources"),
        ),
        ("alpkey|17|PENDING||N/A|(a|b)\n", JobProgress("PENDING", (), "", "(a|b)")),
        (
            "motd\nalpkey|17|RUNNING|nid[006554-006555]|2026-11-25T14:20:00|None\n",
            JobProgress("RUNNING", ("nid006554", "nid006555"), "2026-11-25T14:20:00", "None"),
        ),
    ],
)
def test_how_far_a_job_is(printed: str, found: JobProgress | None) -> None:
    assert batch.progress(printed) == found


def test_an_array_runs_once_one_of_its_tasks_does() -> None:
    printed = (
        "alpkey|2_[2-4%1]|PENDING||N/A|JobArrayTaskLimit\n"
        "alpkey|2_1|RUNNING|nid006554|2026-12-01T04:40:57|None\n"
    )
    found = batch.progress(printed)
    assert found is not None
    assert (found.runs, found.nodes) == (True, ("nid006554",))


@pytest.mark.parametrize(
    ("code", "said", "is_answered"),
    [
        (0, "", True),
        (1, "slurm_load_jobs error: Invalid job id specified\n", True),
        (1, "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n", False),
    ],
)
def test_trouble_of_slurm_is_no_end_of_a_job(code: int, said: str, is_answered: bool) -> None:
    assert batch.is_answered(code, said) is is_answered


@pytest.mark.parametrize(
    ("state", "is_ahead"),
    [("PENDING", True), ("RUNNING", True), ("REQUEUED", True), ("FAILED", False), ("", False)],
)
def test_a_job_that_failed_is_not_waited_for(state: str, is_ahead: bool) -> None:
    assert JobProgress(state, (), "", "").is_ahead is is_ahead


def test_where_a_job_writes() -> None:
    shown = "JobId=17 JobName=a\n   StdErr=/home/alice/e\n   StdOut=/home/alice/a b-17.out\n"
    assert batch.output_path(shown) == "/home/alice/a b-17.out"
    assert batch.output_path("") is None


def test_the_page_of_a_server() -> None:
    assert batch.page(JUPYTER, ()) == Page(8888, "/lab?token=0a1b2c")
    assert batch.page(JUPYTER, (8888,)) == Page(8888, "/lab?token=0a1b2c")
    assert batch.page(JUPYTER, (9999,)) is None
    assert batch.page("no server yet\n", ()) is None
