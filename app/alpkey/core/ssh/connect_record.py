"""``state/connect``: what the last connection was decided on, so that the next needs no decision.

Lines of raw bytes: the version; the certificate's validity in epoch seconds, ``0 0`` where no
login can work; the names that may be given; the words before the
name, for a session and for a remote command; the agent that ssh asks;
the key that this agent has to hold, in hexadecimal; what the process was started with; then a line
for each file and folder that was looked at; and ``end``.  While all of that is as it was, so is
the command.  Anything else is decided anew.

Nothing is imported here: the program that reads it is to start as fast as Python itself.
"""

VERSION = "2"
_END = "end"

# As the agent of a record: the one that this variable names.
FROM_ENVIRONMENT = "SSH_AUTH_SOCK"

# What a POSIX shell takes as it is (shlex.quote).
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")


class ConnectRecord:
    """The lines of one file.

    ``before`` are the words of the ssh command before the name, ``before_command`` those where a
    remote command follows it.  ``agent`` is empty where ssh asks
    none, and ``key`` where it need not hold one: the key has no passphrase.
    """

    __slots__ = (
        "agent",
        "before",
        "before_command",
        "key",
        "names",
        "seen",
        "started",
        "valid_after",
        "valid_before",
    )

    def __init__(
        self,
        *,
        valid_after: int,
        valid_before: int,
        names: list[str],
        before: list[str],
        before_command: list[str],
        agent: str,
        key: str,
        started: list[str],
        seen: list[str],
    ) -> None:
        self.valid_after = valid_after
        self.valid_before = valid_before
        self.names = names
        self.before = before
        self.before_command = before_command
        self.agent = agent
        self.key = key
        self.started = started
        self.seen = seen

    def to_bytes(self) -> bytes:
        """Raises ValueError where a value has a character that the file cannot hold."""
        rows = [
            VERSION,
            f"{self.valid_after} {self.valid_before}",
            " ".join(self.names),
            "\t".join(self.before),
            "\t".join(self.before_command),
            self.agent,
            self.key,
            "\t".join(self.started),
            *self.seen,
            _END,
        ]
        content = "".join(f"{row}\n" for row in rows).encode(errors="surrogateescape")
        again = parse(content)
        if again is None or any(
            getattr(again, name) != getattr(self, name) for name in self.__slots__
        ):
            raise ValueError("a tab or a line break")
        return content

    def lets_in(self, now_s: float) -> bool:
        """Whether a login can work with the key at this time, in epoch seconds."""
        return self.valid_after <= now_s < self.valid_before

    def command(self, name: str, remote_command: list[str]) -> list[str]:
        """The ssh command for one of the names."""
        before = self.before_command if remote_command else self.before
        return [*before, name, *remote_command]


def parse(content: bytes) -> ConnectRecord | None:
    """The record, or None where it is truncated or of another version."""
    rows = content.decode(errors="surrogateescape").split("\n")
    if len(rows) < 10 or rows[0] != VERSION or rows[-2:] != [_END, ""]:
        return None
    try:
        after, before = rows[1].split(" ")
        return ConnectRecord(
            valid_after=int(after),
            valid_before=int(before),
            names=rows[2].split(" "),
            before=rows[3].split("\t"),
            before_command=rows[4].split("\t"),
            agent=rows[5],
            key=rows[6],
            started=rows[7].split("\t"),
            seen=rows[8:-2],
        )
    except ValueError:
        return None


def quoted(words: list[str]) -> str:
    """The words for a POSIX shell, as shlex.join has them."""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if word and _PLAIN.issuperset(word):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"
