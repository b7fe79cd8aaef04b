"""Errors of keys, their passphrase, the ssh agent and the keychain, by code."""

from collections.abc import Mapping

from alpkey.core.messages.description import Description

ERRORS: Mapping[str, Description] = {
    "no-key": Description(
        "There is no key yet", "{key_path} does not exist.", "Get one with: alpkey renew"
    ),
    "key-expired": Description(
        "The key has expired", "It expired {ended}.", "Renew it: alpkey renew"
    ),
    "key-unfit": Description(
        "The key cannot be used", "{reason}", "Get a fresh one with: alpkey renew"
    ),
    "answer-unfit": Description(
        "The service sent a key that does not fit",
        "{reason} Nothing was changed on this computer.",
        "Try again; if it stays so, show this to the support of the centre.",
    ),
    "clock-wrong": Description(
        "This computer's clock is wrong",
        "It is {span} {which} the key service's, so a new key would not be taken for valid here. "
        "No key was requested.",
        "Let the system set the time (on Linux: timedatectl set-ntp true), then try again.",
    ),
    "not-renewed": Description(
        "There is no good key", "It was not renewed. {reason}", "Renew it: alpkey renew"
    ),
    "said-no": Description(
        "There is no good key",
        "It was not renewed, and for {minutes} minutes Alpkey does not ask again.",
        "Renew it: alpkey renew",
    ),
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
        "Alpkey cannot see which key {name} is",
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
        "It was issued to {principals}, not to {account}. Nothing was changed.",
        "Get your own at {dashboard}. If both names are yours, set 'username' in the settings.",
    ),
    "import-expired": Description(
        "{name} has expired",
        "It expired {ended}. Nothing was changed.",
        "Get a fresh one at {dashboard}.",
    ),
    "import-early": Description(
        "{name} is not valid yet",
        "It starts {starts}. Nothing was changed.",
        "Check this computer's clock, then import it again.",
    ),
    "downloads-question": Description(
        "The downloads need not stay",
        "Once the key is installed, {path} is no longer needed.",
        "Agree to keep them with --yes, or answer the question in a terminal.",
    ),
    "revoke-question": Description(
        "Revoked keys open nothing any more, at once and everywhere",
        "To be revoked: {path}.",
        "Agree with --yes, or see what it would be with --dry-run.",
    ),
    "serial-unknown": Description(
        "No active key has the serial {serial}",
        "{site} lists none. Nothing was revoked.",
        "See the serials with: alpkey keys list",
    ),
    "foreign-key": Description(
        "{path} was not made by Alpkey",
        "It is saved as a backup beside it when it is replaced.",
        "Agree with --yes.",
    ),
    "agent-absent": Description(
        "No ssh agent answers",
        "{reason}",
        "Start one with: eval $(ssh-agent). A key without passphrase works without an agent.",
    ),
    "agent-named-absent": Description(
        "The ssh agent that your ssh configuration names does not answer",
        "{reason}",
        "Start the program it belongs to, or change IdentityAgent in ~/.ssh/config. "
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
    "agent-takes-none": Description(
        "The ssh agent takes no keys",
        "{socket} lists no keys and refused this one.",
        "Some agents take keys only in their own program, and one that is locked takes none until "
        "it is unlocked there or with ssh-add -X. Or use OpenSSH's own: eval $(ssh-agent)",
    ),
    "agent-no-lifetimes": Description(
        "The ssh agent takes no keys with a lifetime",
        "{socket} takes a key, but not one that it is to forget when the certificate expires.",
        "Use OpenSSH's own agent: eval $(ssh-agent)",
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
        "{socket} takes the key, but cannot ask you to confirm each use.",
        "Turn that off (alpkey settings set confirm_each_use off), or use OpenSSH's own agent: "
        "eval $(ssh-agent)",
    ),
    "agent-garbled": Description(
        "The ssh agent sent an answer that cannot be read",
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
        "{socket}: {reason} It holds the key until the key expires.",
        "Log out of this computer, which ends it.",
    ),
    "key-elsewhere": Description(
        "The key itself is not in a file here",
        "Only its public half is: {path}.pub. It lives in hardware, or in another agent.",
        "Load it where it lives. Alpkey can still renew its certificate: alpkey renew --browser",
    ),
    "key-encrypted": Description(
        "The key is protected by a passphrase",
        "It has to be typed.",
        "Load the key with: alpkey agent load",
    ),
    "passphrase-refused": Description(
        "The passphrase is wrong",
        "The key did not open. Nothing was changed.",
        "Try again. A forgotten one cannot be restored: get a fresh key with: alpkey renew",
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
        "This passphrase cannot be typed for ssh",
        "It holds signs that no keyboard sends, such as a line end. Nothing was changed.",
        "Choose one of letters, digits, signs and spaces.",
    ),
    "passphrase-needed": Description(
        "The passphrase has to be typed",
        "Alpkey cannot ask for it here. Nothing was changed.",
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
        "With username, password and one-time code the service makes a new key. Nothing was sent.",
        "Have this one certified: alpkey renew --browser --file {typed}",
    ),
    "named-certificate-stays": Description(
        "{path}-cert.pub is not a certificate of Alpkey's",
        "It may be what another centre lets you in with. Nothing was changed.",
        "Move it away, or name a copy of the key with --file.",
    ),
    "key-hidden": Description(
        "Alpkey cannot see which key this is",
        "It is protected by a passphrase in an old format.",
        "Rewrite it with: ssh-keygen -p -f FILE",
    ),
    "key-unloadable": Description(
        "The key cannot be put into the ssh agent",
        "{reason}",
        "Get a fresh one with: alpkey renew",
    ),
    "keychain-absent": Description(
        "There is no keychain that Alpkey can use",
        "{reason} Secrets are never saved in a plain file.",
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
        "There is nothing to save",
        "What was typed is empty. Nothing was stored.",
        'Type it, or send one line such as {{"{field}": "..."}} with --stdin.',
    ),
    "secret-needed": Description(
        "What is to be saved has to be typed",
        "Alpkey cannot ask for it here. Nothing was stored.",
        'Run it in a terminal, or send one line such as {{"{field}": "..."}} with --stdin.',
    ),
}
