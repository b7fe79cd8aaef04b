"""Results of commands as text, made from the same objects that programs get."""

from dataclasses import asdict
from datetime import UTC, datetime

from alpkey.core.messages import removal as removal_messages
from alpkey.core.messages import times
from alpkey.core.messages.warnings import warning_text
from alpkey.core.owned_item import OwnedItem
from alpkey.core.results.agent import AgentKey, AgentKeysResult, CleanedAgentResult
from alpkey.core.results.keys import AccountKey, KeysResult, RevokedKeysResult
from alpkey.core.results.removal import SignOutResult, UninstallResult
from alpkey.core.results.signin import ForgottenPasswordResult, SavedPasswordResult
from alpkey.core.results.ssh import (
    ConfigChangeResult,
    ConfigPlanResult,
    HostsResult,
    ShownConfigResult,
)
from alpkey.core.results.status import (
    AgentResult,
    ImportResult,
    KeychainCheckResult,
    PassphraseResult,
    QuotaResult,
    RenewResult,
    StatusResult,
)
from alpkey.core.ssh.config_query import Loss, together
from alpkey.core.timestamps import from_rfc3339


def now_here() -> datetime:
    """Now, in the local time zone."""
    return datetime.now(UTC).astimezone()


def renewed(result: RenewResult) -> str:
    head = "" if result["renewed"] else "Nothing to do. "
    late = "\nThe key was issued before you cancelled, so it was installed."
    return head + key_line(result) + (late if result["cancelled_late"] else "")


def imported(result: ImportResult) -> str:
    head = "" if result["imported"] else "Nothing to do: what is installed is as good. "
    return head + key_line(result)


def status(result: StatusResult) -> str:
    lines = [key_line(result), *result["limits"], quota_line(result["quota"])]
    lines.append(agent(result["agent"]))
    return "\n".join(lines)


def saved(result: SavedPasswordResult) -> str:
    what = {"password": "password", "totp": "code generator"}[result["kept"]]
    return f"The {what} of {result['account']} is in the keychain."


def forgotten(result: ForgottenPasswordResult) -> str:
    account = result["account"]
    if result["forgotten"]:
        return f"Removed from the keychain: what was saved for {account}."
    return f"No password saved for {account}."


def key_line(result: StatusResult) -> str:
    """The key's state in one sentence."""
    now = now_here()
    before = result["valid_before"]
    ends = from_rfc3339(before) if before else None
    match result["state"]:
        case "missing":
            return "There is no key yet. Get one with: alpkey renew"
        case "expired":
            ended = times.day_and_time(ends, now) if ends else ""
            return f"The key expired {ended}. Renew it with: alpkey renew"
        case "not-yet-valid":
            after = result["valid_after"]
            starts = times.day_and_time(from_rfc3339(after), now) if after else ""
            return f"The key is not valid before {starts}. Check this computer's clock."
        case "broken":
            return f"The key cannot be used. {result['trouble'] or ''}".rstrip()
    left = f" - {times.span(ends - now)} left" if ends else ""
    return f"Key valid {times.until(ends, now)}{left}"


def quota_line(quota: QuotaResult) -> str:
    now = now_here()
    if quota["remaining"] is None:
        return "It is not known how many keys are left today."
    at_most = "at most " if quota["source"] == "journal" else ""
    line = f"{at_most}{quota['remaining']} of {quota['limit']} keys left".capitalize()
    if quota["remaining"] == 0 and quota["next_slot_at"]:
        return f"{line}; next key at {times.clock_time(from_rfc3339(quota['next_slot_at']), now)}"
    return line


def agent(result: AgentResult) -> str:
    if not result["reachable"]:
        return "No ssh agent answers; a key without passphrase needs none."
    stale = f" {result['stale']} old keys of Alpkey's are in it." if result["stale"] else ""
    has = result["holds_key"] or result["holds_current"]
    held = "holds the key" if has else "does not hold the key"
    which = "Alpkey's own ssh agent" if result["own"] else "The ssh agent"
    return f"{which} {held}.{stale}"


def agent_keys(result: AgentKeysResult) -> str:
    """A line for each key; Alpkey's are marked."""
    lines = [
        f"{key['fingerprint']} {key['type']} {key['comment']}{_marks(key)}"
        for key in result["keys"]
    ]
    return "\n".join(lines) or "The ssh agent holds no key."


_HOST_STATES = {
    "known": "known already",
    "site": "verified by your centre, not accepted yet",
    "unknown": "not verified; accept it with: alpkey hosts accept {name}",
    "changed": "CHANGED; see: alpkey hosts accept {name}",
    "waiting": "waits for a host on the way",
    "unreachable": "does not answer",
}


def hosts(result: HostsResult) -> str:
    """A line for each host."""
    lines = []
    for host in result["hosts"]:
        state = _HOST_STATES[host["state"]].format(name=host["name"])
        key = f" ({host['type']} {host['fingerprint']})" if host["fingerprint"] else ""
        lines.append(f"{host['name']}: {state}{key}")
    return "\n".join(lines)


def keys(result: KeysResult) -> str:
    """A line for each key, and how many are left."""
    lines = [_account_key(key) for key in result["keys"]] or ["There is no key."]
    return "\n".join([*lines, quota_line(result["quota"])])


def keys_revoked(result: RevokedKeysResult) -> str:
    """A line for each key, and whether it is revoked now or would be."""
    if not result["revoked"]:
        return "Nothing to do: there is no active key."
    lines = [_account_key(key) for key in result["revoked"]]
    head = "These would be revoked:" if result["dry_run"] else "Revoked:"
    here = any(key["this_machine"] for key in result["revoked"]) and not result["dry_run"]
    tail = ["This computer has no good key now. Get one with: alpkey renew"] if here else []
    return "\n".join([head, *lines, *tail])


def signed_out(result: SignOutResult) -> str:
    """What was removed, and whether anything is left."""
    gone = removal_messages.removed(
        (OwnedItem(**item) for item in result["removed"]), result["revoked"]
    )
    return gone + ("\nSomething is left; see above." if result["left"] else "")


def uninstalled(result: UninstallResult) -> str:
    lines = [removal_messages.undone(OwnedItem(**item) for item in result["removed"])]
    lines += ["Something is left; see above."] if result["left"] else []
    return "\n".join([*lines, removal_messages.uninstalled(result["key_path"], result["folders"])])


def _account_key(key: AccountKey) -> str:
    ends = times.until(from_rfc3339(key["valid_before"]), now_here())
    names = ", ".join(key["principals"])
    here = " (this computer's)" if key["this_machine"] else ""
    state = "revoked" if key["revoked_at"] else ends
    return f"{key['serial']} {names} {state}{here}"


def protection(result: PassphraseResult) -> str:
    head = "" if result["changed"] else "Nothing to do. "
    state = "is protected by a passphrase" if result["encrypted"] else "has no passphrase"
    return f"{head}The private key {state}."


def keychain(result: KeychainCheckResult) -> str:
    if trouble := result["keychain"]["trouble"]:
        return trouble
    return "The keychain is open, and can keep the passphrase of the key."


def agent_cleaned(result: CleanedAgentResult) -> str:
    count = len(result["removed"])
    if not count:
        return f"No old key of Alpkey's was in it. {agent(result)}"
    entries = "1 old entry" if count == 1 else f"{count} old entries"
    return f"{entries} of Alpkey's removed. {agent(result)}"


def _marks(key: AgentKey) -> str:
    marks = [*(["Alpkey's"] if key["ours"] else []), *(["stale"] if key["stale"] else [])]
    return f" ({', '.join(marks)})" if marks else ""


def config_shown(result: ShownConfigResult) -> str:
    state = "begins with this line" if result["applied"] else "does not begin with this line yet"
    return f"{result['path']} {state}:\n\n{result['line']}\n\n{result['blocks']}".rstrip()


def config_diff(result: ConfigPlanResult) -> str:
    if not result["changed"]:
        return f"Nothing to do: {result['path']} already begins with the Include line."
    rows = [
        warning_text("config-loses", {**asdict(loss), "ours": loss.ours or "nothing"})
        for loss in together(Loss(**row) for row in result["loses"])
    ]
    return "\n".join([result["diff"].rstrip(), *rows, *_by_hand(result)])


def config_applied(result: ConfigPlanResult) -> str:
    if not result["changed"]:
        return f"Nothing to do: the Include line at the top of {result['path']} works."
    backup = f" The earlier file is saved as {result['backup']}." if result["backup"] else ""
    applied = f"{result['path']} now begins with the Include line.{backup}"
    return f"{applied}\nRemove it with: alpkey config undo"


def config_undone(result: ConfigChangeResult) -> str:
    if not result["changed"]:
        return f"Nothing to do: {result['path']} has no Include line of Alpkey's."
    return f"The Include line was removed from {result['path']}; everything else is as it was."


def config_checked(result: ConfigPlanResult) -> str:
    head = (
        f"{result['path']} does not begin with Alpkey's line. Put it there: alpkey config apply"
        if result["changed"]
        else f"{result['path']} begins with Alpkey's line, and it works."
    )
    aliases = [f"Your {alias['name']} leads to {alias['host']}." for alias in result["aliases"]]
    return "\n".join([head, *_by_hand(result), *aliases])


def _by_hand(result: ConfigPlanResult) -> list[str]:
    return ["Your own lines lead to the centre already."] if result["by_hand"] else []
