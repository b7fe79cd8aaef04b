"""The words around the doctor's findings; those of a finding stand in its check."""

from collections.abc import Mapping

SEVERITIES: Mapping[str, str] = {
    "error": "Stops a login",
    "warning": "Warning",
    "note": "Good to know",
}

CONSEQUENCE = "From this follows"

# What to do about a retired service, by whether another one gives keys.
AFTER_RETIREMENT: Mapping[bool, str] = {
    True: "Sign in with the browser from now on: alpkey renew --browser",
    False: "Get your next key with the browser, at {page}.",
}

OTHER_SERVICE = (
    " The browser leads to another service, which may give you a key: alpkey renew --browser"
)

SOMETHING_STOPS_LOGINS = "Something will stop a login"

HEALTHY = "No problems found"

EXAMINING = "Looking, and logging in once\N{HORIZONTAL ELLIPSIS}"

PAGE_BUTTONS = (
    "Look again",
    "Report for the public\N{HORIZONTAL ELLIPSIS}",
    "Report for support\N{HORIZONTAL ELLIPSIS}",
)


def where_to_send_report(support: str) -> str:
    """Where to send a report; ``support`` is the address of the centre's support page."""
    return f"The support of the centre: {support}"


def number_of_findings(count: int) -> str:
    """How many findings there are."""
    if not count:
        return HEALTHY
    return "One finding" if count == 1 else f"{count} findings"
