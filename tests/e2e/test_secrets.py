"""The hunt for secrets: in files, arguments, environments, output, and crash reports."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Home

PASSWORD = "marked-Pässwort-7391"


@pytest.fixture
def marked(home: Home) -> Home:
    home.centre.control("account", password=PASSWORD)
    return home


def readable(path: Path) -> bytes:
    """Nothing where the kernel keeps it from us, which is what the program asked for."""
    try:
        return path.read_bytes()
    except (PermissionError, ProcessLookupError):
        return b""


def find(needle: str, *folders: Path) -> list[Path]:
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path for path in files if needle.encode() in path.read_bytes()]


@pytest.mark.parametrize("fault", [None, "status", "garbage", "cut-after", "mismatched-pair"])
def test_no_file_and_no_output_holds_one(marked: Home, fault: str | None, tmp_path: Path) -> None:
    if fault:
        marked.centre.fault(fault, **({"value": 500} if fault == "status" else {}))
    code = marked.centre.otp()
    typed = marked.answer(otp=code)
    done = marked.run("renew", "--username", "alice", "--stdin", "--events", typed=typed)
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
            for name in ("cmdline", "environ"):
                text = readable(process / name)
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
