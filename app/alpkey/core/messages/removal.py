"""Words for what is removed from this computer."""

from collections.abc import Iterable, Mapping

from alpkey.core.owned_item import OwnedItem
from alpkey.core.results.removal import LeftItem

# What Alpkey keeps on a computer, by the kind of an OwnedItem.
ITEMS: Mapping[str, str] = {
    "session": "the saved sign-in of {name}",
    "session-at-provider": "the sign-in at the centre",
    "password": "the saved password of {name}",
    "totp": "the saved code generator of {name}",
    "passphrase": "the passphrase of the key in {name}",
    "agent": "Alpkey's entries in the ssh agent ({name})",
    "own-agent": "the ssh agent that Alpkey runs at {name}",
    "key": "the key {name} with its certificate",
    "certificate": "the certificate {name}",
    "waiting": "the key that waits for its place as {name}",
    "revocation": "the certificates at {name}",
    "tunnel": "the open tunnel {name}",
    "connection": "the open connection {name}",
    "placed": "{name}",
    "ssh-line": "Alpkey's line in {name}",
    "ssh-files": "Alpkey's files for ssh in {name}",
    "host-keys": "the keys of hosts that were accepted with Alpkey, in {name}",
    "unknown": "what another version of Alpkey did: {name}",
}


def item_text(item: OwnedItem) -> str:
    return ITEMS[item.what].format(name=item.name)


def to_remove(items: Iterable[OwnedItem], *, revoked: bool) -> str:
    """What is to be removed, one item a line; ``revoked``: the certificates too."""
    first = ["this computer's certificates, which are revoked"] if revoked else []
    return "\n".join([*first, *map(item_text, items)])


def removed(items: Iterable[OwnedItem], revoked: Iterable[str]) -> str:
    """What signing out removed, one item a line; ``revoked`` are serials."""
    lines = [f"the certificate {serial}, which opens nothing any more" for serial in revoked]
    lines += map(item_text, items)
    if not lines:
        return "Nothing of Alpkey's own was removed."
    return "\n  ".join(["Removed from this computer:", *lines])


def signed_out(*, all_removed: bool) -> str:
    """The title after signing out."""
    return "Signed out" if all_removed else "Signed out in part"


def left(items: Iterable[LeftItem]) -> str:
    """What signing out could not remove and why, one item a line; empty if there is nothing."""
    lines = [
        f"{item_text(OwnedItem(item['what'], item['name']))} ({item['reason'].rstrip('.')})"
        for item in items
    ]
    if not lines:
        return ""
    return "\n  ".join(["Not removed:", *lines]) + "\nOnce that is solved, sign out again."


def undone(items: Iterable[OwnedItem]) -> str:
    """What was removed from outside Alpkey's own folders, one item a line."""
    lines = [item_text(item) for item in items]
    if not lines:
        return "Nothing of Alpkey's lies outside its own folders."
    return "\n  ".join(["Undone:", *lines])


def uninstalled(key_path: str | None, folders: Iterable[str]) -> str:
    """What uninstalling leaves, and how to remove it."""
    key = f"{key_path} stays with its certificate; to remove them: alpkey sign-out\n"
    return (
        f"{key if key_path else ''}Alpkey's own folders stay: {', '.join(folders)}\n"
        "The program leaves the way it came. If the start of your shell calls alpkey, for the "
        "prompt or for completion, take that line out yourself."
    )
