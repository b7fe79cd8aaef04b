"""The quota: what is shown is never higher than what this machine can know."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.keys.certificate import Certificate, CertificateKind
from alpkey.core.keys.certificate_service import ListedKey
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import Fact, Issued, Listed, MaybeIssued, Refused, Revoked
from alpkey.core.state.quota import Quota, from_journal, from_list

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LIMIT = 5


def issued_at(moment: datetime, attempt: str = "a") -> Issued:
    return Issued(moment, "alice", attempt, 1, "SHA256:x", moment + DAY, "/k")


def quota_of(*facts: Fact, now: datetime = NOW) -> Quota:
    return from_journal(fold(facts, "alice"), LIMIT, now)


def test_nothing_known_is_said_to_be_unknown() -> None:
    quota = quota_of()
    assert (quota.source, quota.used, quota.remaining) == ("unknown", None, None)


def test_a_key_takes_a_slot_until_it_ends() -> None:
    fact = issued_at(NOW)
    assert quota_of(fact).remaining == 4
    assert quota_of(fact).next_slot_at == NOW + DAY
    assert quota_of(fact, now=NOW + DAY).remaining == 5


def test_an_unanswered_request_is_shown_as_used_but_does_not_stop_the_person() -> None:
    open_attempts = [MaybeIssued(NOW, "alice", str(n), NOW + DAY) for n in range(LIMIT)]
    quota = quota_of(*open_attempts)
    assert quota.remaining == 0
    assert not quota.counted_out


def test_five_keys_count_out() -> None:
    quota = quota_of(*(issued_at(NOW, str(n)) for n in range(LIMIT)))
    assert quota.remaining == 0
    assert quota.counted_out


def test_the_services_refusal_wins_over_our_count() -> None:
    refusal = Refused(NOW, "alice", "b", "quota-refused")
    quota = quota_of(issued_at(NOW - DAY / 2), refusal)
    assert (quota.remaining, quota.source) == (0, "service")
    assert not quota.counted_out


def test_a_refusal_ends_when_the_next_known_slot_opens() -> None:
    facts = [issued_at(NOW - DAY / 2), Refused(NOW, "alice", "b", "quota-refused")]
    assert quota_of(*facts, now=NOW + DAY / 2).source == "journal"


def test_a_refusal_ends_with_the_next_key() -> None:
    facts = [Refused(NOW, "alice", "b", "quota-refused"), issued_at(NOW, "c")]
    assert quota_of(*facts).source == "journal"


@given(st.lists(st.integers(-30, 30), max_size=12), st.integers(-30, 60))
def test_used_and_remaining_always_add_up_to_the_limit(hours: list[int], later: int) -> None:
    facts = [issued_at(NOW + timedelta(hours=h), str(n)) for n, h in enumerate(hours)]
    quota = quota_of(*facts, now=NOW + timedelta(hours=later))
    if quota.used is not None and quota.remaining is not None:
        assert quota.used + quota.remaining == LIMIT
        assert quota.remaining >= 0


def listed(*, ends: datetime, life: timedelta | None = DAY, revoked: bool = False) -> ListedKey:
    certificate = None if life is None else CERTIFICATE._replace(valid_after=ends - life)
    return ListedKey(1, certificate, ends, NOW if revoked else None)


CERTIFICATE = Certificate(
    blob=b"",
    type_name="ssh-ed25519-cert-v01@openssh.com",
    public_key=b"",
    serial=1,
    kind=CertificateKind.USER,
    key_id="alice",
    principals=("alice",),
    valid_after=NOW,
    valid_before=NOW + DAY,
    critical_options=(),
    extensions=(),
    authority=b"",
)


def test_the_services_list_is_the_quota() -> None:
    quota = from_list([listed(ends=NOW + DAY), listed(ends=NOW + DAY / 2)], LIMIT, NOW)
    assert (quota.used, quota.remaining, quota.source, quota.as_of) == (2, 3, "service", NOW)
    assert quota.next_slot_at == NOW + DAY / 2


@pytest.mark.parametrize(
    ("key", "used"),
    [
        (listed(ends=NOW + DAY), 1),
        (listed(ends=NOW + DAY, revoked=True), 0),
        (listed(ends=NOW), 0),
        (listed(ends=NOW + timedelta(seconds=1)), 1),
        (listed(ends=NOW + timedelta(minutes=1), life=timedelta(minutes=2)), 0),
        (listed(ends=NOW + timedelta(hours=1), life=timedelta(hours=1)), 1),
        (listed(ends=NOW + timedelta(minutes=1), life=None), 1),
    ],
)
def test_what_holds_a_slot(key: ListedKey, used: int) -> None:
    assert from_list([key], LIMIT, NOW).used == used


def test_more_than_the_limit_is_the_limit() -> None:
    quota = from_list([listed(ends=NOW + DAY)] * 7, LIMIT, NOW)
    assert (quota.used, quota.remaining) == (LIMIT, 0)
    assert quota.counted_out


def list_of(*ends: datetime, at: datetime = NOW) -> Listed:
    return Listed(at, "alice", tuple((number, end) for number, end in enumerate(ends, start=100)))


def test_a_list_counts_keys_of_other_computers_and_says_how_old_it_is() -> None:
    quota = quota_of(issued_at(NOW - DAY / 2), list_of(NOW + DAY, NOW + DAY / 3, NOW + DAY / 2))
    assert (quota.remaining, quota.source, quota.as_of) == (2, "service", NOW)
    assert quota.next_slot_at == NOW + DAY / 3


def test_what_was_issued_since_comes_on_top_and_what_was_revoked_goes() -> None:
    facts = [list_of(NOW + DAY / 3, NOW + DAY / 2), issued_at(NOW + DAY / 24)]
    assert quota_of(*facts, now=NOW + DAY / 12).remaining == 2
    revoked = Revoked(NOW + DAY / 24, "alice", 100, "")
    assert quota_of(*facts, revoked, now=NOW + DAY / 12).remaining == 3


def test_a_list_wins_over_an_older_refusal_and_not_over_a_newer_one() -> None:
    refusal = Refused(NOW, "alice", "b", "quota-refused")
    assert quota_of(refusal, list_of(NOW + DAY / 2)).remaining == 4
    assert quota_of(list_of(NOW + DAY / 2), refusal).remaining == 0


def test_a_list_of_yesterday_tells_nothing() -> None:
    quota = quota_of(list_of(NOW + DAY), issued_at(NOW), now=NOW + DAY)
    assert quota.source == "journal"


def test_a_clock_that_was_set_back_hides_no_key() -> None:
    """What the journal has after a list came after it, whatever the clock said."""
    facts = [list_of(NOW + DAY / 2), issued_at(NOW - DAY / 24)]
    assert quota_of(*facts).remaining == 3


def test_what_came_while_the_list_was_asked_for_is_counted_once() -> None:
    facts = [issued_at(NOW + DAY / 1440), list_of(NOW + DAY / 2)]
    assert quota_of(*facts, now=NOW + DAY / 720).remaining == 3
    serial = issued_at(NOW).serial
    both = Listed(NOW, "alice", ((serial, NOW + DAY),))
    assert quota_of(issued_at(NOW + DAY / 1440), both, now=NOW + DAY / 720).remaining == 4
