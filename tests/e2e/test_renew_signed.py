"""Renewal at the gateway: signed in elsewhere, with a key that never leaves this computer."""

import json
import random
import re
import stat
import subprocess
from pathlib import Path

import pytest

from tests.agents import openssh_agent
from tests.centre import Home
from tests.e2e.person import Person
from tests.e2e.terminal import Terminal
from tests.e2e.test_agent import held
from tests.keys import make_key
from tests.sandbox.openid_client import Browser


@pytest.fixture
def home(home: Home) -> Home:
    """An account with no certificate that is alive, and five slots."""
    home.centre.empties_account(5)
    return home


def alive(home: Home) -> list[str]:
    """The serials of what holds a slot."""
    return [one["serial"] for one in home.centre.state()["issued"] if not one["revoked"]]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_key_is_made_once_and_only_its_certificate_is_fresh(home: Home, person: Person) -> None:
    renewed = person.renews()
    assert (renewed.result["renewed"], renewed.result["state"], renewed.result["service"]) == (
        True,
        "valid",
        "gateway",
    )
    assert renewed.result["principals"] == ["alice"]
    assert renewed.result["quota"]["remaining"] == 4
    public = home.key.with_name("cscs-key.pub")
    assert [mode(one) for one in (home.key, home.certificate, public)] == [0o600, 0o644, 0o644]
    assert sorted(one.name for one in home.key.parent.glob("cscs-key*")) == [
        "cscs-key",
        "cscs-key-cert.pub",
        "cscs-key.pub",
    ]
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(home.key)], capture_output=True, text=True, check=True
    )
    assert "ED25519" in shown.stdout
    steps = [row["id"] for row in renewed.rows if row["event"] == "step"]
    assert steps == ["signed-in", "issued", "installed"]
    first = home.pair()
    assert first
    again = person.renews().result
    second = home.pair()
    assert second
    assert again["serial"] != renewed.result["serial"]
    assert second[0] == first[0]
    assert second[1] != first[1]


def test_the_clusters_let_it_in(home: Home, person: Person) -> None:
    person.renews()
    done = home.run("connect", "daint", "--here", "--", "hostname")
    assert (done.returncode, done.stdout.strip()[:5]) == (0, "daint"), done.stderr


def test_a_key_that_the_service_made_is_moved_aside_with_a_reason(
    home: Home, person: Person
) -> None:
    assert home.renew()[0] == 0
    theirs = home.pair()
    renewed = person.renews()
    assert renewed.warnings == ["own-key-made"]
    [said] = [row for row in renewed.rows if row["event"] == "warn"]
    assert theirs
    assert Path(said["params"]["path"]).read_bytes() == theirs[0]
    assert home.key.read_bytes() != theirs[0]
    assert renewed.result["state"] == "valid"


@pytest.mark.parametrize(("kind", "passphrase"), [("rsa", ""), ("ed25519", "a passphrase")])
def test_a_key_that_the_person_has_is_used_as_it_is(
    home: Home, person: Person, kind: str, passphrase: str
) -> None:
    home.key.parent.mkdir(exist_ok=True)
    make_key(home.key, kind, passphrase)
    theirs = home.key.read_bytes()
    for _ in range(2):
        renewed = person.renews()
        assert home.key.read_bytes() == theirs
    assert ("agent-passphrase" in renewed.warnings) == bool(passphrase)
    assert '"own_key": false' in (home.path / "state/journal.jsonl").read_text()


def test_a_passphrase_of_the_persons_own_is_typed_once_for_many_certificates(
    home: Home, person: Person, tmp_path: Path
) -> None:
    home.key.parent.mkdir(exist_ok=True)
    make_key(home.key, "ed25519", "a passphrase")
    with openssh_agent(tmp_path) as agent:
        home.environ["SSH_AUTH_SOCK"] = agent
        assert person.renews().warnings == ["agent-passphrase"]
        typed = json.dumps({"passphrase": "a passphrase"})
        assert home.json("agent", "load", "--stdin", typed=typed)[0] == 0
        assert person.renews().warnings == []
        assert [row.split()[-1] for row in held(agent)] == ["(ED25519)"]
        done = home.run("connect", "daint", "--here", "--", "hostname")
        assert (done.returncode, done.stdout.strip()[:5]) == (0, "daint"), done.stderr


def test_a_key_of_unknown_origin_is_replaced_after_one_question(home: Home, person: Person) -> None:
    home.key.parent.mkdir(exist_ok=True)
    make_key(home.key)
    home.key.with_name("cscs-key.pub").unlink()
    theirs = home.key.read_bytes()
    no = person.renew(answer=False)
    assert (no.code, no.result["code"]) == (10, "cancelled")
    assert home.key.read_bytes() == theirs
    person.renews(answer=True)
    [backup] = home.key.parent.glob("cscs-key.before-alpkey-*")
    assert backup.read_bytes() == theirs


def test_a_minute_is_a_minute_and_spends_no_slot(home: Home, person: Person) -> None:
    result = person.renews("--duration", "1min").result
    assert 0 < result["seconds_left"] <= 60


def test_replace_revokes_the_certificate_until_now(home: Home, person: Person) -> None:
    person.renews()
    second = person.renews("--replace").result
    assert alive(home) == [second["serial"]]
    assert second["state"] == "valid"
    assert second["quota"]["remaining"] == 4


def test_with_none_left_replace_revokes_first(home: Home, person: Person) -> None:
    home.centre.control("account", quota=1)
    person.renews()
    no = person.renew()
    assert (no.code, no.result["code"]) == (4, "quota-refused")
    renewed = person.renews("--replace")
    assert renewed.warnings == ["replaced-first"]
    assert alive(home) == [renewed.result["serial"]]


def test_a_lost_answer_costs_no_slot(home: Home, person: Person) -> None:
    home.centre.control("faults", call="sign", kind="cut-after", times=1)
    renewed = person.renews()
    assert renewed.warnings == ["found-in-list"]
    assert alive(home) == [renewed.result["serial"]]
    assert renewed.result["quota"]["remaining"] == 4


def test_what_could_not_be_looked_for_is_looked_for_the_next_time(
    home: Home, person: Person
) -> None:
    home.centre.control("faults", call="sign", kind="cut-after", times=1)
    home.centre.control("faults", call="list", kind="status", value=503, times=1)
    no = person.renew()
    assert (no.code, no.result["code"]) == (5, "answer-lost")
    assert home.pair() is None
    renewed = person.renews()
    assert renewed.warnings == ["found-in-list"]
    assert alive(home) == [renewed.result["serial"]]


def test_answers_cut_at_random_places_spend_no_second_slot(home: Home, person: Person) -> None:
    """Whatever breaks, and however often: at the end there is one certificate."""
    chance = random.Random(20261125)
    for _ in range(5):
        for call in ("sign", "list"):
            for _ in range(chance.randrange(3)):
                kind = chance.choice(["cut-after", "cut-before", "garbage", "empty-object"])
                home.centre.control("faults", call=call, kind=kind, times=1)
        renewed = person.renew()
        assert renewed.code in (0, 5), renewed.rows
        if renewed.code == 0:
            break
    home.centre.control("faults", "DELETE")
    result = (person.renews() if renewed.code else renewed).result
    assert alive(home) == [result["serial"]]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("mismatched-pair", "do not belong together"),
        ("wrong-principal", "issued to"),
        ("expired", "expired already"),
        ("host-certificate", "for hosts"),
        ("plain-key", "plain public key"),
    ],
)
def test_what_does_not_fit_is_not_installed(
    home: Home, person: Person, kind: str, said: str
) -> None:
    person.renews()
    before = home.pair()
    home.centre.control("faults", call="sign", kind=kind, times=1)
    no = person.renew()
    assert (no.code, no.result["code"]) == (9, "answer-unfit")
    assert said in no.result["detail"]
    assert home.pair() == before


def test_a_newline_that_lacks_is_added(home: Home, person: Person) -> None:
    home.centre.control("faults", call="sign", kind="no-newline", times=1)
    person.renews()
    assert home.certificate.read_bytes().endswith(b"\n")


def test_where_passwords_are_retired_none_is_asked_for(home: Home) -> None:
    home.centre.fault("retired", times=None)
    code, result = home.renew()
    assert (code, result["error"]["code"]) == (12, "service-retired")
    with Terminal(home.command("renew"), home.environ) as terminal:
        terminal.wait_for("and type")
        [page] = re.findall(r"https://\S+user_code=\S+", terminal.shown)
        browser = Browser(home.centre)
        browser.submit(browser.sign_in(browser.open(page)), "allow")
        terminal.wait_for("Is this your account")
        terminal.type("y\n")
        terminal.wait_for("Key valid until")
        assert terminal.end() == 0
        assert "assword" not in terminal.shown
    assert not home.centre.saw_a_password("sshservice")
    done = home.run("connect", "daint", "--here", "--", "hostname")
    assert (done.returncode, done.stdout.strip()[:5]) == (0, "daint"), done.stderr
    code, result = home.json("renew", "--if-needed")
    assert (code, result["renewed"]) == (0, False)
    code, result = home.json("renew")  # nobody is there, so no page is opened
    assert (code, result["error"]["code"]) == (12, "password-not-allowed")


def test_another_account_is_named_and_nothing_is_spent_for_it(home: Home) -> None:
    """Without a terminal that is the end; with one the page can be opened again."""
    (home.path / "config/config.toml").write_text('username = "bobby"\nkeep_sign_in = "no"\n')
    since = len(home.centre.state()["requests"])
    for command in (("renew",), ("keys", "list"), ("keys", "revoke", "--all", "--yes")):
        browser = Browser(home.centre)
        with home.converse(*command, "--device") as talk:
            page = browser.open(talk.until("show")["url"])
            browser.submit(browser.sign_in(page), "allow")
            ask = talk.until("ask")
            assert ask["error"]["code"] == "another-account"
            assert ask["fields"][0]["choices"] == ["switch", "use", "cancel"]
            talk.answer(ask, account="cancel")
            assert talk.end()[0] == 10
    calls = {request["call"] for request in home.centre.state()["requests"][since:]}
    assert not calls & {"sign", "list", "revoke"}


def test_at_a_first_sign_in_nobody_is_led_to_a_page_for_nothing(home: Home) -> None:
    code, result = home.json("renew", "--device")
    assert (code, result["error"]["code"]) == (10, "account-unknown")
    assert "--username" in result["error"]["next_step"]
