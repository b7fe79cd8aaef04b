"""``keys list``: a sign-in without a password, and the account's keys as the gateway knows them."""

import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.centre import Home
from tests.e2e.conversation import Row
from tests.e2e.waiting import until
from tests.sandbox.openid_client import Browser

SHAPE = {
    "serial",
    "key_id",
    "principals",
    "valid_after",
    "valid_before",
    "revoked_at",
    "this_machine",
}


@pytest.fixture
def home(home: Home) -> Home:
    """An account with one key, which is installed here; one slot of five is spent."""
    home.centre.empties_account(5)
    assert home.renew()[0] == 0
    return home


def serial_here(home: Home) -> str:
    return str(home.json("status")[1]["serial"])


def is_listed(home: Home, result: Row) -> None:
    [key] = result["keys"]
    assert set(key) == SHAPE
    assert (key["serial"], key["principals"]) == (serial_here(home), ["alice"])
    assert (key["this_machine"], key["revoked_at"]) == (True, None)
    for quota in (result["quota"], home.json("status")[1]["quota"]):
        assert (quota["used"], quota["remaining"], quota["source"]) == (1, 4, "service")
        assert quota["next_slot_at"] == key["valid_before"]
        assert quota["as_of"]


def test_with_another_device(home: Home) -> None:
    browser = Browser(home.centre)
    with home.converse("keys", "list", "--device") as talk:
        page = talk.until("show")
        assert talk.rows[0]["v"] == 1
        assert page["kind"] == "device"
        assert page["user_code"] in page["url"]
        assert page["url"].startswith(page["short_url"])
        assert len(page["qr"]) == len(page["qr"][0])
        consent = browser.sign_in(browser.open(page["url"]))
        assert page["user_code"] in consent.words
        browser.submit(consent, "allow")
        code, last = talk.end()
    assert code == 0, last
    is_listed(home, last["result"])


def test_with_the_browser_here(home: Home, tmp_path: Path, only_listener: None) -> None:
    opened = tmp_path / "opened"
    fake = tmp_path / "bin/xdg-open"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\nprintf "%s" "$1" > "{opened}"\n')
    fake.chmod(0o700)
    path = f"{fake.parent}:{home.environ['PATH']}"
    browser = Browser(home.centre)
    with home.converse("keys", "list", PATH=path, DISPLAY=":99") as talk:
        page = talk.until("show")
        assert (page["kind"], page["user_code"]) == ("browser", None)
        until(lambda: opened.exists() and opened.read_text(), "the browser opens")
        assert opened.read_text().startswith("http://localhost:8765/start/")
        back = browser.sign_in(browser.open(page["url"])).url
        with urlopen(back, timeout=10) as told:
            assert b"You are signed in" in told.read()
        code, last = talk.end()
    assert code == 0, last
    is_listed(home, last["result"])
    assert not any(
        secret in json.dumps(talk.rows) for secret in ("eyJ", home.centre.password, back)
    )


def test_giving_up_on_the_page_is_a_no(home: Home, only_listener: None, tmp_path: Path) -> None:
    fake = tmp_path / "bin/xdg-open"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\n")
    fake.chmod(0o700)
    path = f"{fake.parent}:{home.environ['PATH']}"
    browser = Browser(home.centre)
    with home.converse("keys", "list", "--browser", PATH=path, DISPLAY=":99") as talk:
        back = browser.submit(browser.open(talk.until("show")["url"]), "cancel").url
        urlopen(back, timeout=10).close()
        code, last = talk.end()
    assert (code, last["error"]["code"]) == (10, "sign-in-denied")


def test_a_cancel_while_waiting_ends_it(home: Home) -> None:
    with home.converse("keys", "list", "--device") as talk:
        talk.until("show")
        talk.cancel()
        code, last = talk.end()
    assert (code, last["error"]["code"]) == (10, "cancelled")


def test_a_gateway_in_trouble_is_told_after_the_sign_in(home: Home) -> None:
    home.centre.control("faults", call="device", kind="status", value=503)
    code, result = home.json("keys", "list", "--device")
    assert (code, result["error"]["code"]) == (5, "service-trouble")


def test_a_site_without_one_is_told_so(home: Home) -> None:
    site = home.path / "config/site.toml"
    site.write_text(
        site.read_text().replace("[services.gateway]", '[services.gateway]\nkind = "x"')
    )
    code, result = home.json("keys", "list")
    assert (code, result["error"]["code"]) == (2, "no-gateway")
