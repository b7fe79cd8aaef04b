"""The journal: every kind of fact survives the disk, and the fold tells the truth about them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.state import journal
from alpkey.core.state.journal import Facts, Known, fold, pruned
from alpkey.core.state.journal_facts import (
    AutoRenewalFailed,
    Fact,
    Finding,
    Issued,
    KeyProtected,
    Listed,
    MaybeIssued,
    Refused,
    Retired,
    Revoked,
    SecretSaved,
)
from alpkey.core.state.journal_lines import from_lines, to_line

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def issued(attempt: str = "a", account: str = "alice", fingerprint: str = "SHA256:one") -> Issued:
    return Issued(NOW, account, attempt, 2**63 + 1, fingerprint, NOW + DAY, "/h/.ssh/cscs-key")


def maybe(attempt: str = "a") -> MaybeIssued:
    return MaybeIssued(NOW, "alice", attempt, NOW + DAY)


def refused(code: str, attempt: str = "a") -> Refused:
    return Refused(NOW, "alice", attempt, code)


@pytest.mark.parametrize(
    "fact",
    [
        issued(),
        maybe(),
        refused("sign-in-refused"),
        Refused(NOW, "alice", "a", "sign-in-refused", kept=True),
        issued()._replace(own_key=False, local=True),
        maybe()._replace(fingerprint="SHA256:one"),
        Revoked(NOW, "alice", 2**63 + 1, "SHA256:one"),
        SecretSaved(NOW, "alice", "password"),
        KeyProtected(NOW, kept=True),
        Listed(NOW, "alice", ((2**64 - 1, NOW), (7, NOW))),
        Retired(NOW, "sshservice", retired=True),
        Finding(NOW, "key-open", found=True),
    ],
)
def test_a_fact_survives_its_line(fact: Fact) -> None:
    assert list(from_lines([to_line(fact)])) == [fact]


def test_a_serial_of_64_bits_is_kept_to_the_last_bit() -> None:
    (fact,) = from_lines([to_line(issued())])
    assert isinstance(fact, Issued)
    assert fact.serial == 2**63 + 1


@given(st.text())
def test_no_line_stops_the_reader(line: str) -> None:
    assert list(from_lines([line, to_line(maybe())]))[-1] == maybe()


def test_what_a_later_version_knows_more_is_left_out() -> None:
    """A downgrade must not forget a slot that was spent."""
    later = json.loads(to_line(issued())) | {"more": "than we know"}
    assert list(from_lines([json.dumps(later)])) == [issued()]
    assert list(from_lines([json.dumps({"fact": "of-later", "at": later["at"]})])) == []


def test_a_key_of_the_persons_own_is_never_ours() -> None:
    theirs = issued()._replace(own_key=False)
    assert not fold([theirs]).made_here("SHA256:one")
    assert fold([issued(), theirs]).made_here("SHA256:one")
    assert list(from_lines([to_line(theirs)])) == [theirs]


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_torn_last_line_is_passed_over(cut: int) -> None:
    assert list(from_lines([to_line(issued()), to_line(maybe())[:-cut]])) == [issued()]


def test_an_answer_takes_the_place_of_the_open_attempt() -> None:
    assert fold([maybe("a"), issued("a")]).unanswered == ()
    assert fold([maybe("a"), refused("sign-in-refused", "a")], "alice").unanswered == ()
    assert fold([maybe("a"), issued("b")], "alice").unanswered == (maybe("a"),)


def test_refusals_are_counted_until_a_key_is_issued() -> None:
    row = [refused("sign-in-refused", str(n)) for n in range(3)]
    assert fold(row, "alice").refusals_in_a_row == 3
    assert fold([*row, issued("x")], "alice").refusals_in_a_row == 0


def test_a_refusal_for_another_reason_is_no_wrong_password() -> None:
    assert fold([refused("no-network")], "alice").refusals_in_a_row == 0


def test_the_account_is_the_one_that_got_a_key_last() -> None:
    assert fold([issued(account="alice"), issued("b", account="bob")]).account == "bob"


def test_keys_of_all_accounts_were_made_here() -> None:
    facts = [issued(), issued("b", account="bob", fingerprint="SHA256:two")]
    known = fold(facts, "bob")
    assert known.made_here("SHA256:one")
    assert not known.made_here("SHA256:three")


def test_a_retired_service_can_come_back() -> None:
    gone = Retired(NOW, "sshservice", retired=True)
    assert fold([gone]).retired == {"sshservice"}
    assert fold([gone, Retired(NOW, "sshservice", retired=False)]).retired == frozenset()


def test_findings_stand_until_they_are_found_no_longer() -> None:
    one, other = Finding(NOW, "key-open", found=True), Finding(NOW, "ssh-old", found=True)
    assert fold([one, other, one]).findings == ("ssh-old", "key-open")
    assert fold([one, other, one._replace(found=False)]).findings == ("ssh-old",)
    assert fold([issued(), one], "bob").findings == ("key-open",)


def test_old_facts_leave_after_ninety_days() -> None:
    facts = [maybe(), issued(), refused("no-network"), issued("b")._replace(own_key=False)]
    assert pruned(facts, NOW + 89 * DAY) == facts
    assert pruned(facts, NOW + 91 * DAY) == facts[-1:]


def test_the_certificate_issued_last_stays_so_that_its_key_is_still_our_own() -> None:
    known = fold(pruned([maybe(), issued()], NOW + 1000 * DAY))
    assert known.account == "alice"
    assert known.made_here("SHA256:one")


def test_of_each_key_file_the_certificate_issued_last_stays() -> None:
    other = issued("b")._replace(key_path="/h/.ssh/id_ed25519", own_key=False)
    assert pruned([other, issued("c"), issued("d")], NOW + 91 * DAY) == [other, issued("d")]


def test_the_method_somebody_signed_in_by_outlives_renewals_with_a_saved_sign_in() -> None:
    by_device = issued("a")._replace(method="device")
    facts = [by_device, issued("b"), issued("c")._replace(at=NOW + 90 * DAY)]
    assert pruned(facts, NOW + 91 * DAY) == [by_device, facts[-1]]


def test_a_certificate_that_is_still_valid_stays_and_that_it_was_revoked() -> None:
    long = issued("a")._replace(valid_before=NOW + 200 * DAY)
    facts: list[Fact] = [long, Revoked(NOW, "alice", long.serial, "SHA256:one")]
    facts.append(issued("b")._replace(serial=7))
    assert pruned(facts, NOW + 91 * DAY) == facts
    assert pruned(facts, NOW + 201 * DAY) == facts[-1:]


def test_what_was_found_last_of_a_service_or_a_check_stays() -> None:
    facts: list[Fact] = [
        Retired(NOW, "sshservice", retired=True),
        Retired(NOW, "sshservice", retired=False),
        Retired(NOW, "other", retired=True),
        Finding(NOW, "key-open", found=False),
        Finding(NOW, "key-open", found=True),
    ]
    kept = pruned(facts, NOW + 91 * DAY)
    assert kept == [facts[1], facts[2], facts[4]]
    assert fold(kept) == fold(facts)


def kept_refused(code: str = "sign-in-refused") -> Refused:
    return Refused(NOW, "alice", "a", code, kept=True)


def test_what_is_kept_is_the_last_that_was_said_of_the_account() -> None:
    row = [SecretSaved(NOW, "alice", "password"), SecretSaved(NOW, "bob", "totp")]
    assert fold(row, "alice").kept == "password"
    assert fold([*row, SecretSaved(NOW, "alice", "nothing")], "alice").kept == "nothing"
    assert fold([], "alice").kept == "nothing"


def test_the_key_s_passphrase_is_of_no_account() -> None:
    row: list[Fact] = [issued(), KeyProtected(NOW, kept=True), issued("b", "bob")]
    assert fold(row, "alice").key_protected
    assert fold(row, "bob").key_protected
    assert not fold([*row, KeyProtected(NOW, kept=False)], "bob").key_protected


def test_whoever_keeps_a_password_first_is_known_by_that() -> None:
    assert fold([SecretSaved(NOW, "alice", "password")]).account == "alice"


@pytest.mark.parametrize("code", ["sign-in-refused", "account-locked", "request-refused"])
def test_a_refused_kept_password_stays_so_until_it_is_kept_again(code: str) -> None:
    row: list[Fact] = [SecretSaved(NOW, "alice", "password"), kept_refused(code)]
    assert fold(row, "alice").kept_refused
    assert fold([*row, issued("b")], "alice").kept_refused  # another one was typed
    assert not fold([*row, SecretSaved(NOW, "alice", "password")], "alice").kept_refused


@pytest.mark.parametrize("fact", [refused("sign-in-refused"), kept_refused("no-network")])
def test_other_refusals_say_nothing_about_what_is_kept(fact: Refused) -> None:
    assert not fold([SecretSaved(NOW, "alice", "password"), fact], "alice").kept_refused


def test_what_is_kept_and_refused_never_leaves() -> None:
    row: list[Fact] = [
        SecretSaved(NOW, "alice", "password"),
        kept_refused(),
        KeyProtected(NOW, kept=True),
    ]
    assert pruned([maybe(), *row], NOW + 1000 * DAY) == row


def test_a_line_of_an_earlier_version_is_read() -> None:
    line = to_line(refused("sign-in-refused")).replace(', "kept": false', "")
    assert "kept" not in line
    assert list(from_lines([line])) == [refused("sign-in-refused")]


def test_who_made_a_key_is_known() -> None:
    known = fold(
        [
            issued(fingerprint="SHA256:service's"),
            issued(fingerprint="SHA256:ours")._replace(local=True),
            issued(fingerprint="SHA256:theirs")._replace(local=True, own_key=False),
        ]
    )
    assert known.service_made == {"SHA256:service's"}
    assert known.fingerprints == {"SHA256:service's", "SHA256:ours"}


def test_a_revoked_certificate_holds_no_slot_and_is_remembered() -> None:
    revoked = Revoked(NOW, "alice", 2**63 + 1, "SHA256:one")
    known = fold([issued(), refused("quota-refused", "b"), revoked])
    assert known.issued == ()
    assert known.revoked == {2**63 + 1}
    assert known.quota_refused_at is None


def test_a_list_counts_what_was_issued_since_it_was_asked_for() -> None:
    """A certificate may be issued between the question and the line in the journal."""
    asked_at = NOW + DAY
    during = issued("during")._replace(at=NOW + 2 * DAY, serial=2)
    after = issued("after")._replace(at=NOW, serial=3)
    listed = Listed(asked_at, "alice", ((2**63 + 1, NOW), (4, NOW)))
    facts: list[Fact] = [maybe("x"), issued("before"), during, listed, after, maybe("y")]
    facts.append(Revoked(NOW, "alice", 4, ""))
    known = fold(facts, "alice")
    assert known.issued_since == (during, after)
    assert known.unanswered_since == (maybe("y"),)
    assert known.listed == listed._replace(slots=((2**63 + 1, NOW),))


def test_an_account_that_was_closed_stays_so_whatever_else_is_refused() -> None:
    facts = [refused("account-locked"), refused("no-network", "b")]
    assert fold(facts, "alice").locked_at == NOW
    assert fold([*facts, issued("c")], "alice").locked_at is None


def test_facts_that_were_read_are_folded_once_for_each_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts = Facts([issued(account="alice"), issued("b", account="bob")])
    made = count_made(monkeypatch)
    assert facts.known().account == fold(facts, "bob").account == "bob"
    assert facts.known("alice") is fold(facts, "alice")
    assert len(made) == 2


def count_made(monkeypatch: pytest.MonkeyPatch) -> list[Known]:
    """Every value of Known that is made from now on."""
    made: list[Known] = []

    def counted(**fields: Any) -> Known:
        made.append(Known(**fields))
        return made[-1]

    monkeypatch.setattr(journal, "Known", counted)
    return made


class Reads:
    """Counts how often fields of facts are read."""

    def __init__(self) -> None:
        self.count = 0

    def counted(self, fact: Fact) -> Fact:
        """The same fact, which counts."""
        reads = self

        class Counted(type(fact)):  # type: ignore[misc]
            def __getattribute__(self, name: str) -> object:
                reads.count += name in fact._fields
                return super().__getattribute__(name)

        return Counted(*fact)  # type: ignore[no-any-return]


def many(number: int) -> Iterator[Fact]:
    """Facts that have the fold look for others among those before."""
    for n in range(number):
        yield maybe(f"open-{n}")
        yield maybe(f"a-{n}")
        yield issued(f"a-{n}")._replace(serial=n)
        yield Listed(NOW + DAY, "alice", ((n, NOW),))
        yield Revoked(NOW, "alice", n // 2, "")
        yield AutoRenewalFailed(NOW, "alice", "no-network", final=False)
        yield Finding(NOW, f"check-{n}", found=True)


@pytest.mark.parametrize("account", [None, "alice"])
def test_a_fold_grows_in_line_with_the_facts(
    account: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = count_made(monkeypatch)
    counts = []
    for number in (50, 100, 200):
        reads = Reads()
        fold([reads.counted(fact) for fact in many(number)], account)
        counts.append(reads.count)
    assert len(made) == 3, "A value is copied with all its facts for every further one"
    first, second, third = counts
    assert third - second <= 2.1 * (second - first)
