"""Newer versions of Alpkey: reported where the user wants that, and never downloaded."""

import json
from datetime import datetime, timedelta
from typing import NamedTuple, Self, TypeGuard

from alpkey.core.addresses import is_secure
from alpkey.core.json_text import parse_json
from alpkey.core.timestamps import from_rfc3339, rfc3339

ASK_EVERY = timedelta(days=1)

# Builds that a package manager updates.
_PACKAGED = ("deb", "rpm")


class Release(NamedTuple):
    """A version that can be installed, and its web page."""

    version: str
    page: str


class LastUpdateCheck(NamedTuple):
    """The last answer of the feed, and when; ``newest`` is None where there was no release."""

    asked_at: datetime
    newest: Release | None

    def to_bytes(self) -> bytes:
        newest = self.newest
        row = {
            "asked_at": rfc3339(self.asked_at),
            "version": newest.version if newest else None,
            "page": newest.page if newest else None,
        }
        return json.dumps(row).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self | None:
        """None where the file is truncated or of another version."""
        try:
            row = parse_json(data)
            newest = release_in({"tag_name": row["version"], "html_url": row["page"]})
            return cls(from_rfc3339(row["asked_at"]), newest)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def is_old(self, now: datetime) -> bool:
        """Whether it is time to check again; also where the clock was set back."""
        return not timedelta(0) <= now - self.asked_at < ASK_EVERY

    def newer_than(self, here: str) -> Release | None:
        return self.newest if self.newest and is_newer(self.newest.version, here) else None


def release_feed(home_page: str) -> str | None:
    """Where GitHub tells the newest release of a project (REST API); None for one without a page.

    ``home_page`` is ``https://github.com/OWNER/NAME``.
    """
    repository = home_page.removeprefix("https://github.com/")
    return f"https://api.github.com/repos/{repository}/releases/latest" if home_page else None


def release_in(answer: object) -> Release | None:
    """The release in a feed's answer, in GitHub's format: ``tag_name``, ``html_url``."""
    if not isinstance(answer, dict):
        return None
    tag, page = answer.get("tag_name"), answer.get("html_url")
    if not isinstance(tag, str) or _numbers(tag) is None or not _is_page(page):
        return None
    return Release(tag.removeprefix("v"), page)


def is_newer(there: str, here: str) -> bool:
    """Whether version ``there`` comes after ``here``; what is no version is never newer."""
    other, own = _numbers(there), _numbers(here)
    return other is not None and own is not None and other > own


def is_brought(build: str) -> bool:
    """Whether a package manager updates this ``build``."""
    return build.split(" ", 1)[0] in _PACKAGED


def _numbers(version: str) -> tuple[int, ...] | None:
    parts = version.removeprefix("v").split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return None
    return tuple(int(part) for part in parts)


def _is_page(page: object) -> TypeGuard[str]:
    return is_secure(page)
