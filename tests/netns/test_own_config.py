"""The user's own ``~/.ssh/config`` in a real home, with plain ssh and OpenSSH's own server."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.netns.centre import GOOD, RealCentre

HAND_MADE = (
    "Host ela\n    HostName ela.cscs.ch\n    User alice\n    IdentityFile ~/.ssh/cscs-key\n"
) + "".join(
    f"\nHost {name}\n    HostName {name}.alps.cscs.ch\n    ProxyJump ela\n"
    "    User alice\n    IdentityFile ~/.ssh/cscs-key\n    IdentitiesOnly yes\n"
    for name in ("daint", "santis", "clariden")
)


@pytest.fixture
def centre(running: RealCentre) -> RealCentre:
    """A home with a fresh key and no configuration."""
    running.give_key(*GOOD)
    return running


@pytest.fixture
def config(centre: RealCentre) -> Path:
    return centre.home / ".ssh/config"


def alpkey(centre: RealCentre, *arguments: str, **environ: str) -> tuple[int, dict[str, Any]]:
    done = centre.alpkey("config", *arguments, "--json", **environ)
    assert done.stderr == "", done.stderr
    return done.returncode, json.loads(done.stdout)


def ssh(centre: RealCentre, host: str, *options: str) -> str:
    """Plain ssh: where it gets to, or what it says."""
    done = centre.run("ssh", "-o", "BatchMode=yes", *options, host, "printenv", "REACHED")
    return done.stdout.strip() or done.stderr


def test_plain_ssh_gets_in_once_it_is_applied(centre: RealCentre, config: Path) -> None:
    config.write_bytes(b"Host *\r\n\tCompression yes\r\n")
    assert "Could not resolve" in ssh(centre, "daint")
    code, result = alpkey(centre, "apply")
    assert (code, result["changed"], result["loses"]) == (0, True, []), result
    assert [ssh(centre, host) for host in ("ela", "daint", "santis")] == ["ela", "daint", "santis"]
    assert alpkey(centre, "check")[1]["changed"] is False
    assert alpkey(centre, "undo")[0] == 0
    assert config.read_bytes() == b"Host *\r\n\tCompression yes\r\n"
    assert "Could not resolve" in ssh(centre, "daint")


def test_connect_is_plain_ssh_as_long_as_the_line_stands(centre: RealCentre, config: Path) -> None:
    def printed() -> list[str]:
        return centre.alpkey("connect", "daint", "--print").stdout.split()

    assert printed()[:2] == ["ssh", "-F"]
    config.write_text("Host *\n  SetEnv LC_MINE=theirs\n")
    assert alpkey(centre, "apply")[0] == 0
    assert printed() == ["ssh", "daint"]
    done = centre.alpkey("connect", "daint", "--here", "--", "printenv", "REACHED")
    assert done.stdout == "daint\n", done.stderr
    config.write_text("# mine\n" + config.read_text())
    assert printed()[:2] == ["ssh", "-F"]
    assert alpkey(centre, "apply")[0] == 0
    assert printed() == ["ssh", "daint"]
    assert alpkey(centre, "undo")[0] == 0
    assert printed()[:2] == ["ssh", "-F"]


def test_a_first_config_comes_and_goes(centre: RealCentre, config: Path) -> None:
    assert alpkey(centre, "apply")[0] == 0
    assert ssh(centre, "daint") == "daint"
    assert alpkey(centre, "undo")[0] == 0
    assert not config.exists()


def test_a_config_made_by_hand_is_known_and_goes_on_working(
    centre: RealCentre, config: Path
) -> None:
    config.write_text(HAND_MADE)
    assert ssh(centre, "daint") == "daint"
    code, result = alpkey(centre, "check")
    assert (code, result["by_hand"], result["changed"]) == (0, True, True)
    assert ssh(centre, "daint") == "daint"
    code, result = alpkey(centre, "apply")
    assert (code, result["by_hand"], result["loses"]) == (0, True, [])
    assert [ssh(centre, host) for host in ("ela", "daint", "santis")] == ["ela", "daint", "santis"]
    assert alpkey(centre, "undo")[0] == 0
    assert config.read_text() == HAND_MADE


def test_two_thousand_lines_of_everything_come_out_as_they_went_in(
    centre: RealCentre, config: Path
) -> None:
    included = config.with_name("more")
    included.write_text("Host more\n  HostName more.example.org\n")
    lines = [
        "# theirs \xe9",
        "IgnoreUnknown UseKeychain,AddKeysToAgent",
        "UseKeychain yes",
        "Include more",
        '\tMatch host "*.example.org" exec "true"',
        "\t\tSetEnv LC_A=1",
        "Match all",
        "  ServerAliveInterval=30",
        "Host daint",
        "  Port 22",
        "  LocalForward 9000 localhost:9000",
    ]
    for number in range(500):
        lines += [f"Host h{number} !x{number}", f"\tHostName h{number}.example.org"]
        lines += ["", f"  Port = {number + 1}  # odd"]
    lines += ["Host *", "  Compression yes", '  IdentityFile "~/.ssh/theirs"']
    own = "\r\n".join(lines).encode("latin-1")
    config.write_bytes(own)
    config.chmod(0o640)
    before = config.stat()
    assert own.count(b"\n") > 2000
    assert alpkey(centre, "apply")[0] == 0
    assert ssh(centre, "daint") == "daint"
    connected = centre.alpkey("connect", "santis", "--here", "--", "printenv", "REACHED")
    assert connected.stdout == "santis\n", connected.stderr
    assert alpkey(centre, "undo")[0] == 0
    after = config.stat()
    assert config.read_bytes() == own
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )


def test_an_alias_and_its_jump_work_as_before(centre: RealCentre, config: Path) -> None:
    config.write_text(
        "Host work\n  HostName daint.alps.cscs.ch\n  ProxyJump ela\n"
        f"  IdentityFile {centre.key}\n  CertificateFile {centre.key}-cert.pub\n"
    )
    code, result = alpkey(centre, "apply")
    assert (code, result["aliases"]) == (0, [{"name": "work", "host": "daint"}])
    assert ssh(centre, "work") == "daint"


def test_another_home_in_the_environment_leads_nobody_astray(
    centre: RealCentre, config: Path, tmp_path: Path
) -> None:
    """ssh takes its home from the passwd entry, but ``~`` in an Include from ``$HOME``."""
    assert alpkey(centre, "apply", HOME=str(tmp_path))[0] == 0
    assert config.exists()
    assert not (tmp_path / ".ssh").exists()
    done = centre.run("ssh", "-G", "daint", HOME=str(tmp_path))
    assert "proxyjump ela\n" in done.stdout


def test_the_systems_own_lines_still_count(centre: RealCentre, config: Path) -> None:
    """They are part of both answers, so none of them is reported as a loss."""
    config.write_text("Host a\n")
    before = centre.run("ssh", "-G", "a").stdout
    code, result = alpkey(centre, "apply")
    assert (code, result["loses"]) == (0, [])
    assert centre.run("ssh", "-G", "a").stdout == before
    if "sendenv" in before:
        assert "sendenv" in centre.run("ssh", "-G", "daint").stdout


def test_what_ssh_takes_for_unsafe_is_refused_in_its_words(
    centre: RealCentre, config: Path
) -> None:
    config.write_text("Host a\n")
    config.chmod(0o666)
    code, result = alpkey(centre, "apply")
    assert (code, result["error"]["code"]) == (9, "config-refused")
    assert "Bad owner or permissions" in result["error"]["detail"]
    assert config.read_text() == "Host a\n"


def test_a_home_without_an_ssh_folder_gets_a_private_one(centre: RealCentre, config: Path) -> None:
    for file in sorted(config.parent.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    config.parent.rmdir()
    assert alpkey(centre, "apply")[0] == 0
    assert config.parent.stat().st_mode & 0o777 == 0o700
    assert "proxyjump ela\n" in centre.run("ssh", "-G", "daint").stdout
