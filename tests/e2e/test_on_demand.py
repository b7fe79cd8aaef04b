"""A key on demand: a plain ssh calls, and whoever sits at its terminal is asked."""

import os
import shlex
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.centre import Home
from tests.e2e.programs import all_but
from tests.e2e.terminal import Terminal
from tests.e2e.waiting import until

DAY_S = 24 * 3600
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sh", "bash", "dash", "zsh", "fish", "tcsh"])
def shell(request: pytest.FixtureRequest) -> str:
    """A person's own shell, by which ssh runs what stands behind ``exec`` (ssh_config(5))."""
    path = shutil.which(request.param)
    if path is None:
        pytest.skip(f"there is no {request.param} here")
    return path


@pytest.fixture
def config(home: Home, either_openssh: None, tmp_path: Path) -> Path:
    return configured(home, tmp_path)


def configured(home: Home, tmp_path: Path) -> Path:
    """The configuration with the line, under a name that ssh can hand to a jump."""
    code, result = home.json("config", "apply", "--on-demand")
    assert (code, result["on_demand"]) == (0, True), result
    plain = tmp_path / "plain"
    plain.symlink_to(home.path / "ssh/config")
    return plain


def ssh(config: Path, *words: str) -> list[str]:
    return ["ssh", "-F", str(config), *words]


def fresh(home: Home) -> Path:
    return home.path / "ssh/alpkey/fresh"


def type_secrets(terminal: Terminal, home: Home) -> None:
    terminal.wait_for("Password: ")
    terminal.type(home.centre.password + "\n")
    terminal.wait_for("Six-digit code: ")
    terminal.type(home.centre.otp() + "\n")


def watched(home: Home, folder: Path) -> Path:
    """Has ``ensure`` note in a file that it was called, before it is."""
    said = folder / "called"
    script = fresh(home).read_text()
    head, _, call = script.rpartition("exec ")
    fresh(home).write_text(f"{head}echo called >>{shlex.quote(str(said))}\nexec {call}")
    return said


def test_a_plain_ssh_asks_renews_and_gets_in(home: Home, config: Path, shell: str) -> None:
    home.environ["SHELL"] = shell
    (home.path / "config/config.toml").write_text(f'username = "{home.centre.username}"\n')
    assert home.run("config", "apply").returncode == 0
    with Terminal(ssh(config, "daint", "hostname"), home.environ) as terminal:
        terminal.wait_for("daint waits for a fresh key")
        type_secrets(terminal, home)
        terminal.wait_for("Key valid until")
        terminal.wait_for("\ndaint\r\n")
        assert terminal.end() == 0
    assert home.key.exists()


def test_while_the_key_is_good_nothing_is_called(home: Home, config: Path, tmp_path: Path) -> None:
    home.renew()
    called = watched(home, tmp_path)
    done = subprocess.run(
        ssh(config, "daint", "hostname"),
        env=home.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("daint\n", 0), done.stderr
    assert not called.exists()


@pytest.mark.parametrize(
    ("probe", "words"), [("1", ("daint",)), ("", ("-G", "daint")), ("", ("-vG", "daint"))]
)
def test_who_only_asks_calls_nothing(
    home: Home, config: Path, tmp_path: Path, probe: str, words: tuple[str, ...]
) -> None:
    called = watched(home, tmp_path)
    command = ssh(config, "-o", "BatchMode=yes", "-o", "ConnectTimeout=2", *words)
    environ = {**home.environ, "ALPKEY_PROBE": probe}
    subprocess.run(command, env=environ, capture_output=True, check=False)
    assert not called.exists()


@pytest.mark.parametrize("folder", ["alpkey home", "a $HOME `id` & (100%) *; ~#é"])
def test_every_shell_of_a_person_calls_it(
    home: Home, either_openssh: None, tmp_path: Path, shell: str, folder: str
) -> None:
    """Whatever the home is called."""
    path = home.path.rename(tmp_path / folder)
    home = replace(home, path=path, environ=home.environ | {"ALPKEY_HOME": str(path)})
    config = configured(home, tmp_path)
    called = watched(home, tmp_path)
    environ = {**home.environ, "SHELL": shell}
    command = ssh(config, "-o", "BatchMode=yes", "ela", "true")
    subprocess.run(command, env=environ, capture_output=True, check=False)
    assert called.read_text() == "called\n"


def run_fresh(home: Home) -> int:
    command = ["/bin/sh", str(fresh(home))]
    return subprocess.run(
        command, env=home.environ, capture_output=True, check=False, start_new_session=True
    ).returncode


@pytest.mark.parametrize(
    "spoil",
    [
        lambda home: (home.path / "state/intent").write_text("{}"),
        lambda home: (home.path / "state/look").unlink(),
        lambda home: (home.path / "state/look").write_text("torn"),
        lambda home: (home.path / "state/look").write_text("1 x y z 1 1 1 /no\n"),
        lambda home: os.utime(home.certificate, (time.time() + 60, time.time() + 60)),
        lambda home: home.certificate.unlink(),
    ],
    ids=["intent", "no look", "torn look", "odd look", "newer certificate", "no certificate"],
)
def test_where_the_line_may_be_wrong_it_is_looked_at_again(
    home: Home, config: Path, tmp_path: Path, spoil: object
) -> None:
    home.renew()
    called = watched(home, tmp_path)
    assert run_fresh(home) == 0
    assert not called.exists()
    assert callable(spoil)
    spoil(home)
    code = run_fresh(home)
    assert called.exists()
    assert code == (0 if home.certificate.exists() else 7)


def test_ensure_makes_the_next_look_quick_again(home: Home, config: Path, tmp_path: Path) -> None:
    home.renew()
    called = watched(home, tmp_path)
    (home.path / "state/look").unlink()
    assert [run_fresh(home), run_fresh(home)] == [0, 0]
    assert called.read_text() == "called\n"


def test_an_expired_key_is_asked_about(home: Home, config: Path) -> None:
    home.centre.control("clock", offset_s=5 - DAY_S)
    assert home.renew()[0] == 0
    home.centre.control("clock", offset_s=0)
    until(lambda: home.run("ensure").returncode == 7, "the end of the key")
    with Terminal(ssh(config, "daint", "hostname"), home.environ) as terminal:
        terminal.wait_for("daint waits for a fresh key")
        type_secrets(terminal, home)
        terminal.wait_for("\ndaint\r\n")
        assert terminal.end() == 0


def test_where_alpkey_is_gone_ssh_goes_on(home: Home, config: Path, tmp_path: Path) -> None:
    script = fresh(home).read_text()
    fresh(home).write_text(script.replace("own_config.py", "gone.py"))
    done = subprocess.run(
        ["/bin/sh", str(fresh(home))],
        env=home.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_with_the_program_deleted_it_is_as_if_it_had_never_been(
    home: Home, tmp_path: Path, shell: str
) -> None:
    program = tmp_path / "program"
    (program / "app").mkdir(parents=True)
    for name in ("app/alpkey", "resources"):
        (program / name).symlink_to(ROOT / name)
    home.environ |= {"PYTHONPATH": str(program / "app"), "SHELL": shell}
    config = configured(home, tmp_path)
    assert str(program) in fresh(home).read_text()
    (program / "app/alpkey").unlink()
    with Terminal(ssh(config, "daint", "hostname"), home.environ) as terminal:
        assert terminal.end() == 255
    said = terminal.shown
    own = home.path / "ssh/alpkey/config"
    before, line, after = own.read_text().partition("Match originalhost")
    own.write_text(before + after.partition("\n")[2])
    assert line
    with Terminal(ssh(config, "daint", "hostname"), home.environ) as terminal:
        assert terminal.end() == 255
    assert terminal.shown == said


def only_newer_ssh(home: Home, folder: Path) -> None:
    """Everything else that is installed stays to be found."""
    others = all_but(("ssh",), folder / "others")
    newer, _, _ = home.environ["PATH"].partition(":")
    home.environ["PATH"] = f"{newer}:{others}"


@pytest.mark.parametrize("either_openssh", ["newer"], indirect=True)
def test_a_login_without_a_key_is_refused_where_that_is_wished_and_every_ssh_can(
    home: Home, either_openssh: None, tmp_path: Path
) -> None:
    assert home.run("settings", "set", "refuse_without_key", "on").returncode == 0
    config = configured(home, tmp_path)
    own = home.path / "ssh/alpkey/config"
    assert "RefuseConnection" not in own.read_text()  # this machine's own would stop at it
    only_newer_ssh(home, tmp_path)
    assert home.json("config", "apply")[0] == 0

    def said() -> tuple[int, str]:
        command = ssh(config, "-o", "BatchMode=yes", "daint", "hostname")
        done = subprocess.run(
            command, env=home.environ, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    code, words = said()
    assert code == 255
    assert "RefuseConnection: There is no good key. Get one with: alpkey renew" in words
    assert "Permission denied" not in words
    home.renew()
    assert said()[0] == 0
    home.certificate.unlink()
    script = fresh(home).read_text()
    fresh(home).write_text(script.replace("own_config.py", "gone.py"))
    assert "RefuseConnection" not in said()[1]


def test_a_no_is_remembered_and_holds_for_those_who_wait(home: Home, config: Path) -> None:
    with Terminal(home.command("ensure"), home.environ) as first:
        first.wait_for("Username")
        with Terminal(home.command("ensure"), home.environ) as second:
            first.press("\x04")
            assert first.end() == 10
            second.wait_for("for 10 minutes Alpkey does not ask again")
            assert second.end() == 10
    assert home.run("ensure").returncode == 7  # without a terminal nobody is asked anyway
    (home.path / "state/ensure").write_text(f"{int(time.time()) - 601}\n")
    with Terminal(home.command("ensure"), home.environ) as again:
        again.wait_for("Username")
        again.press("\x03")
        assert again.end() == 10


def test_many_at_once_ask_once(home: Home, config: Path) -> None:
    with Terminal(home.command("ensure"), home.environ) as first:
        first.wait_for("Username")
        with Terminal(home.command("ensure"), home.environ) as second:
            first.type(home.centre.username + "\n")
            type_secrets(first, home)
            assert first.end() == 0
            assert second.end() == 0
            assert "Username" not in second.shown


@pytest.fixture
def in_batch(home: Home, config: Path) -> Path:
    path = home.path / "ssh/config"
    path.write_text(path.read_text() + "Host *\n  BatchMode yes\n")
    return config


def test_never_under_batch_mode(home: Home, in_batch: Path) -> None:
    """Here the configuration says so; a jump is called without, and looks at who called it."""
    with Terminal(ssh(in_batch, "daint", "hostname"), home.environ) as terminal:
        assert terminal.end() == 255
        assert "batch mode" in terminal.shown
        assert "Username" not in terminal.shown


def test_batch_mode_by_an_option(home: Home, config: Path) -> None:
    command = ssh(config, "-o", "BatchMode=yes", "daint", "hostname")
    with Terminal(command, home.environ) as terminal:
        assert terminal.end() == 255
        assert "Username" not in terminal.shown


def test_the_line_stays_with_the_next_apply_and_goes_with_undo(home: Home, config: Path) -> None:
    own = home.path / "ssh/alpkey/config"
    assert (
        "Match originalhost ela,ela.cscs.ch,daint,daint.alps.cscs.ch,daint.cscs.ch,"
        in own.read_text()
    )
    _, result = home.json("config", "apply")
    assert (result["changed"], result["on_demand"]) == (False, True)
    home.renew()
    home.run("connect", "daint", "--print")
    assert "Match originalhost" in own.read_text()
    _, result = home.json("config", "apply", "--no-on-demand")
    assert (result["changed"], result["on_demand"], fresh(home).exists()) == (True, False, False)
    assert "Match" not in own.read_text()
    assert home.json("config", "apply", "--on-demand")[1]["changed"] is True
    assert home.json("config", "undo")[0] == 0
    assert not fresh(home).exists()
    assert "Match" not in own.read_text()


def test_json_tells_of_a_good_key_and_asks_nobody(home: Home) -> None:
    code, result = home.json("ensure")
    assert (code, result["error"]["code"]) == (7, "not-renewed")
    home.renew()
    code, result = home.json("ensure")
    assert (code, result["state"], result["renewed"]) == (0, "valid", False)


def test_a_good_key_is_no_word_worth(home: Home) -> None:
    home.renew()
    done = home.run("ensure")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
