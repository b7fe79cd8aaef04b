import pytest

from alpkey.core.account import Account, InvalidAccount, check, read_accounts
from tests.core.sites import site

COURSE = Account("course", "course_00001")


def test_its_hosts_have_names_of_their_own_and_the_same_addresses() -> None:
    first, course = site(), COURSE.site(site())
    assert course.jump_host == "course-ela"
    assert [host.name for host in course.hosts] == [f"course-{host.name}" for host in first.hosts]
    assert [host.host_name for host in course.hosts] == [host.host_name for host in first.hosts]
    assert {host.jump for host in course.clusters} == {"course-ela"}
    assert course.key_file == "cscs-key-course"


def test_commands_take_the_plain_names_and_ssh_does_not() -> None:
    course = COURSE.site(site())
    for typed in ("daint", "daint.alps.cscs.ch", "course-daint"):
        host = course.host_typed(typed)
        assert host is not None
        assert host.name == "course-daint"
    assert course.host_named("daint") is None
    assert course.host_typed("nowhere") is None


def test_they_are_read_in_their_order() -> None:
    table = {"b": {"username": "bob"}, "a": {"username": "ann", "colour": "of a later version"}}
    assert [account.name for account in read_accounts(table, "alice")] == ["b", "a"]


@pytest.mark.parametrize(
    "table",
    [
        [],
        {"a": "bob"},
        {"a": {}},
        {"a": {"username": 5}},
        {"a": {"username": "alice"}},
        {"a": {"username": "bob"}, "b": {"username": "bob"}},
        {"../a": {"username": "bob"}},
    ],
)
def test_what_is_no_account_is_refused(table: object) -> None:
    with pytest.raises(InvalidAccount):
        read_accounts(table, "alice")


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "A", "a b", "a/b", "a" * 32, "cert", "x-cert", "sa"]
)
def test_a_name_that_would_meet_another_file_is_refused(name: str) -> None:
    """``cscs-key-cert.pub`` is the certificate of ``cscs-key``, ``cscs-key-sa`` a program's."""
    with pytest.raises(InvalidAccount):
        check(Account(name, "bob"), "alice", ())
