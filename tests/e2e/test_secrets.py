"""The hunt for secrets: in files, arguments, environments, output, and crash reports."""

import json
import sys
from pathlib import Path

import pytest

from tests.centre import Home
from tests.e2e.inside import AT_END, change_inside
from tests.e2e.terminal import Terminal

PASSWORD = "marked-Pässwort-7391"


@pytest.fixture
def marked(home: Home) -> Home:
    home.centre.control("account", password=PASSWORD)
    return home


def readable(path: Path) -> bytes:
    """Nothing where the kernel keeps it from us, which is what the program asked for.

    And nothing of what has just ended.
    """
    try:
        return path.read_bytes()
    except (PermissionError, ProcessLookupError, FileNotFoundError):
        return b""


def family(process: Path) -> list[Path]:
    """What the kernel shows of a process and of its children."""
    children = readable(process / f"task/{process.name}/children").decode().split()
    members = (process, *(process.with_name(child) for child in children))
    return [member / name for member in members for name in ("cmdline", "environ")]


def find(needle: str, *folders: Path) -> list[Path]:
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path for path in files if needle.encode() in path.read_bytes()]


@pytest.mark.parametrize("fault", [None, "status", "garbage", "cut-after", "mismatched-pair"])
def test_no_file_and_no_output_holds_one(marked: Home, fault: str | None, tmp_path: Path) -> None:
    if fault:
        marked.centre.fault(fault, **({"value": 500} if fault == "status" else {}))
    code = marked.centre.otp()
    typed = marked.answer(otp=code)
    done = marked.run("renew", "--username", "alice", "--stdin", "--json", typed=typed)
    assert (done.returncode == 0) is (fault is None), done.stdout
    for secret in (PASSWORD, code):
        assert secret not in done.stdout + done.stderr
        assert find(secret, tmp_path) == []


def test_no_process_shows_one(marked: Home) -> None:
    """Neither arguments nor environment, while the request is under way; and no core is written."""
    with marked.talk() as talk:
        ask = talk.until("ask")
        talk.until("step", id="service-ready")
        marked.centre.fault("delay", value=0.5)
        code = marked.centre.otp()
        talk.answer(ask, password=PASSWORD, otp=code)
        process = Path(f"/proc/{talk.process.pid}")
        while talk.process.poll() is None and not marked.centre.saw_a_password():
            for shown in family(process):
                text = readable(shown)
                assert PASSWORD.encode() not in text
                assert code.encode() not in text
        limits = (process / "limits").read_text().splitlines()
        core = next(row for row in limits if row.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"]
        assert talk.end()[0] == 0


def test_the_private_key_lies_in_its_file_only(marked: Home, tmp_path: Path) -> None:
    assert marked.renew()[0] == 0
    line = marked.key.read_text().splitlines()[3]
    assert find(line, tmp_path) == [marked.key]


def test_a_refusal_leaves_none(marked: Home, tmp_path: Path) -> None:
    typed = marked.answer(otp="918273")
    done = marked.run("renew", "--username", "alice", "--stdin", typed=typed)
    assert done.returncode == 3
    for secret in (PASSWORD, "918273"):
        assert secret not in done.stdout + done.stderr
        assert find(secret, tmp_path) == []


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_crash_leaves_none(marked: Home, tmp_path: Path, more: tuple[str, ...]) -> None:
    """Not even one whose own words hold the password and the code."""
    change_inside(marked, tmp_path, CRASH)
    code = marked.centre.otp()
    typed = marked.answer(otp=code)
    done = marked.run("renew", "--username", "alice", "--stdin", *more, typed=typed)
    assert done.returncode == 1
    (report,) = (marked.path / "logs").glob("crash-*.txt")
    assert "ValueError" in report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600
    assert str(report) in done.stdout + done.stderr
    if more:
        assert json.loads(done.stdout)["error"]["code"] == "bug"
    for secret in (PASSWORD, code):
        assert secret not in done.stdout + done.stderr
        assert find(secret, tmp_path) == []


def test_a_crash_in_a_conversation_leaves_none_and_has_a_last_word(
    marked: Home, tmp_path: Path
) -> None:
    change_inside(marked, tmp_path, CRASH)
    code = marked.centre.otp()
    with marked.talk() as talk:
        talk.answer(talk.until("ask"), password=PASSWORD, otp=code)
        exit_code, last = talk.end()
        assert talk.process.stderr is not None
        assert talk.process.stderr.read() == ""
    assert (exit_code, last["event"], last["error"]["code"]) == (1, "failed", "bug")
    for secret in (PASSWORD, code):
        assert secret not in json.dumps(talk.rows)
        assert find(secret, tmp_path) == []


CRASH = """
from alpkey.actions.renewal import classic

def issue(self):
    code = self._credentials.otp.reveal()
    raise ValueError(self._credentials.password.reveal() + code)

classic._ClassicRenewal.issue = issue
"""


def test_a_terminal_leaves_none(marked: Home, tmp_path: Path) -> None:
    code = marked.centre.otp()
    with Terminal(marked.command("renew", "--username", "alice"), marked.environ) as terminal:
        terminal.wait_for("Password: ")
        terminal.type(PASSWORD + "\n")
        terminal.wait_for("code: ")
        terminal.type(code + "\n")
        assert terminal.end() == 0
    for secret in (PASSWORD, code):
        assert secret not in terminal.shown
        assert find(secret, tmp_path) == []


@pytest.mark.parametrize("kind", ["mismatched-pair", "expired", "wrong-principal", "plain-key"])
def test_a_key_that_is_not_taken_is_kept_nowhere(marked: Home, kind: str, tmp_path: Path) -> None:
    marked.centre.fault(kind)
    assert marked.renew()[0] == 9
    assert find("OPENSSH PRIVATE KEY", tmp_path) == []


def test_no_command_prints_the_key(marked: Home) -> None:
    assert marked.renew()[0] == 0
    lines = marked.key.read_text().splitlines()[1:-1]
    for command in (("status",), ("connect", "daint", "--print"), ("agent", "list")):
        for more in ((), ("--json",)):
            done = marked.run(*command, *more)
            assert not any(line in done.stdout + done.stderr for line in lines)


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's own")
@pytest.mark.parametrize("command", [("renew",), ("status",), ("connect", "daint", "--print")])
def test_nobody_but_root_looks_inside(
    marked: Home, tmp_path: Path, command: tuple[str, ...]
) -> None:
    change_inside(marked, tmp_path, TELL_DUMPABLE)
    assert marked.run(*command).stderr.endswith("dumpable 0\n")


TELL_DUMPABLE = f"""{AT_END}
import ctypes, sys

PR_GET_DUMPABLE = 3
kernel = ctypes.CDLL(None)
at_end(lambda: print("dumpable", kernel.prctl(PR_GET_DUMPABLE), file=sys.stderr, flush=True))
"""
