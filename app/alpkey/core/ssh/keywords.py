"""Who decides each keyword of ssh_config(5): our blocks, our commands, or the user.

ssh takes the first value that it finds, so whatever our blocks leave unset comes from the user's
``Host *`` or from the system.  What our blocks set holds for every ssh; what our commands override
(``-o``) holds for those that Alpkey itself runs to look, list, copy or tunnel.  All else is the
user's to choose, and :mod:`alpkey.core.ssh.obstacles` names what then prevents a login.

Only keywords that OpenSSH 7.6 knows are set or overridden without a look at the version: ssh ends
at a keyword that it does not know, and our IgnoreUnknown would replace the user's.
"""

from collections.abc import Mapping
from enum import Enum


class Decision(Enum):
    """Who decides."""

    SET = "set in our blocks"
    OVERRIDDEN = "overridden by our commands"
    USER = "the user's choice"


# Arguments of lines, which are no settings of a host.
STRUCTURE = frozenset({"host", "match", "include", "ignoreunknown", "tag", "refuseconnection"})

_SET: Mapping[str, str] = {
    "certificatefile": "Only with it the certificate is offered first, and for each hop.",
    "hostname": "A suffix in Host * would send a host or a node elsewhere.",
    "identitiesonly": "Other keys of an agent would use up the tries that a host allows.",
    "identityfile": "The key of the certificate.",
    "port": "A port in Host * is another host's.",
    "preferredauthentications": "Hosts let in by certificate, so publickey comes first.",
    "proxyusefdpass": "A jump passes no descriptor; yes makes every jump fail.",
    "pubkeyauthentication": "Hosts let in by certificate.",
}

# Set where a setting, the site or the surroundings ask for it; else the user's.
_SET_WHERE_NEEDED: Mapping[str, str] = {
    "addressfamily": "The setting that keeps to IPv4.",
    "controlmaster": "The setting that shares connections.",
    "controlpath": "The setting that shares connections; our commands use none.",
    "controlpersist": "The setting that shares connections.",
    "hostkeyalias": "Where the site names one.",
    "identityagent": "Where Alpkey runs the agent.",
    "proxyjump": "What lies behind the jump host; the way to it is the user's (a proxy).",
    "stricthostkeychecking": "Nodes, whose keys are accepted on first use; else the user's.",
    "user": "The account, where it is known.",
    "userknownhostsfile": "Nodes, and a home that was moved; else the user's.",
}

_OVERRIDDEN: Mapping[str, str] = {
    "addkeystoagent": "A look must not ask for a passphrase or change an agent.",
    "batchmode": "There is no one to answer.",
    "clearallforwardings": "A list or a copy needs no forwarding, and must not fail for one.",
    "connectionattempts": "A look is bounded in time.",
    "connecttimeout": "A look is bounded in time.",
    "dynamicforward": "A list or a copy clears it; a tunnel stays up without it.",
    "exitonforwardfailure": "A tunnel watches over its own ports, and lives without the user's.",
    "forkafterauthentication": "ssh would leave before it has answered. Known since 8.7.",
    "forwardagent": "A look lends no keys; connect does where it is asked to.",
    "forwardx11": "A look shows no window.",
    "localcommand": "A tunnel learns by it that it is open.",
    "localforward": "A list or a copy clears it; a tunnel stays up without it.",
    "loglevel": "What ssh says is all there is to explain a failure with.",
    "permitlocalcommand": "A look runs nothing of the user's here.",
    "remotecommand": "ssh refuses it beside our command.",
    "remoteforward": "A list or a copy clears it; a tunnel stays up without it.",
    "requesttty": "A list is read by a program.",
    "serveralivecountmax": "A tunnel notices when the connection is gone.",
    "serveraliveinterval": "A tunnel notices when the connection is gone.",
    "sessiontype": "With none no command runs. Known since 8.7.",
    "stdinnull": "A list reads nothing.",
    "tunnel": "A device needs an administrator, and a failure ends ssh.",
    "updatehostkeys": "A look changes no file of the user's.",
}

_CRYPTO = "A policy of the user or the administrator; a host that shares none is named."
_HOST_KEYS = "How hosts are verified is the user's; where ssh refuses a host, its line is named."
_NETWORK = "The user's network; where no host is reached, its line is named."
_OTHER_METHODS = "Another method, tried after publickey at most."
_SESSION = "How a session looks and behaves; no login depends on it."
_NAMES = "The user's names; whether Alpkey's lead to the right hosts is checked separately."

_USER: Mapping[str, str] = {
    "bindaddress": _NETWORK,
    "bindinterface": _NETWORK,
    "canonicaldomains": _NAMES,
    "canonicalizefallbacklocal": _NAMES,
    "canonicalizehostname": _NAMES,
    "canonicalizemaxdots": _NAMES,
    "canonicalizepermittedcnames": _NAMES,
    "casignaturealgorithms": _CRYPTO,
    "channeltimeout": "Closes idle channels; a tunnel connects again.",
    "checkhostip": _HOST_KEYS,
    "ciphers": _CRYPTO,
    "compression": _SESSION,
    "enableescapecommandline": _SESSION,
    "enablesshkeysign": _OTHER_METHODS,
    "escapechar": _SESSION,
    "fingerprinthash": "Alpkey names SHA-256 ones; others are only shown by ssh.",
    "forwardx11timeout": _SESSION,
    "forwardx11trusted": _SESSION,
    "gatewayports": "A tunnel names the address that it listens at.",
    "globalknownhostsfile": _HOST_KEYS,
    "gssapiauthentication": _OTHER_METHODS,
    "gssapiclientidentity": _OTHER_METHODS,
    "gssapidelegatecredentials": _OTHER_METHODS,
    "gssapikexalgorithms": _CRYPTO,
    "gssapikeyexchange": _OTHER_METHODS,
    "gssapirenewalforcesrekey": _OTHER_METHODS,
    "gssapiserveridentity": _OTHER_METHODS,
    "gssapitrustdns": _OTHER_METHODS,
    "hashknownhosts": _HOST_KEYS,
    "hostbasedacceptedalgorithms": _OTHER_METHODS,
    "hostbasedauthentication": _OTHER_METHODS,
    "hostkeyalgorithms": _CRYPTO,
    "ipqos": _NETWORK,
    "kbdinteractiveauthentication": _OTHER_METHODS,
    "kbdinteractivedevices": _OTHER_METHODS,
    "kexalgorithms": _CRYPTO,
    "knownhostscommand": _HOST_KEYS,
    "logverbose": _SESSION,
    "macs": _CRYPTO,
    "nohostauthenticationforlocalhost": _HOST_KEYS,
    "numberofpasswordprompts": _OTHER_METHODS,
    "obscurekeystroketiming": _SESSION,
    "passwordauthentication": _OTHER_METHODS,
    "permitremoteopen": "Concerns a RemoteForward without a destination.",
    "pkcs11provider": "Its keys are not offered beside our IdentitiesOnly and IdentityFile.",
    "proxycommand": "The user's proxy to the jump host; where it fails, its line is named.",
    "pubkeyacceptedalgorithms": _CRYPTO,
    "rekeylimit": _CRYPTO,
    "requiredrsasize": _CRYPTO,
    "revokedhostkeys": _HOST_KEYS,
    "securitykeyprovider": "Only for keys in hardware.",
    "sendenv": _SESSION,
    "setenv": _SESSION,
    "streamlocalbindmask": _SESSION,
    "streamlocalbindunlink": _SESSION,
    "syslogfacility": _SESSION,
    "tcpkeepalive": _NETWORK,
    "tunneldevice": "Nothing where Tunnel is no.",
    "verifyhostkeydns": _HOST_KEYS,
    "versionaddendum": _SESSION,
    "visualhostkey": _SESSION,
    "warnweakcrypto": _SESSION,
    "xauthlocation": _SESSION,
}

KEYWORDS: Mapping[str, tuple[Decision, str]] = {
    **{keyword: (Decision.SET, why) for keyword, why in _SET.items()},
    **{keyword: (Decision.USER, why) for keyword, why in _SET_WHERE_NEEDED.items()},
    **{keyword: (Decision.OVERRIDDEN, why) for keyword, why in _OVERRIDDEN.items()},
    **{keyword: (Decision.USER, why) for keyword, why in _USER.items()},
}
"""Every keyword in lower case: who decides it, and why."""

SET_WHERE_NEEDED = frozenset(_SET_WHERE_NEEDED)
"""Keywords that our blocks set in some cases only."""
