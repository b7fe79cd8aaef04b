"""Pages of the first start with nothing to do are not shown."""

from typing import Any

import pytest

from alpkey.core.desktop.setup_pages import Known, Page, acceptable, is_needed
from alpkey.core.state.snapshot import KeyState

KNOWN = {"name": "ela", "state": "known"}
APPLIED = {"changed": False, "by_hand": False}
PLANNED = {"changed": True, "by_hand": False}
BY_HAND = {"changed": True, "by_hand": True}


def pages(
    state: KeyState = KeyState.VALID,
    *,
    has_key: bool = True,
    encrypted: bool | None = True,
    config: dict[str, Any] | None = APPLIED,
    hosts: tuple[dict[str, Any], ...] | None = (KNOWN,),
) -> list[Page]:
    known = Known(state, has_key, encrypted, config, hosts)
    return [page for page in Page if is_needed(page, known)]


def test_a_new_user_sees_all_pages_in_order() -> None:
    unknown = ({"name": "ela", "state": "unknown"},)
    assert pages(
        KeyState.MISSING, has_key=True, encrypted=False, config=PLANNED, hosts=unknown
    ) == list(Page)


def test_only_the_login_is_left_where_all_is_set_up() -> None:
    assert pages() == [Page.END]
    assert pages(KeyState.EXPIRING) == [Page.END]


def test_an_expired_key_is_renewed_first() -> None:
    assert pages(KeyState.EXPIRED) == [Page.KEY, Page.END]


def test_a_set_up_made_by_hand_needs_no_page() -> None:
    assert pages(config=BY_HAND, encrypted=False) == [Page.END]


def test_without_a_key_there_is_nothing_to_protect() -> None:
    assert Page.PROTECTION not in pages(KeyState.MISSING, has_key=False, encrypted=None)


@pytest.mark.parametrize("state", ["site", "unknown", "changed", "waiting"])
def test_a_host_key_that_is_open(state: str) -> None:
    assert pages(hosts=(KNOWN, {"name": "daint", "state": state})) == [Page.HOSTS, Page.END]


def test_a_host_that_does_not_answer_needs_no_page() -> None:
    assert pages(hosts=({"name": "daint", "state": "unreachable"},)) == [Page.END]


def test_what_could_not_be_found_out_is_shown_with_its_reason() -> None:
    assert pages(config=None, hosts=None) == [Page.CONFIG, Page.HOSTS, Page.END]


def test_only_a_new_key_is_accepted() -> None:
    states = ("known", "site", "unknown", "changed", "waiting", "unreachable")
    assert acceptable([{"name": state, "state": state} for state in states]) == ["site", "unknown"]
