"""All English of errors, warnings and steps, by code; and the words for times.

One place, so that a translation can be added later.  Views add only what belongs to their layout.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alpkey.core.errors import AlpkeyError, Param
from alpkey.core.owned_item import OwnedItem
from alpkey.core.timestamps import from_rfc3339

# Params that are moments, in RFC 3339.
_MOMENTS = frozenset({"ended", "ends", "since", "starts"})


@dataclass(frozen=True, slots=True)
class Description:
    """An error for a person: what happened, the detail, and what to do next."""

    title: str
    detail: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Reminding:
    """A reminder's title and body."""

    title: str
    body: str


ERRORS: Mapping[str, Description] = {
    # Nothing was sent.
    "usage": Description("That cannot be done like this", "{reason}", "See: alpkey --help"),
    "username-missing": Description(
        "The user name is missing",
        "Nothing was sent.",
        "Type your user name at {site}, or give it with --username.",
    ),
    "username-unfit": Description(
        "This is not a user name of {site}",
        "A user name has 3 to 16 lower-case letters, digits, '_' or '-'; "
        "it is not your e-mail address. Nothing was sent.",
        "Type the name you log in to the clusters with.",
    ),
    "password-missing": Description(
        "The password is missing", "Nothing was sent.", "Type the password of your account."
    ),
    "otp-unfit": Description(
        "The code has six digits",
        "What was typed has another form. Nothing was sent.",
        "Read the code from your authenticator app and type its six digits.",
    ),
    "otp-used": Description(
        "This code was used just now",
        "A code works only once. Nothing was sent.",
        "Wait for the next code in your authenticator app.",
    ),
    "otp-held": Description(
        "This was refused {times} times in a row",
        "So this code is held back and nothing was sent: {site} may lock the account.",
        "Wait {seconds} s for the next code in your authenticator app, and type it with care.",
    ),
    "answer-unreadable": Description(
        "The answer on standard input cannot be read",
        "One line of JSON was expected. Nothing was sent.",
        'Send one line such as {{"password": "...", "otp": "123456"}}',
    ),
    "unknown-host": Description(
        "There is no cluster called {name}",
        "Known are: {known}.",
        "Choose one of these, or add it to your ssh configuration.",
    ),
    "settings-unreadable": Description(
        "A file of settings cannot be used",
        "{path}: {reason}",
        "Mend the file, or move it away to go on with the defaults.",
    ),
    "address-insecure": Description(
        "Nothing is sent without https",
        "{address} has no https, so others could read what is sent. Nothing was sent.",
        "Name an https address in the site file.",
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
        "Ask whoever looks after this computer.",
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
    "unbuilt-service": Description(
        "No service is left that this version can speak to",
        "The site file names only services of kinds it does not know: {kinds}.",
        "Install a newer version of Alpkey.",
    ),
    # The service said no.
    "sign-in-refused": Description(
        "Username, password or code is wrong",
        "{site} does not say which. A code works only once.",
        "Wait for the next code and try again.",
    ),
    "account-locked": Description(
        "{site} refuses this account",
        "The service says: {message}",
        "Sign in at {dashboard} to see why, or ask the support of the centre.",
    ),
    "request-refused": Description(
        "{site} refuses the request",
        "The service says: {message}",
        "Try again later; if it stays so, show this to the support of the centre.",
    ),
    "token-refused": Description(
        "The sign-in at {site} has run out",
        "The service does not take it any more. Nothing was changed.",
        "Sign in again.",
    ),
    "sign-in-denied": Description(
        "The sign-in was declined",
        "Somebody said no on the page of {site}. Nothing was changed.",
        "Try again, and say yes.",
    ),
    "browser-late": Description(
        "Nobody signed in with the browser",
        "The page of {site} was open for {minutes} min. Nothing was changed.",
        "Try again; where no browser can be used, add --device.",
    ),
    "no-browser": Description(
        "No browser could be opened",
        "There is no display here, or no program that opens web pages. Nothing was sent.",
        "Sign in with another device: add --device.",
    ),
    "no-gateway": Description(
        "{site} has no service that lists keys",
        "Its site file names none that Alpkey speaks to. Nothing was sent.",
        "See your keys at {dashboard}.",
    ),
    "callback-busy": Description(
        "The browser could not come back to Alpkey",
        "Another program on this computer uses port {port}. Nothing was sent.",
        "End that program, or sign in with another device: add --device.",
    ),
    "device-code-expired": Description(
        "The code for your other device has run out",
        "Nobody used it in time. Nothing was changed.",
        "Try again for a new code.",
    ),
    "sign-in-unproven": Description(
        "{host} does not prove who signed in",
        "Its answer was not used, as its proof does not hold ({reason}).",
        "Check that this computer's clock is right, then try again; "
        "if it stays so, tell the support of the centre.",
    ),
    "password-not-allowed": Description(
        "{site} wants you to sign in with your browser",
        "{host} takes no password from this program. Nothing was changed.",
        "Sign in with the browser: add --browser; or on another device: add --device.",
    ),
    "api-key-refused": Description(
        "The API key is not accepted",
        "{site} does not know it, or it is older than its 180 days.",
        "Make a new one at the centre's page for service accounts, and put it into {variable}.",
    ),
    "api-key-missing": Description(
        "The API key of the service account is missing",
        "It is read from {variable}, which is not set. Nothing was sent.",
        "Set {variable}, in the way your scheduler keeps secrets, and try again.",
    ),
    "api-key-unfit": Description(
        "What stands in {variable} is no API key",
        "It holds letters that no such key has. Nothing was sent.",
        "Copy the key again at the centre's page for service accounts.",
    ),
    "no-service-accounts": Description(
        "{site} has no service accounts",
        "Its site file names no address for them. Nothing was sent.",
        "Sign in as a person instead.",
    ),
    "quota-used-up": Description(
        "No key is left for now",
        "{limit} keys are given a day, and this computer counts {limit} that are still valid.",
        "The next one opens {next_slot}. To ask the service all the same: alpkey renew --force",
    ),
    "quota-spared": Description(
        "The last key of the day is left to you",
        "{site} lists so many keys that a renewal nobody asked for would take it.",
        "Renew the key yourself: alpkey renew",
    ),
    "quota-refused": Description(
        "No key is left for today",
        "The service says: {message}",
        "Wait until one of your keys has run out, or revoke one at {dashboard}.",
    ),
    "kept-refused": Description(
        "The kept password was refused",
        "It is not sent again, for the centre may lock the account. Nothing was sent.",
        "Type your password. To keep the right one: alpkey password keep",
    ),
    # Network, service, lock.
    "no-news": Description(
        "Newer versions could not be asked for",
        "{why}.",
        "Check the network connection and try again.",
    ),
    "no-feed": Description(
        "Nobody is there to be asked for newer versions",
        "The site file of {site} names no place for that.",
        "Whoever installed Alpkey here brings them.",
    ),
    "no-network": Description(
        "{host} cannot be reached",
        "{reason} Your password was not sent.",
        "Check the network connection and try again.",
    ),
    "tls-untrusted": Description(
        "{host} does not prove who it is",
        "{reason} Your password was not sent.",
        "You may be behind a portal or a proxy that opens connections: try another network.",
    ),
    "too-slow": Description(
        "{host} does not answer in time",
        "There was no complete answer within {seconds} seconds.",
        "Try again in a minute.",
    ),
    "answer-lost": Description(
        "No usable answer came back",
        "The request reached {host}, but the answer was of no use ({reason}). "
        "A key of today may have been spent.",
        "Nothing was changed here. Check the network and try again.",
    ),
    "service-trouble": Description(
        "{host} has trouble",
        "{reason}",
        "This is not your fault. Try again in a few minutes.",
    ),
    "redirected": Description(
        "{host} sends us elsewhere",
        "Alpkey does not follow: a password must not go to another address.",
        "If you are behind a portal, sign in there first; then try again.",
    ),
    "lock-held": Description(
        "Another renewal is running",
        "{process} on {host} holds the lock since {since}.",
        "Wait for it to end, or end it, and try again.",
    ),
    "service-retired": Description(
        "{site} has retired this way to get a key",
        "The service at {host} is gone. Your password was not sent.",
        "Sign in with the browser: alpkey renew --browser. Or get a key at {dashboard}.",
    ),
    # Key, files, answers that must not be used.
    "no-key": Description(
        "There is no key yet", "{key_path} does not exist.", "Get one with: alpkey renew"
    ),
    "key-expired": Description(
        "The key has run out", "It ended {ended}.", "Renew it: alpkey renew"
    ),
    "key-unfit": Description(
        "The key cannot be used", "{reason}", "Get a fresh one with: alpkey renew"
    ),
    "answer-unfit": Description(
        "The service sent a key that does not fit",
        "{reason} Nothing was changed on this computer.",
        "Try again; if it stays so, show this to the support of the centre.",
    ),
    "folder-unfit": Description(
        "{path} cannot be written", "{reason} Nothing was changed.", "Mend this and try again."
    ),
    "runtime-unfit": Description(
        "Alpkey has no folder for its sockets",
        "{reason}",
        "Have XDG_RUNTIME_DIR or TMPDIR name a folder of your own with a short path.",
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
    "files-unfit": Description("{path} cannot be used", "{reason}", "Mend the file and try again."),
    # The command of the setting after_renewal.
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
    # A key on demand.
    "not-renewed": Description(
        "There is no good key", "It was not renewed. {reason}", "Renew it: alpkey renew"
    ),
    "said-no": Description(
        "There is no good key",
        "It was not renewed, and for {minutes} minutes nobody is asked again.",
        "Renew it: alpkey renew",
    ),
    # The person's ssh configuration.
    "config-no-file": Description(
        "{path} is no regular file",
        "Alpkey changes only files, and asks ssh nothing before. Nothing was changed.",
        "Put a plain file there, or a link to one.",
    ),
    "config-foreign": Description(
        "{path} belongs to another user",
        "Alpkey changes only what is yours. Nothing was changed.",
        "Have its owner put the line at its top that 'alpkey config show' prints.",
    ),
    "config-refused": Description(
        "ssh itself refuses {path}",
        'It says: "{reason}". Nothing was changed.',
        "Mend this line; ssh cannot be used before.",
    ),
    "config-hangs": Description(
        "ssh does not come to an end of {path}",
        "It was asked what it would do, and gave no answer for {seconds} seconds. "
        "Nothing was changed.",
        "Look for a 'Match exec' line whose command hangs, an included file that is a pipe, or "
        "CanonicalizeHostname while no name server answers.",
    ),
    "config-changed": Description(
        "{path} was changed meanwhile",
        "Somebody else wrote it while Alpkey was at work. Nothing of theirs was changed.",
        "Try again.",
    ),
    "config-unproven": Description(
        "The line in {path} does not do what it should",
        "For {host}, ssh takes another {keyword} than was planned. {outcome}",
        "Run: alpkey config apply; if it stays so, show this to whoever maintains Alpkey.",
    ),
    "config-question": Description(
        "Nobody said whether the line may be put into your ssh configuration",
        "Nothing was changed.",
        "Agree with --yes.",
    ),
    # What was downloaded or pasted.
    "import-nothing": Description(
        "There is nothing to import",
        "No key was found in {folder}, and nothing was pasted.",
        "Get one at {dashboard}, or name the files: alpkey import FILE...",
    ),
    "import-nothing-there": Description(
        "There is nothing to import", "{path} does not exist.", "Check the name and try again."
    ),
    "import-empty": Description(
        "{name} is empty", "Nothing was changed.", "Download it again at {dashboard}."
    ),
    "import-web-page": Description(
        "{name} is a web page, not a key",
        "That happens when the browser is no longer signed in. Nothing was changed.",
        "Sign in at {dashboard} and download it again.",
    ),
    "import-putty": Description(
        "{name} is a key of PuTTY",
        "OpenSSH cannot read it. Nothing was changed.",
        "Export it with puttygen (Conversions, Export OpenSSH key), then import that file.",
    ),
    "import-public-key": Description(
        "{name} is a public key, not a certificate",
        "A certificate is longer and its first word holds '-cert-v01@openssh.com'. "
        "Nothing was changed.",
        "Have it signed at {dashboard}, and import the certificate that you get there.",
    ),
    "import-torn": Description(
        "{name} holds only a part of a private key",
        "Its last line, with the word END, is missing. Nothing was changed.",
        "Copy or download all of it again at {dashboard}.",
    ),
    "import-unknown": Description(
        "{name} is neither a key nor a certificate",
        "Nothing was changed.",
        "Get them at {dashboard}: the files are called {key_file} and {key_file}-cert.pub.",
    ),
    "import-damaged": Description(
        "{name} is damaged", "{reason} Nothing was changed.", "Download it again at {dashboard}."
    ),
    "import-hidden": Description(
        "It cannot be told whose key {name} is",
        "It is protected by a passphrase in an old format. Nothing was changed.",
        "Rewrite it with: ssh-keygen -p -f FILE. Then import it again.",
    ),
    "import-host-certificate": Description(
        "{name} is a certificate for hosts, not for people",
        "Nothing was changed.",
        "Get your own at {dashboard}.",
    ),
    "import-no-key": Description(
        "{name} is for a key that is not on this computer",
        "A certificate works only with its private key. Nothing was changed.",
        "Import the private key together with it, or have the public key of this computer "
        "signed at {dashboard}.",
    ),
    "import-mismatch": Description(
        "The key and the certificate do not belong together",
        "{name} is for another private key than those found. Nothing was changed.",
        "Download both files again at {dashboard}, in one go.",
    ),
    "import-no-certificate": Description(
        "The certificate is missing",
        "{name} is a private key alone, and no cluster takes that. Nothing was changed.",
        "Import the file whose name ends in -cert.pub together with it; it is at {dashboard}.",
    ),
    "import-foreign": Description(
        "{name} is another person's certificate",
        "It is made out to {principals}, not to {account}. Nothing was changed.",
        "Get your own at {dashboard}. If both names are yours, set 'username' in the settings.",
    ),
    "import-expired": Description(
        "{name} has run out",
        "It ended {ended}. Nothing was changed.",
        "Get a fresh one at {dashboard}.",
    ),
    "import-early": Description(
        "{name} is not valid yet",
        "It starts {starts}. Nothing was changed.",
        "Check this computer's clock, then import it again.",
    ),
    "downloads-question": Description(
        "The downloads need not stay",
        "Once the key is installed, nobody needs {path} any more.",
        "Agree to keep them with --yes, or answer the question in a terminal.",
    ),
    # Logins, jobs and tunnels.
    "login-failed": Description("{title}", "{detail}", "{next_step}"),
    "login-odd": Description(
        "The login to {host} does not work",
        'ssh says: "{said}"',
        "See what the doctor finds: alpkey doctor",
    ),
    "connection-stuck": Description(
        "The shared connection {name} does not end",
        "Its ssh does not answer.",
        "End that ssh yourself; its socket has this name.",
    ),
    "no-batch-system": Description(
        "{name} knows no jobs",
        "The program {program} is not there.",
        "Ask a cluster where your jobs run, such as daint.",
    ),
    "batch-system-trouble": Description(
        "The batch system of {name} does not answer as it should",
        'It says: "{said}"',
        "Try again in a few minutes; the cluster may be under maintenance.",
    ),
    "job-unknown": Description(
        "You have no job {job} on {name}",
        "It may have ended already. Nothing was changed.",
        "See your jobs with: alpkey jobs {name}",
    ),
    "job-question": Description(
        "A job that is ended cannot be taken up again",
        "To be ended: {path}.",
        "Agree with --yes.",
    ),
    "node-unfit": Description(
        "{node} is no node's name",
        "The nodes here are called like {pattern}. Nothing was opened.",
        "See the nodes of your jobs with: alpkey jobs CLUSTER",
    ),
    "node-unknown": Description(
        "{name} knows no node {node}",
        'It says: "{said}"',
        "See the nodes of your jobs with: alpkey jobs {name}",
    ),
    "node-closed": Description(
        "{node} does not let you in",
        "No job of yours runs there, and a node is open only to whoever has one on it.",
        "See your jobs and their nodes with: alpkey jobs {name}",
    ),
    "node-changed": Description(
        "{node} has another host key than before",
        "{offending} remembers the one until now. A node that is set up anew gets a new key.",
        "If you expect that, remove that line; else ask the support of the centre.",
    ),
    "node-unreachable": Description(
        "{node} cannot be reached from {name}",
        'ssh says: "{said}"',
        "See whether your job still runs there: alpkey jobs {name}",
    ),
    "port-busy": Description(
        "Port {port} of this computer is in use",
        "{holder} listens there.",
        "Name no port here (--local-port), and a free one is chosen; or end that program.",
    ),
    "port-tunnelled": Description(
        "Port {port} of this computer is in use",
        "The tunnel {id} begins there.",
        "Name no port here (--local-port), and a free one is chosen; or: alpkey tunnel close {id}",
    ),
    "port-reserved": Description(
        "Port {port} of this computer is reserved",
        "The system gives ports below 1024 to its administrator only.",
        "Name no port here (--local-port), and a free one is chosen.",
    ),
    "job-ended": Description(
        "The job on {node} has ended, and the tunnel with it",
        "A node lets nobody in without a job on it.",
        "Start a new job; see it with: alpkey jobs {name}",
    ),
    "tunnel-died": Description(
        "The tunnel {id} ended without a word",
        "The program that watched over it is gone.",
        "Open it again.",
    ),
    "tunnel-unknown": Description(
        "There is no tunnel {id}", "There are: {known}.", "See: alpkey tunnel list"
    ),
    "tunnel-stuck": Description(
        "The tunnel {id} does not answer",
        "The program that watches over it runs, and does not close it.",
        "Try again; if it stays so, end the program 'alpkey tunnel open'.",
    ),
    # Host keys.
    "host-question": Description(
        "Nobody vouches for a host that is met for the first time",
        "{path}",
        "Compare it with what a colleague sees or the centre's support says. Agree with --yes.",
    ),
    "host-waiting": Description(
        "{name} is reached through {jump}, whose key is not accepted yet",
        "Nothing was changed.",
        "Accept both: alpkey hosts accept {jump} {name}",
    ),
    "host-unreachable": Description(
        "{name} does not show its key",
        "ssh says: {reason}",
        "Check the network and the key (alpkey status), and try again.",
    ),
    "host-key-changed": Description(
        "The key of {name} is another one than before",
        "It presents {fingerprint}, and {place} says otherwise. Either the host was set up anew, "
        "or somebody stands between you and it. Nothing was changed.",
        "Do not log in before you know which: ask {support}. Only then remove the old line with "
        "ssh-keygen -R, and accept the new key.",
    ),
    "host-key-differs": Description(
        "{name} presented another key a moment later",
        "That is not the one that was shown. Nothing was changed.",
        "Try again; if it stays so, ask the centre's support before you log in.",
    ),
    "host-unproven": Description(
        "ssh still does not know the key of {name}",
        "It was put into {path}, but your ssh configuration seems to name another file.",
        "See the line UserKnownHostsFile in your ~/.ssh/config.",
    ),
    "disconnect-question": Description(
        "End every shared connection?",
        "Every session in them ends too, in whichever terminal it runs. Tunnels stay open.",
        "The next login opens a new one.",
    ),
    "revoke-question": Description(
        "Revoked keys open nothing any more, at once and everywhere",
        "To be revoked: {path}.",
        "Agree with --yes, or see what it would be with --dry-run.",
    ),
    "keep-question": Description(
        "You can stay signed in at {path}, for about a day",
        "Then a renewal needs no sign-in; whoever can use this computer as you could renew, too. "
        "It is kept in the keychain, and 'alpkey sign-out' ends it.",
        "Say so for good with: alpkey settings set keep_sign_in yes",
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
    "serial-unknown": Description(
        "No living key has the serial {serial}",
        "{site} lists none. Nothing was revoked.",
        "See the serials with: alpkey keys list",
    ),
    # Nobody answered.
    "cancelled": Description("Cancelled", "Nothing was changed.", "Start again when you like."),
    "sign-in-needed": Description(
        "Somebody has to sign in",
        "User name, password and code are needed and nobody can be asked.",
        "Run it in a terminal, or send the answer on standard input with --stdin.",
    ),
    "foreign-key": Description(
        "{path} was not made by Alpkey",
        "It is kept as a backup beside it when it is replaced.",
        "Agree with --yes.",
    ),
    # The agent.
    "agent-absent": Description(
        "No ssh agent answers",
        "{reason}",
        "Start one with: eval $(ssh-agent). A key without passphrase works without an agent.",
    ),
    "agent-named-absent": Description(
        "The ssh agent that your ssh configuration names does not answer",
        "{reason}",
        "Start the program it belongs to, or change the line IdentityAgent in ~/.ssh/config. "
        "A key without passphrase works without an agent.",
    ),
    "agent-hangs": Description(
        "The ssh agent does not answer",
        "{socket} accepted the call and said nothing for {seconds} seconds.",
        "It may wait for you in a window of its own; else restart the program that runs it.",
    ),
    "agent-locked": Description(
        "The ssh agent is locked",
        "{socket} shows nothing and takes nothing.",
        "Unlock it with: ssh-add -X, or in the program that runs it. Then: alpkey agent load",
    ),
    "agent-no-certificates": Description(
        "The ssh agent takes no certificates",
        "{socket} took the key and refused its certificate. Logins work, for ssh reads the "
        "certificate from its file; going on from a cluster with -A does not.",
        "For -A use OpenSSH's own agent: eval $(ssh-agent)",
    ),
    "agent-refuses": Description(
        "The ssh agent refuses",
        "{socket} said no ({operation}). Some agents keep what they found by themselves, and some "
        "take nothing from other programs.",
        "Do it in the program that runs this agent, or use OpenSSH's own: eval $(ssh-agent)",
    ),
    "agent-no-confirm": Description(
        "The ssh agent cannot ask at each use",
        "{socket} takes the key, but not with the wish that each use is confirmed.",
        "Turn that off (alpkey settings set confirm_each_use off), or use OpenSSH's own agent: "
        "eval $(ssh-agent)",
    ),
    "agent-garbled": Description(
        "The ssh agent answers in a way nobody understands",
        "{socket}: {reason}",
        "Use OpenSSH's own agent: eval $(ssh-agent)",
    ),
    "own-agent-failed": Description(
        "Alpkey's own ssh agent does not start",
        "{reason}",
        "Install OpenSSH's ssh-agent, or start one yourself: eval $(ssh-agent)",
    ),
    "own-agent-stays": Description(
        "Alpkey's own ssh agent does not end",
        "{socket}: {reason} It holds the key until the key runs out.",
        "Log out of this computer, which ends it.",
    ),
    "key-elsewhere": Description(
        "The key itself is not in a file here",
        "Only its public half is: {path}.pub. It lives in hardware, or in another agent.",
        "Load it where it lives. Alpkey gets its certificates all the same: alpkey renew --browser",
    ),
    "key-encrypted": Description(
        "The key is protected by a passphrase",
        "It has to be typed.",
        "Load the key with: alpkey agent load",
    ),
    # The passphrase of the key.
    "passphrase-refused": Description(
        "The passphrase is wrong",
        "The key did not open. Nothing was changed.",
        "Try again. Nobody can restore a forgotten one: get a fresh key with: alpkey renew",
    ),
    "passphrase-missing": Description(
        "The passphrase is missing", "Nothing was changed.", "Type it, and press Enter."
    ),
    "passphrase-short": Description(
        "The passphrase is too short",
        "OpenSSH takes none of fewer than five letters. Nothing was changed.",
        "Choose a longer one; a few words in a row are good.",
    ),
    "passphrase-differs": Description(
        "The two passphrases differ", "Nothing was changed.", "Type the same one twice."
    ),
    "passphrase-unfit": Description(
        "ssh could never be told this passphrase",
        "It holds signs that no keyboard sends, such as a line end. Nothing was changed.",
        "Choose one of letters, digits, signs and spaces.",
    ),
    "passphrase-needed": Description(
        "The passphrase has to be typed",
        "Nobody can be asked here. Nothing was changed.",
        'Run it in a terminal, or send one line such as {{"{field}": "..."}} with --stdin.',
    ),
    "key-unreadable": Description(
        "The private key cannot be read",
        "{reason} Nothing was changed.",
        "OpenSSH itself may know it: ssh-keygen -p. Or get a fresh one with: alpkey renew",
    ),
    "key-changed": Description(
        "The key was replaced meanwhile",
        "Another program put a new key in its place. Nothing was changed.",
        "Do it again, for the new key.",
    ),
    "named-key-unread": Description(
        "{path} cannot be certified",
        "{reason} It is your own key, so nothing takes its place. Nothing was sent.",
        "Name another key with --file. One that OpenSSH can read is written in its own format by: "
        "ssh-keygen -p -f {typed}",
    ),
    "named-key-hidden": Description(
        "The public half of {path} cannot be read",
        "{reason} It is your own key, so nothing takes its place. Nothing was sent.",
        "Write the public half beside it: ssh-keygen -y -f {typed} > {typed}.pub",
    ),
    "named-public-unread": Description(
        "{path}.pub is no public key",
        "A new key would take its name. Nothing was sent.",
        "Move {path}.pub away, or name another key with --file.",
    ),
    "named-public-differs": Description(
        "{path}.pub belongs to another key than {path}",
        "ssh would offer the wrong one. Nothing was sent.",
        "Move {path}.pub away, and write the right one: ssh-keygen -y -f {typed} > {typed}.pub",
    ),
    "named-key-stays": Description(
        "{path} is your own key, which nothing replaces",
        "With user name, password and code the service makes a new key. Nothing was sent.",
        "Have this one certified: alpkey renew --browser --file {typed}",
    ),
    "named-certificate-stays": Description(
        "{path}-cert.pub is not a certificate of Alpkey's",
        "It may be what another centre lets you in with. Nothing was changed.",
        "Move it away, or name a copy of the key with --file.",
    ),
    "key-hidden": Description(
        "It cannot be told whose key this is",
        "It is protected by a passphrase in an old format.",
        "Rewrite it with: ssh-keygen -p -f FILE",
    ),
    "key-unloadable": Description(
        "The key cannot be put into the ssh agent",
        "{reason}",
        "Get a fresh one with: alpkey renew",
    ),
    # The keychain.
    "keychain-absent": Description(
        "There is no keychain that Alpkey can use",
        "{reason} Secrets are never kept in a plain file.",
        "Type the password at each renewal, or set up GNOME Keyring, KWallet or another "
        "Secret Service.",
    ),
    "keychain-locked": Description(
        "The keychain is locked",
        "{name} has to be unlocked with its own password, and that was not done.",
        "Unlock it on your desktop and try again; to renew, just type the password.",
    ),
    "keychain-refused": Description(
        "The keychain refuses",
        "{name}: {reason}",
        "Try again and agree when it asks; to renew, just type the password.",
    ),
    "keychain-hangs": Description(
        "The keychain does not answer",
        "{name} said nothing for {seconds} seconds.",
        "Restart it, or log out and in; to renew, just type the password.",
    ),
    "keychain-vanished": Description(
        "The keychain has gone away",
        "{name} was there a moment ago and no longer answers.",
        "Start it again, or log out and in; to renew, just type the password.",
    ),
    "totp-forbidden": Description(
        "{site} wants codes from another device",
        "A code generator on this computer would put both factors in one place. "
        "Nothing was stored.",
        "Keep the password instead: alpkey password keep. See {page}",
    ),
    "totp-unfit": Description(
        "No codes can be made from this secret",
        "{reason} Nothing was stored.",
        "Copy the whole otpauth:// address, or the letters shown beside the QR code.",
    ),
    "secret-missing": Description(
        "There is nothing to keep",
        "What was typed is empty. Nothing was stored.",
        'Type it, or send one line such as {{"{field}": "..."}} with --stdin.',
    ),
    "secret-needed": Description(
        "What is to be kept has to be typed",
        "Nobody can be asked here. Nothing was stored.",
        'Run it in a terminal, or send one line such as {{"{field}": "..."}} with --stdin.',
    ),
    "ssh-missing": Description(
        "The program ssh was not found", "{reason}", "Install OpenSSH's client and try again."
    ),
    "sandbox-missing": Description(
        "The sandbox is not installed",
        "It comes with the extra 'sandbox'.",
        "Install it with: pip install 'alpkey[sandbox]'",
    ),
}

# What the browser shows when it comes back from a sign-in.
PAGES: Mapping[str, str] = {
    "signed-in": "You are signed in. You may close this window.",
    "not-signed-in": "You are not signed in. You may close this window.",
    "another-sign-in": "This answer is to another sign-in. Please start again from Alpkey.",
    "nothing-here": "There is nothing here.",
}

WARNINGS: Mapping[str, str] = {
    "lock-wait": "Another renewal is running ({process} since {since}); waiting for it.",
    "lock-weak": "This file system knows no locks ({reason}); only this computer is guarded.",
    "browser-unusable": "{reason}, so another device is the way.",
    "renewed-meanwhile": "The key was renewed elsewhere meanwhile.",
    "last-of-the-day": "This will be the last key of the day, as far as this computer knows.",
    "lock-out-near": "This was refused {times} times in a row. "
    "{site} may lock the account after more; check the password at {dashboard}.",
    "kept-refused": "The kept password was refused and is not sent again. Type your password.",
    "kept-gone": "The keychain no longer holds the kept password.",
    "kept-unread": "The kept password cannot be read. {title}: {detail}",
    "not-kept": "The key is installed, but the password was not kept. {title}: {detail}",
    "agent-absent": "The key is installed. No ssh agent was loaded: {reason}",
    "agent-trouble": "The key is installed, but the ssh agent was not loaded: {reason}",
    "confirm-from-next": "The ssh agent no longer holds the key as it was. "
    "Load it as you now want it with: alpkey agent load",
    "own-agent": "The key is in an ssh agent that Alpkey runs. {title}: {detail}",
    "agent-not-forwarded": "The ssh agent that is passed on does not hold the key: {reason}",
    "passphrase-unread": "The keychain does not tell the passphrase. {title}: {detail}",
    "passphrase-unforgotten": "The keychain still holds the old passphrase, which opens nothing "
    "any more. {title}: {detail}",
    "passphrase-lost": "The key that was there had a passphrase; the new one has none. "
    "Set one with: alpkey passphrase set",
    "cover-unread": "The new key gets no passphrase, for the keychain does not tell it. "
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
    "backup-kept": "The key that was there is kept as {path}.",
    "public-half-believed": "{path} is protected, so it cannot be told whether the public key "
    "beside it is its own; that one is certified.",
    "public-half-unwritten": "{path}.pub could not be written, so the passphrase is asked for "
    "again the next time. {title}: {detail}",
    "own-key-made": "The key that was there was made by a service. This one was made on this "
    "computer and never leaves it; the other is kept as {path}.",
    "found-in-list": "An answer had been lost; the certificate was found in the service's list.",
    "replaced-first": "No key is left, so the one of this computer is revoked first. "
    "Until the next one is here there is none.",
    "session-unread": "The kept sign-in cannot be read. {title}: {detail}",
    "session-not-kept": "You are signed in, but that could not be kept. {title}: {detail}",
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
    "renewal-finished": "An interrupted renewal was finished first.",
    "service-retired": "{site} has retired this way to get a key; your password was not sent.",
    "file-kept": "What stood there had been changed. It is kept as {path}.",
    "setting-lacks": "{label}: {reason}",
    "settings-set-aside": "The settings could not be read. They are kept as {path}.",
    "key-needed": "{host} waits for a fresh key. Ctrl-D goes on without.",
    "tunnel-not-browsed": "{title}. The service is at {url}",
    "config-loses": "{host}: your {keyword} {theirs} gives way to {ours}",
}

# What of ours lies on a computer, as a question, a warning and the end tell it.
BELONGINGS: Mapping[str, str] = {
    "session": "the kept sign-in of {name}",
    "session-at-provider": "the sign-in at the centre",
    "password": "the kept password of {name}",
    "totp": "the kept code generator of {name}",
    "passphrase": "the passphrase of the key in {name}",
    "agent": "our entries in the ssh agent ({name})",
    "own-agent": "the ssh agent that Alpkey runs at {name}",
    "key": "the key {name} with its certificate",
    "certificate": "the certificate {name}",
    "waiting": "the key that waits for its place as {name}",
    "revocation": "the certificates at {name}",
    "tunnel": "the open tunnel {name}",
    "connection": "the open connection {name}",
    "placed": "{name}",
    "ssh-line": "our line in {name}",
    "ssh-files": "our own files for ssh in {name}",
    "host-keys": "the keys of hosts that were accepted with Alpkey, in {name}",
    "unknown": "what another version of Alpkey did: {name}",
}

# What a notice says of a login that waits, and its buttons.
LOGIN_GOES_ON = "It goes on by itself once the key is renewed."
RENEW_NOW, NOT_NOW = "Renew key\N{HORIZONTAL ELLIPSIS}", "Not now"

KEYCHAIN_CLOSED = "The keychain is locked. Unlock it on your desktop first."

MANAGED = "managed by your organisation"
MENDED_BY_A_CHANGE = (
    "A right value here mends a wrong one. A file that cannot be read at all is then kept aside."
)

# What is set up in a window of its own, by the window's name.
SET_UP = "Set up"
SETUP_WINDOWS: Mapping[str, str] = {
    "first-start": "All of it again\N{HORIZONTAL ELLIPSIS}",
    "passphrase": "Passphrase of the key\N{HORIZONTAL ELLIPSIS}",
    "ssh-config": "ssh configuration\N{HORIZONTAL ELLIPSIS}",
    "host-keys": "Host keys\N{HORIZONTAL ELLIPSIS}",
}

# Who decided a setting.
ORIGINS: Mapping[str, str] = {"policy": MANAGED, "person": "set by you", "shipped": "the default"}

STEPS: Mapping[str, str] = {
    "service-ready": "The service answers",
    "signed-in": "Signed in",
    "issued": "Certificate issued",
    "understood": "Found in {names}: made out to {principals}, ends {ends}",
    "installed": "Key installed",
    "protected": "Key protected by the passphrase",
    "unprotected": "Passphrase removed",
    "host-accepted": "Host key remembered",
    "in-agent": "Key is in the agent",
    "kept": "Password kept in the keychain",
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
    "config-written": "The line is in place",
    "config-proven": "ssh reaches the centre by it, and all else as before",
}


# The state of a tunnel, by its value in the contract.
TUNNEL_STATES: Mapping[str, str] = {
    "connecting": "connecting",
    "open": "open",
    "service-not-answering": "port {ports} does not answer; ensure the server listens on "
    "127.0.0.1 of {node}",
    "reconnecting": "reconnecting",
    "waiting-for-key": "waiting for a new key",
    "failed": "failed",
    "job-ended": "closed, for the job has ended",
    "closed": "closed",
}


# The same in a word or two, for a line of a menu.
TUNNEL_BRIEFLY: Mapping[str, str] = {**TUNNEL_STATES, "service-not-answering": "no answer"}


def tunnel_state(state: str, node: str, silent: Iterable[int]) -> str:
    """How a tunnel is; ``silent`` are the ports on the node where nothing answers."""
    return TUNNEL_STATES[state].format(node=node, ports=", ".join(map(str, silent)))


RENEW = "Renew"
LATER = "Later"
LATER_IN_MENU = "Remind me in 30 minutes"

REMINDERS: Mapping[str, Reminding] = {
    "will-it-last": Reminding(
        "The {site} key is valid until {end}",
        "That is before work starts. A key that is made now lasts longer.",
    ),
    "soon": Reminding(
        "The {site} key is valid until {end}", "After that no new login works, until it is renewed."
    ),
    "again": Reminding(
        "The {site} key is valid until {end}", "That is soon. After that no new login works."
    ),
    "expired": Reminding(
        "The {site} key has expired",
        "It was valid until {end}. What is open stays open; a new login needs a new key.",
    ),
}


def page_to_open(url: str, short_url: str | None, user_code: str | None) -> str:
    """Where to sign in: here, or on another device with the code that it asks for."""
    if user_code is None:
        return f"Sign in with your browser. If it did not open, open this page:\n  {url}"
    return (
        f"Sign in on another device. Scan the code, or open this page:\n  {url}\n"
        f"or open {short_url} and type {user_code}"
    )


# The doctor.
SEVERITIES: Mapping[str, str] = {
    "error": "Stops a login",
    "warning": "Warning",
    "note": "Good to know",
}
FOLLOWS = "From this follows"
# What to do about a retired service, by whether another one gives keys.
AFTER_RETIREMENT: Mapping[bool, str] = {
    True: "Sign in with the browser from now on: alpkey renew --browser",
    False: "Get your next key with the browser, at {page}.",
}
SOMETHING_STOPS_LOGINS = "Something will stop a login"
HEALTHY = "Nothing stands in the way of a login"
DOCTOR_LOOKS = "Looking, and logging in once\N{HORIZONTAL ELLIPSIS}"
DOCTOR_BUTTONS = (
    "Look again",
    "Report for the public\N{HORIZONTAL ELLIPSIS}",
    "Report for support\N{HORIZONTAL ELLIPSIS}",
)
ACTIONS: Mapping[str, str] = {
    "fix": "Mend this",
    "renew": "Renew key\N{HORIZONTAL ELLIPSIS}",
    "ssh-config": SETUP_WINDOWS["ssh-config"],
    "host-keys": SETUP_WINDOWS["host-keys"],
    "keys": "My keys",
    "settings": "Settings",
}


def report_goes_to(support: str) -> str:
    """Where a report is of use; ``support`` is the centre's page for that."""
    return f"The support of the centre: {support}"


def found(count: int) -> str:
    """How many findings there are."""
    if not count:
        return HEALTHY
    return "One finding" if count == 1 else f"{count} findings"


def describe(error: AlpkeyError) -> Description:
    """The error in words.  A code without words, or a param that lacks, is a bug (KeyError)."""
    plain = ERRORS[error.code]
    facts = _shown(error.params)
    return Description(
        plain.title.format(**facts),
        plain.detail.format(**facts),
        plain.next_step.format(**facts),
    )


def told(trouble: AlpkeyError) -> dict[str, str]:
    """What a warning about ``trouble`` quotes of it."""
    said = describe(trouble)
    return {"title": said.title, "detail": said.detail}


def error_object(error: AlpkeyError) -> dict[str, Any]:
    """The error as the object of the contract."""
    said = describe(error)
    return {
        "code": error.code,
        "title": said.title,
        "detail": said.detail,
        "next_step": said.next_step,
        "retryable": error.retryable,
        "params": error.params,
    }


def bug_object(kind: str, report: str | None) -> dict[str, Any]:
    """A bug in the shape of an error; ``report`` is where the crash report lies, if it could."""
    return {
        "code": "bug",
        "title": f"Alpkey met a bug of its own ({kind})",
        "detail": f"A report without anything you typed lies in {report}." if report else "",
        "next_step": "Show the report to whoever maintains Alpkey." if report else "",
        "retryable": False,
        "params": {"report": report},
    }


def belonging(one: OwnedItem) -> str:
    return BELONGINGS[one.what].format(name=one.name)


def leaving(going: Iterable[OwnedItem], *, revoked: bool) -> str:
    """What is to go, a line each."""
    first = ["this computer's certificates, which are revoked"] if revoked else []
    return "\n".join([*first, *(belonging(one) for one in going)])


def gone(removed: Iterable[OwnedItem], revoked: Iterable[str]) -> str:
    """What went when somebody left, a line each; ``revoked`` are serials."""
    lines = [f"the certificate {serial}, which opens nothing any more" for serial in revoked]
    lines += [belonging(one) for one in removed]
    if not lines:
        return "Nothing of Alpkey's own was removed."
    return "\n  ".join(["Gone from this computer:", *lines])


def undone(removed: Iterable[OwnedItem]) -> str:
    """What Alpkey no longer has outside its own folders, a line each."""
    lines = [belonging(one) for one in removed]
    if not lines:
        return "Nothing of Alpkey's lies outside its own folders."
    return "\n  ".join(["Undone:", *lines])


def uninstalled(key_path: str | None, folders: Iterable[str]) -> str:
    """What is left, and whose it is."""
    key = f"{key_path} stays with its certificate; to remove them: alpkey sign-out\n"
    return (
        f"{key if key_path else ''}Alpkey's own folders stay: {', '.join(folders)}\n"
        "The program leaves the way it came. If the start of your shell calls alpkey, for the "
        "prompt or for completion, take that line out yourself."
    )


def login_waits(host: str | None) -> str:
    """The title of the notice that a login waits."""
    return f"{f'ssh {host}' if host else 'A login'} waits for your key"


def step(code: str, params: Mapping[str, Param]) -> str:
    return filled(STEPS[code], params)


def warning(code: str, params: Mapping[str, Param]) -> str:
    return WARNINGS[code].format(**_shown(params))


def filled(text: str, params: Mapping[str, Param]) -> str:
    """``text`` with its facts in place.  A param that lacks is a bug (KeyError)."""
    return text.format(**_shown(params))


def _shown(params: Mapping[str, Param]) -> dict[str, Param]:
    """What stands in sentences: nothing for None, a moment as this computer's clock shows it."""
    shown: dict[str, Param] = {
        name: "" if value is None else value for name, value in params.items()
    }
    for name in _MOMENTS & shown.keys():
        with suppress(ValueError):  # what another computer wrote may be no moment: shown as it is
            local = from_rfc3339(str(shown[name])).astimezone()
            shown[name] = f"{local:%a %Y-%m-%d %H:%M}"
    return shown


def span(left: timedelta) -> str:
    """``13 h 42 min``, ``42 min``, ``less than a minute``."""
    minutes = int(left.total_seconds()) // 60
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if minutes else "less than a minute"


def clock_time(moment: datetime, now: datetime) -> str:
    """``17:42`` today, else with the day; in the zone of ``now``."""
    local = moment.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else day_and_time(moment, now)


def day_and_time(moment: datetime, now: datetime) -> str:
    """``Tue 17:42`` within a week, else with the date; in the zone of ``now``."""
    local = moment.astimezone(now.tzinfo)
    near = abs(local.date() - now.date()) < timedelta(days=7)
    return f"{local:%a %H:%M}" if near else f"{local:%Y-%m-%d %H:%M}"


def keys_left(remaining: int, limit: int) -> str:
    """``3 of 5 keys left``."""
    return f"{remaining} of {limit} keys left"


def until(moment: datetime | None, now: datetime) -> str:
    """``until Tue 17:42``, or ``for ever``."""
    return "for ever" if moment is None else f"until {day_and_time(moment, now)}"
