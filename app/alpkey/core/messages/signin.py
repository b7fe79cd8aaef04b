"""The words of signing in with a browser."""

from collections.abc import Mapping

# What the browser shows when it returns from a sign-in.
PAGES: Mapping[str, str] = {
    "signed-in": "You are signed in. You may close this window.",
    "not-signed-in": "You are not signed in. You may close this window.",
    "another-sign-in": "This answer is to another sign-in. Please start again from Alpkey.",
    "nothing-here": "There is nothing here.",
    "go-on": "The sign-in page opens.",
    "opened-twice": "This sign-in page was opened before, so the sign-in has ended. "
    "Please start again from Alpkey.",
}


def page_to_open(url: str, short_url: str | None, user_code: str | None) -> str:
    """Where to sign in: on this computer, or on another device with ``user_code``."""
    if user_code is None:
        return f"Sign in with your browser. If it did not open, open this page:\n  {url}"
    return (
        f"Sign in on another device. Scan the code, or open this page:\n  {url}\n"
        f"or open {short_url} and type {user_code}"
    )
