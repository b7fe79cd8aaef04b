"""``alpkey config`` by the command line, in a moved home, judged by the real ssh."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from alpkey import glance
from alpkey.core.paths import find_paths
from tests.centre import Home
from tests.e2e.terminal import Terminal

# As the centre's pages and its users write them.
NAMES = {
    "ela": ["ela.cscs.ch"],
    "daint": ["daint.alps.cscs.ch", "daint.cscs.ch"],
    "santis": ["santis.alps.cscs.ch"],
    "clariden": ["clariden.alps.cscs.ch", "clariden.cscs.ch"],
    "eiger": ["eiger.alps.cscs.ch", "eiger.alps"],
    "bristen": ["bristen.alps.cscs.ch"],
}

HAND_MADE = (
    "Host ela\n    HostName ela.cscs.ch\n    User cscsusername\n    IdentityFile ~/.ssh/cscs-key\n"
) + "".join(
    f"\nHost {name}\n    HostName {name}.alps.cscs.ch\n    ProxyJump ela\n"
    "    User cscsusername\n    IdentityFile ~/.ssh/cscs-key\n    IdentitiesOnly yes\n"
    for name in ("daint", "santis", "clariden")
)

ODD = {
    "none of theirs": b"",
    "a block": b"Host a\n  Port 2222\n",
    "CRLF": b"Host a\r\n\tPort 2222\r\n",
    "no final newline": b"Host a\n  Port 2222",
    "tabs and quotes": b'\t"Host"\t"a"\n\t\tPort\t=\t"2222"\t\n',
    "Match first": b"Match all\n  Compression yes\nHost a\n  Port 2222\n",
    "an own Include": b"Include no-such-*\nHost a\n  Port 2222\n",
    "IgnoreUnknown": b"IgnoreUnknown UseKeychain\nHost a\n  UseKeychain yes\n  Port 2222\n",
    "latin-1": b"# caf\xe9 \xff\nHost a\n  Port 2222\n",
    "a NUL": b"# x\0y\nHost a\0b\n  Port 2222\n",
    "a form feed": b"Host a\f\n  Port 2222\f\n",
    "control characters": b"# \x01\x1b[31m\x07\nHost a\n",
    "blank lines first": b"\n\n \t\n# hello\nHost a\n",
    "a comment without end": b"# x",
}


@pytest.fixture
def config(home: Home) -> Path:
    return home.path / "ssh/config"


def resolved(home: Home, name: str) -> dict[str, str]:
    """What ssh itself makes of the person's file."""
    config = str(home.path / "ssh/config")
    done = subprocess.run(
        ["ssh", "-F", config, "-G", name], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = [row.partition(" ") for row in done.stdout.splitlines()]
    return {key: value for key, _, value in reversed(rows)}


def include(home: Home) -> bytes:
    return f'Include "{home.path}/ssh/alpkey/config"'.encode()


@pytest.mark.parametrize("theirs", ODD.values(), ids=ODD.keys())
def test_apply_and_undo_are_exact(home: Home, config: Path, theirs: bytes) -> None:
    config.write_bytes(theirs)
    config.chmod(0o640)
    before = resolved(home, "a")
    code, result = home.json("config", "apply")
    assert (code, result["changed"]) == (0, True), result
    first, _, rest = config.read_bytes().partition(b"\n")
    assert (first.rstrip(b"\r"), rest) == (include(home), theirs)
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert Path(result["backup"]).read_bytes() == theirs
    assert resolved(home, "daint")["proxyjump"] == "ela"
    assert resolved(home, "a") == before
    code, result = home.json("config", "undo")
    assert (code, result["changed"]) == (0, True)
    assert config.read_bytes() == theirs
    assert stat.S_IMODE(config.stat().st_mode) == 0o640


def test_a_file_that_was_not_there_goes_again(home: Home, config: Path) -> None:
    code, result = home.json("config", "apply")
    assert (code, result["changed"], result["backup"]) == (0, True, None)
    assert config.read_bytes() == include(home) + b"\n"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert home.json("config", "undo")[1]["changed"] is True
    assert not config.exists()
    assert json.loads((home.path / "state/touched.json").read_text()) == {}


def test_what_was_written_since_outlives_the_undo(home: Home, config: Path) -> None:
    home.json("config", "apply")
    with config.open("ab") as file:
        file.write(b"Host mine\n")
    assert home.json("config", "undo")[0] == 0
    assert config.read_bytes() == b"Host mine\n"


def test_every_value_that_loses_is_told(home: Home, config: Path) -> None:
    config.write_text(
        "Host daint\n  HostName elsewhere.org\n  Port 99\n  User bob\n"
        "  ProxyCommand nc %h %p\n  IdentityFile ~/.ssh/mine\n  ForwardAgent yes\n"
        "Host santis\n  HostName santis.alps.cscs.ch\n  Port 22\n  ProxyJump ela\n"
        "Host other\n  Port 99\n"
    )
    home.renew()  # from now on the account is known
    code, result = home.json("config", "diff")
    assert (code, result["changed"]) == (0, True)
    assert {
        (one["host"], one["keyword"], one["theirs"], one["ours"]) for one in result["loses"]
    } == {
        ("daint", "hostname", "elsewhere.org", "daint.alps.cscs.ch"),
        ("daint", "port", "99", "22"),
        ("daint", "user", "bob", home.centre.username),
        ("daint", "proxycommand", "nc %h %p", "ProxyJump ela"),
    }
    assert include(home) not in config.read_bytes()
    assert home.json("config", "apply")[1]["loses"] == result["loses"]
    found = resolved(home, "daint")
    assert (found["port"], found["forwardagent"]) == ("22", "yes")
    assert resolved(home, "other")["port"] == "99"
    assert home.json("config", "check")[1]["loses"] == result["loses"]


def test_diff_changes_nothing(home: Home, config: Path) -> None:
    config.write_bytes(b"Host a\n")
    before = sorted(path for path in home.path.rglob("*"))
    code, result = home.json("config", "diff")
    assert code == 0
    assert result["diff"].splitlines() == [
        f"--- {config}",
        f"+++ {config}",
        "@@ -0,0 +1 @@",
        "+" + include(home).decode(),
    ]
    assert config.read_bytes() == b"Host a\n"
    new = {path.relative_to(home.path).parts[0] for path in home.path.rglob("*")} - {"state"}
    assert new == {path.relative_to(home.path).parts[0] for path in before} - {"state"}


def test_apply_twice_is_apply_once(home: Home, config: Path) -> None:
    config.write_bytes(b"Host a\n")
    _, first = home.json("config", "apply")
    content, stamp = config.read_bytes(), config.stat().st_mtime_ns
    code, second = home.json("config", "apply")
    assert (code, second["changed"], second["diff"], second["backup"]) == (
        0,
        False,
        "",
        first["backup"],
    )
    assert (config.read_bytes(), config.stat().st_mtime_ns) == (content, stamp)
    assert home.json("config", "diff")[1]["changed"] is False


def test_a_chain_of_links_stays(home: Home, config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dotfiles"
    folder.mkdir()
    (folder / "ssh-config").write_bytes(b"Host a\n")
    (folder / "link").symlink_to("ssh-config")
    config.symlink_to(folder / "link")
    assert home.json("config", "apply")[0] == 0
    assert config.is_symlink()
    assert (folder / "link").is_symlink()
    assert (folder / "ssh-config").read_bytes().endswith(b"\nHost a\n")
    assert home.json("config", "undo")[0] == 0
    assert config.readlink() == folder / "link"
    assert (folder / "ssh-config").read_bytes() == b"Host a\n"


def test_a_link_to_nothing_becomes_a_link_to_nothing_again(
    home: Home, config: Path, tmp_path: Path
) -> None:
    config.symlink_to(tmp_path / "later")
    assert home.json("config", "apply")[0] == 0
    assert (tmp_path / "later").exists()
    assert home.json("config", "undo")[0] == 0
    assert config.is_symlink()
    assert not (tmp_path / "later").exists()


def test_a_linked_folder_stays(home: Home, tmp_path: Path) -> None:
    ssh = home.path / "ssh"
    ssh.rename(tmp_path / "elsewhere-ssh")
    ssh.symlink_to(tmp_path / "elsewhere-ssh")
    (ssh / "config").write_bytes(b"Host a\n")
    assert home.json("config", "apply")[0] == 0
    assert ssh.is_symlink()
    assert resolved(home, "daint")["proxyjump"] == "ela"
    home.json("config", "undo")
    assert (tmp_path / "elsewhere-ssh/config").read_bytes() == b"Host a\n"


@pytest.mark.parametrize("mode", [0o400, 0o444, 0o600, 0o644, 0o666])
def test_every_mode_is_kept(home: Home, config: Path, mode: int) -> None:
    home.without_root_power()
    config.write_bytes(b"Host a\n")
    config.chmod(mode)
    assert home.json("config", "apply")[0] == 0
    assert stat.S_IMODE(config.stat().st_mode) == mode
    assert home.json("config", "undo")[0] == 0
    assert (config.read_bytes(), stat.S_IMODE(config.stat().st_mode)) == (b"Host a\n", mode)


def test_ten_megabytes(home: Home, config: Path) -> None:
    theirs = b"".join(b"# %s\n" % (b"x" * 1022) for _ in range(10 * 1024)) + b"Host a\n  Port 3\n"
    config.write_bytes(theirs)
    assert home.json("config", "apply")[0] == 0
    assert config.read_bytes() == include(home) + b"\n" + theirs
    assert home.json("config", "undo")[0] == 0
    assert config.read_bytes() == theirs


def like_the_centre(home: Home) -> str:
    """The rest of a block that leads to a cluster as our own does."""
    return f'  ProxyJump ela\n  IdentityFile "{home.key}"\n'


def test_two_thousand_lines_and_the_alias_at_their_end(home: Home, config: Path) -> None:
    theirs = "".join(
        f"Host h{n}\n  HostName h{n}.example.org\n\n  Port {n + 1}\n" for n in range(500)
    )
    theirs += f"Host alps\n  HostName santis.alps.cscs.ch\n{like_the_centre(home)}"
    config.write_text(theirs)
    code, result = home.json("config", "apply")
    assert (code, result["aliases"]) == (0, [{"name": "alps", "host": "santis"}])
    assert resolved(home, "h499")["port"] == "500"


# What is refused: the file stays as it was, and the exit code is 9.


def refused(home: Home, code: str) -> dict[str, Any]:
    ended, result = home.json("config", "apply")
    assert (ended, result["error"]["code"]) == (9, code), result
    return dict(result["error"])


def test_what_ssh_refuses_is_refused_in_its_words(home: Home, config: Path) -> None:
    theirs = b"\xef\xbb\xbfHost a\n"
    config.write_bytes(theirs)
    error = refused(home, "config-refused")
    assert f"{config}: line 1: Bad configuration option" in error["detail"]
    assert config.read_bytes() == theirs


def test_a_folder_or_a_pipe_is_refused_before_ssh_is_asked(home: Home, config: Path) -> None:
    config.mkdir()
    refused(home, "config-no-file")
    config.rmdir()
    os.mkfifo(config)
    refused(home, "config-no-file")
    config.unlink()
    config.symlink_to("/dev/null")
    refused(home, "config-no-file")
    config.unlink()
    config.symlink_to(config)
    refused(home, "files-unfit")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(home: Home, config: Path) -> None:
    config.write_bytes(b"Host a\n")
    os.chown(config, 1234, 1234)
    refused(home, "config-foreign")
    assert home.json("config", "show")[1]["line"] == include(home).decode()
    assert config.read_bytes() == b"Host a\n"


def test_a_folder_that_cannot_be_written_is_refused(home: Home, config: Path) -> None:
    home.without_root_power()
    config.write_bytes(b"Host a\n")
    config.parent.chmod(0o500)
    try:
        refused(home, "path-closed")
    finally:
        config.parent.chmod(0o700)
    assert config.read_bytes() == b"Host a\n"


def test_an_included_pipe_does_not_hang_us(home: Home, config: Path) -> None:
    os.mkfifo(config.with_name("pipe"))
    config.write_text(f'Include "{config.with_name("pipe")}"\n')
    refused(home, "config-hangs")


def fake_ssh(home: Home, folder: Path, script: str) -> None:
    """A fake ssh that does as the real one does (``$REAL``), but for what ``script`` does."""
    place = folder / "bin"
    place.mkdir()
    program = place / "ssh"
    program.write_text(f"#!/bin/sh\nREAL={shutil.which('ssh')}\n{script}\n")
    program.chmod(0o755)
    home.environ["PATH"] = f"{place}:{home.environ['PATH']}"


ANOTHER_PORT = """
if test "$2" = "$ALPKEY_HOME/ssh/config" && grep -q ^Include "$2"; then
    exec "$REAL" -o Port=7 "$@"
fi
exec "$REAL" "$@"
"""
REFUSES_IT = ANOTHER_PORT.replace('exec "$REAL" -o Port=7 "$@"', "echo no >&2; exit 255")


@pytest.mark.parametrize("theirs", [None, b"Host a\r\n"])
@pytest.mark.parametrize(
    ("script", "code"), [(ANOTHER_PORT, "config-unproven"), (REFUSES_IT, "config-refused")]
)
def test_what_is_not_proven_is_undone(
    home: Home, config: Path, tmp_path: Path, theirs: bytes | None, script: str, code: str
) -> None:
    if theirs is not None:
        config.write_bytes(theirs)
        config.chmod(0o604)
    fake_ssh(home, tmp_path, script)
    error = refused(home, code)
    if code == "config-unproven":
        assert error["params"]["keyword"] == "port"
    assert (config.read_bytes() if config.exists() else None) == theirs
    if theirs is not None:
        assert stat.S_IMODE(config.stat().st_mode) == 0o604
    assert json.loads((home.path / "state/touched.json").read_text()) == {}


def test_a_change_of_theirs_meanwhile_is_not_overwritten(
    home: Home, config: Path, tmp_path: Path
) -> None:
    config.write_bytes(b"Host a\n")
    fake_ssh(home, tmp_path, f"""echo '# more' >>'{config}'; exec "$REAL" "$@" """)
    refused(home, "config-changed")
    content = config.read_bytes()
    assert content.startswith(b"Host a\n# more\n")
    assert b"Include" not in content


MEDDLES = """
if test "$2" = "$ALPKEY_HOME/ssh/config" && grep -q ^Include "$2"; then
    echo '# more' >>"$2"
    exit 255
fi
exec "$REAL" "$@"
"""


def test_what_was_written_during_the_proof_outlives_its_undoing(
    home: Home, config: Path, tmp_path: Path
) -> None:
    config.write_bytes(b"Host a\n")
    fake_ssh(home, tmp_path, MEDDLES)
    refused(home, "config-refused")
    assert config.read_bytes() == b"Host a\n# more\n"


def test_a_file_of_ours_that_ssh_refuses_is_mended_by_apply(home: Home, config: Path) -> None:
    assert home.json("config", "apply")[0] == 0
    own = home.path / "ssh/alpkey/config"
    good = own.read_bytes()
    own.chmod(0o666)
    assert home.json("config", "check")[1]["error"]["code"] == "config-refused"
    assert home.json("config", "apply")[0] == 0
    own.write_bytes(b"Nonsense\n")
    assert home.json("config", "apply")[0] == 0
    assert (own.read_bytes(), home.json("config", "check")[0]) == (good, 0)


def test_every_question_to_ssh_is_marked_as_a_probe(
    home: Home, config: Path, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    fake_ssh(home, tmp_path, f"""echo "$ALPKEY_PROBE $*" >>'{said}'; exec "$REAL" "$@" """)
    config.write_text("".join(f"Host h{n}\n" for n in range(30)))
    assert home.json("config", "apply")[0] == 0
    rows = said.read_text().splitlines()
    assert rows
    assert all(row.startswith("1 -F ") and " -G -- " in row for row in rows)
    assert len({row.split()[-1] for row in rows if row.split()[-1].startswith("h")}) == 10


def test_without_ssh_it_says_so(home: Home, config: Path, tmp_path: Path) -> None:
    home.environ["PATH"] = str(tmp_path)
    code, result = home.json("config", "apply")
    assert (code, result["error"]["code"]) == (5, "ssh-missing")
    assert not config.exists()


# Their own names and their own ways.


def test_a_config_made_by_hand_is_known_and_goes_on_working(home: Home, config: Path) -> None:
    config.write_text(HAND_MADE)
    site = home.path / "config/site.toml"
    site.write_text(site.read_text().partition("[hosts.ela]")[0])
    code, result = home.json("config", "check")
    assert (code, result["by_hand"], result["changed"]) == (0, True, True)
    code, result = home.json("config", "apply")
    assert (code, result["loses"], result["by_hand"]) == (0, [], True)
    for name in ("daint", "santis", "clariden"):
        found = resolved(home, name)
        assert (found["hostname"], found["user"]) == (f"{name}.alps.cscs.ch", "cscsusername")
        assert found["identityfile"] == str(home.key)
    assert config.read_text().endswith(HAND_MADE)


@pytest.mark.parametrize(
    "instead",
    ["User mallory", "ProxyJump none", "ProxyJump elsewhere", "CertificateFile /other", "Port 23"],
)
def test_a_name_that_leads_there_otherwise_is_none_of_the_centres(
    home: Home, config: Path, instead: str
) -> None:
    home.renew()
    like = like_the_centre(home)
    user = f"  User {home.centre.username}\n"
    config.write_text(
        f"Host good\n  IdentityFile /other\n  HostName daint.alps.cscs.ch\n{user}{like}"
        f"Host odd\n  {instead}\n  HostName daint.alps.cscs.ch\n{user}{like}"
        "Host bare\n  HostName daint.alps.cscs.ch\n"
    )
    assert home.json("config", "check")[1]["aliases"] == [{"name": "good", "host": "daint"}]
    assert home.json("connect", "good", "--print")[0] == 0
    for name in ("odd", "bare"):
        code, result = home.json("connect", name, "--print")
        assert (code, result["error"]["code"]) == (2, "unknown-host")


def test_every_name_of_every_host_leads_to_it(home: Home, config: Path) -> None:
    home.renew()
    assert home.json("config", "apply")[0] == 0
    for name, others in NAMES.items():
        for other in (name, *others):
            found = resolved(home, other)
            assert found["hostname"] == ("127.0.0.1" if name == "ela" else others[0])
            assert found.get("proxyjump") == (None if name == "ela" else "ela")
            assert found["user"] == home.centre.username
            assert found["identityfile"] == str(home.key)
            assert found["certificatefile"] == str(home.certificate)
            assert home.json("connect", other, "--print")[1]["command"][-1] == other


def test_aliases_are_found_through_includes(home: Home, config: Path) -> None:
    (config.parent / "conf.d").mkdir()
    like = like_the_centre(home)
    (config.parent / "conf.d/work").write_text(f"Host w1 w2\n  HostName daint.alps.cscs.ch\n{like}")
    (config.parent / "circle").write_text(f'Include "{config.parent}/circle"\nHost deep\n')
    config.write_text(
        f'Include "{config.parent}/conf.d/*"\nHost s\n  HostName santis.alps.cscs.ch\n{like}'
        f"Host x\n  HostName x.org\nHost *.glob\n  HostName daint.alps.cscs.ch\n{like}"
        f"Host t\n  HostName daint.alps.cscs.ch\n  Port 2222\n{like}"
    )
    code, result = home.json("config", "check")
    assert (code, result["changed"]) == (0, True)
    found = {one["name"]: one["host"] for one in result["aliases"]}
    assert found == {"w1": "daint", "w2": "daint", "s": "santis"}
    at = find_paths({"ALPKEY_HOME": str(home.path)}, sys.platform, "/nowhere", os.getuid())
    assert {one.name: one.host for one in glance.aliases(at)} == found


def test_check_tells_of_a_line_that_does_nothing(home: Home, config: Path) -> None:
    home.json("config", "apply")
    assert home.json("config", "check")[0] == 0
    (home.path / "ssh/alpkey/config").unlink()
    code, result = home.json("config", "check")
    assert (code, result["error"]["code"]) == (9, "config-unproven")
    assert home.json("config", "apply")[0] == 0
    assert home.json("config", "check")[0] == 0


def test_what_is_applied_leads_to_a_real_host(home: Home, config: Path, tmp_path: Path) -> None:
    """By a name without blanks: for a jump, ssh gives the name of the file to a shell unquoted."""
    plain = tmp_path / "plain"
    plain.symlink_to(config)
    config.write_text("Host *\n  StrictHostKeyChecking yes\n")
    home.renew()
    assert home.json("config", "apply")[0] == 0
    done = subprocess.run(
        ["ssh", "-F", str(plain), "-o", "BatchMode=yes", "daint", "hostname"],
        env=home.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "daint\n", done.stderr


# How it speaks.


def test_at_a_terminal_it_shows_and_asks(home: Home, config: Path) -> None:
    config.write_text("Host daint\n  Port 99\n")
    with Terminal(home.command("config", "apply"), home.environ) as terminal:
        terminal.wait_for("your port 99 is replaced by 22")
        terminal.wait_for("+Include")
        terminal.wait_for("[y/N]")
        terminal.type("n\n")
        assert terminal.end() == 10
    assert config.read_text() == "Host daint\n  Port 99\n"
    with Terminal(home.command("config", "apply"), home.environ) as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("y\n")
        terminal.wait_for("now begins with the Include line")
        assert terminal.end() == 0
    assert config.read_bytes().startswith(include(home))


def test_yes_asks_nothing_at_a_terminal(home: Home, config: Path) -> None:
    with Terminal(home.command("config", "apply", "--yes"), home.environ) as terminal:
        assert terminal.end() == 0
        assert "[y/N]" not in terminal.shown
    assert config.exists()


def test_without_a_terminal_it_applies(home: Home, config: Path) -> None:
    done = home.run("config", "apply")
    assert done.returncode == 0, done.stderr
    assert config.exists()


@pytest.mark.parametrize("agrees", [True, False])
def test_events_ask_once(home: Home, config: Path, agrees: bool) -> None:
    config.write_text("Host daint\n  Port 99\n")
    with home.converse("config", "apply") as conversation:
        warned = conversation.until("warn", code="config-loses")
        assert warned["params"] == {
            "host": "daint",
            "keyword": "port",
            "theirs": "99",
            "ours": "22",
        }
        ask = conversation.until("ask")
        (field,) = ask["fields"]
        assert (field["name"], field["kind"]) == ("apply", "confirm")
        assert "+Include" in field["value"]
        conversation.answer(ask, apply=agrees)
        code, last = conversation.end()
    assert [row["event"] for row in conversation.rows].count("ask") == 1
    assert (code, last["event"]) == ((0, "done") if agrees else (10, "failed"))
    assert config.read_bytes().startswith(include(home)) is agrees


def test_show_tells_the_line_and_the_blocks(home: Home, config: Path) -> None:
    code, result = home.json("config", "show")
    assert (code, result["applied"], result["line"]) == (0, False, include(home).decode())
    assert "Host daint daint.alps.cscs.ch daint.cscs.ch\n" in result["blocks"]
    home.json("config", "apply")
    assert home.json("config", "show")[1]["applied"] is True


@pytest.mark.parametrize("command", ["show", "diff", "apply", "check", "undo"])
def test_every_command_speaks_to_people(home: Home, command: str) -> None:
    done = home.run("config", command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_who_logs_in_is_known_to_plain_ssh_after_the_next_renewal(home: Home, config: Path) -> None:
    home.json("config", "apply")
    assert resolved(home, "daint")["user"] != home.centre.username
    home.renew()
    assert resolved(home, "daint")["user"] == home.centre.username
    assert home.json("config", "check")[0] == 0
