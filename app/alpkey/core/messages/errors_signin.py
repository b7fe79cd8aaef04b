"""Errors of signing in and of the services that give keys, by code."""

from collections.abc import Mapping

from alpkey.core.messages.description import Description

ERRORS: Mapping[str, Description] = {
    "username-missing": Description(
        "The username is missing",
        "Nothing was sent.",
        "Type your username at {site}, or give it with --username.",
    ),
    "username-unfit": Description(
        "This is not a username of {site}",
        "A username has 3 to 16 lower-case letters, digits, '_' or '-'; "
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
    "address-insecure": Description(
        "Nothing is sent without https",
        "{address} has no https, so others could read what is sent. Nothing was sent.",
        "Name an https address in the site file.",
    ),
    "unbuilt-service": Description(
        "No service is left that this version can speak to",
        "The site file names only services of kinds it does not know: {kinds}.",
        "Install a newer version of Alpkey.",
    ),
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
        "The sign-in at {site} has expired",
        "The service does not take it any more. Nothing was changed.",
        "Sign in again.",
    ),
    "sign-in-denied": Description(
        "The sign-in was declined",
        "Somebody said no on the page of {site}. Nothing was changed.",
        "Try again, and say yes.",
    ),
    "opened-twice": Description(
        "The sign-in page was opened twice",
        "Another program on this computer may have read its address, so the sign-in was ended. "
        "Nothing was changed.",
        "Try again. If you are not alone on this computer, sign in on another device: add "
        "--device.",
    ),
    "another-account": Description(
        "You signed in as {signed_in}, but this computer is set up for {account}",
        "Nothing was signed, listed or revoked.",
        "Sign in to {site} as {account}: sign out as {signed_in} in your browser first. "
        "To use the other account: alpkey renew --username {signed_in}",
    ),
    "account-question": Description(
        "You signed in as {path}",
        "This computer gets its first key for this account. Nothing was signed yet.",
        "Name your account with --username, or agree with --yes.",
    ),
    "account-unknown": Description(
        "The account is not known yet",
        "The first sign-in on this computer names it, and Alpkey cannot ask here whether it is "
        "yours. Nothing was sent.",
        "Name your account with --username, or agree to the one that signs in with --yes.",
    ),
    "browser-late": Description(
        "The sign-in in the browser was not finished",
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
        "The code for your other device has expired",
        "It was not used in time. Nothing was changed.",
        "Try again for a new code.",
    ),
    "sign-in-unproven": Description(
        "{host} does not prove who signed in",
        "Its answer was not used, as its proof does not hold ({reason}).",
        "Check that this computer's clock is right, then try again; "
        "if it stays so, ask the support of the centre.",
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
        "The next one opens {next_slot}. To ask the service anyway: alpkey renew --force",
    ),
    "quota-spared": Description(
        "The last key of the day is left to you",
        "{site} lists so many keys that an automatic renewal would take it.",
        "Renew the key yourself: alpkey renew",
    ),
    "quota-refused": Description(
        "No key is left for today",
        "The service says: {message}",
        "Wait until one of your keys expires, or revoke one at {dashboard}.",
    ),
    "kept-refused": Description(
        "The saved password was refused",
        "It is not sent again, for the centre may lock the account. Nothing was sent.",
        "Type your password. To keep the right one: alpkey password keep",
    ),
    "no-network": Description(
        "{host} cannot be reached",
        "{reason} Your password was not sent.",
        "Check the network connection and try again.",
    ),
    "proxy-unsupported": Description(
        "{proxy} cannot be used to reach {host}",
        "The environment names {proxy} as proxy. {reason} Your password was not sent.",
        "Set HTTPS_PROXY to an HTTP proxy, or name {host} in NO_PROXY.",
    ),
    "proxy-wants-sign-in": Description(
        "The proxy {proxy} wants a sign-in",
        "It lets nothing through to {host} without one. Your password was not sent.",
        "Put the proxy's username and password into HTTPS_PROXY, percent-encoded, or name {host} "
        "in NO_PROXY.",
    ),
    "network-sign-in": Description(
        "This network wants a sign-in of its own",
        "It answers in place of {host}. Your password was not sent there.",
        "Open any page in your browser and sign in to the network, then try again.",
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
        "The request reached {host}, but the answer was unusable ({reason}). "
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
    "service-retired": Description(
        "{site} has retired this way to get a key",
        "The service at {host} is gone. Your password was not sent.",
        "Sign in with the browser: alpkey renew --browser. Or get a key at {dashboard}.",
    ),
    "keep-question": Description(
        "You can stay signed in at {path}, for about a day",
        "Renew without signing in for about a day. Your sign-in is stored in the system keychain; "
        "signing out removes it.",
        "To answer for good: alpkey settings set keep_sign_in yes, or no",
    ),
    "sign-in-needed": Description(
        "A sign-in is needed",
        "Alpkey needs username, password and one-time code, and cannot ask for them here.",
        "Run it in a terminal, or send the answer on standard input with --stdin.",
    ),
}
