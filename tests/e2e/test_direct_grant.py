"""Name, password and code at the identity provider, where the site file allows it."""

import json
import subprocess

import pytest

from tests.centre import Home
from tests.e2e.accessible import Screen
from tests.e2e.desk import Desk
from tests.e2e.test_desk import TITLE, close_when_done, sign_in
from tests.e2e.test_terminal import gets_in_at_the_second_try
from tests.e2e.waiting import until
from tests.keys import keygen, make_key

# A client that the sandbox's provider knows, and takes no passwords from.
RESTRICTED = '[openid]\nclient_id = "authx-browser-only"'


def allow_passwords(home: Home, methods: str = '["password", "browser", "device"]') -> None:
    site = home.path / "config/site.toml"
    text = site.read_text()
    assert 'ways = ["browser", "device"]' in text
    site.write_text(text.replace('ways = ["browser", "device"]', f"ways = {methods}"))


@pytest.fixture
def home(home: Home) -> Home:
    """The classic service is retired, and the provider takes passwords from programs."""
    home.centre.empties_account(5)
    home.centre.fault("retired", times=None)
    allow_passwords(home)
    return home


def facts(home: Home) -> list[dict[str, object]]:
    lines = (home.path / "state/journal.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_password_opens_daint_and_never_meets_the_retired_service(home: Home) -> None:
    code, result = home.renew()
    assert (code, result["service"], result["quota"]["remaining"]) == (0, "gateway", 4)
    done = home.run("connect", "daint", "--here", "--", "hostname")
    assert done.stdout.startswith("daint"), done.stderr
    assert not home.centre.saw_a_password("sshservice")
    assert home.centre.saw_a_password()
    [issued] = [one for one in facts(home) if one["fact"] == "issued"]
    assert (issued["way"], issued["local"]) == ("password", True)
    key = home.key.read_bytes()
    home.centre.control("account", forget_codes=True)
    assert home.renew()[0] == 0
    assert home.key.read_bytes() == key


def test_a_named_key_is_opened_with_the_passphrase_of_the_same_line(home: Home) -> None:
    key = make_key(home.path / "id", "rsa")
    keygen("-q", "-p", "-m", "PEM", "-P", "", "-N", "a passphrase", "-f", key)
    public = key.with_name("id.pub").read_bytes().split()[:2]
    key.with_name("id.pub").unlink()
    before = key.read_bytes()
    assert home.renew()[0] == 0  # from now on the classic service is known to be retired
    code, told = home.renew("--file", str(key))
    assert (code, told["error"]["code"]) == (10, "passphrase-needed")
    line = json.loads(home.answer())
    for passphrase, wanted in (("another one", 3), ("a passphrase", 0)):
        typed = json.dumps({**line, "passphrase": passphrase})
        renew = ("renew", "--username", "alice", "--stdin", "--file", str(key))
        assert home.json(*renew, typed=typed)[0] == wanted
    assert key.read_bytes() == before
    assert key.with_name("id.pub").read_bytes().split()[:2] == public


@pytest.mark.parametrize("wrong", ["password", "otp"])
def test_what_is_wrong_is_refused_and_spends_nothing(home: Home, wrong: str) -> None:
    code, result = home.renew(**{wrong: "000000"})
    assert (code, result["error"]["code"]) == (3, "sign-in-refused")
    assert not [one for one in home.centre.state()["issued"] if not one["revoked"]]
    assert [one["code"] for one in facts(home) if one["fact"] == "refused"] == ["sign-in-refused"]


def test_a_locked_account_is_named(home: Home) -> None:
    home.centre.control("account", locked=True)
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (3, "account-locked")


def test_a_wrong_code_is_asked_again_in_the_terminal(home: Home) -> None:
    gets_in_at_the_second_try(home)


def test_a_provider_that_allows_it_no_longer_is_remembered(home: Home) -> None:
    site = home.path / "config/site.toml"
    site.write_text(site.read_text().replace("[openid]", RESTRICTED))
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (12, "password-not-allowed")
    retired = [one["service"] for one in facts(home) if one["fact"] == "retired"]
    assert retired == ["sshservice", "gateway/password"]
    home.centre.forgets_requests()
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (12, "service-retired")
    assert not home.centre.saw_a_password()


def test_in_the_dialog_the_form_stays(
    running_desk: Desk, screen: Screen, home_on_desk: Home
) -> None:
    home = home_on_desk
    process = subprocess.Popen(home.command("window", "renew"), env=home.environ)
    try:
        window = screen.window(TITLE)
        until(lambda: any("retired this way" in text for text in window.texts()), "the news")
        sign_in(running_desk, window, home.centre.username, home.centre.password, home.centre.otp())
        close_when_done(screen)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    assert home.json("status")[1]["state"] == "valid"
    assert not home.centre.saw_a_password("sshservice")
