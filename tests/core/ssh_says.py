"""What ssh says where a login fails, by the version of OpenSSH that says it.

Wording is no interface: a version that says it otherwise gets its lines here, and the table in
``ssh_words`` what it takes to know them.  Those of 9.2 are met live, too, where the doctor is tried
on real set-ups; the older ones are as reports of their users have them.
"""

from collections.abc import Mapping

from alpkey.core.ssh.error_messages import ErrorKind

_CHANGED = (
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n"
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
    "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\n"
    "Offending ED25519 key in /h/.ssh/known_hosts:3\n"
)
_STILL: Mapping[str, tuple[ErrorKind, str]] = {
    "host key changed": ("host-changed", _CHANGED + "Host key verification failed.\n"),
    "host never met": (
        "host-unknown",
        "No ED25519 host key is known for daint.alps.cscs.ch and you have requested strict "
        "checking.\nHost key verification failed.\n",
    ),
    "name unknown": (
        "unreachable",
        "ssh: Could not resolve hostname ela.cscs.ch: Name or service not known\n",
    ),
    "refused": ("unreachable", "ssh: connect to host ela.cscs.ch port 22: Connection refused\n"),
    "no way": ("unreachable", "ssh: connect to host ela.cscs.ch port 22: No route to host\n"),
    "timed out": (
        "unreachable",
        "ssh: connect to host ela.cscs.ch port 22: Connection timed out\n",
    ),
    "no common way": (
        "other",
        "Unable to negotiate with 10.1.0.2 port 22: no matching key exchange method found. "
        "Their offer: curve25519-sha256\n",
    ),
    "no common way at the jump": (
        "other",
        "Unable to negotiate with 10.1.0.2 port 22: no matching key exchange method found. "
        "Their offer: curve25519-sha256\n"
        "kex_exchange_identification: Connection closed by remote host\n",
    ),
    "a directive unknown": (
        "other",
        "/h/.ssh/config: line 2: Bad configuration option: nonsense\n"
        "/h/.ssh/config: terminating, 1 bad configuration options\n",
    ),
}

SAYS: Mapping[str, Mapping[str, tuple[ErrorKind, str]]] = {
    "7.4": {
        **_STILL,
        "key refused": ("refused", "Permission denied (publickey).\n"),
        "too many keys": (
            "too-many",
            "Received disconnect from 10.1.0.2 port 22:2: Too many authentication failures\n"
            "packet_write_wait: Connection to 10.1.0.2 port 22: Broken pipe\n",
        ),
        "agent says no": (
            "agent-refuses",
            "sign_and_send_pubkey: signing failed: agent refused operation\n"
            "Permission denied (publickey).\n",
        ),
        "cluster down": (
            "behind-jump",
            "channel 0: open failed: connect failed: Connection refused\n"
            "stdio forwarding failed\nssh_exchange_identification: Connection closed by remote "
            "host\n",
        ),
        "host busy": (
            "hung-up",
            "ssh_exchange_identification: Connection closed by remote host\n",
        ),
    },
    "8.4": {
        **_STILL,
        "key refused": ("refused", "alice@daint.alps.cscs.ch: Permission denied (publickey).\n"),
        "too many keys": (
            "too-many",
            "Received disconnect from 10.1.0.2 port 22:2: Too many authentication failures\n"
            "Disconnected from 10.1.0.2 port 22\n",
        ),
        "agent says no": (
            "agent-refuses",
            'sign_and_send_pubkey: signing failed for ED25519 "/h/.ssh/cscs-key" from agent: agent '
            "refused operation\nalice@daint.alps.cscs.ch: Permission denied (publickey).\n",
        ),
        "cluster down": (
            "behind-jump",
            "channel 0: open failed: connect failed: Name or service not known\n"
            "stdio forwarding failed\nkex_exchange_identification: Connection closed by remote "
            "host\n",
        ),
    },
    "9.2": {
        **_STILL,
        "key refused": ("refused", "alice@daint.alps.cscs.ch: Permission denied (publickey).\n"),
        "too many keys": (
            "too-many",
            "Received disconnect from UNKNOWN port 65535:2: Too many authentication failures\n"
            "Disconnected from UNKNOWN port 65535\n",
        ),
        "agent says no": (
            "agent-refuses",
            'sign_and_send_pubkey: signing failed for ED25519 "/h/.ssh/cscs-key" from agent: agent '
            "refused operation\nalice@daint.alps.cscs.ch: Permission denied (publickey).\n",
        ),
        "cluster down": (
            "behind-jump",
            "channel 0: open failed: connect failed: Temporary failure in name resolution\n"
            "stdio forwarding failed\nConnection closed by UNKNOWN port 65535\n",
        ),
        "jump busy": (
            "hung-up",
            "Warning: Permanently added 'ela.cscs.ch' (ED25519) to the list of known hosts.\n"
            "kex_exchange_identification: Connection closed by remote host\n"
            "Connection closed by 10.1.0.2 port 22\n"
            "kex_exchange_identification: Connection closed by remote host\n"
            "Connection closed by UNKNOWN port 65535\n",
        ),
        "reset before a word": (
            "hung-up",
            "kex_exchange_identification: read: Connection reset by peer\n"
            "Connection reset by 10.1.0.2 port 22\n",
        ),
        "closed after the login": ("other", "Connection closed by 10.1.0.2 port 22\n"),
        "timed out in the greeting": (
            "unreachable",
            "Connection timed out during banner exchange\n"
            "Connection to UNKNOWN port 65535 timed out\n",
        ),
    },
}
