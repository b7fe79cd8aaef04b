"""Errors of Alpkey itself, its settings and its files, by code."""

from collections.abc import Mapping

from alpkey.core.messages.description import Description

ERRORS: Mapping[str, Description] = {
    "usage": Description("That cannot be done like this", "{reason}", "See: alpkey --help"),
    "unknown-host": Description(
        "There is no cluster called {name}",
        "Known are: {known}.",
        "Choose one of these, or add it to your ssh configuration.",
    ),
    "no-such-account": Description(
        "There is no account called {name}",
        "Known are: {known}.",
        "See: alpkey account list",
    ),
    "account-unfit": Description(
        "That account cannot be added", "{reason}.", "See: alpkey account list"
    ),
    "first-account-unknown": Description(
        "Your first account comes first",
        "Alpkey does not know its username yet, so it could not keep the two apart.",
        "Get a key for it with: alpkey renew",
    ),
    "settings-unreadable": Description(
        "A file of settings cannot be used",
        "{path}: {reason}",
        "Fix the file, or move it away to go on with the defaults.",
    ),
    "setting-unknown": Description(
        "There is no setting {key}", "Known are: {known}.", "See: alpkey settings"
    ),
    "setting-unfit": Description(
        "This value does not fit",
        "{reason}. Nothing was changed.",
        "See: alpkey settings set --help",
    ),
    "setting-locked": Description(
        "{key} is managed by your organisation",
        "Nothing was changed.",
        "Ask the administrator of this computer.",
    ),
    "no-terminal": Description(
        "No terminal program was found",
        "Looked for: {looked_for}.",
        "Name yours in the setting 'terminal', or use: alpkey connect {name} --here",
    ),
    "no-editor": Description(
        "VS Code was not found",
        "Looked for: {looked_for}.",
        "Install it with its extension Remote - SSH, or connect in a terminal.",
    ),
    "editor-needs-config": Description(
        "VS Code does not know {name} yet",
        "It reads your own ssh configuration, and Alpkey's part is not in it.",
        "Let Alpkey write its part: alpkey config apply",
    ),
    "unsupported-platform": Description(
        "Alpkey is for Linux and macOS",
        "This system is {platform}.",
        "Use the centre's web page to get a key on this system.",
    ),
    "no-news": Description(
        "Newer versions could not be asked for",
        "{why}.",
        "Check the network connection and try again.",
    ),
    "no-feed": Description(
        "There is no place to ask for newer versions",
        "Neither Alpkey nor the site file of {site} names one.",
        "Get them from where this version came.",
    ),
    "lock-held": Description(
        "Another Alpkey command is at work",
        "{process} on {host} holds the lock since {since}.",
        "Wait for it to end, or end it, and try again.",
    ),
    "folder-unfit": Description(
        "{path} cannot be written", "{reason} Nothing was changed.", "Fix this and try again."
    ),
    "path-closed": Description(
        "{path} is closed to you", "{reason} Nothing was changed.", "Open it with: {command}"
    ),
    "pair-unfinished": Description(
        "The new key is only half installed",
        "{replaced} was replaced, but {path} could not be: {reason}",
        "Fix this and run any command of Alpkey: it finishes the installation first.",
    ),
    "runtime-unfit": Description(
        "Alpkey has no folder for its sockets",
        "{reason}",
        "Have XDG_RUNTIME_DIR or TMPDIR name a folder of your own with a short path.",
    ),
    "window-elsewhere": Description(
        "Alpkey is open on another display",
        "It runs on the display {display} and cannot come to this one.",
        "Go on there, or quit it there and start it here.",
    ),
    "instance-silent": Description(
        "Alpkey's {name} runs already, and does not answer",
        "It may be about to start or to end.",
        "Try again in a moment.",
    ),
    "disk-full": Description(
        "The disk is full",
        "{path} could not be written. The key you had is untouched.",
        "Free some space and try again.",
    ),
    "files-unfit": Description("{path} cannot be used", "{reason}", "Fix the file and try again."),
    "hook-unfit": Description(
        "The command of after_renewal is not run",
        "{path}: {reason}",
        "See to it that only you can change it, or take it out of the settings.",
    ),
    "hook-failed": Description(
        "The command of after_renewal did not do its work",
        "{path}: {reason}",
        "Try it by hand.",
    ),
    "leave-question": Description(
        "Leaving this computer has to be agreed to",
        "To be removed:\n{path}\nSettings and your ssh configuration stay.",
        "Agree with --yes.",
    ),
    "uninstall-question": Description(
        "Undoing what Alpkey did outside its own folders has to be agreed to",
        "To be undone:\n{path}\nKey, certificate and what the keychain keeps stay; "
        "to remove those: alpkey sign-out",
        "Agree with --yes.",
    ),
    "cancelled": Description("Cancelled", "Nothing was changed.", "Start again when you like."),
    "sandbox-missing": Description(
        "The sandbox is not installed",
        "It comes with the extra 'sandbox'.",
        "Install it with: pip install 'alpkey[sandbox]'",
    ),
}
