"""The words of warnings and of steps, by code."""

from collections.abc import Mapping

from alpkey.core.errors import Param
from alpkey.core.messages.describe_error import fill

WARNINGS: Mapping[str, str] = {
    "lock-wait": "Another Alpkey command is at work ({process} since {since}); waiting for it.",
    "lock-weak": "This file system knows no locks ({reason}); only this computer is guarded.",
    "browser-unusable": "{reason}, so another device is the way.",
    "renewed-meanwhile": "The key was renewed elsewhere meanwhile.",
    "last-of-the-day": "This will be the last key of the day, as far as this computer knows.",
    "lock-out-near": "This was refused {times} times in a row. "
    "{site} may lock the account after more; check the password at {dashboard}.",
    "kept-refused": "The saved password was refused and is not sent again. Type your password.",
    "kept-gone": "The keychain no longer holds the saved password.",
    "kept-unread": "The saved password cannot be read. {title}: {detail}",
    "not-kept": "The key is installed, but the password was not saved. {title}: {detail}",
    "agent-absent": "The key is installed. No ssh agent was loaded: {reason}",
    "agent-trouble": "The key is installed, but the ssh agent was not loaded: {reason}",
    "confirm-from-next": "The ssh agent no longer holds the key as it was. "
    "Load it as you now want it with: alpkey agent load",
    "own-agent": "The key is in an ssh agent that Alpkey runs. {title}: {detail}",
    "agent-not-forwarded": "The ssh agent that is passed on does not hold the key: {reason}",
    "passphrase-unread": "The keychain does not return the passphrase. {title}: {detail}",
    "passphrase-unforgotten": "The keychain still holds the old passphrase, which opens nothing "
    "any more. {title}: {detail}",
    "passphrase-lost": "The key that was there had a passphrase; the new one has none. "
    "Set one with: alpkey passphrase set",
    "cover-unread": "The new key gets no passphrase, as the keychain does not return it. "
    "{title}: {detail} Later: alpkey passphrase keychain",
    "cover-gone": "The new key gets no passphrase, for the keychain holds it no longer. "
    "Set a new one with: alpkey passphrase keychain",
    "passphrase-without-agent": "No ssh agent answers, so ssh asks for the passphrase at each "
    "login. Start one with: eval $(ssh-agent)",
    "agent-passphrase": "The key is installed. Its passphrase keeps it out of the ssh agent; "
    "load it with: alpkey agent load",
    "key-elsewhere": "The certificate is installed. The key itself is neither in {path} nor in "
    "your ssh agent: plug in or load what holds it before you log in.",
    "download-left": "{name} could not be removed: {reason}",
    "backup-kept": "The key that was there is saved as {path}.",
    "public-half-believed": "{path} is protected, so Alpkey cannot check that the public key "
    "beside it belongs to it; that one is certified.",
    "public-half-unwritten": "{path}.pub could not be written, so the passphrase is asked for "
    "again the next time. {title}: {detail}",
    "own-key-made": "The key that was there was made by a service. This one was made on this "
    "computer and never leaves it; the other is saved as {path}.",
    "found-in-list": "An answer had been lost; the certificate was found in the service's list.",
    "replaced-first": "No key is left, so the one of this computer is revoked first. "
    "Until the next one is here there is none.",
    "session-unread": "The saved sign-in cannot be read. {title}: {detail}",
    "account-not-remembered": "The setting 'username' could not be changed to {account}. "
    "{title}: {detail}",
    "session-unused": "The saved sign-in was not used this time, and stays saved. "
    "{title}: {detail}",
    "session-not-kept": "You are signed in, but that could not be saved. {title}: {detail}",
    "session-none": "{site} gave nothing to stay signed in with.",
    "after-renewal": "The key is installed. {title}. {detail}",
    "left-behind": "Not removed: {what}. {reason}",
    "own-key-stays": "{path} was not made by Alpkey, so it stays.",
    "own-passphrase-stays": "The passphrase of a key that is yours stays in {path}, "
    "for without it the key would never open again.",
    "folder-shared": "{path} holds files that are not Alpkey's, so it stays.",
    "made-by-another": "Another version of Alpkey did this; that one can undo it.",
    "not-revocable": "{site} has no service that revokes keys for Alpkey. The certificate works "
    "until its end {ended} wherever there is a copy of it and its key.",
    "not-revoked": "The key is installed, but the one until now was not revoked. {title}",
    "renewal-unfinished": "An interrupted renewal could not be finished. {title}: {detail}",
    "renewal-finished": "An interrupted renewal was finished first.",
    "service-retired": "{site} has retired this way to get a key; your password was not sent.",
    "file-kept": "The file there had been changed. It is saved as {path}.",
    "setting-lacks": "{label}: {reason}",
    "settings-set-aside": "The settings could not be read. They are saved as {path}.",
    "key-needed": "{host} waits for a fresh key. Ctrl-D goes on without.",
    "tunnel-not-browsed": "{title}. The service is at {url}",
    "config-loses": "{host}: your {keyword} {theirs} is replaced by {ours}",
}

STEPS: Mapping[str, str] = {
    "service-ready": "The service answers",
    "signed-in": "Signed in",
    "issued": "Certificate issued",
    "understood": "Found in {names}: issued to {principals}, expires {ends}",
    "installed": "Key installed",
    "protected": "Key protected by the passphrase",
    "unprotected": "Passphrase removed",
    "host-accepted": "Host key remembered",
    "in-agent": "Key is in the agent",
    "kept": "Password saved in the keychain",
    "revoked": "This computer's certificates are revoked",
    "session-kept": "You stay signed in",
    "after-renewal": "Your command has run",
    "session-ended": "Signed out",
    "secret-forgotten": "Removed from the keychain",
    "out-of-agent": "Removed from the ssh agent",
    "own-agent-ended": "Alpkey's own ssh agent ended",
    "removed": "Removed from the disk",
    "tunnel-closed": "Tunnel closed: {name}",
    "undone": "Undone: {what}",
    "tunnel-connecting": "Connecting to {node}",
    "tunnel-open": "Open: {url}",
    "tunnel-silent": "Port {ports} does not answer; ensure the server listens on 127.0.0.1 "
    "of {node}",
    "tunnel-reconnecting": "Reconnecting to {node}",
    "tunnel-waiting": "Waiting for a new key; it opens by itself once there is one",
    "job-submitted": "Job {job} submitted on {name}",
    "job-pending": "Job {job} waits: {reason}",
    "job-runs": "Job {job} runs on {node}",
    "launch-waits-for-key": "The key has expired; job {job} goes on once there is a new one: "
    "alpkey renew",
    "launch-waits-for-batch-system": "The batch system of {name} does not answer now; trying again",
    "launch-waits-for-network": "{name} cannot be reached now; trying again",
    "launch-waits-for-page": "Waiting for the page of job {job}",
    "page-open": "Open: {url}",
    "config-written": "Include line added",
    "config-proven": "ssh reaches the centre, and everything else as before",
}


def warning_text(code: str, params: Mapping[str, Param]) -> str:
    return fill(WARNINGS[code], params)


def step_text(code: str, params: Mapping[str, Param]) -> str:
    return fill(STEPS[code], params)
