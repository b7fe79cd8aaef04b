"""Newer versions: how they are found, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from alpkey.core.updates.releases import (
    ASK_EVERY,
    LastUpdateCheck,
    Release,
    is_brought,
    is_newer,
    release_feed,
    release_in,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PAGE = "https://github.com/someone/alpkey/releases/tag/v0.2.0"
NEWEST = Release("0.2.0", PAGE)


@pytest.mark.parametrize(
    ("there", "here", "newer"),
    [
        ("0.2.0", "0.1.0", True),
        ("0.10.0", "0.9.9", True),
        ("v1.0", "0.9.9", True),
        ("0.1.0", "0.1.0", False),
        ("0.1.0", "0.1.0.1", False),
        ("0.0.9", "0.1.0", False),
        ("nightly", "0.1.0", False),
        ("0.2.0-rc1", "0.1.0", False),
        ("", "0.1.0", False),
        ("9" * 5000, "0.1.0", False),
    ],
)
def test_which_version_is_newer(there: str, here: str, newer: bool) -> None:
    assert is_newer(there, here) is newer


def test_the_feed_follows_from_the_projects_page() -> None:
    feed = "https://api.github.com/repos/someone/alpkey/releases/latest"
    assert release_feed("https://github.com/someone/alpkey") == feed
    assert release_feed("") is None


def test_a_release_is_read_from_a_response_of_github() -> None:
    assert release_in({"tag_name": "v0.2.0", "html_url": PAGE, "more": 1}) == NEWEST


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        {},
        {"tag_name": "v0.2.0"},
        {"tag_name": 2, "html_url": PAGE},
        {"tag_name": "latest", "html_url": PAGE},
        {"tag_name": "v0.2.0", "html_url": "http://elsewhere/"},
        {"tag_name": "v0.2.0", "html_url": "javascript:alert(1)"},
        {"tag_name": "v0.2.0", "html_url": "https://a\nb"},
    ],
)
def test_what_is_no_release_is_none(odd: object) -> None:
    assert release_in(odd) is None


@pytest.mark.parametrize("newest", [NEWEST, None])
def test_the_last_check_is_written_and_read(newest: Release | None) -> None:
    last = LastUpdateCheck(NOW, newest)
    assert LastUpdateCheck.from_bytes(last.to_bytes()) == last


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b'{"asked_at": 1}', b"\xff"])
def test_a_truncated_file_is_none(data: bytes) -> None:
    assert LastUpdateCheck.from_bytes(data) is None


def test_only_a_newer_version_is_reported() -> None:
    assert LastUpdateCheck(NOW, NEWEST).newer_than("0.1.0") == NEWEST
    assert LastUpdateCheck(NOW, NEWEST).newer_than("0.2.0") is None
    assert LastUpdateCheck(NOW, None).newer_than("0.1.0") is None


@pytest.mark.parametrize(
    ("after", "old"),
    [
        (timedelta(0), False),
        (ASK_EVERY - timedelta(seconds=1), False),
        (ASK_EVERY, True),
        (-timedelta(seconds=1), True),
    ],
)
def test_it_is_asked_once_a_day(after: timedelta, old: bool) -> None:
    assert LastUpdateCheck(NOW, None).is_old(NOW + after) is old


@pytest.mark.parametrize(
    ("build", "brought"),
    [("deb 3dede93", True), ("rpm 3dede93", True), ("run 3dede93", False), ("package", False)],
)
def test_a_package_manager_brings_them(build: str, brought: bool) -> None:
    assert is_brought(build) is brought


@pytest.mark.parametrize("version", ["5", "[]", '"latest"', "null"])
def test_a_file_without_a_version_reports_nothing(version: str) -> None:
    row = f'{{"asked_at": "2026-11-26T12:00:00Z", "version": {version}, "page": "{PAGE}"}}'
    assert LastUpdateCheck.from_bytes(row.encode()) == LastUpdateCheck(NOW, None)
