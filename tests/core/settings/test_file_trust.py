"""Which files are believed, by mode, owner and group alone."""

import stat

import pytest

from alpkey.core.settings.file_trust import Account, Station, distrust, is_private_group

ME = 1000
FILE, FOLDER, LINK = stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK

ROOT = Account("root", 0, 0)
ALICE = Account("alice", ME, 1000)
BOB = Account("bob", 1001, 1001)
TEAM = 50


def judged(mode: int, owner: int = ME, *, mine: bool = False) -> str | None:
    return distrust(Station("/a b/c", mode, owner, TEAM), ME, lambda: mine)


@pytest.mark.parametrize("owner", [0, ME])
@pytest.mark.parametrize(
    "mode", [FILE | 0o600, FILE | 0o644, FOLDER | 0o755, FOLDER | 0o1777, FOLDER | 0o1775]
)
def test_what_is_ours_or_roots_alone_is_believed(mode: int, owner: int) -> None:
    assert judged(mode, owner) is None


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        (FILE | 0o602, "file"),
        (FILE | 0o620, "file"),
        (FILE | 0o1666, "file"),
        (FOLDER | 0o777, "folder"),
        (FOLDER | 0o2775, "folder"),
    ],
)
def test_what_others_may_write_is_not(mode: int, kind: str) -> None:
    reason = f"Other users may change the {kind} /a b/c. To fix that: chmod go-w '/a b/c'"
    assert judged(mode) == judged(mode, 0) == reason


@pytest.mark.parametrize(
    ("mode", "kind"), [(FILE | 0o400, "file"), (FOLDER | 0o1755, "folder"), (LINK | 0o777, "link")]
)
def test_nor_what_belongs_to_somebody_else(mode: int, kind: str) -> None:
    reason = f"The {kind} /a b/c belongs to another user (1001). To fix that: chown 1000 '/a b/c'"
    assert judged(mode, 1001, mine=True) == reason


def test_a_link_is_only_its_owners_to_change() -> None:
    assert judged(LINK | 0o777) is None


def test_a_group_without_other_members_may_write() -> None:
    assert judged(FILE | 0o664, mine=True) is None
    assert judged(FOLDER | 0o2770, mine=True) is None
    assert judged(FILE | 0o666, mine=True) is not None


def test_the_group_is_looked_up_only_where_it_matters() -> None:
    def never() -> bool:
        raise AssertionError("asked for nothing")

    for mode in (FILE | 0o644, FILE | 0o646, FOLDER | 0o1777, LINK | 0o777):
        distrust(Station("/a", mode, ME, TEAM), ME, never)


@pytest.mark.parametrize(
    ("group", "members", "accounts", "me", "private"),
    [
        # User private groups, as useradd(8) makes them.
        ((1000, "alice"), [], [ROOT, ALICE, BOB], ALICE, True),
        ((1000, "alice"), ["alice"], [ROOT, ALICE, BOB], ALICE, True),
        ((1000, "alice"), ["root"], [ROOT, ALICE, BOB], ALICE, True),
        ((1000, "alice"), ["bob"], [ROOT, ALICE, BOB], ALICE, False),
        ((1000, "alice"), [], [ROOT, ALICE, Account("bob", 1001, 1000)], ALICE, False),
        ((1000, "alice"), [], [ROOT, ALICE, Account("twin", ME, 1000)], ALICE, True),
        # Others that the user is in, alone or not.
        ((TEAM, "team"), ["alice"], [ROOT, ALICE, BOB], ALICE, True),
        ((TEAM, "team"), ["alice", "bob"], [ROOT, ALICE, BOB], ALICE, False),
        ((TEAM, "team"), ["alice", "gone"], [ROOT, ALICE, BOB], ALICE, False),
        ((TEAM, "team"), ["bob"], [ROOT, ALICE, BOB], ALICE, False),
        # No member is named: a directory service may keep that to itself.
        ((TEAM, "team"), [], [ROOT, ALICE, BOB], ALICE, False),
        # The user is not listed, so others may not be, either.
        ((1000, "alice"), [], [ROOT], ALICE, True),
        ((1000, "alice"), ["bob"], [ROOT], ALICE, False),
        ((1000, "users"), [], [ROOT], ALICE, False),
        ((TEAM, "team"), ["alice"], [ROOT], ALICE, False),
        # Root's own.
        ((0, "root"), [], [ROOT, ALICE], ROOT, True),
        ((0, "root"), [], [ROOT, Account("halt", 7, 0)], ROOT, False),
        ((0, "root"), [], [ROOT, ALICE], ALICE, False),
    ],
)
def test_a_private_group_has_one_member(
    group: tuple[int, str], members: list[str], accounts: list[Account], me: Account, private: bool
) -> None:
    assert is_private_group(*group, members, accounts, me) is private
