"""Jobs: what a cluster can answer that no sandbox does, and who is asked what."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.request import RenewRequest
from alpkey.actions.ssh.access import ClusterAccess, RemoteWorld
from alpkey.actions.tunnels.jobs import cancel_job, list_jobs
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidInput, NoKey, Unreachable
from alpkey.core.ssh.ports import RemoteResult
from tests.actions.worlds import RIGHT, Fakes, play
from tests.contracts.fakes_ssh import FakeOwnConfig, FakeRemote, FakeResolver
from tests.core.sites import site

ANSWER = "alpkey|7_1|RUNNING|1:00:00|nid000001|a\nalpkey|7_2|PENDING|1:00:00||a\n"
JOBS = {
    "squeue": lambda _: RemoteResult(0, ANSWER, ""),
    "scancel": lambda _: RemoteResult(0, "", ""),
}


class Desk:
    def __init__(self, folder: Path) -> None:
        self.fakes = Fakes(folder)
        self.remote = FakeRemote({"daint": JOBS})

    @property
    def world(self) -> RemoteWorld:
        return RemoteWorld(self.access, self.remote.run)

    @property
    def access(self) -> ClusterAccess:
        return ClusterAccess(
            site=site(),
            snapshot=self.fakes.snapshot,
            clock=lambda: datetime.now(UTC),
            write_config=FakeOwnConfig(Path("connect")).write,
            resolve=FakeResolver({}).resolve,
            renew=lambda: renew(RenewRequest(), self.fakes.renewal),
            refill=self.fakes.refill,
            doctor=lambda: pytest.fail("nothing is to be explained"),
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def with_key(desk: Desk) -> Desk:
    play(renew(RenewRequest(), desk.fakes.renewal), RIGHT)
    return desk


def test_a_dead_key_is_renewed_where_somebody_is_there(desk: Desk) -> None:
    with pytest.raises(NoKey):
        play(list_jobs("daint", desk.world, may_ask=False))
    assert desk.remote.ran == []
    told = play(list_jobs("daint", desk.world, may_ask=True), RIGHT)
    assert [one["id"] for one in told.result["jobs"]] == ["7_1", "7_2"]


@pytest.mark.parametrize(
    ("answer", "code", "word"),
    [
        (RemoteResult(127, "", "sh: squeue: not found"), "no-batch-system", "squeue"),
        (RemoteResult(1, "", "a\nslurm_load_jobs error: down\n"), "batch-system-trouble", "down"),
        (RemoteResult(1, "", ""), "batch-system-trouble", ""),
    ],
)
def test_a_cluster_that_knows_no_jobs(
    with_key: Desk, answer: RemoteResult, code: str, word: str
) -> None:
    def squeue(_: Sequence[str]) -> RemoteResult:
        return answer

    with_key.remote.hosts["daint"] = {"squeue": squeue}
    with pytest.raises(Unreachable) as wrong:
        play(list_jobs("daint", with_key.world, may_ask=False))
    assert wrong.value.code == code
    assert word in str(wrong.value.params)


@pytest.mark.parametrize(("wanted", "ended"), [("7", ["7_1", "7_2"]), ("7_2", ["7_2"])])
def test_an_array_is_ended_whole_or_by_task(with_key: Desk, wanted: str, ended: list[str]) -> None:
    told = play(cancel_job("daint", wanted, True, with_key.world, may_ask=False))
    assert [one["id"] for one in told.result["cancelled"]] == ended
    assert with_key.remote.ran[-1] == ("daint", "scancel", wanted)


@pytest.mark.parametrize(
    ("wanted", "answer", "error"),
    [
        ("7_1", {"job": False}, Cancelled),
        ("8", {}, InvalidInput),
        ("7_1; rm -r .", {}, InvalidInput),
    ],
)
def test_nothing_is_ended_without_a_yes_or_a_name(
    with_key: Desk, wanted: str, answer: dict[str, bool], error: type[AlpkeyError]
) -> None:
    with pytest.raises(error):
        play(cancel_job("daint", wanted, False, with_key.world, may_ask=False), answer)
    assert [words[1] for words in with_key.remote.ran] == ["squeue"]
