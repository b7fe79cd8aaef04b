"""The file of a tunnel: read back as it was written, and dead without its lock."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.errors import Unreachable
from alpkey.core.tunnels.record import (
    SHOWN_FOR,
    TunnelObservation,
    TunnelState,
    TunnelTarget,
    error_row,
    from_bytes,
    socket_name,
    to_bytes,
    tunnel_object,
)

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
WAY = TunnelTarget("daint", "nid006554", ((8889, 8888), (6006, 6006)))
OPEN = TunnelObservation("daint-nid006554-8888", WAY, TunnelState.OPEN, NOW)


def test_the_object_of_the_contract() -> None:
    assert tunnel_object(OPEN) == {
        "id": "daint-nid006554-8888",
        "cluster": "daint",
        "node": "nid006554",
        "ports": [[8889, 8888], [6006, 6006]],
        "state": "open",
        "since": "2026-11-24T09:12:00Z",
        "url": "http://127.0.0.1:8889",
        "silent": [],
        "error": None,
        "process": 0,
    }
    assert WAY.name == OPEN.id


@given(st.text(min_size=1, max_size=20))
def test_whatever_an_alias_is_called_its_tunnel_s_name_is_fit_for_a_file(alias: str) -> None:
    name = TunnelTarget(alias, "nid006554", ((1, 1),)).name
    assert not set(name) & set("/\0\n")
    assert not name.startswith(".")


PORTS = st.integers(1, 65535)
ERROR = error_row(Unreachable("job-ended", node="nid006554", name="daint"))


@given(
    state=st.sampled_from(TunnelState),
    ports=st.lists(st.tuples(PORTS, PORTS), min_size=1, max_size=5),
    silent=st.lists(PORTS, max_size=3),
    error=st.sampled_from([None, ERROR]),
)
def test_it_is_read_as_it_was_written(
    state: TunnelState, ports: list[tuple[int, int]], silent: list[int], error: Any
) -> None:
    target = TunnelTarget("daint", "nid006554", tuple(ports))
    seen = TunnelObservation("x", target, state, NOW, silent=tuple(silent), error=error)
    assert from_bytes(to_bytes(seen), alive=True) == seen


@pytest.mark.parametrize("state", TunnelState)
def test_without_its_lock_it_is_dead(state: TunnelState) -> None:
    seen = TunnelObservation("x", WAY, state, NOW, error=ERROR)
    found = from_bytes(to_bytes(seen), alive=False)
    assert found
    assert not found.alive
    if state.is_final:
        assert (found.state, found.error) == (state, ERROR)
    else:
        assert found.state is TunnelState.FAILED
        assert found.error
        assert found.error["code"] == "tunnel-died"


@given(st.binary(max_size=200))
def test_what_is_no_row_of_ours_is_passed_over(data: bytes) -> None:
    assert from_bytes(data, alive=True) is None


@given(
    st.sampled_from(["id", "cluster", "node", "ports", "state", "since", "silent"]),
    st.sampled_from([None, "", 7, [], {}, [[1]], ["a"], True]),
)
def test_a_row_with_something_else_in_it_breaks_nothing(name: str, value: Any) -> None:
    row = {**tunnel_object(OPEN), name: value}
    found = from_bytes(json.dumps(row).encode(), alive=True)
    assert found is None or from_bytes(to_bytes(found), alive=True) == found


def test_the_end_of_one_is_told_for_a_while() -> None:
    gone = TunnelObservation("x", WAY, TunnelState.FAILED, NOW, alive=False)
    assert gone.is_worth_telling(NOW + SHOWN_FOR - timedelta(seconds=1))
    assert not gone.is_worth_telling(NOW + SHOWN_FOR)
    assert OPEN.is_worth_telling(NOW + 10 * SHOWN_FOR)


def test_a_socket_s_name_is_short_whatever_the_tunnel_s() -> None:
    names = {socket_name(f"{'x' * 200}{number}") for number in range(100)}
    assert len(names) == 100
    assert max(map(len, names)) < 16
