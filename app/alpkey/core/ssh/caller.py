"""The arguments of the ssh that called Alpkey."""

from collections.abc import Sequence
from dataclasses import dataclass

# ssh's own options that take an argument, and those that take none (ssh.c, getopt); -P takes one
# since OpenSSH 9.4 and had no use before.
_WITH_ARGUMENT = set("bceilmopBDEFIJLOPQRSwW")


@dataclass(frozen=True, slots=True)
class SshCaller:
    """``words`` are its arguments up to the host, without a remote command."""

    words: tuple[str, ...]
    host: str | None
    options: tuple[str, ...]
    only_asks: bool

    @property
    def is_batch(self) -> bool:
        """Whether its arguments set BatchMode; its configuration may set it too."""
        plain = (option.lower().replace("=", " ").split() for option in self.options)
        return any(words[:1] == ["batchmode"] and words[1:] != ["no"] for words in plain)


def read_arguments(arguments: Sequence[str]) -> SshCaller:
    """Read them as ssh does: options before and after the host, then the remote command.

    A destination may be ``user@host`` or ``ssh://user@host:port``.
    """
    words: list[str] = []
    options: list[str] = []
    host, only_asks = None, False
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--" and host is None:
            words.append(word)
            continue
        if not word.startswith("-") or word == "-":
            if host is not None:
                break
            host = word
            words.append(word)
            continue
        words.append(word)
        letters = word[1:]
        for at, letter in enumerate(letters):
            only_asks = only_asks or letter == "G"
            if letter in _WITH_ARGUMENT:
                value = letters[at + 1 :]
                if not value and rest:
                    value = rest.pop(0)
                    words.append(value)
                if letter == "o":
                    options.append(value)
                break
    return SshCaller(tuple(words), _name(host), tuple(options), only_asks)


def _name(destination: str | None) -> str | None:
    if destination is None:
        return None
    name = destination.removeprefix("ssh://").rpartition("@")[2]
    return name.partition(":")[0] if destination.startswith("ssh://") else name
