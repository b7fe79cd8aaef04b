"""Renewing at bad moments: false services, odd homes, full disks, strange files, a held lock."""

import shutil
import ssl
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from alpkey.adapters.clock import now
from alpkey.adapters.state.lock import FileLock
from alpkey_sandbox.sshservice import make_app
from alpkey_sandbox.web import WebServer
from tests.centre import Home
from tests.e2e.inside import change_inside


@contextmanager
def impostor(home: Home, authority: trustme.CA, name: str) -> Iterator[None]:
    """A service at the same address but for the port, with a certificate of its own."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(tls)
    with WebServer(make_app(home.centre.sandbox.centre), tls=tls) as server:
        site = home.path / "config/site.toml"
        true, _, path = home.centre.facts.service_url.partition("/api/")
        assert path
        site.write_text(site.read_text().replace(true, f"https://localhost:{server.port}"))
        yield


def trust(home: Home, authority: trustme.CA, folder: Path) -> None:
    bundle = folder / "other-ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    site = home.path / "config/site.toml"
    site.write_text(site.read_text().replace(home.centre.facts.ca_bundle, str(bundle)))


@pytest.mark.parametrize(
    ("name", "trusted"), [("localhost", False), ("other.example", True), ("other.example", False)]
)
def test_an_impostor_sees_no_password(home: Home, tmp_path: Path, name: str, trusted: bool) -> None:
    authority = trustme.CA()
    if trusted:
        trust(home, authority, tmp_path)
    with impostor(home, authority, name):
        code, result = home.renew()
    assert (code, result["error"]["code"]) == (5, "tls-untrusted")
    assert home.pair() is None
    assert not home.centre.saw_a_password()


def test_the_same_service_under_a_trusted_certificate_is_taken(home: Home, tmp_path: Path) -> None:
    """So that the tests above prove what they seem to."""
    authority = trustme.CA()
    trust(home, authority, tmp_path)
    with impostor(home, authority, "localhost"):
        assert home.renew()[0] == 0


@pytest.mark.parametrize("above", [0, 1])
def test_authorities_that_others_may_choose_are_not_trusted(
    home: Home, tmp_path: Path, above: int
) -> None:
    folder = tmp_path / "authorities"
    folder.mkdir()
    trust(home, trustme.CA(), folder)
    bundle = folder / "other-ca.pem"
    culprit = (bundle, folder)[above]
    culprit.chmod(0o777)
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (9, "settings-unreadable")
    assert result["error"]["detail"].startswith(f"{bundle}: Other users may change the ")
    assert result["error"]["detail"].endswith(f" To fix that: chmod go-w {culprit}")


@pytest.mark.parametrize("content", [None, "", "no certificate\n"])
def test_authorities_that_are_none_are_said(
    home: Home, tmp_path: Path, content: str | None
) -> None:
    trust(home, trustme.CA(), tmp_path)
    bundle = tmp_path / "other-ca.pem"
    if content is None:
        bundle.unlink()
    else:
        bundle.write_text(content)
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (9, "settings-unreadable")
    assert result["error"]["detail"].startswith(f"{bundle}: ")


def test_authorities_with_words_of_any_script_are_taken(home: Home, tmp_path: Path) -> None:
    authority = trustme.CA()
    trust(home, authority, tmp_path)
    bundle = tmp_path / "other-ca.pem"
    bundle.write_text(f"# Autorité de Zürich\n{bundle.read_text()}")
    with impostor(home, authority, "localhost"):
        assert home.renew()[0] == 0


@pytest.mark.parametrize("odd", ["", "relative", "/nowhere/at/all", "/dev/null", None])
def test_an_odd_home_of_the_persons(home: Home, odd: str | None) -> None:
    """HOME is of no interest where ALPKEY_HOME says where everything is."""
    home.environ.pop("HOME")
    if odd is not None:
        home.environ["HOME"] = odd
    code, result = home.renew()
    assert code == 0, result
    assert home.run("connect", "daint", "--here", "--", "hostname").stdout == "daint\n"


def test_a_relative_alpkey_home_is_meant_from_here(home: Home, tmp_path: Path) -> None:
    home.environ["ALPKEY_HOME"] = home.path.name
    home.before = ("env", "-C", str(home.path.parent))
    assert home.renew()[0] == 0
    assert home.key.exists()
    assert home.run("connect", "daint", "--here", "--", "hostname").stdout == "daint\n"


# Runs a command while $0 is a tiny disk that is full; what lay there is there before and after.
ON_A_FULL_DISK = """
set -e
cp -a "$0" "$0.kept"
mount -t tmpfs -o size=256k,mode=700 tmpfs "$0"
cp -a "$0.kept/." "$0/"
dd if=/dev/zero of="$0/full" bs=1k 2>/dev/null || true
set +e
"$@"
code=$?
rm -f "$0/full"
rm -rf "$0.kept"
cp -a "$0" "$0.after"
exit $code
"""


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("full", ["state", "ssh"])
def test_a_full_disk_leaves_the_old_pair_and_spends_no_slot(home: Home, full: str) -> None:
    if not can_mount():
        pytest.skip("mounting a small disk needs root")
    home.renew()
    before = home.pair()
    known = len(home.centre.state()["requests"])
    home.before = ("unshare", "-m", "sh", "-c", ON_A_FULL_DISK, str(home.path / full))
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (9, "disk-full")
    requests = home.centre.state()["requests"][known:]
    assert not any(one["had_password"] for one in requests)
    after = home.path / f"{full}.after"
    if full == "ssh":
        assert (after / "cscs-key").read_bytes() == (before or (b"",))[0]
        names = {path.name for path in after.iterdir()}
        assert {name for name in names if "cscs" in name} == {"cscs-key", "cscs-key-cert.pub"}
    assert home.pair() == before


def test_a_file_that_may_not_grow_leaves_the_old_pair(home: Home) -> None:
    """A quota on file size: the journal's line still fits, the certificate does not."""
    if shutil.which("prlimit") is None:
        pytest.skip("prlimit is not there")
    home.renew()
    before = home.pair()
    (home.path / "state/journal.jsonl").rename(home.path / "state/kept")
    home.before = ("prlimit", "--fsize=300")
    code, result = home.renew("--yes")
    assert code == 9, result
    assert home.pair() == before


@pytest.mark.parametrize("mode", [0o000, 0o400, 0o644, 0o666])
def test_wrong_modes_of_the_old_pair_are_put_right(home: Home, mode: int) -> None:
    home.renew()
    home.key.chmod(mode)
    home.certificate.chmod(mode)
    code, result = home.renew()
    assert code == 0, result
    assert stat.S_IMODE(home.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.certificate.stat().st_mode) == 0o644


def test_links_in_a_circle_spend_no_slot(home: Home) -> None:
    home.key.symlink_to(home.key.name)
    code, result = home.renew("--yes")
    assert (code, result["error"]["code"]) == (9, "files-unfit")
    assert not home.centre.saw_a_password()


def test_a_link_into_nothing_spends_no_slot(home: Home) -> None:
    home.key.symlink_to("/nowhere/at/all/key")
    code, _ = home.renew("--yes")
    assert code == 9
    assert home.key.is_symlink()
    assert not home.centre.saw_a_password()


def test_a_linked_pair_is_renewed_behind_its_links(home: Home, tmp_path: Path) -> None:
    home.renew()
    vault = tmp_path / "vault"
    vault.mkdir()
    for path in (home.key, home.certificate):
        path.rename(vault / path.name)
        path.symlink_to(vault / path.name)
    before = home.pair()
    assert home.renew()[0] == 0
    assert home.pair() != before
    assert home.key.is_symlink()
    assert sorted(path.name for path in vault.iterdir()) == ["cscs-key", "cscs-key-cert.pub"]


def test_a_lock_that_stays_held_ends_the_wait(home: Home, tmp_path: Path) -> None:
    """With the wait of half a minute made short inside the child."""
    script = "from alpkey.actions.renewal import steps\nsteps.LOCK_TIMEOUT_S = 0.2\n"
    change_inside(home, tmp_path, script)
    lock = FileLock(home.path / "state/lock", lambda: tmp_path / "other", now)
    with lock.held(1):
        code, result = home.renew()
    assert (code, result["error"]["code"]) == (5, "lock-held")
    assert result["error"]["retryable"] is True
    assert result["error"]["params"]["since"]
    assert not home.centre.saw_a_password()


@pytest.mark.parametrize(
    ("more", "code"), [((), 10), (("--json",), 10), (("--events",), 10), (("--stdin",), 2)]
)
def test_a_closed_stdin_is_nobody_to_ask(home: Home, more: tuple[str, ...], code: int) -> None:
    home.before = ("sh", "-c", 'exec "$@" <&-', "sh")
    done = home.run("renew", "--username", "alice", *more)
    assert done.returncode == code, done.stderr
    assert not (home.path / "logs").exists()


def test_a_closed_stdout_does_not_cost_the_key(home: Home) -> None:
    home.before = ("sh", "-c", 'exec "$@" >&- 2>&-', "sh")
    done = home.run("renew", "--username", "alice", "--stdin", "--events", typed=home.answer())
    assert done.returncode in (0, 10)
    done = home.run("renew", "--username", "alice", "--stdin", typed=home.answer())
    assert done.returncode == 0
    assert home.pair() is not None
    assert not (home.path / "logs").exists()
