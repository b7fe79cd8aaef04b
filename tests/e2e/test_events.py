"""``renew --events``: the conversation that a window has with the command line."""

import json
import os
import signal
from pathlib import Path

import pytest

from alpkey.adapters.clock import now
from alpkey.adapters.state.lock import FileLock
from tests.centre import Home
from tests.e2e.conversation import Conversation


def sign_in(talk: Conversation, home: Home, otp: str | None = None) -> None:
    ask = talk.until("ask")
    talk.until("step", id="service-ready")
    talk.answer(ask, password=home.centre.password, otp=otp or home.centre.otp())


def test_the_steps_of_a_renewal_in_their_order(home: Home) -> None:
    with home.talk() as talk:
        sign_in(talk, home)
        code, last = talk.end()
    assert code == 0
    assert talk.rows[0]["v"] == 1
    steps = [row["id"] for row in talk.rows if row["event"] == "step"]
    assert steps == ["service-ready", "signed-in", "issued", "installed"]
    assert last["result"]["renewed"] is True
    assert last["result"]["cancelled_late"] is False


def test_the_question_comes_before_the_service_has_answered(home: Home) -> None:
    """So that a dialog is drawn at once; its secret fields open with ``service-ready``."""
    home.centre.fault("delay", value=1, times=None)
    with home.talk() as talk:
        ask = talk.next()
        assert ask["event"] == "ask"
        assert ask["fields"] == [
            {"name": "username", "kind": "text", "kept": False, "value": "alice"},
            {"name": "password", "kind": "secret", "kept": False, "value": None},
            {"name": "otp", "kind": "otp", "kept": False, "value": None},
        ]
        talk.cancel()
        assert talk.end()[0] == 10


def test_a_refusal_is_a_new_question_in_the_same_child(home: Home) -> None:
    with home.talk() as talk:
        sign_in(talk, home, otp="000000")
        ask = talk.until("ask")
        assert ask["ask"] == 2
        assert ask["error"]["code"] == "sign-in-refused"
        talk.answer(ask, password=home.centre.password, otp=home.centre.otp())
        assert talk.end()[0] == 0


def test_a_code_that_was_refused_just_now_is_not_sent_again(home: Home) -> None:
    with home.talk() as talk:
        sign_in(talk, home, otp="000000")
        ask = talk.until("ask")
        sent = len(home.centre.state()["requests"])
        talk.answer(ask, password=home.centre.password, otp="000 000")
        again = talk.until("ask")
        assert again["error"]["code"] == "otp-used"
        assert again["error"]["params"]["field"] == "otp"
        assert len(home.centre.state()["requests"]) == sent


def test_after_three_refusals_the_lock_out_is_named(home: Home) -> None:
    """And no code is sent before the next one is shown, which here takes a year."""
    with (home.path / "config/site.toml").open("r+") as site:
        rest = site.read()
        site.seek(0)
        site.write(f"code_step_s = {365 * 24 * 3600}\n{rest}")
    with home.talk() as talk:
        sign_in(talk, home, otp="000000")
        for otp in ("000001", "000002", "000003"):
            talk.answer(talk.until("ask"), password="wrong", otp=otp)
        held = talk.until("ask")["error"]
        assert (held["code"], held["params"]["times"]) == ("otp-held", 3)
        talk.cancel()
        talk.end()


def test_an_answer_to_another_question_is_passed_over(home: Home) -> None:
    with home.talk() as talk:
        ask = talk.until("ask")
        talk.say({"answer": 99, "values": {"password": "x", "otp": "000000"}})
        talk.say({"unknown": 1})
        talk.answer(ask, password=home.centre.password, otp=home.centre.otp())
        assert talk.end()[0] == 0


@pytest.mark.parametrize("how", ["cancel", "hang_up", "interrupt"])
@pytest.mark.parametrize("when", ["asked", "proven"])
def test_cancel_before_anything_was_sent(home: Home, how: str, when: str) -> None:
    with home.talk() as talk:
        talk.until("ask")
        if when == "proven":
            talk.until("step", id="service-ready")
        getattr(talk, how)()
        code, last = talk.end()
    assert (code, last["error"]["code"]) == (10, "cancelled")
    assert home.pair() is None


@pytest.mark.parametrize("how", ["cancel", "hang_up", "interrupt"])
def test_cancel_while_the_service_is_proven(home: Home, how: str) -> None:
    home.centre.fault("delay", value=5, times=None)
    with home.talk() as talk:
        talk.until("ask")
        getattr(talk, how)()
        assert talk.end()[0] == 10


@pytest.mark.parametrize("how", ["cancel", "hang_up", "interrupt"])
def test_cancel_after_the_request_was_sent_keeps_the_key(home: Home, how: str) -> None:
    with home.talk() as talk:
        ask = talk.until("ask")
        talk.until("step", id="service-ready")
        home.centre.fault("delay", value=0.5)
        talk.answer(ask, password=home.centre.password, otp=home.centre.otp())
        _wait_for_request(home)
        getattr(talk, how)()
        code, last = talk.end()
    assert code == 0
    assert last["result"]["renewed"] is True
    assert last["result"]["cancelled_late"] is True
    assert home.pair() is not None


def test_cancel_after_a_refusal_cancels(home: Home) -> None:
    with home.talk() as talk:
        ask = talk.until("ask")
        talk.until("step", id="service-ready")
        home.centre.fault("delay", value=0.5)
        talk.answer(ask, password=home.centre.password, otp="000000")
        _wait_for_request(home)
        talk.cancel()
        assert talk.end()[0] == 10


def _wait_for_request(home: Home) -> None:
    """Until the lock's holder has written the attempt down, just before it is sent."""
    journal = home.path / "state/journal.jsonl"
    while not journal.exists() or "maybe-issued" not in journal.read_text():
        os.sched_yield()


def test_a_window_that_dies_does_not_cost_the_key(home: Home) -> None:
    """Its pipes break while the request is under way; the key is installed all the same."""
    with home.talk() as talk:
        ask = talk.until("ask")
        talk.until("step", id="service-ready")
        home.centre.fault("delay", value=0.3)
        talk.answer(ask, password=home.centre.password, otp=home.centre.otp())
        _wait_for_request(home)
        assert talk.process.stdout is not None
        talk.process.stdout.close()
        talk.hang_up()
        assert talk.process.wait(30) == 0
    assert home.pair() is not None


@pytest.mark.parametrize("step", ["service-ready", "signed-in", "issued", "installed"])
def test_a_child_killed_at_any_step_leaves_a_pair_that_works(home: Home, step: str) -> None:
    home.renew()
    with home.talk() as talk:
        if step == "service-ready":
            talk.until("step", id=step)
        else:
            sign_in(talk, home)
            talk.until("step", id=step)
        talk.process.send_signal(signal.SIGKILL)
        talk.process.wait(10)
    assert home.run("connect", "daint", "--here", "--", "hostname").stdout == "daint\n"
    code, _ = home.renew()
    assert code == 0
    assert not (home.path / "state/intent").exists()


def test_two_at_once_wait_for_each_other(home: Home) -> None:
    with home.talk() as first, home.talk() as second:
        one, two = first.until("ask"), second.until("ask")
        first.until("step", id="service-ready")
        second.until("step", id="service-ready")
        home.centre.fault("delay", value=0.5)
        first.answer(one, password=home.centre.password, otp=home.centre.otp())
        _wait_for_request(home)
        second.answer(two, password=home.centre.password, otp=home.centre.next_otp())
        assert second.until("warn")["code"] == "lock-wait"
        assert first.end()[0] == 0
        assert second.until("warn")["code"] == "renewed-meanwhile"
        assert second.end()[0] == 0


def test_a_lock_that_is_held_is_named(home: Home, tmp_path: Path) -> None:
    lock = FileLock(home.path / "state/lock", lambda: tmp_path / "other", now)
    with lock.held(1), home.talk() as talk:
        ask = talk.until("ask")
        talk.answer(ask, password=home.centre.password, otp="123456")
        warning = talk.until("warn", code="lock-wait")
        assert str(os.getpid()) in warning["params"]["process"]
        talk.cancel()
        assert talk.end()[0] == 10


def test_a_foreign_key_is_asked_about_first(home: Home) -> None:
    home.key.parent.mkdir(exist_ok=True)
    home.key.write_text("not one of ours")
    with home.talk() as talk:
        ask = talk.next()
        assert ask["fields"][0] == {
            "name": "replace",
            "kind": "confirm",
            "kept": False,
            "value": str(home.key),
        }
        talk.answer(ask, replace=True)
        sign_in(talk, home)
        assert talk.until("warn")["code"] == "backup-kept"
        assert talk.end()[0] == 0


def test_a_no_changes_nothing(home: Home) -> None:
    home.key.parent.mkdir(exist_ok=True)
    home.key.write_text("not one of ours")
    with home.talk() as talk:
        talk.answer(talk.until("ask"), replace=False)
        assert talk.end()[0] == 10
    assert home.key.read_text() == "not one of ours"


def test_lines_are_whole_and_bounded(home: Home) -> None:
    with home.talk() as talk:
        sign_in(talk, home)
        talk.end()
    assert all(len(json.dumps(row)) < 64 * 1024 for row in talk.rows)
