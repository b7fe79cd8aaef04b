"""Jobs as Slurm tells them, and node lists taken apart."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.tunnels.slurm import (
    MOST_NODES,
    Job,
    cancel,
    expanded,
    from_squeue,
    job_object,
    runs_on,
    time_left,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("nid006554", ("nid006554",)),
        (
            "nid[006554-006556,006560]",
            ("nid006554", "nid006555", "nid006556", "nid006560"),
        ),
        ("nid006554,nid007001", ("nid006554", "nid007001")),
        ("nid[000008-000010],login1", ("nid000008", "nid000009", "nid000010", "login1")),
        ("r[1-2]n[09-10]", ("r1n09", "r1n10", "r2n09", "r2n10")),
        ("n[1,3]x", ("n1x", "n3x")),
        ("n[2-1]", ()),
        ("n[a-b]", ("na-b",)),
        ("n[1-2", ("n[1-2",)),
        ("[1]" * 9, ("[1]" * 9,)),
        ("(Priority)", ("(Priority)",)),
    ],
)
def test_a_node_list_is_taken_apart(text: str, names: tuple[str, ...]) -> None:
    assert expanded(text) == names


def test_a_list_without_end_is_cut_off() -> None:
    assert len(expanded("n[0-9999999999]")) == MOST_NODES


@given(st.lists(st.integers(0, 999_999), min_size=1, max_size=20, unique=True))
def test_whatever_slurm_folds_comes_apart_again(numbers: list[int]) -> None:
    """Folded as Slurm does: neighbours become a range."""
    folded: list[list[int]] = []
    for number in sorted(numbers):
        if folded and folded[-1][-1] == number - 1:
            folded[-1].append(number)
        else:
            folded.append([number])
    ranges = (f"{run[0]:06}-{run[-1]:06}" if len(run) > 1 else f"{run[0]:06}" for run in folded)
    assert expanded(f"nid[{','.join(ranges)}]") == tuple(f"nid{n:06}" for n in sorted(numbers))


@given(st.text(max_size=60))
def test_no_answer_is_too_odd(text: str) -> None:
    assert len(expanded(text)) <= MOST_NODES
    from_squeue(f"alpkey|{text}")
    time_left(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("22:47:51", timedelta(hours=22, minutes=47, seconds=51)),
        ("1-00:00:00", timedelta(days=1)),
        ("5:07", timedelta(minutes=5, seconds=7)),
        ("0:00", timedelta(0)),
        ("UNLIMITED", None),
        ("NOT_SET", None),
        ("INVALID", None),
        ("9" * 5000 + ":00", None),
        ("999999999-99:00:00", None),
    ],
)
def test_the_time_left(text: str, left: timedelta | None) -> None:
    assert time_left(text) == left


ANSWER = """\
Welcome | to | a | cluster | tonight | maintenance
alpkey|4810377|PENDING|1-00:00:00||a|b
alpkey|4810021_3|RUNNING|22:47:51|nid[006554-006555]|jupyter
alpkey|short
"""


def test_the_answer_holds_jobs_between_other_lines() -> None:
    running, waiting = from_squeue(ANSWER)
    assert running == Job(
        "4810021_3",
        "jupyter",
        "RUNNING",
        ("nid006554", "nid006555"),
        timedelta(hours=22, minutes=47, seconds=51),
    )
    assert waiting == Job("4810377", "a|b", "PENDING", (), timedelta(days=1))
    assert job_object(running) == {
        "id": "4810021_3",
        "name": "jupyter",
        "state": "RUNNING",
        "nodes": ["nid006554", "nid006555"],
        "seconds_left": 82071,
    }


def test_a_task_is_called_by_its_array_too() -> None:
    running, waiting = from_squeue(ANSWER)
    assert [running.is_called(name) for name in ("4810021_3", "4810021", "481")] == [1, 1, 0]
    assert runs_on("nid006555", [running, waiting])
    assert not runs_on("nid006556", [running, waiting])


def test_a_part_is_called_by_its_heterogeneous_job_too() -> None:
    [part] = from_squeue("alpkey|3+1|RUNNING|59:54|nid006557|j.sh\n")
    assert [part.is_called(name) for name in ("3+1", "3", "3+0")] == [True, True, False]


@pytest.mark.parametrize(
    ("listed", "command"),
    [
        ("17", ("scancel", "17")),
        ("2_1", ("scancel", "2_1")),
        ("3+1", ("scancel", "3+1")),
        ("2_[2-4%1]", ("scancel", "'2_[2-4]'")),
        ("2_[1,3,5-9]", ("scancel", "'2_[1,3,5-9]'")),
        ("2_[1,3,5,7,...%2]", ("scancel", "--state=PENDING", "2")),
        ("13_[4,9,16,25,36,49,64,81,100,1", ("scancel", "--state=PENDING", "13")),
        ("2_[1,3,5,7,...]", ("scancel", "--state=PENDING", "2")),
        ("$(true)", ("scancel", "'$(true)'")),
    ],
)
def test_each_line_of_the_list_can_be_cancelled(listed: str, command: tuple[str, ...]) -> None:
    assert cancel(listed) == command
