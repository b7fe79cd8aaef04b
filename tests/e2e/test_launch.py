"""A batch script becomes a page in the browser."""

import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.centre import Home

PORT = "6006"
SCRIPT = "#!/bin/bash\n#SBATCH --time=1:00:00\njupyter lab\n"


@pytest.fixture
def ready(home: Home) -> Iterator[Home]:
    code, result = home.renew()
    assert code == 0, result
    yield home
    home.run("tunnel", "close", "--all")
    for job in jobs(home):
        if job["name"] in ("notebook", "mine"):
            home.run("jobs", "cancel", "daint", job["id"], "--yes")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "notebook.sh"
    path.write_text(SCRIPT)
    return path


def jobs(home: Home) -> list[dict[str, str]]:
    found: list[dict[str, str]] = home.json("jobs", "daint")[1]["jobs"]
    return found


@pytest.mark.parametrize("options", [("--port", PORT), ("--open-browser",)])
def test_from_a_script_to_its_page(ready: Home, script: Path, options: tuple[str, ...]) -> None:
    ready.environ["BROWSER"] = "true"
    code, result = ready.json("launch", "daint", str(script), *options)
    assert code == 0, result
    assert result["node"] == "nid006554"
    assert "/lab?token=" in result["url"]
    with urlopen(result["url"], timeout=10) as answer:
        assert answer.status == 200
    [tunnel] = ready.json("tunnel", "list")[1]["tunnels"]
    assert tunnel["id"] == result["tunnel"]
    assert result["job"] in [job["id"] for job in jobs(ready) if job["name"] == "notebook"]


def test_a_job_alone(ready: Home, script: Path) -> None:
    script.write_text("#!/bin/bash\n#SBATCH --job-name=mine\n")
    code, result = ready.json("launch", "daint", str(script))
    assert code == 0, result
    assert (result["tunnel"], result["url"]) == (None, None)
    assert result["job"] in [job["id"] for job in jobs(ready) if job["name"] == "mine"]


def test_what_is_no_file_submits_nothing(ready: Home, tmp_path: Path) -> None:
    before = jobs(ready)
    for name in ("none.sh", "."):
        assert ready.run("launch", "daint", str(tmp_path / name), "--json").returncode == 2
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert ready.run("launch", "daint", str(tmp_path / "binary")).returncode == 2
    assert jobs(ready) == before


def test_what_slurm_refuses_is_said_in_its_words(ready: Home, script: Path) -> None:
    script.write_text("jupyter lab\n")
    code, result = ready.json("launch", "daint", str(script))
    assert (code, result["error"]["code"]) == (5, "job-refused")
    assert "must start with #!" in result["error"]["detail"]
    script.write_text("#!/bin/sh\n#SBATCH --time=soon\n")
    code, result = ready.json("launch", "daint", str(script))
    assert "Invalid --time specification" in result["error"]["detail"]


def test_a_key_that_is_gone_meanwhile_is_waited_for(ready: Home, script: Path) -> None:
    aside = ready.certificate.with_name("aside")
    with ready.converse("launch", "daint", str(script)) as talk:
        step(talk, "job-submitted")
        ready.certificate.rename(aside)
        step(talk, "launch-waits-for-key")
        aside.rename(ready.certificate)
        step(talk, "job-runs")
        assert talk.end()[0] == 0


def test_a_cancel_names_the_job_that_goes_on(ready: Home, script: Path) -> None:
    with ready.converse("launch", "daint", str(script), "--port", "1") as talk:
        job = step(talk, "job-submitted")["params"]["job"]
        talk.process.send_signal(signal.SIGINT)
        code, _ = talk.end()
    assert code == 10
    error = talk.rows[-1]["error"]
    assert error["code"] == "launch-left"
    assert f"alpkey jobs cancel daint {job}" in error["next_step"]
    assert job in [row["id"] for row in jobs(ready)]


def test_a_job_that_is_cancelled_while_it_waits_is_over(ready: Home, script: Path) -> None:
    with ready.converse("launch", "daint", str(script)) as talk:
        job = step(talk, "job-submitted")["params"]["job"]
        assert ready.json("jobs", "cancel", "daint", job, "--yes")[0] == 0
        code, _ = talk.end()
    error = talk.rows[-1].get("error")
    # The job may have begun to run before it was cancelled: then the launch is done.
    assert (code, error and error["code"]) in ((5, "job-over"), (0, None))


def step(talk: object, name: str) -> dict[str, dict[str, str]]:
    while True:
        row: dict[str, dict[str, str]] = talk.next()  # type: ignore[attr-defined]
        assert row["event"] == "step", row
        if row["id"] == name:  # type: ignore[comparison-overlap]
            return row
