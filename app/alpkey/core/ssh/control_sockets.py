"""What the sockets of connections that logins share are called."""

_HEX = frozenset("0123456789abcdef")


def is_shared(name: str) -> bool:
    """Whether it has the form of %C (ssh_config(5), TOKENS): a SHA-1 in hexadecimal."""
    return len(name) == 40 and set(name) <= _HEX
