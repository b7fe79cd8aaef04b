"""A tunnel's decisions: scripts of what happened, and rules that hold whatever happens."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.errors import Unreachable
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.tunnels import lifecycle
from alpkey.core.tunnels.lifecycle import (
    CONNECTING_TIMEOUT_S,
    FIRST_PROBE_S,
    KEY_LOOK_S,
    LONGEST_PAUSE_S,
    LONGEST_PROBE_S,
    Effect,
    Ended,
    Event,
    Judge,
    Judged,
    KeyChecked,
    Next,
    Order,
    Probed,
    Trigger,
    Tunnel,
    Verdict,
    Wait,
    begin,
    fits,
    pause_s,
    port_is_taken,
    probe_again_s,
    step,
)
from alpkey.core.tunnels.record import TunnelState

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
NODE = "nid006554"

GOOD, DEAD = KeyChecked(True), KeyChecked(False)
STARTED, LISTENING = Trigger.STARTED, Trigger.LISTENING
REFUSED, ELAPSED = Trigger.REFUSED, Trigger.ELAPSED
ANSWERS = Probed(())
DENIED = LoginObservation(NODE, 255, "alice@nid006554: Permission denied (publickey).")
LOST = LoginObservation(NODE, 255, "Connection to nid006554 closed by remote host.")
OFFLINE = LoginObservation(NODE, 255, "ssh: Could not resolve hostname ela.cscs.ch: Try again")
GONE = LoginObservation(
    NODE, 255, "channel 0: open failed: connect failed: x\nstdio forwarding failed"
)
TAKEN = LoginObservation(NODE, 255, "bind [127.0.0.1]:6006: Address already in use")
HUNG_UP = LoginObservation(
    NODE, 255, "kex_exchange_identification: read: Connection reset by peer\n"
)
LATE = LoginObservation(NODE, None, "It did not end in time.")
TROUBLE = Unreachable("node-unreachable", node=NODE)
UP = (GOOD, STARTED, LISTENING, ANSWERS)


def played(*events: Event) -> Next:
    """Where these lead, one after the other and a second apart."""
    now = NOW
    at = begin(now)
    for event in events:
        now += timedelta(seconds=1)
        at = step(at[0], event, now)
    return at


@pytest.mark.parametrize(
    ("events", "state", "order"),
    [
        ((), "connecting", Effect.LOOK),
        ((GOOD,), "connecting", Effect.START),
        ((GOOD, STARTED), "connecting", Wait(CONNECTING_TIMEOUT_S)),
        ((GOOD, STARTED, LISTENING), "connecting", Effect.PROBE),
        (UP, "open", Wait(None)),
        # The key
        ((DEAD,), "waiting-for-key", Wait(KEY_LOOK_S)),
        ((DEAD, ELAPSED), "waiting-for-key", Effect.LOOK),
        ((DEAD, ELAPSED, DEAD), "waiting-for-key", Wait(KEY_LOOK_S)),
        ((DEAD, ELAPSED, GOOD), "connecting", Effect.START),
        ((*UP, Ended(LOST), ELAPSED, DEAD), "waiting-for-key", Wait(KEY_LOOK_S)),
        ((*UP, Ended(LOST), ELAPSED, DEAD, ELAPSED, GOOD), "reconnecting", Effect.START),
        # The service
        ((*UP[:3], Probed((6006,))), "service-not-answering", Wait(FIRST_PROBE_S)),
        ((*UP[:3], Probed((6006,)), ELAPSED), "service-not-answering", Wait(2.0)),
        ((*UP[:3], Probed((1,)), REFUSED, REFUSED, ELAPSED), "service-not-answering", Effect.PROBE),
        ((*UP[:3], Probed((6006,)), REFUSED, REFUSED, REFUSED, ANSWERS), "open", Wait(None)),
        ((*UP, REFUSED), "open", Effect.PROBE),
        ((*UP, REFUSED, Probed((6006,))), "service-not-answering", Wait(FIRST_PROBE_S)),
        ((GOOD, STARTED, Ended(TAKEN), Judged("retry")), "connecting", Wait(1.0)),
        # A cut
        ((*UP, Ended(LOST)), "reconnecting", Wait(1.0)),
        ((*UP, Ended(LOST), ELAPSED), "reconnecting", Effect.LOOK),
        ((*UP, Ended(LOST), ELAPSED, GOOD, STARTED, LISTENING), "reconnecting", Effect.PROBE),
        ((*UP, Ended(LOST), ELAPSED, *UP), "open", Wait(None)),
        ((*UP, Ended(LOST), ELAPSED, GOOD, STARTED, Ended(OFFLINE)), "reconnecting", Wait(2.0)),
        ((*UP, Ended(LOST), ELAPSED, GOOD, STARTED, ELAPSED), "reconnecting", Effect.STOP),
        ((GOOD, STARTED, ELAPSED), "connecting", Effect.STOP),
        # A host with no room for us
        ((GOOD, STARTED, Ended(HUNG_UP)), "connecting", Wait(1.0)),
        ((*(GOOD, STARTED, Ended(HUNG_UP), ELAPSED) * 3, GOOD), "connecting", Effect.START),
        ((GOOD, STARTED, *(Ended(HUNG_UP),) * 5), "connecting", Judge(HUNG_UP)),
        # What has to be explained
        ((GOOD, STARTED, Ended(OFFLINE)), "connecting", Judge(OFFLINE)),
        ((GOOD, STARTED, ELAPSED, Ended(LATE)), "connecting", Judge(LATE)),
        ((GOOD, STARTED, Ended(OFFLINE), Judged(TROUBLE)), "failed", Effect.FINISH),
        ((*UP, Ended(LOST), ELAPSED, GOOD, STARTED, Ended(DENIED)), "reconnecting", Judge(DENIED)),
        ((*UP, Ended(GONE)), "open", Judge(GONE)),
        ((*UP, Ended(TAKEN)), "open", Judge(TAKEN)),
        ((*UP, Ended(DENIED), Judged("retry")), "reconnecting", Wait(1.0)),
        ((*UP, Ended(DENIED), Judged("job-ended")), "job-ended", Effect.FINISH),
        ((*UP, Ended(DENIED), Judged(TROUBLE)), "failed", Effect.FINISH),
    ],
)
def test_what_follows(events: tuple[Event, ...], state: str, order: Order) -> None:
    at, ordered = played(*events)
    assert (at.state.value, ordered) == (state, order)


def test_a_failure_tells_its_reason() -> None:
    assert played(GOOD, STARTED, Ended(OFFLINE), Judged(TROUBLE))[0].error is TROUBLE


def test_a_state_keeps_the_moment_it_began() -> None:
    at, _ = played(*UP)
    began = at.since
    assert began == NOW + timedelta(seconds=4)
    assert step(at, REFUSED, NOW + timedelta(hours=1))[0].since == began
    assert step(at, ANSWERS, NOW + timedelta(hours=1))[0].since == began
    cut, _ = step(at, Ended(LOST), NOW + timedelta(hours=1))
    assert cut.since == NOW + timedelta(hours=1)


def test_pauses_grow_up_to_half_a_minute() -> None:
    assert [pause_s(n) for n in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert pause_s(10**6) == LONGEST_PAUSE_S


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("bind [127.0.0.1]:6006: Address already in use", True),
        ("channel_setup_fwd_listener_tcpip: cannot listen to port: 6006", True),
        ("Connection closed", False),
    ],
)
def test_a_taken_port_is_known_by_ssh_s_words(said: str, taken: bool) -> None:
    assert port_is_taken(said) is taken
    assert port_is_taken(said, (8888, 6006)) is taken
    assert not port_is_taken(said, (8888,))  # a port of the user's own DynamicForward


@pytest.mark.parametrize(
    ("node", "right"),
    [
        ("nid006554", True),
        ("nid00655", False),
        ("nid0065541", False),
        ("NID006554", False),
        ("nid00-554", True),
        ("nid00 554", False),
        ("nid00;id4", False),
        ("nid00\n554", False),
        ("-id006554", False),
    ],
)
def test_a_node_has_the_name_of_one(node: str, right: bool) -> None:
    assert fits(node, "nid??????") is right


def test_a_silent_service_is_asked_ever_less_often_until_somebody_tries_it() -> None:
    assert [probe_again_s(n) for n in range(1, 7)] == [3, 6, 12, 24, 30, 30]
    at, now = played(*UP)[0], NOW
    for _ in range(6):
        at, order = step(at, Probed((6006,)), now)
    assert order == Wait(LONGEST_PROBE_S)
    at, order = step(at, REFUSED, now + timedelta(seconds=1))
    assert order == Wait(FIRST_PROBE_S)
    at, order = step(at, REFUSED, now + timedelta(seconds=2))
    assert order == Wait(2.0)
    at, order = step(at, REFUSED, now + timedelta(seconds=5))
    assert order is Effect.PROBE
    assert step(at, Probed((6006,)), now)[1] == Wait(6.0)


def test_any_pattern_lets_through_no_option() -> None:
    assert not fits("-oProxyCommand=id", "*")


# Whatever happens: a driver that keeps to the orders, in a world that does what it likes.

ENDS = st.sampled_from([DENIED, LOST, OFFLINE, GONE, TAKEN, LATE, HUNG_UP]).map(Ended)
CHOICES = st.integers(0, 10**9)


@dataclass
class Driver:
    """Carries orders out as the action does; ``pick`` is the world's whim."""

    at: Tunnel
    order: Order
    now: datetime
    starts: int = 0
    key_is_good: bool = False

    def carry_out(self, whim: int, ending: Ended) -> Event:
        match self.order:
            case Effect.LOOK:
                self.key_is_good = whim % 3 != 0
                return KeyChecked(self.key_is_good)
            case Effect.START:
                self.starts += 1
                assert not self.at.running
                assert self.key_is_good
                return STARTED
            case Effect.PROBE:
                assert self.at.running
                return Probed(()) if whim % 2 else Probed((6006,))
            case Effect.STOP:
                assert self.at.running
                return ending
            case Judge():
                assert not self.at.running
                verdicts: list[Verdict] = ["retry", TROUBLE, "job-ended"]
                return Judged(verdicts[whim % (3 if self.at.was_open else 2)])
            case Wait(timeout_s=None):
                return ending if whim % 2 else REFUSED
            case Wait(timeout_s=timeout_s):
                assert timeout_s is not None
                assert 0 < timeout_s <= CONNECTING_TIMEOUT_S
                if not self.at.running or whim % 4 == 0:
                    self.now += timedelta(seconds=timeout_s)
                    return ELAPSED
                if self.at.state.is_up:
                    return ending if whim % 2 else REFUSED
                return ending if whim % 2 else LISTENING
        raise AssertionError(self.order)


@given(st.lists(st.tuples(CHOICES, ENDS), max_size=120))
def test_no_world_leads_it_astray(whims: list[tuple[int, Ended]]) -> None:
    """One ssh at most, none with a dead key, a name for every state, an end only with a reason."""
    at, order = begin(NOW)
    driver = Driver(at, order, NOW)
    for whim, ending in whims:
        if driver.order is Effect.FINISH:
            break
        event = driver.carry_out(whim, ending)
        driver.at, driver.order = step(driver.at, event, driver.now)
        state = driver.at.state
        assert driver.at.running or not state.is_up or isinstance(driver.order, Judge)
        assert (driver.order is Effect.FINISH) is state.is_final
        assert (driver.at.error is not None) is (state is TunnelState.FAILED)
        assert state is not TunnelState.SILENT or driver.at.silent or not driver.at.running
        assert state is not TunnelState.OPEN or not driver.at.silent
        assert driver.at.since <= driver.now


@given(st.integers(1, 200))
def test_a_lasting_outage_is_asked_about_ever_less_often(failures: int) -> None:
    at = played(*UP)[0]
    now, order = NOW, Wait(None)
    for _ in range(failures):
        at, found = step(at, Ended(OFFLINE), now)
        assert isinstance(found, Wait)
        order = found
        at, _ = step(at, ELAPSED, now)
        at, _ = step(at, GOOD, now)
        at, _ = step(at, STARTED, now)
    assert order == Wait(pause_s(failures))
    assert lifecycle.step(at, LISTENING, now)[1] is Effect.PROBE
    assert step(step(at, LISTENING, now)[0], ANSWERS, now)[0].failures == 0
