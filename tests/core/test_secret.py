"""A secret shows itself nowhere."""

import copy
import pickle

import pytest

from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials

MARK = "correct horse"


def test_it_is_seen_in_no_text() -> None:
    secret = Secret(MARK)
    holder = Credentials("alice", secret, secret)
    for text in (repr(secret), str(secret), f"{secret}", repr(holder), repr([secret])):
        assert MARK not in text


def test_its_one_way_out() -> None:
    assert Secret(MARK).reveal() == MARK
    assert Secret(MARK) == Secret(MARK)
    assert not Secret("")


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy])
def test_it_leaves_the_process_in_no_other_way(leave: object) -> None:
    assert callable(leave)
    with pytest.raises(TypeError):
        leave(Secret(MARK))
