"""Renew, from no key to an installed pair, and everything that can come between."""

import json
import stat
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.centre import Centre, Home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_installed_with_the_right_modes(home: Home) -> None:
    code, result = home.renew()
    assert code == 0, result
    assert result["renewed"] is True
    assert result["state"] == "valid"
    assert result["service"] == "sshservice"
    assert result["principals"] == ["alice"]
    assert result["quota"]["remaining"] == 4
    assert (mode(home.key), mode(home.certificate), mode(home.key.parent)) == (0o600, 0o644, 0o700)
    for folder in ("state", "config"):
        assert mode(home.path / folder) == 0o700
    assert mode(home.path / "state/journal.jsonl") == 0o600


def test_ssh_keygen_agrees_with_what_is_told(home: Home) -> None:
    _, result = home.renew()
    command = ["ssh-keygen", "-L", "-f", str(home.certificate)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"Serial: {result['serial']}" in shown
    assert f'Key ID: "{result["key_id"]}"' in shown


def test_the_next_renewal_asks_nothing_about_our_own_key(home: Home) -> None:
    home.renew()
    first = home.pair()
    code, result = home.renew()
    assert code == 0
    assert home.pair() != first
    assert result["quota"]["remaining"] == 3


def test_if_needed_leaves_a_good_key_alone(home: Home) -> None:
    home.renew()
    before = home.pair()
    code, result = home.json("renew", "--if-needed")
    assert (code, result["renewed"]) == (0, False)
    assert home.pair() == before


def test_if_needed_renews_what_ends_too_soon(home: Home) -> None:
    home.renew()
    code, result = home.renew("--if-needed=2d")
    assert (code, result["renewed"]) == (0, True)


@pytest.mark.parametrize(
    "password", ["p'a\"s$w\\o`r;d |&<>", "pässwörd ключ 鍵", " lead and trail "]
)
def test_any_password_works(home: Home, password: str) -> None:
    home.centre.control("account", password=password)
    code, result = home.renew()
    assert code == 0, result


@pytest.mark.parametrize(
    ("arguments", "answer", "code", "field"),
    [
        ([], {"password": "x", "otp": "123456"}, "username-missing", "username"),
        (["--username", ""], {"password": "x", "otp": "123456"}, "username-missing", "username"),
        (
            ["--username", "a@b.ch"],
            {"password": "x", "otp": "123456"},
            "username-unfit",
            "username",
        ),
        (["--username", "Alice"], {"password": "x", "otp": "123456"}, "username-unfit", "username"),
        (["--username", "al"], {"password": "x", "otp": "123456"}, "username-unfit", "username"),
        (["--username", "-oX"], {"password": "x", "otp": "123456"}, "username-unfit", "username"),
        (
            ["--username", "alice"],
            {"password": "", "otp": "123456"},
            "password-missing",
            "password",
        ),
        (["--username", "alice"], {"password": "x", "otp": "12345"}, "otp-unfit", "otp"),
        (["--username", "alice"], {"password": "x", "otp": "1234567"}, "otp-unfit", "otp"),
        (["--username", "alice"], {"password": "x", "otp": "12a456"}, "otp-unfit", "otp"),
        (["--username", "alice"], {"password": "x", "otp": "١٢٣٤٥٦"}, "otp-unfit", "otp"),
    ],
)
def test_what_cannot_be_right_is_not_sent(
    home: Home, arguments: list[str], answer: dict[str, str], code: str, field: str
) -> None:
    exit_code, result = home.json("renew", *arguments, "--stdin", typed=json.dumps(answer) + "\n")
    assert exit_code == 2
    assert result["error"]["code"] == code
    assert result["error"]["params"]["field"] == field
    assert not home.centre.saw_a_password()


def test_a_code_with_spaces_works(home: Home) -> None:
    otp = home.centre.otp()
    code, result = home.renew(otp=f" {otp[:3]} {otp[3:]} ")
    assert code == 0, result


@pytest.mark.parametrize("typed", ["", "\n", "not json\n", "[1]\n", '{"password": 5}\n'])
def test_an_unreadable_answer_is_said_so(home: Home, typed: str) -> None:
    code, result = home.json("renew", "--username", "alice", "--stdin", typed=typed)
    assert (code, result["error"]["code"]) == (2, "answer-unreadable")


def test_a_wrong_code_is_refused_and_nothing_is_touched(home: Home) -> None:
    home.renew()
    before = home.pair()
    code, result = home.renew(otp="000000")
    assert (code, result["error"]["code"]) == (3, "sign-in-refused")
    assert home.pair() == before


def test_a_used_code_is_refused(home: Home) -> None:
    otp = home.centre.otp()
    assert home.renew(otp=otp)[0] == 0
    assert home.renew(otp=otp)[0] == 3


def test_a_locked_account_is_said_so(home: Home) -> None:
    home.centre.control("account", locked=True)
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (3, "account-locked")


def test_no_key_left_by_our_own_count_is_not_even_tried(home: Home) -> None:
    for _ in range(5):
        assert home.renew()[0] == 0
    before, pair = home.centre.state()["requests"], home.pair()
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (4, "quota-used-up")
    assert home.centre.state()["requests"] == before
    assert home.pair() == pair


def test_force_asks_the_service_all_the_same(home: Home) -> None:
    for _ in range(5):
        home.renew()
    home.centre.control("account", quota=5)
    code, result = home.renew("--force")
    assert (code, result["error"]["code"]) == (4, "quota-refused")
    home.centre.control("account", quota=None)
    assert home.renew("--force")[0] == 0


def test_a_refused_quota_is_shown_as_none_left(home: Home) -> None:
    home.centre.control("account", quota=0)
    code, _ = home.renew()
    assert code == 4
    _, status = home.json("status")
    assert status["quota"]["remaining"] == 0
    assert status["quota"]["source"] == "service"


# Every fault of the control service: exit code, error code, and whether a slot may be spent.
FAULTS = [
    ("status", {"value": 503}, 5, "service-trouble", False),
    ("status", {"value": 418}, 3, "request-refused", False),
    ("garbage", {}, 5, "answer-lost", True),
    ("html", {}, 5, "answer-lost", True),
    ("empty-object", {}, 5, "answer-lost", True),
    ("huge", {}, 5, "answer-lost", True),
    ("redirect", {"value": "https://localhost:1/"}, 5, "redirected", False),
    ("cut-after", {}, 5, "answer-lost", True),
    ("mismatched-pair", {}, 9, "answer-unfit", True),
    ("wrong-principal", {}, 9, "answer-unfit", True),
    ("expired", {}, 9, "answer-unfit", True),
    ("not-yet-valid", {}, 9, "answer-unfit", True),
    ("host-certificate", {}, 9, "answer-unfit", True),
    ("plain-key", {}, 9, "answer-unfit", True),
]


@pytest.mark.parametrize(("kind", "more", "code", "error", "spent"), FAULTS)
def test_a_fault_in_the_answer_leaves_the_old_pair(
    home: Home, kind: str, more: dict[str, object], code: int, error: str, spent: bool
) -> None:
    """The service breaks after it has shown itself, when the password is on its way."""
    home.renew()
    before = home.pair()
    with home.talk() as talk:
        ask = talk.until("ask")
        talk.until("step", id="service-ready")
        home.centre.fault(kind, **more)
        talk.answer(ask, password=home.centre.password, otp=home.centre.otp())
        if code == 3:
            again = talk.until("ask")
            assert again["error"]["code"] == error
            talk.cancel()
            assert talk.end()[0] == 10
        else:
            exit_code, last = talk.end()
            assert (exit_code, last["error"]["code"]) == (code, error)
    assert home.pair() == before
    _, status = home.json("status")
    assert status["quota"]["used"] == (2 if spent else 1)


@pytest.mark.parametrize("kind", ["no-newline"])
def test_a_fault_that_does_no_harm(home: Home, kind: str) -> None:
    home.centre.fault(kind)
    code, result = home.renew()
    assert code == 0, result
    for path in (home.key, home.certificate):
        assert path.read_bytes().endswith(b"\n")
        assert not path.read_bytes().endswith(b"\n\n")


def test_a_certificate_of_another_authority_is_taken_but_opens_nothing(home: Home) -> None:
    """No public page names the centre's authority, so only the clusters can tell."""
    home.centre.fault("foreign-ca")
    assert home.renew()[0] == 0
    assert home.run("connect", "daint", "--here", "--", "hostname").returncode == 255


# Faults that meet the call without credentials: the password is never sent.
@pytest.mark.parametrize(
    ("kind", "more", "code", "error"),
    [
        ("retired", {}, 12, "service-retired"),
        ("status", {"value": 404}, 12, "service-retired"),
        ("status", {"value": 503}, 5, "service-trouble"),
        ("garbage", {}, 5, "service-trouble"),
        ("empty-object", {}, 5, "service-trouble"),
        ("cut-before", {}, 5, "service-trouble"),
        ("redirect", {"value": "https://localhost:1/"}, 5, "redirected"),
    ],
)
def test_a_service_that_does_not_show_itself_gets_no_password(
    home: Home, kind: str, more: dict[str, object], code: int, error: str
) -> None:
    home.centre.fault(kind, times=None, **more)
    exit_code, result = home.renew()
    assert (exit_code, result["error"]["code"]) == (code, error)
    assert not home.centre.saw_a_password()


# What may stand in place of the classic service's address, or of its answer.
# 127.1 is 127.0.0.1 to the resolver, and no name in its certificate.
GONE: dict[str, tuple[str, dict[str, object], str]] = {
    "hang": ("delay", {"value": 30}, "too-slow"),
    "refused": ("address", {"value": "https://127.0.0.2:1/"}, "service-retired"),
    "404": ("status", {"value": 404}, "service-retired"),
    "410": ("status", {"value": 410}, "service-retired"),
    "503 page": ("status", {"value": 503}, "service-trouble"),
    "302": ("redirect", {"value": "https://localhost:1/"}, "redirected"),
    "HTML": ("html", {}, "service-retired"),
    "unknown CA": ("no-authority", {}, "tls-untrusted"),
    "wrong name": ("address", {"value": "https://127.1:{port}/"}, "tls-untrusted"),
    "DNS": ("address", {"value": "https://nowhere.invalid/"}, "service-retired"),
}


@pytest.mark.parametrize("way", GONE)
def test_no_way_of_being_gone_is_a_dead_end(home: Home, way: str) -> None:
    kind, more, expected = GONE[way]
    site = home.path / "config/site.toml"
    lines = site.read_text().splitlines()
    url = next(line for line in lines if line.startswith("url") and "signed-key" in line)
    port = urlsplit(url.split('"')[1]).port
    if kind == "address":
        address = str(more["value"]).format(port=port)
        site.write_text(site.read_text().replace(url, f'url = "{address}"'))
    elif kind == "no-authority":
        site.write_text("\n".join(line for line in lines if "ca_bundle" not in line))
    else:
        home.centre.fault(kind, times=None, **more)
    began = time.monotonic()
    _, result = home.renew()
    took_s = time.monotonic() - began
    assert result["error"]["code"] == expected, result
    assert "alpkey renew --browser" in result["error"]["next_step"]
    assert took_s < 2.5 + 3, f"{way}: {took_s:.1f} s"
    assert not home.centre.saw_a_password()


def test_a_retirement_is_remembered_and_can_end(home: Home) -> None:
    home.centre.fault("retired", times=None)
    assert home.renew()[0] == 12
    assert '"retired": true' in (home.path / "state/journal.jsonl").read_text()
    home.centre.control("faults", "DELETE")
    assert home.renew()[0] == 0
    assert '"retired": false' in (home.path / "state/journal.jsonl").read_text()


def test_an_authority_that_nobody_trusts(home: Home, tmp_path: Path) -> None:
    site = home.path / "config/site.toml"
    site.write_text(
        "\n".join(line for line in site.read_text().splitlines() if "ca_bundle" not in line)
    )
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (5, "tls-untrusted")


def test_no_network_is_no_retirement(home: Home) -> None:
    site = home.path / "config/site.toml"
    site.write_text(site.read_text().replace("localhost", "nowhere.invalid"))
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (5, "no-network")
    assert "retired" not in _journal(home)


def test_a_service_that_is_gone_while_the_other_answers_is_retired(home: Home) -> None:
    site = home.path / "config/site.toml"
    other = home.centre.facts.gateway_url
    elsewhere = site.read_text().replace(other, other.replace("localhost", "127.0.0.1"))
    site.write_text(elsewhere.replace("localhost", "nowhere.invalid"))
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (12, "service-retired")


def _journal(home: Home) -> str:
    path = home.path / "state/journal.jsonl"
    return path.read_text() if path.exists() else ""


def foreign_pair(home: Home) -> tuple[bytes, bytes]:
    home.key.parent.mkdir(exist_ok=True)
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home.key)]
    subprocess.run(command, check=True)
    home.certificate.write_bytes(b"theirs\n")
    return home.key.read_bytes(), b"theirs\n"


def test_a_key_of_somebody_else_needs_a_yes(home: Home) -> None:
    theirs = foreign_pair(home)
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (10, "foreign-key")
    assert "--yes" in result["error"]["next_step"]
    assert home.pair() == theirs
    assert not home.centre.saw_a_password()


def test_with_a_yes_it_is_kept_as_a_backup(home: Home) -> None:
    theirs = foreign_pair(home)
    public = home.key.with_name("cscs-key.pub").read_bytes()
    assert home.renew("--yes")[0] == 0
    (backup,) = home.key.parent.glob("cscs-key.before-alpkey-*")
    assert backup.read_bytes() == theirs[0]
    assert mode(backup) == 0o600
    (certificate,) = home.key.parent.glob("cscs-key-cert.pub.before-alpkey-*")
    assert certificate.read_bytes() == theirs[1]
    (old_public,) = home.key.parent.glob("cscs-key.pub.before-alpkey-*")
    assert old_public.read_bytes() == public
    assert home.run("connect", "daint", "--here", "--", "hostname").stdout == "daint\n"


def test_a_backup_is_made_once(home: Home) -> None:
    foreign_pair(home)
    home.renew("--yes")
    home.renew()
    assert len(list(home.key.parent.glob("cscs-key.before-alpkey-*"))) == 1


def test_a_missing_ssh_folder_is_made(home: Home) -> None:
    (home.path / "ssh/known_hosts").unlink()
    (home.path / "ssh").rmdir()
    assert home.renew()[0] == 0
    assert mode(home.path / "ssh") == 0o700


def test_a_folder_with_open_modes_is_closed(home: Home) -> None:
    (home.path / "ssh").chmod(0o777)
    assert home.renew()[0] == 0
    assert mode(home.path / "ssh") == 0o700


def test_a_read_only_folder_spends_no_slot(home: Home) -> None:
    home.without_root_power()
    (home.path / "ssh").chmod(0o500)
    code, result = home.renew()
    (home.path / "ssh").chmod(0o700)
    assert (code, result["error"]["code"]) == (9, "path-closed")
    assert not home.centre.saw_a_password()


def test_a_folder_in_the_place_of_the_key_spends_no_slot(home: Home) -> None:
    home.key.mkdir(parents=True)
    code, result = home.renew("--yes")
    assert (code, result["error"]["code"]) == (9, "files-unfit")
    assert not home.centre.saw_a_password()


def test_links_are_followed_and_stay(home: Home, tmp_path: Path) -> None:
    real = tmp_path / "vault"
    real.mkdir()
    (home.path / "ssh/cscs-key").symlink_to(real / "key")
    (home.path / "ssh/cscs-key-cert.pub").symlink_to(real / "certificate")
    assert home.renew()[0] == 0
    assert home.key.is_symlink()
    assert home.certificate.is_symlink()
    assert mode(real / "key") == 0o600
    assert home.run("connect", "daint", "--here", "--", "hostname").stdout == "daint\n"


def test_without_a_terminal_nothing_is_asked(home: Home) -> None:
    for more in ([], ["--json"]):
        done = home.run("renew", "--username", "alice", *more)
        assert done.returncode == 10
        assert "--stdin" in done.stdout + done.stderr


@pytest.mark.parametrize("text", ["not toml [", 'lead_time = "soon"'])
def test_unreadable_settings_are_said_and_left_alone(home: Home, text: str) -> None:
    path = home.path / "config/config.toml"
    path.write_text(text)
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (9, "settings-unreadable")
    assert path.read_text() == text


def test_settings_that_others_may_write_are_refused(home: Home) -> None:
    (home.path / "config/site.toml").chmod(0o666)
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (9, "settings-unreadable")


def test_a_service_without_https_is_asked_for_nothing(home: Home) -> None:
    path = home.path / "config/site.toml"
    secure = home.centre.facts.service_url
    path.write_text(path.read_text().replace(secure, secure.replace("https://", "http://")))
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (9, "settings-unreadable")
    reason = f"{path}: services.sshservice.url names an address without https: http://"
    assert result["error"]["detail"].startswith(reason)


@pytest.mark.parametrize("odd", ["a b", "quo\"te's", "100%", "ünïcode", "$HOME", "*[a]?"])
def test_a_home_of_any_name(home: Home, odd: str) -> None:
    moved = home.path.with_name(odd)
    home.path.rename(moved)
    elsewhere = Home(moved, home.centre, {**home.environ, "ALPKEY_HOME": str(moved)})
    assert elsewhere.renew()[0] == 0
    assert elsewhere.run("connect", "daint", "--here", "--", "hostname").stdout == "daint\n"


def test_the_person_may_rename_the_account(centre: Centre, home: Home) -> None:
    """A certificate that is not made out to the user name is refused, even if it is valid."""
    centre.control("account", principals=["bob"])
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (9, "answer-unfit")
    assert "bob" in result["error"]["detail"]
