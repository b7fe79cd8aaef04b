"""The doctor: a real set-up is broken in one way, which is found; once fixed, nothing is."""

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

from tests.agents import openssh_agent, refusing_agent
from tests.centre import Centre, Home, prepared_home
from tests.e2e.test_bad_moments import ON_A_FULL_DISK, can_mount
from tests.e2e.test_password import change_password, keep, renew_with_code_only
from tests.e2e.waiting import until
from tests.keychains import SecretServiceHost, secret_service
from tests.keys import keygen, make_key

DAY_S = 24 * 3600
NETWORK_DOWN_S = 5.0


@pytest.fixture
def agent(home: Home, tmp_path: Path) -> Iterator[str]:
    with openssh_agent(tmp_path) as path:
        home.environ["SSH_AUTH_SOCK"] = path
        yield path


@pytest.fixture
def healthy(home: Home, agent: str) -> Home:
    """A fresh key, an agent that holds it, hosts and service that answer."""
    assert home.renew()[0] == 0
    return home


def doctor(home: Home, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    code, result = home.json("doctor", *arguments)
    assert result["healthy"] is (code == 0), result
    found: list[dict[str, Any]] = result["findings"]
    return code, found


def assert_silent(home: Home) -> None:
    assert doctor(home) == (0, [])


def assert_found(home: Home, name: str, code: int, *consequences: str) -> dict[str, Any]:
    """This finding and no other, with these consequences."""
    ended, found = doctor(home)
    assert [finding["id"] for finding in found] == [name], found
    assert [below["id"] for below in found[0]["consequences"]] == list(consequences), found
    assert ended == code
    return found[0]


def write_config(home: Home, text: str) -> None:
    path = home.path / "ssh/config"
    path.write_text(text)
    path.chmod(0o600)


def add_to_site(home: Home, text: str) -> None:
    with (home.path / "config/site.toml").open("a") as file:
        file.write(text)


def change_site(home: Home, old: str, new: str) -> None:
    path = home.path / "config/site.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def ssh_add(home: Home, *arguments: str | Path) -> None:
    environ = {"SSH_AUTH_SOCK": home.environ["SSH_AUTH_SOCK"]}
    subprocess.run(["ssh-add", "-q", *arguments], env=environ, check=True, capture_output=True)


def closed_port() -> int:
    """A loopback port that refuses: the socket that had it is closed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Greeting(StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 a portal\r\n")


@contextmanager
def portal() -> Iterator[int]:
    """A port where something other than ssh answers."""
    with ThreadingTCPServer(("127.0.0.1", 0), Greeting) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_a_healthy_set_up_is_silent(healthy: Home) -> None:
    assert_silent(healthy)
    assert healthy.run("doctor").stdout == "No problems found.\n"


def test_nothing_is_changed_without_a_fix(healthy: Home) -> None:
    healthy.key.chmod(0o644)
    pair = healthy.pair()
    assert doctor(healthy)[0] == 13
    assert healthy.key.stat().st_mode & 0o777 == 0o644
    assert healthy.pair() == pair


# Key and certificate.


def test_no_key(home: Home, agent: str) -> None:
    found = assert_found(home, "no-key", 13)
    assert "alpkey renew" in found["next_step"]
    home.renew()
    assert_silent(home)


@pytest.mark.parametrize("half", ["cscs-key", "cscs-key-cert.pub"])
def test_half_a_pair(healthy: Home, half: str) -> None:
    path = healthy.path / "ssh" / half
    path.rename(path.with_suffix(".away"))
    found = assert_found(healthy, "half-pair", 13)
    assert f"{path} is not" in found["detail"]
    path.with_suffix(".away").rename(path)
    assert_silent(healthy)


@pytest.mark.parametrize(
    ("name", "broken", "finding", "code"),
    [
        ("ssh/cscs-key", 0o644, "key-open", 13),
        ("ssh/cscs-key-cert.pub", 0o666, "certificate-open", 0),
        ("ssh", 0o777, "folder-open", 0),
        ("ssh/config", 0o666, "config-open", 13),
    ],
)
def test_open_modes_are_found_and_fixed(
    healthy: Home, name: str, broken: int, finding: str, code: int
) -> None:
    write_config(healthy, "Host elsewhere\n")
    (healthy.path / name).chmod(broken)
    assert assert_found(healthy, finding, code)["fix"] == finding
    _, result = healthy.json("doctor", "--fix", finding)
    assert (result["fixed"], result["findings"]) == (finding, [])
    assert_silent(healthy)


@pytest.mark.parametrize(
    ("name", "finding", "consequences"),
    [
        ("ssh/cscs-key", "key-unreadable", ("key-broken",)),
        ("ssh/cscs-key-cert.pub", "certificate-unreadable", ("key-broken",)),
        ("ssh", "folder-closed", ("key-unreadable", "certificate-unreadable", "key-broken")),
    ],
)
def test_closed_files_are_found_and_opened(
    healthy: Home, name: str, finding: str, consequences: tuple[str, ...]
) -> None:
    healthy.without_root_power()
    assert_silent(healthy)
    (healthy.path / name).chmod(0)
    _, found = doctor(healthy)
    assert found[0]["id"] == finding
    assert {below["id"] for below in found[0]["consequences"]} >= set(consequences), found
    assert len(found) == 1, found
    assert healthy.run("status").returncode == 9
    assert healthy.json("doctor", "--fix", finding)[1]["fixed"] == finding
    assert_silent(healthy)


def test_files_that_sudo_left_explain_that_they_are_closed(healthy: Home) -> None:
    if os.getuid() != 0:
        pytest.skip("giving files away needs root")
    healthy.without_root_power()
    os.chown(healthy.key, 12345, 12345)
    found = assert_found(healthy, "files-of-another", 13, "key-unreadable", "key-broken")
    assert str(healthy.key) in found["detail"]
    os.chown(healthy.key, 0, 0)
    assert_silent(healthy)


def test_a_renewal_that_was_cut_off_is_finished(healthy: Home) -> None:
    """The cut lies between the two renames."""
    staged = healthy.certificate.with_name(".staged")
    healthy.certificate.rename(staged)
    intent = healthy.path / "state/intent"
    intent.write_text(json.dumps({str(staged): str(healthy.certificate)}))
    assert_silent(healthy)  # it was finished before the doctor looked
    assert not intent.exists()


def test_a_renewal_that_was_cut_off_and_cannot_be_finished(healthy: Home) -> None:
    """Whatever has the intent's name is named, where no command can finish it."""
    intent = healthy.path / "state/intent"
    intent.mkdir()
    assert_found(healthy, "installation-cut-off", 13)
    intent.rmdir()
    assert_silent(healthy)


def test_a_staged_key_that_cannot_be_removed_is_named(healthy: Home) -> None:
    """A folder of that name stands for a file that may not be removed."""
    left = healthy.key.with_name(f".{healthy.key.name}.alpkey-abcd1234")
    left.mkdir()
    found = assert_found(healthy, "staged-files", 0)
    assert str(left) in found["detail"]
    left.rmdir()
    left.write_text("a private key")
    assert_silent(healthy)
    assert not left.exists()


def test_a_pair_of_two_keys(healthy: Home, tmp_path: Path) -> None:
    other = make_key(tmp_path / "other")
    healthy.key.write_bytes(other.read_bytes())
    found = assert_found(healthy, "key-broken", 13)
    assert "different keys" in found["detail"]


def test_an_expired_key(home: Home, agent: str) -> None:
    home.centre.control("clock", offset_s=10 - DAY_S)
    assert home.renew()[0] == 0
    home.centre.control("clock", offset_s=0)
    until(lambda: home.json("status")[1]["state"] == "expired", "the end of the key")
    assert_found(home, "key-expired", 13)
    home.renew()
    assert_silent(home)


def test_a_clock_that_is_a_little_behind_is_named_and_stops_no_login(
    home: Home, agent: str
) -> None:
    """It is the service's clock that is moved: only the difference is there to be seen."""
    home.centre.control("clock", offset_s=295)
    assert home.renew()[0] == 0
    found = assert_found(home, "clock-off", 0)
    assert "4 min behind" in found["detail"]


def test_a_clock_that_is_off_alone_is_a_warning(healthy: Home) -> None:
    """The hosts of the sandbox judge by the service's clock, and the key is valid there too."""
    healthy.centre.control("clock", offset_s=630)
    assert "10 min behind" in assert_found(healthy, "clock-off", 0)["detail"]
    healthy.centre.control("clock", offset_s=0)
    assert_silent(healthy)


def test_a_key_for_another_user(healthy: Home) -> None:
    settings = healthy.path / "config/config.toml"
    settings.write_text('username = "bob"\n')
    settings.chmod(0o600)
    assert "bob" in assert_found(healthy, "user-differs", 13)["detail"]
    settings.unlink()
    assert_silent(healthy)


def test_a_certificate_with_limits_is_named(healthy: Home, tmp_path: Path) -> None:
    public = healthy.key.with_name("limited.pub")
    public.write_text(keygen("-y", "-f", healthy.key))
    options = ("-n", "alice", "-V", "-1m:+1h", "-O", "force-command=hostname")
    keygen("-q", "-s", make_key(tmp_path / "ca"), "-I", "limited", *options, public)
    public.with_name("limited-cert.pub").replace(healthy.certificate)
    _, found = doctor(healthy, "--quick")
    (limited,) = [finding for finding in found if finding["id"] == "key-limited"]
    assert "force-command" in limited["detail"]


def test_a_key_of_another_authority_explains_the_refusal(healthy: Home) -> None:
    healthy.centre.fault("foreign-ca", times=1)
    assert healthy.renew()[0] == 0
    assert_found(healthy, "authority-changed", 13, "login-refused")
    healthy.renew()
    _, found = doctor(healthy)
    assert "login-refused" not in str(found)


def test_a_setting_of_a_later_version_is_said_once(healthy: Home) -> None:
    settings = healthy.path / "config/config.toml"
    settings.write_text("of_a_later_version = true\n")
    settings.chmod(0o600)
    assert "of_a_later_version" in assert_found(healthy, "settings-unknown", 0)["detail"]
    settings.unlink()
    assert_silent(healthy)


def test_a_revoked_key(healthy: Home) -> None:
    healthy.centre.control("revoke", serial=healthy.json("status")[1]["serial"])
    assert "revoked" in assert_found(healthy, "login-refused", 13)["detail"]
    healthy.renew()
    assert_silent(healthy)


def test_a_key_that_another_program_wrote(
    healthy: Home, running_centre: Centre, tmp_path: Path
) -> None:
    other = prepared_home(running_centre, tmp_path / "other")
    assert other.renew()[0] == 0
    for own, foreign in ((healthy.key, other.key), (healthy.certificate, other.certificate)):
        own.write_bytes(foreign.read_bytes())
    _, found = doctor(healthy)
    assert {finding["id"]: finding["severity"] for finding in found} == {
        "agent-stale": "warning",
        "other-tool": "note",
        "agent-without-key": "note",
    }


def test_an_imported_pair_is_not_another_programs(
    healthy: Home, running_centre: Centre, tmp_path: Path
) -> None:
    other = prepared_home(running_centre, tmp_path / "other")
    assert other.renew()[0] == 0
    done = healthy.run("import", str(other.key), str(other.certificate), "--yes")
    assert done.returncode == 0, done.stderr
    assert_silent(healthy)


# The agent.


def test_an_agent_without_the_key_is_loaded(healthy: Home) -> None:
    ssh_add(healthy, "-D")
    assert_found(healthy, "agent-without-key", 0)
    assert healthy.json("doctor", "--fix", "agent-without-key")[0] == 0
    assert_silent(healthy)


def test_an_agent_that_ended(healthy: Home, tmp_path: Path) -> None:
    healthy.environ["SSH_AUTH_SOCK"] = str(tmp_path / "gone")
    assert str(tmp_path / "gone") in assert_found(healthy, "agent-absent", 0)["detail"]


def test_no_agent(healthy: Home) -> None:
    del healthy.environ["SSH_AUTH_SOCK"]
    assert_found(healthy, "agent-absent", 0)


def test_the_agent_that_the_configuration_names_is_the_one(healthy: Home, tmp_path: Path) -> None:
    write_config(healthy, f'Host *\n  IdentityAgent "{tmp_path}/another"\n')
    assert f"{tmp_path}/another" in assert_found(healthy, "agent-absent", 0)["detail"]


def test_an_agent_that_hangs_stops_every_login(healthy: Home, tmp_path: Path) -> None:
    path = str(tmp_path / "hangs")
    healthy.environ["SSH_AUTH_SOCK"] = path
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(16)
        assert path in assert_found(healthy, "agent-hangs", 13)["detail"]


def test_an_agent_that_refuses(healthy: Home, tmp_path: Path) -> None:
    path = str(tmp_path / "odd")
    healthy.environ["SSH_AUTH_SOCK"] = path
    with refusing_agent(path):
        assert path in assert_found(healthy, "agent-refuses", 0)["detail"]


def test_a_confirmation_that_cannot_be_shown(healthy: Home) -> None:
    """There is no display here."""
    code, _ = healthy.json("settings", "set", "confirm_each_use", "on")
    assert code == 0
    assert_found(healthy, "confirm-impossible", 13, "agent-will-not-sign")
    assert healthy.json("settings", "set", "confirm_each_use", "off")[0] == 0
    assert_silent(healthy)


def test_old_keys_of_alpkey_are_removed_and_others_stay(healthy: Home, tmp_path: Path) -> None:
    """A key that a renewal could not remove: it was added again by hand."""
    old = tmp_path / "cscs-key"
    old.write_bytes(healthy.key.read_bytes())
    old.chmod(0o600)
    healthy.renew()
    assert_silent(healthy)
    ssh_add(healthy, old)
    ssh_add(healthy, make_key(tmp_path / "foreign"))
    assert "1" in assert_found(healthy, "agent-stale", 0)["detail"]
    assert healthy.json("doctor", "--fix", "agent-stale")[1]["fixed"] == "agent-stale"
    assert_silent(healthy)
    assert len(healthy.json("agent", "list")[1]["keys"]) == 3


def test_an_agent_with_too_many_keys(healthy: Home, tmp_path: Path) -> None:
    foreign = [make_key(tmp_path / f"foreign{n}") for n in range(6)]
    ssh_add(healthy, *foreign)
    assert_found(healthy, "agent-too-full", 0)
    ssh_add(healthy, "-d", *foreign)
    assert_silent(healthy)


def test_many_keys_are_fine_where_ssh_offers_only_one(healthy: Home, tmp_path: Path) -> None:
    ssh_add(healthy, *(make_key(tmp_path / f"foreign{n}") for n in range(6)))
    assert healthy.json("config", "apply")[0] == 0
    assert_silent(healthy)


def test_a_protected_key_that_no_agent_holds(healthy: Home) -> None:
    keygen("-q", "-p", "-P", "", "-N", "a passphrase", "-f", healthy.key)
    assert_silent(healthy)
    ssh_add(healthy, "-D")
    assert_found(healthy, "passphrase-each-time", 0)


# ssh and its configuration.


def test_no_ssh(healthy: Home, tmp_path: Path) -> None:
    healthy.environ["PATH"] = str(tmp_path)
    assert_found(healthy, "ssh-missing", 13)


def test_an_old_ssh(healthy: Home, tmp_path: Path) -> None:
    """A fake that prints another version and is otherwise the real one."""
    program = tmp_path / "bin/ssh"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\n[ "$1" = -V ] && echo "OpenSSH_7.2p2, OpenSSL 1.0.2g" >&2 && exit\n'
        f'exec {shutil.which("ssh")} "$@"\n'
    )
    program.chmod(0o755)
    healthy.environ["PATH"] = f"{program.parent}:{healthy.environ['PATH']}"
    assert "7.2p2" in assert_found(healthy, "ssh-old", 13)["detail"]


def test_a_configuration_that_ssh_refuses(healthy: Home) -> None:
    write_config(healthy, "Compression yes\nNonsense yes\n")
    found = assert_found(healthy, "config-refused", 13)
    assert "line 2" in found["detail"]
    assert "nonsense" in found["detail"].lower()


def test_wrong_destinations_are_reported_with_their_line(healthy: Home) -> None:
    write_config(
        healthy,
        "Compression yes\n\nHost santis daint\n  # mine\n  User mallory\n  Port 2222\n"
        "Host daint\n  HostName daint.alps.cscs.ch\n  ProxyJump ela\n",
    )
    found = assert_found(healthy, "host-astray", 0)
    config = healthy.path / "ssh/config"
    assert f"daint: port is 2222, not 22 ({config} line 6)" in found["detail"]
    assert f"daint: user is mallory, not alice ({config} line 5)" in found["detail"]
    assert "santis" not in found["detail"], "it says nothing of where santis is"


@pytest.mark.parametrize(
    ("setting", "keyword"),
    [
        ("PubkeyAcceptedKeyTypes ssh-ed25519,rsa-sha2-512", "pubkeyacceptedalgorithms"),
        ("KexAlgorithms diffie-hellman-group14-sha256", "kexalgorithms"),
    ],
)
def test_a_setting_that_prevents_logins_is_named(healthy: Home, setting: str, keyword: str) -> None:
    write_config(healthy, f"Host *\n  {setting}\n")
    code, found = doctor(healthy)
    assert (code, found[0]["id"]) == (13, "setting-in-the-way")
    assert keyword in found[0]["detail"]
    assert f"{healthy.path / 'ssh/config'} line 2" in found[0]["detail"]


@pytest.mark.parametrize(
    "setting",
    [
        "PreferredAuthentications password",
        "PubkeyAuthentication no",
        "ProxyUseFdpass yes",
        "Port 2222",
        "HostName %h.example.org",
        "RemoteCommand cat",
        "RemoteForward 52698 localhost:52698\n  ExitOnForwardFailure yes",
        "LogLevel QUIET",
        "Tunnel yes\n  ExitOnForwardFailure yes",
    ],
)
def test_a_setting_for_every_host_does_not_reach_a_list_of_jobs(
    healthy: Home, setting: str
) -> None:
    write_config(healthy, f"Host *\n  {setting}\n")
    assert healthy.json("jobs", "daint")[0] == 0


def test_a_block_without_the_jump_is_reported(healthy: Home) -> None:
    write_config(healthy, "Host daint\n  HostName daint.alps.cscs.ch\n  User alice\n")
    assert "ProxyJump ela is missing" in assert_found(healthy, "host-astray", 0)["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "Host github.com\n  User git\n  Port 443\n",
        "Host *\n  ServerAliveInterval 60\n",
        "Host daint\n  HostName daint.alps.cscs.ch\n  User alice\n  ProxyJump ela\n",
    ],
)
def test_a_good_configuration_is_not_reported(healthy: Home, text: str) -> None:
    write_config(healthy, text)
    assert_silent(healthy)


@pytest.fixture
def applied(healthy: Home) -> Home:
    """The Include line is at the top of the user's configuration."""
    write_config(healthy, "Host elsewhere\n  User me\n")
    assert healthy.json("config", "apply")[1]["changed"]
    assert_silent(healthy)
    return healthy


@pytest.mark.parametrize(
    ("above", "line", "finding"),
    [("", False, "line-gone"), ("Host elsewhere\n", True, "line-not-first")],
)
def test_an_include_line_that_moved_is_found_and_restored(
    applied: Home, above: str, line: bool, finding: str
) -> None:
    first, _, rest = (applied.path / "ssh/config").read_text().partition("\n")
    write_config(applied, above + (f"{first}\n" if line else "") + rest)
    assert "alpkey config apply" in assert_found(applied, finding, 0)["next_step"]
    assert applied.json("config", "apply")[0] == 0
    assert_silent(applied)


def test_an_include_line_without_effect(applied: Home) -> None:
    """The included file is empty, and cannot be written again."""
    own = applied.path / "ssh/alpkey"
    (own / "config").write_text("# nothing\n")
    own.chmod(0o500)
    applied.without_root_power()
    assert "ela at ela" in assert_found(applied, "line-without-effect", 0)["detail"]
    own.chmod(0o700)
    assert_silent(applied)


# Hosts.


def test_a_host_never_met_is_not_unreachable(healthy: Home) -> None:
    known = healthy.path / "ssh/known_hosts"
    kept = known.read_bytes()
    known.unlink()
    assert "ela" in assert_found(healthy, "host-unknown", 0)["detail"]
    known.write_bytes(kept)
    assert_silent(healthy)


@pytest.mark.parametrize("host", ["ela", "daint"])
def test_a_host_that_shows_another_key(healthy: Home, tmp_path: Path, host: str) -> None:
    known = healthy.path / "ssh/known_hosts"
    other = make_key(tmp_path / "other").with_suffix(".pub").read_text().split()[1]
    lines = known.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith(host))
    names, kind, _ = lines[number].split(" ", 2)
    lines[number] = f"{names} {kind} {other}"
    known.write_text("\n".join(lines) + "\n")
    found = assert_found(healthy, "host-changed", 13)
    assert f"{known}:{number + 1}" in found["detail"]
    assert found["fix"] is None


def test_a_cluster_that_is_down_behind_the_jump_host(healthy: Home) -> None:
    site = healthy.path / "config/site.toml"
    moved = '\n[hosts.daint]\nhost_name = "nowhere.alps.cscs.ch"\n'
    site.write_text(site.read_text() + moved)
    found = assert_found(healthy, "behind-jump", 13)
    assert "ela lets you in" in found["detail"]


# Network and services.


def test_a_jump_host_that_refuses_connections(healthy: Home) -> None:
    ela = healthy.centre.facts.hosts["ela"]
    change_site(healthy, f"port = {ela['port']}", f"port = {closed_port()}")
    assert "refused" in assert_found(healthy, "jump-host-unreachable", 13)["detail"]


def test_something_else_in_the_place_of_the_jump_host(healthy: Home) -> None:
    """As a portal that answers every connection itself; here it greets as mail servers do."""
    ela = healthy.centre.facts.hosts["ela"]
    with portal() as port:
        change_site(healthy, f"port = {ela['port']}", f"port = {port}")
        found = assert_found(healthy, "jump-host-unreachable", 13)
    assert "Something else answers" in found["detail"]


def test_a_name_that_is_not_known(healthy: Home) -> None:
    change_site(healthy, 'host_name = "127.0.0.1"', 'host_name = "ela.invalid"')
    assert "name" in assert_found(healthy, "jump-host-unreachable", 13)["detail"]


def test_a_service_that_is_gone(healthy: Home) -> None:
    url = healthy.centre.facts.service_url
    port = url.split(":")[2].split("/")[0]
    change_site(healthy, f":{port}/", f":{closed_port()}/")
    assert_found(healthy, "service-unreachable", 0)


def test_everything_silent_is_offline_and_takes_seconds(healthy: Home) -> None:
    """Two ports that accept connections and never answer, as in a network that drops everything."""
    ela = healthy.centre.facts.hosts["ela"]
    port = healthy.centre.facts.service_url.split(":")[2].split("/")[0]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        number = silent.getsockname()[1]
        change_site(healthy, f"port = {ela['port']}", f"port = {number}")
        change_site(healthy, f":{port}/", f":{number}/")
        started = time.monotonic()
        assert_found(healthy, "offline", 13, "jump-host-unreachable", "service-unreachable")
        assert time.monotonic() - started < NETWORK_DOWN_S


# A network that takes every packet and answers none, name servers included.
IN_A_SILENT_NETWORK = """
set -e
ip link add hole type veth peer name nobody
for name in lo hole nobody; do ip link set "$name" up; done
ip address add 10.9.0.1/24 dev hole
ip route add default via 10.9.0.2
ip neighbour add 10.9.0.2 lladdr 02:00:00:00:00:02 dev hole nud permanent
mount --bind "$0" /etc/resolv.conf
exec "$@"
"""


def test_a_network_that_drops_everything_takes_seconds(healthy: Home, tmp_path: Path) -> None:
    """The names are the real ones: nothing leaves the namespace."""
    if not can_mount():
        pytest.skip("a network of its own needs root")
    servers = tmp_path / "resolv.conf"
    servers.write_text("nameserver 10.8.0.1\n")
    (healthy.path / "config/site.toml").unlink()
    healthy.before = ("unshare", "-n", "-m", "sh", "-c", IN_A_SILENT_NETWORK, str(servers))
    started = time.monotonic()
    assert_found(healthy, "offline", 13, "jump-host-unreachable", "service-unreachable")
    assert time.monotonic() - started < NETWORK_DOWN_S


def test_no_network_at_all(healthy: Home) -> None:
    if not can_mount():
        pytest.skip("a network of its own needs root")
    healthy.before = ("unshare", "-n")
    started = time.monotonic()
    assert_found(healthy, "offline", 13, "jump-host-unreachable", "service-unreachable")
    assert time.monotonic() - started < NETWORK_DOWN_S


def test_tls_that_is_opened_on_the_way(healthy: Home, tmp_path: Path) -> None:
    authority = Path(healthy.centre.facts.ca_bundle).read_text()
    other = tmp_path / "other.pem"
    done = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    done += ["-nodes", "-keyout", str(tmp_path / "k"), "-out", str(other), "-subj", "/CN=portal"]
    subprocess.run(done, check=True, capture_output=True)
    assert authority != other.read_text()
    change_site(healthy, healthy.centre.facts.ca_bundle, str(other))
    assert_found(healthy, "tls-untrusted", 0)


def test_a_dead_proxy(healthy: Home) -> None:
    healthy.environ["HTTPS_PROXY"] = f"http://me:secret@127.0.0.2:{closed_port()}"
    found = assert_found(healthy, "proxy-dead", 0, "service-unreachable")
    assert "127.0.0.2" in found["detail"]
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("kind", "more", "finding"),
    [
        ("status", {"value": 503}, "service-trouble"),
        ("garbage", {}, "service-trouble"),
        ("redirect", {"value": "https://127.0.0.1/"}, "service-trouble"),
    ],
)
def test_a_service_that_answers_oddly(
    healthy: Home, kind: str, more: dict[str, Any], finding: str
) -> None:
    healthy.centre.fault(kind, times=None, **more)
    assert "alpkey renew --browser" in assert_found(healthy, finding, 0)["next_step"]
    assert not healthy.centre.state()["requests"][-1]["had_password"]
    healthy.centre.control("faults", "DELETE")
    assert_silent(healthy)


def test_a_quota_that_is_used_up(healthy: Home) -> None:
    healthy.centre.control("account", quota=1)
    assert healthy.renew()[0] == 4
    assert "opens" in assert_found(healthy, "quota-used-up", 0)["detail"]


def test_sign_ins_that_were_refused(healthy: Home) -> None:
    for _ in range(3):
        assert healthy.renew(password="wrong")[0] == 3
    assert "3 in a row" in assert_found(healthy, "refused-often", 0)["detail"]
    site = healthy.path / "config/site.toml"
    site.write_text(f"code_step_s = 1\n{site.read_text()}")  # no code is held back for long
    until(lambda: healthy.renew()[0] == 0, "a code that is not held back")
    assert_silent(healthy)


def test_a_full_disk(healthy: Home) -> None:
    if not can_mount():
        pytest.skip("mounting a small disk needs root")
    at = str(healthy.path / "state")
    healthy.before = ("unshare", "-m", "sh", "-c", ON_A_FULL_DISK, at)
    assert_found(healthy, "disk-full", 0)


def test_a_folder_that_takes_nothing(healthy: Home) -> None:
    healthy.without_root_power()
    assert healthy.run("connect", "daint", "--print").returncode == 0
    (healthy.path / "ssh").chmod(0o500)
    assert_found(healthy, "folder-fixed", 0)


# Fixes and reports.


def test_a_fix_for_what_is_fine_does_nothing(healthy: Home) -> None:
    assert healthy.json("doctor", "--fix", "key-open") == (
        0,
        {"healthy": True, "findings": [], "fixed": None, "login": "daint"},
    )


def test_a_fix_that_does_not_exist_is_named_with_those_that_do(healthy: Home) -> None:
    code, result = healthy.json("doctor", "--fix", "host-changed")
    assert (code, result["error"]["code"]) == (2, "usage")
    assert "key-open" in result["error"]["detail"]


def test_a_public_report_holds_no_personal_data(healthy: Home) -> None:
    write_config(healthy, "Host daint\n  HostName daint.alps.cscs.ch\n  User mallory\n")
    healthy.centre.control("revoke", serial=healthy.json("status")[1]["serial"])
    text = healthy.run("doctor", "--report").stdout
    assert "login-refused" in text
    assert "host-astray" in text
    status = healthy.json("status")[1]
    private = ["alice", "mallory", status["serial"], str(healthy.path), "127.0.0.1", os.uname()[1]]
    assert not [word for word in private if word in text]


def test_a_support_report_has_what_support_needs(healthy: Home) -> None:
    healthy.centre.control("revoke", serial=healthy.json("status")[1]["serial"])
    done = healthy.run("doctor", "--report=support")
    assert done.returncode == 13
    status = healthy.json("status")[1]
    for word in ("alice", status["serial"], status["valid_before"], "400", "Permission denied"):
        assert word in done.stdout
    assert healthy.centre.password not in done.stdout


def test_sentences_say_what_to_do(healthy: Home) -> None:
    healthy.key.chmod(0o640)
    done = healthy.run("doctor")
    assert (done.returncode, done.stderr) == (13, "")
    assert "Others may read the private key" in done.stdout
    assert "alpkey doctor --fix key-open" in done.stdout
    assert "Fixed: key-open" in healthy.run("doctor", "--fix", "key-open").stdout


# The keychain and the desktop.


@pytest.fixture
def keeping(healthy: Home, tmp_path: Path) -> Iterator[SecretServiceHost]:
    """A real keychain that holds the password."""
    with secret_service(tmp_path / "keychain") as running:
        running.unlock()
        healthy.environ |= running.environ
        keep(healthy, {"password": healthy.centre.password})
        yield running


def test_a_keychain_that_is_locked_or_gone(keeping: SecretServiceHost, healthy: Home) -> None:
    assert_silent(healthy)
    keeping.lock()
    assert_found(healthy, "keychain-locked", 0)
    keeping.stop()
    assert "said nothing" in assert_found(healthy, "keychain-away", 0)["detail"]
    keeping.kill()
    assert "Secret Service" in assert_found(healthy, "keychain-away", 0)["detail"]


def test_a_saved_password_that_was_refused(keeping: SecretServiceHost, healthy: Home) -> None:
    change_password(healthy)
    assert renew_with_code_only(healthy)[0] == 3
    assert_found(healthy, "kept-refused", 0)


def test_a_desktop_without_tray_host_and_terminal(healthy: Home, tmp_path: Path) -> None:
    """A display is named and a session bus exists, but nothing on it shows tray icons."""
    settings = healthy.path / "config/config.toml"
    settings.write_text('terminal = ["/no/such/terminal"]\n')
    settings.chmod(0o600)
    with secret_service(tmp_path / "bus") as bus:
        healthy.environ |= {"DISPLAY": ":99", **bus.environ}
        code, found = doctor(healthy)
        assert (code, [finding["id"] for finding in found]) == (0, ["no-tray-host", "no-terminal"])
        settings.write_text('terminal = ["/bin/true"]\n')
        with open_dbus_connection(bus.environ["DBUS_SESSION_BUS_ADDRESS"]) as connection:
            Proxy(message_bus, connection).RequestName("org.kde.StatusNotifierWatcher")
            assert_silent(healthy)
