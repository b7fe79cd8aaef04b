"""The words around settings; those of a single setting stand in its row."""

from collections.abc import Mapping

MANAGED = "managed by your organisation"

REPAIRED_BY_A_CHANGE = (
    "A valid value here replaces an invalid one. A file that cannot be read at all is first saved "
    "under another name."
)

# Who decided a setting.
ORIGINS: Mapping[str, str] = {"policy": MANAGED, "person": "set by you", "shipped": "the default"}

# The groups of the settings' page, and the keys of each in their order.
SIGN_IN = "Sign-in"
GROUPS: Mapping[str, tuple[str, ...]] = {
    SIGN_IN: ("username", "site", "submit_at_sixth_digit", "keep_sign_in"),
    "Reminders": (
        "reminders",
        "remind_before",
        "remind_again",
        "will_it_last_at",
        "work_starts_at",
    ),
    "Icon": ("icon", "lead_time"),
    "Connections": ("clusters", "terminal", "share_connections", "only_ipv4"),
    "Key and ssh": ("confirm_each_use", "refuse_without_key", "after_renewal"),
    "Alpkey": ("tell_updates",),
}

AUTOSTART = "Start at login"
AUTOSTART_HELP = "Show the tray icon when you log in to this computer."
FORGET_LABEL = "Saved password"
FORGET_HELP = "Remove it from the keychain; the next renewal by password asks for it again."
FORGET = "Forget the saved password"
FORGOTTEN = "Removed from the keychain."
NOTHING_SAVED = "No password is saved for {account}."
SEARCH = "Search settings"
NOTHING_FOUND = "No setting matches."
