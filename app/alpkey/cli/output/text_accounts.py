"""What ``alpkey account`` prints."""

from alpkey.cli.output import text
from alpkey.core.messages import times
from alpkey.core.results.account import AccountResult, AccountsResult, RemovedAccountResult
from alpkey.core.timestamps import from_rfc3339

FIRST = "(first)"

_STATES = {
    "valid": "key valid until {ends}",
    "expiring": "key valid until {ends}",
    "expired": "key expired {ends}",
    "not-yet-valid": "key not yet valid",
    "missing": "no key yet",
    "broken": "key cannot be used",
}


def accounts(result: AccountsResult) -> str:
    return "\n".join(map(_line, result["accounts"]))


def account_added(result: AccountResult) -> str:
    name = result["name"]
    return (
        f"Added {name} ({result['username']}).\n"
        f"Get its key with: alpkey renew --account {name}\n"
        f"Then: ssh {result['hosts'][0]}"
    )


def account_removed(result: RemovedAccountResult) -> str:
    rows = text.signed_out({"removed": result["removed"], "left": result["left"], "revoked": []})
    return f"{rows}\nRemoved the account {result['account']}."


def _line(account: AccountResult) -> str:
    before = account["valid_before"]
    ends = times.day_and_time(from_rfc3339(before), text.now_here()) if before else "never"
    state = _STATES[account["state"]].format(ends=ends)
    username = account["username"] or "not known yet"
    return f"{account['name'] or FIRST:<12} {username:<20} {state}"
